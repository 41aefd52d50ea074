"""The figures of `python -m bench.issue`: what is promised, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bench.issue_timing import Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything one run measured.

    Args:
        ours: finishing a certificate our way.
        stock: finishing it the plain way.
        render: drawing the page alone; ours is `ours`, the plain page `stock`.
        rivals_elsewhere: rivals that work in processes of their own, whose CPU time is not known.
        rivals_missing: rivals that are not on this machine.
        steps: our steps and the floor.
        profile: where drawing and sealing spends its time, in percent.
        two_workers: throughput of two processes over one; None where not measured.
        peaks: peak kilobytes of a process by the certificates it issued.
        file_bytes: median size of our file.
        photo_bytes: median size of its photo.
        gate_files: files the gate let through.
        stock_glyphs: glyphs of the plain pipeline's font.
        quick: whether less was measured.
    """

    ours: Timing
    stock: Timing
    render: Mapping[str, Timing]
    rivals_elsewhere: frozenset[str]
    rivals_missing: tuple[str, ...]
    steps: Mapping[str, Timing]
    profile: tuple[tuple[str, float], ...]
    two_workers: float | None
    peaks: Mapping[int, int]
    file_bytes: int
    photo_bytes: int
    gate_files: int
    stock_glyphs: int
    quick: bool

    @property
    def best_rival(self) -> str | None:
        """The fastest of the other programs, the plain pipeline's page not among them."""
        rivals = {name: t.wall_ms for name, t in self.render.items() if name not in _OWN}
        return min(rivals, key=lambda name: rivals[name]) if rivals else None

    @property
    def sealing_ms(self) -> float:
        """What the seal adds to drawing the page."""
        return self.steps[SEALED].more_than(self.steps[DRAWN])

    @property
    def floor_ms(self) -> float:
        """Hash, two signatures and the store, by the wall."""
        return sum(t.wall_ms for name, t in self.steps.items() if name in _FLOOR)


DRAWN = "page drawn, symbol included"
SEALED = "page drawn and sealed"
STORED = "stored"
HASHED = "floor: SHA-256 of the file"
SIGNED = "floor: two ECDSA signatures"
_FLOOR = (STORED, HASHED, SIGNED)
_OWN = ("ours", "stock")


def as_json(figures: Figures) -> dict[str, Any]:
    """Return the one object of `--json`."""
    few, many = min(figures.peaks), max(figures.peaks)
    return {
        "bench": "issue",
        "quick": figures.quick,
        **_finished(figures),
        **_rendered(figures),
        "sealing_ms": _rounded(figures.sealing_ms),
        "sealing_ms_cpu": _rounded(figures.steps[SEALED].cpu_ms - figures.steps[DRAWN].cpu_ms),
        "ratio_two_workers": _rounded(figures.two_workers),
        "ratio_memory_5000_vs_500": _rounded(figures.peaks[many] / figures.peaks[few]),
        "memory_counts": [many, few],
        "memory_peak_kilobytes": [figures.peaks[many], figures.peaks[few]],
        "file_bytes": figures.file_bytes,
        "photo_bytes": figures.photo_bytes,
        "gate_files": figures.gate_files,
        "stock_font_glyphs": figures.stock_glyphs,
        "floor_ms": _rounded(figures.floor_ms),
        "steps_ms": {name: _both(timing) for name, timing in figures.steps.items()},
        "profile_percent": dict(figures.profile),
    }


def _finished(figures: Figures) -> dict[str, Any]:
    ours, stock = figures.ours, figures.stock
    return {
        "ratio_sealed_vs_stock": _rounded(stock.times_slower_than(ours)),
        "ratio_sealed_vs_stock_cpu": _rounded(stock.cpu_ms / ours.cpu_ms),
        "sealed_per_second_core": _rounded(1000 / ours.wall_ms),
        "stock_per_second_core": _rounded(1000 / stock.wall_ms),
        "finished_ms": _both(ours),
        "stock_ms": _both(stock),
    }


def _rendered(figures: Figures) -> dict[str, Any]:
    ours, best = figures.render["ours"], figures.best_rival
    ratio = cpu_ratio = None
    if best is not None:
        ratio = figures.render[best].times_slower_than(ours)
        if best not in figures.rivals_elsewhere:
            cpu_ratio = figures.render[best].cpu_ms / ours.cpu_ms
    return {
        "ratio_render_vs_best_rival": _rounded(ratio),
        "ratio_render_vs_best_rival_cpu": _rounded(cpu_ratio),
        "best_rival": best,
        "rivals_missing": list(figures.rivals_missing),
        "render_ms": {
            name: _both(timing) | ({"cpu": None} if name in figures.rivals_elsewhere else {})
            for name, timing in figures.render.items()
        },
    }


def table(figures: Figures) -> Iterator[str]:
    """Yield the lines a person reads."""
    said = as_json(figures)
    yield f"{figures.gate_files} files went through the gate; {said['file_bytes']} bytes a file"
    yield f"with a photo of {said['photo_bytes']}; at most 75 000 are allowed."
    yield ""
    yield "one core, milliseconds a certificate          wall      CPU"
    yield _line("finished our way", figures.ours)
    yield _line(f"finished the plain way ({figures.stock_glyphs} glyphs)", figures.stock)
    for name, timing in figures.render.items():
        known = name not in figures.rivals_elsewhere
        yield _line(f"page alone: {name}", timing, cpu_known=known)
    yield from (f"{name} is not on this machine: NOT MEASURED" for name in figures.rivals_missing)
    yield ""
    yield "our steps, each by itself                     wall      CPU"
    yield from (_line(name, timing) for name, timing in figures.steps.items())
    yield f"the floor, hash + signatures + store: {said['floor_ms']} ms"
    yield ""
    yield "drawing and sealing, by where the time is spent (profiled apart)"
    yield from (f"  {percent:5.1f} %  {place}" for place, percent in figures.profile)
    yield ""
    yield from _promises(said)


def _promises(said: Mapping[str, Any]) -> Iterator[str]:
    many, few = said["memory_counts"]
    for key, sense, bound, words in (
        ("ratio_sealed_vs_stock", ">=", 25, "times the plain pipeline, sealed"),
        ("ratio_sealed_vs_stock_cpu", ">=", 25, "the same by CPU time"),
        ("ratio_render_vs_best_rival", ">=", 5, f"times the best rival, {said['best_rival']}"),
        ("ratio_render_vs_best_rival_cpu", ">=", 5, "the same by CPU time"),
        ("sealing_ms", "<=", 0.3, "ms more for the seal"),
        ("sealing_ms_cpu", "<=", 0.3, "the same by CPU time"),
        ("ratio_two_workers", ">=", 1.7, "times one worker with two"),
        ("ratio_memory_5000_vs_500", "<=", 1.3, f"times the memory, {many} against {few}"),
        ("file_bytes", "<=", 75_000, "bytes a file"),
    ):
        value = said[key]
        if value is None:
            continue
        kept = value >= bound if sense == ">=" else value <= bound
        yield f"{'kept  ' if kept else 'MISSED'}  {value:>8} {words} (promised {sense} {bound})"


def _line(name: str, timing: Timing, *, cpu_known: bool = True) -> str:
    cpu = f"{timing.cpu_ms:8.3f}" if cpu_known else "       –"
    return f"{name:40} {timing.wall_ms:9.3f} {cpu}"


def _both(timing: Timing) -> dict[str, float | None]:
    return {"wall": _rounded(timing.wall_ms), "cpu": _rounded(timing.cpu_ms)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
