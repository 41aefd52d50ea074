"""Makes pieces from the papers of a small office, and judges what the real verifier says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.forgery.judging import Mark, judge
from tests.forgery.papers import Paper, make_works
from tests.forgery.pieces import Piece
from tests.forgery.tally import Kind
from tests.unhurried import unhurried
from verifier.opening import open_verifier
from verifier.verdict import Verdict

MakePiece = Callable[[Sequence[Paper], int], Piece]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A piece, the verdict on it, and what that is worth."""

    series: str
    piece: Piece
    verdict: Verdict
    mark: Mark

    @property
    def kind(self) -> Kind:
        """What this counts as."""
        piece = self.piece
        return Kind(series=self.series, forgery=piece.forgery, wear=piece.wear, mark=self.mark)


def ask(
    folder: Path, make: MakePiece, indices: Iterable[int], *, series: str, seed: int, papers: int
) -> Iterator[Asked]:
    """Yield what the verifier of an office says of pieces made from its papers.

    Args:
        folder: an empty one, for the office.
        make: a piece by papers and index.
        indices: of the pieces.
        series: they are of.
        seed: of the people whose papers they are.
        papers: how many certificates the office issues.
    """
    works = make_works(folder, seed=seed, count=papers)
    with unhurried(), closing(open_verifier(works.home)) as verifier:
        for index in indices:
            piece = make(works.papers, index)
            verdict = verifier.verify_file(piece.data, piece.filename)
            yield Asked(series=series, piece=piece, verdict=verdict, mark=judge(piece, verdict))
