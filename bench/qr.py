"""How fast a QR symbol is made, how large it is, and how well it reads.

    python -m bench.qr              making a symbol, against the qrcode library
    python -m bench.qr --sizes      sizes of all alphabets, as Markdown
    python -m bench.qr --reading    reading rates of poor pictures, by level

`--json` prints one object on the last line; `--quick` measures less.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median

import click
from qrcode import QRCode, constants, util

from bench.qr_reading import COARSE_WIDTHS, DAMAGE_PERCENTS, measure
from bench.qr_samples import NAMES, URL_PREFIXES, sample_text
from bench.qr_sizes import rows, tables
from codes.qr_symbol import make_symbol
from codes.qr_tables import ErrorCorrection, load_tables

_LIBRARY_LEVELS = {"L": constants.ERROR_CORRECT_L, "M": constants.ERROR_CORRECT_M}


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Times of making one symbol; ratios are the library's time over ours, in the same minute.

    Args:
        level: error correction.
        name_characters: length of the holder's name.
        version: of the symbol.
        microseconds: ours, warm, mask chosen by penalty.
        library_microseconds: the library's, which makes the same symbol.
        ratio: how often ours fits into the library's.
        table_milliseconds: making the tables, once for each version and level.
    """

    level: str
    name_characters: int
    version: int
    microseconds: float
    library_microseconds: float
    ratio: float
    table_milliseconds: float


def library_symbol(text: str, level: str) -> list[list[bool | None]]:
    """Return the same symbol from the qrcode library."""
    prefix, _, digits = text.partition("#")
    code = QRCode(error_correction=_LIBRARY_LEVELS[level], border=0)
    code.add_data(util.QRData(f"{prefix}#".encode(), mode=4))
    code.add_data(util.QRData(digits.encode(), mode=1))
    code.make()
    return code.modules


def measure_speed(*, rounds: int) -> list[Speed]:
    """Return the speeds for each level and name length, ours and the library's taken in turn."""
    return [
        _speed(level, length, name, rounds=rounds)
        for level in ("M", "L")
        for length, name in NAMES.items()
    ]


def _speed(level: str, length: int, name: str, *, rounds: int) -> Speed:
    texts = [sample_text(name, URL_PREFIXES[23], variant=variant) for variant in range(20)]
    load_tables.cache_clear()
    symbol = make_symbol(texts[0], level=level)
    load_tables.cache_clear()
    table_seconds = _seconds(lambda: load_tables(symbol.version, ErrorCorrection(level)))
    ours, library = [], []
    for _ in range(rounds):
        ours.append(
            _seconds(lambda: [make_symbol(text, level=level) for text in texts]) / len(texts)
        )
        library.append(_seconds(lambda: library_symbol(texts[0], level)))
    return Speed(
        level=level,
        name_characters=length,
        version=symbol.version,
        microseconds=round(1e6 * median(ours), 1),
        library_microseconds=round(1e6 * median(library), 1),
        ratio=round(median(library) / median(ours), 1),
        table_milliseconds=round(1e3 * table_seconds, 1),
    )


def _seconds(act: Callable[[], object]) -> float:
    # Processor time: another process on the same core does not make a symbol slower.
    start = time.process_time()
    act()
    return time.process_time() - start


def _report_speed(*, quick: bool) -> dict[str, object]:
    speeds = measure_speed(rounds=5 if quick else 40)
    click.echo("level  name  version  ours µs  library µs  ratio  tables ms")
    for speed in speeds:
        click.echo(
            f"{speed.level:5}  {speed.name_characters:4}  {speed.version:7}  "
            f"{speed.microseconds:7.1f}  {speed.library_microseconds:10.1f}  "
            f"{speed.ratio:5.1f}  {speed.table_milliseconds:9.1f}"
        )
    slowest = max(speed.microseconds for speed in speeds)
    return {
        "bench": "qr",
        "slowest_microseconds": slowest,
        "under_one_millisecond": slowest < 1000,
        "lowest_ratio": min(speed.ratio for speed in speeds),
        "rows": [asdict(speed) for speed in speeds],
    }


def _report_sizes() -> dict[str, object]:
    click.echo(tables())
    return {
        "bench": "qr --sizes",
        "rows": [
            {
                "level": level.value,
                "layout": layout.name,
                "url_prefix_characters": prefix,
                "name_characters": name,
                "version": version,
                "modules": 4 * version + 17,
                "slack_bits": slack,
            }
            for level, layout, prefix, name, version, slack in rows()
        ],
    }


def _report_reading(*, quick: bool) -> dict[str, object]:
    trials = 10 if quick else 100
    found = measure(trials)
    for kind, unit, steps in (
        ("coarse picture", "pixels wide", COARSE_WIDTHS),
        ("damaged paper", "% of the area hidden", DAMAGE_PERCENTS),
    ):
        click.echo(f"| {kind} | " + " | ".join(f"{step} {unit}" for step in steps) + " |")
        click.echo("|---" * (len(steps) + 1) + "|")
        for rates in found:
            if rates.kind == kind:
                cells = " | ".join(f"{percent} %" for percent in rates.percents)
                click.echo(f"| {rates.level} (version {rates.version}) | {cells} |")
        click.echo("")
    return {"bench": "qr --reading", "trials": trials, "rows": [asdict(rates) for rates in found]}


@click.command()
@click.option("--sizes", is_flag=True, help="Sizes of all alphabets, as Markdown.")
@click.option("--reading", is_flag=True, help="Reading rates of poor pictures, by level.")
@click.option("--quick", is_flag=True, help="Measure less.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on the last line.")
def main(*, sizes: bool, reading: bool, quick: bool, as_json: bool) -> None:
    """Measure QR symbols."""
    if sizes:
        result = _report_sizes()
    elif reading:
        result = _report_reading(quick=quick)
    else:
        result = _report_speed(quick=quick)
    if as_json:
        click.echo(json.dumps(result))


if __name__ == "__main__":
    main()
