"""How fast finished certificates are made, and how much of that is left to gain.

    python -m bench.issue            the full figures, some minutes
    python -m bench.issue --quick    smaller numbers, under a minute once its font is made

`--json` prints one object on the last line. Before any figure is printed, samples go through
`bench.issue_gate`; where one fails there are no figures and the exit code is 1.

Files are stored below build/bench, on the disk of the checkout. ext4 is slow in making files for
some minutes after many were deleted, as by a run before: the step "stored" shows it.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
from pathlib import Path
from statistics import median
from typing import Final

import click

from bench.issue_awards import Award, awards, face_of
from bench.issue_costs import profile, step_costs
from bench.issue_figures import Figures, as_json, table
from bench.issue_font import (
    WORKPLACE,
    everyday_characters,
    kept_font,
    small_font,
    whole_characters,
)
from bench.issue_gate import Demand, faults
from bench.issue_golden import golden_faults
from bench.issue_keys import Keys, make_keys
from bench.issue_ours import Ours
from bench.issue_page import runs_of
from bench.issue_stock import Stock
from bench.issue_timing import Act, cores, in_turn, stay_on_core
from bench.issue_workers import peak_kilobytes, two_workers_ratio
from bench.rivals import Rival, make_sheets, start_rivals
from registry.store import FileStore
from templates.certificate import CertificateFace

_FIRST_FRESH: Final = 100_000  # awards no warm-up has issued


class StockFont(StrEnum):
    """What the plain pipeline's font holds."""

    WHOLE = "all 31 000 characters of the font"
    EVERYDAY = "GB 2312"
    BATCH = "the batch's characters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured.

    Args:
        gated: our files that go through the gate.
        rounds: how often everyone has his turn.
        lot: our certificates of one turn, stored together.
        stock_lot: the plain pipeline's and the rivals'.
        worker_count: certificates for each worker.
        worker_rounds: how often one worker and two have their turn; 0 leaves them out.
        memory_counts: the two batches whose memory is compared, the smaller first.
        stock_font: what the plain pipeline's font holds.
        rivals: whether other programs are measured.
        quick: whether this is the short run.
    """

    gated: int
    rounds: int
    lot: int
    stock_lot: int
    worker_count: int
    worker_rounds: int
    memory_counts: tuple[int, int]
    stock_font: StockFont
    rivals: bool
    quick: bool


FULL: Final = Plan(
    gated=50,
    rounds=25,
    lot=100,
    stock_lot=10,
    worker_count=1000,
    worker_rounds=5,
    memory_counts=(500, 5000),
    stock_font=StockFont.WHOLE,
    rivals=True,
    quick=False,
)
QUICK: Final = Plan(
    gated=6,
    rounds=4,
    lot=40,
    stock_lot=4,
    worker_count=150,
    worker_rounds=2,
    memory_counts=(100, 400),
    stock_font=StockFont.EVERYDAY,
    rivals=True,
    quick=True,
)


class GateClosed(Exception):
    """A sample is wrong, so there are no figures; carries what is wrong."""


@dataclass(frozen=True, slots=True)
class _Bench:
    """What a run has set up."""

    plan: Plan
    keys: Keys
    ours: Ours
    stock: Stock
    rivals: Sequence[Rival]
    folder: Path
    store: FileStore
    lot: Sequence[Award]


def measure(
    plan: Plan, folder: Path, say: Callable[[str], None], make_ours: type[Ours] = Ours
) -> Figures:
    """Run everything a plan asks for.

    Args:
        plan: how much.
        folder: an empty folder on the disk whose speed counts.
        say: told what is going on.
        make_ours: our pipeline.

    Raises:
        GateClosed: a sample did not pass the gate.
    """
    usable = cores()
    with ExitStack() as stack:
        lot = list(awards(0, plan.lot))
        on_pages = _characters_on_pages(lot)
        font_characters = _stock_characters(plan.stock_font, on_pages)
        say("the plain pipeline's font (made once on a machine)")
        font = kept_font(font_characters)
        stay_on_core(usable[0])
        stack.callback(os.sched_setaffinity, 0, usable)
        keys, store = make_keys(datetime.now(UTC)), FileStore(folder / "store")
        ours = make_ours(keys, store)
        faces = [ours.face(award) for award in lot]
        rivals, missing = _start(plan, small_font(on_pages), folder, stack)
        stock = Stock(font, keys, store)
        bench = _Bench(plan, keys, ours, stock, rivals, folder, store, lot)
        say("the gate")
        sizes = _pass_gate(bench, faces)
        say("everyone in turn")
        times = in_turn(_contestants(bench), plan.rounds)
        say("our steps and the floor")
        steps = step_costs(ours, keys, store, lot, rounds=plan.rounds)
        where = profile(ours, faces)
    say("workers and memory")
    return Figures(
        ours=times.pop("finished"),
        stock=times.pop("finished plainly"),
        render=times,
        rivals_elsewhere=frozenset(one.name for one in rivals if not one.in_this_process),
        rivals_missing=tuple(missing),
        steps=steps,
        profile=tuple(where),
        two_workers=_two_workers(plan, folder, usable),
        peaks={size: peak_kilobytes(folder, usable[0], size) for size in plan.memory_counts},
        file_bytes=round(median(sizes)),
        photo_bytes=round(median(len(award.photo_jpeg) for award in lot)),
        gate_files=len(sizes),
        stock_glyphs=len(font_characters),
        quick=plan.quick,
    )


def _characters_on_pages(lot: Iterable[Award]) -> frozenset[str]:
    """Return every character the rivals draw, labels and all."""
    runs = (run for award in lot for run in runs_of(face_of(award, "")))
    return frozenset(character for run in runs for character in run.text)


def _stock_characters(wanted: StockFont, characters: frozenset[str]) -> frozenset[str]:
    match wanted:
        case StockFont.WHOLE:
            return whole_characters() | characters
        case StockFont.EVERYDAY:
            return everyday_characters() | characters
        case StockFont.BATCH:
            return characters


def _start(
    plan: Plan, font: bytes, folder: Path, stack: ExitStack
) -> tuple[Sequence[Rival], Sequence[str]]:
    return start_rivals(font, folder, stack) if plan.rivals else ((), ())


def _pass_gate(bench: _Bench, faces: Sequence[CertificateFace]) -> list[int]:
    """Show samples to the gate; return the sizes of our own."""
    root = bench.keys.root_pem
    plainly = Demand(seal_root_pem=root, unembedded_fonts=frozenset({"Helvetica"}))
    sizes = []
    fresh = Ours(bench.keys, bench.store)  # a printer that has drawn nothing else
    for face in faces[: bench.plan.gated]:
        page, _ = bench.ours.seal(face)
        sizes.append(len(page))
        demand = Demand(same_photo=True, reference=fresh.seal(face)[0], seal_root_pem=root)
        _admit("our file", faults(page, face, demand))
    _admit("the golden pages", golden_faults())
    _admit("the plain file", faults(bench.stock.seal(faces[0]), faces[0], plainly))
    (sheet,) = make_sheets(faces[:1], bench.folder)
    for rival in bench.rivals:
        _admit(f"{rival.name}'s page", faults(rival.render(sheet), sheet.face, Demand()))
    return sizes


def _admit(what: str, found: Sequence[str]) -> None:
    if found:
        raise GateClosed(f"{what} does not pass the gate: " + "; ".join(found))


def _contestants(bench: _Bench) -> dict[str, Act]:
    """Return everyone who is timed in turn, by name."""
    plan = bench.plan
    fresh = count(_FIRST_FRESH)

    def lot_of(size: int) -> list[Award]:
        # The characters are those of the batch, the rest is new each time: a file that the store
        # holds already would not be written again, and typst remembers what it has compiled.
        return [_renewed(award, next(fresh)) for award in bench.lot[:size]]

    def finishing(finish: Callable[[Iterable[Award]], tuple[str, ...]], size: int) -> Act:
        def prepared(_: int) -> Callable[[], int]:
            lot = lot_of(size)
            return lambda: len(finish(lot))

        return prepared

    def drawing(render: Callable[[CertificateFace], bytes], size: int) -> Act:
        def prepared(_: int) -> Callable[[], int]:
            faces = [bench.ours.face(award) for award in lot_of(size)]
            return lambda: len([render(face) for face in faces])

        return prepared

    def drawing_by(rival: Rival) -> Act:
        def prepared(_: int) -> Callable[[], int]:
            faces = [bench.ours.face(award) for award in lot_of(plan.stock_lot)]
            sheets = make_sheets(faces, bench.folder)
            return lambda: len([rival.render(sheet) for sheet in sheets])

        return prepared

    return {
        "finished": finishing(bench.ours.finish, plan.lot),
        "finished plainly": finishing(bench.stock.finish, plan.stock_lot),
        "ours": drawing(bench.ours.render, plan.lot),
        "stock": drawing(bench.stock.render, plan.stock_lot),
        **{rival.name: drawing_by(rival) for rival in bench.rivals},
    }


def _renewed(award: Award, place: int) -> Award:
    (other,) = awards(place, 1)
    return replace(
        other,
        holder_name=award.holder_name,
        document_type=award.document_type,
        document_number=award.document_number,
        occupation=award.occupation,
    )


def _two_workers(plan: Plan, folder: Path, usable: Sequence[int]) -> float | None:
    if len(usable) < 2 or not plan.worker_rounds:
        return None
    return two_workers_ratio(folder, usable, count=plan.worker_count, rounds=plan.worker_rounds)


@click.command()
@click.option("--quick", is_flag=True, help="Measure less.")
@click.option("--json", "as_json_too", is_flag=True, help="Print one JSON object on the last line.")
def main(*, quick: bool, as_json_too: bool) -> None:
    """Measure how fast finished certificates are made."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # remarks on fonts without a clock
    WORKPLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORKPLACE) as folder:
        try:
            figures = measure(
                QUICK if quick else FULL, Path(folder), lambda text: click.echo(text, err=True)
            )
        except GateClosed as closed:
            raise click.ClickException(str(closed)) from closed
    for line in table(figures):
        click.echo(line)
    if as_json_too:
        click.echo(json.dumps(as_json(figures), ensure_ascii=False))


if __name__ == "__main__":
    main()
