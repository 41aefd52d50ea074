"""`python -m tests.forgery`: makes pieces, asks a verifier, prints a table, keeps what went wrong.

python -m tests.forgery --hand A --seed 1 --count 28 --keep FOLDER
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.forgery.judging import CAUGHT, Mark, fields_of, judge
from tests.forgery.papers import make_works
from tests.forgery.picture_pieces import picture_piece
from tests.forgery.pieces import Piece
from tests.forgery.raster_edits import Hand
from verifier.opening import open_verifier
from verifier.verdict import Verdict

_PAPERS = 12


def main(arguments: Sequence[str]) -> int:
    """Judge so many pieces; return 0."""
    options = _parser().parse_args(arguments)
    counted: Counter[tuple[str, Mark]] = Counter()
    with tempfile.TemporaryDirectory(prefix="yz-forgery-") as folder:
        works = make_works(Path(folder), seed=options.seed, count=_PAPERS)
        verifier = open_verifier(works.home)
        try:
            for index in range(options.start, options.start + options.count):
                hand = Hand(options.hand)
                piece = picture_piece(works.papers, hand=hand, seed=options.seed, index=index)
                verdict = verifier.verify_file(piece.data, piece.filename)
                mark = judge(piece, verdict)
                counted[piece.forgery, mark] += 1
                print(f"{piece.name} {piece.forgery} / {piece.wear}: {mark} ({_said(verdict)})")
                if options.keep and mark not in {*CAUGHT, Mark.FINE}:
                    _keep(options.keep, piece, verdict, mark)
        finally:
            verifier.close()
    for (forgery, mark), count in sorted(counted.items()):
        print(f"{forgery:34} {mark:28} {count}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.forgery", description=__doc__)
    parser.add_argument("--hand", choices=[one.value for one in Hand], default="A")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--count", type=int, default=28)
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    return parser


def _said(verdict: Verdict) -> str:
    differing = ", ".join(sorted(fields_of(verdict, differs=True))) or "nothing"
    agreeing = len(fields_of(verdict, differs=False))
    return f"{verdict.outcome}; differing: {differing}; {agreeing} agree"


def _keep(folder: Path, piece: Piece, verdict: Verdict, mark: Mark) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{mark}-{piece.name}".replace(" ", "_").replace(",", "")
    (folder / f"{stem}.{piece.filename.rpartition('.')[2]}").write_bytes(piece.data)
    lines = [f"{piece.forgery} / {piece.wear}: {verdict.outcome}"]
    lines += [f"{one.code} {dict(one.evidence)}" for one in verdict.findings]
    (folder / f"{stem}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
