"""`python -m tests.forgery`: makes pieces, asks a verifier, prints tables, keeps what went wrong.

python -m tests.forgery --hand A --seed 1 --count 28 --keep FOLDER

A piece of the drill is made again by its own seed and place; its people are of that seed plus the
place where its part begins, as in `--seed 20261123 --people 20261323 --start 247 --count 1`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.forgery.asking import Asked, ask
from tests.forgery.judging import CAUGHT, Mark, fields_of
from tests.forgery.pdf_pieces import pdf_piece
from tests.forgery.picture_pieces import picture_piece
from tests.forgery.raster_edits import Hand
from tests.forgery.tally import PDF, PICTURE, tables
from verifier.verdict import Verdict

PAPERS = 12


def main(arguments: Sequence[str]) -> int:
    """Judge so many pieces; return 0."""
    options = _parser().parse_args(arguments)
    indices = range(options.start, options.start + options.count, options.step)
    hand, seed = Hand(options.hand), options.seed
    make = partial(pdf_piece, seed=seed)
    if not options.pdf:
        make = partial(picture_piece, hand=hand, seed=seed)
    series = PDF if options.pdf else PICTURE
    found = []
    with tempfile.TemporaryDirectory(prefix="yz-forgery-") as folder:
        people = seed if options.people is None else options.people
        for one in ask(Path(folder), make, indices, series=series, seed=people, papers=PAPERS):
            found.append(one.kind)
            _tell(one)
            if options.keep and one.mark not in {*CAUGHT, Mark.FINE}:
                _keep(options.keep, one)
    print("\n".join(tables(Counter(found))))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.forgery", description=__doc__)
    parser.add_argument("--pdf", action="store_true", help="files forged as PDF, not pictures")
    parser.add_argument("--hand", choices=[one.value for one in Hand], default="A")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, metavar="SEED", help="of whom papers are")
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--count", type=int, default=28)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    return parser


def _tell(one: Asked) -> None:
    piece = one.piece
    line = f"{piece.name} {piece.forgery} / {piece.wear}: {one.mark} ({_said(one.verdict)})"
    print(line, flush=True)


def _said(verdict: Verdict) -> str:
    differing = ", ".join(sorted(fields_of(verdict, differs=True))) or "nothing"
    agreeing = len(fields_of(verdict, differs=False))
    return f"{verdict.outcome}; differing: {differing}; {agreeing} agree"


def _keep(folder: Path, one: Asked) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    piece, verdict = one.piece, one.verdict
    stem = f"{one.mark}-{piece.name}".replace(" ", "_").replace(",", "")
    (folder / f"{stem}.{piece.filename.rpartition('.')[2]}").write_bytes(piece.data)
    lines = [f"{piece.forgery} / {piece.wear}: {verdict.outcome}"]
    lines += [f"{finding.code} {dict(finding.evidence)}" for finding in verdict.findings]
    (folder / f"{stem}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
