"""How many forgeries are caught, and how many untouched papers are accused.

`python -m bench.forgery` prints the tables of the last full run of the drill `forgery`
(docs/drills/forgery.json, written by `make drills`), and makes and judges a sample of its pieces
again, `--sample` of each series, drawn anew from all of them by `--seed`. `--json` prints one
object: the figures of the run, and those of the sample under `sample`.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import click

from tests.drills.drill import DEFAULT_SEED
from tests.drills.forgery import FILES, PICTURES
from tests.drills.results import RESULTS
from tests.forgery.asking import MakePiece, ask
from tests.forgery.pdf_pieces import pdf_piece
from tests.forgery.picture_pieces import picture_piece
from tests.forgery.raster_edits import Hand
from tests.forgery.tally import PDF, PICTURE, Tally, figures, from_json, tables

KEYS = ("pdf_caught", "photo_caught", "false_alarms", "altered_called_valid")
_RESULTS = RESULTS / "forgery.json"
_PAPERS = 12


def measure_sample(size: int, seed: int) -> Tally:
    """Return what is said of so many files and so many pictures, each with its control.

    Args:
        size: of each series, at least 2.
        seed: chooses the pieces; they themselves are those of the drill.
    """
    series: tuple[tuple[str, MakePiece, int], ...] = (
        (PDF, partial(pdf_piece, seed=DEFAULT_SEED), FILES),
        (PICTURE, partial(picture_piece, hand=Hand.B, seed=DEFAULT_SEED), PICTURES),
    )
    chance = random.Random(seed)
    found = []
    for name, make, count in series:
        pairs = sorted(chance.sample(range(count // 2), max(size // 2, 1)))
        indices = [index for pair in pairs for index in (2 * pair, 2 * pair + 1)]
        with tempfile.TemporaryDirectory(prefix="yz-forgery-") as folder:
            asked = ask(Path(folder), make, indices, series=name, seed=seed, papers=_PAPERS)
            found += [one.kind for one in asked]
    return Counter(found)


@click.command()
@click.option("--sample", default=20, show_default=True, help="Pieces of each series; 0 for none.")
@click.option("--seed", default=1, show_default=True, help="Chooses the sample.")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
def main(sample: int, seed: int, as_json: bool) -> None:
    """Print the results of the drill, and those of a sample measured now."""
    ran = json.loads(_RESULTS.read_bytes()) if _RESULTS.exists() else None
    measured = measure_sample(sample, seed) if sample else None
    if as_json:
        click.echo(json.dumps(_object(ran, measured), ensure_ascii=False))
        return
    if ran is None:
        click.echo("No results yet: make drills writes docs/drills/forgery.json.")
    else:
        click.echo(f"Drill of {ran['finished']}, seed {ran['seed']}, commit {ran['commit']}:\n")
        click.echo("\n".join(tables(from_json(ran))))
    if measured is not None:
        click.echo(f"\nMeasured now, {sample} files and {sample} pictures:\n")
        click.echo("\n".join(tables(measured)))


def _object(ran: dict[str, Any] | None, measured: Tally | None) -> dict[str, Any]:
    found: dict[str, Any] = {key: None if ran is None else ran[key] for key in KEYS}
    if ran is not None:
        found |= {key: ran[key] for key in ("seed", "commit", "pieces", "untouched")}
    if measured is not None:
        found["sample"] = figures(measured)
    return found


if __name__ == "__main__":
    main()
