"""Whole logs in folders, of our own leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from codes.levels import Level
from codes.number import parse_prefix
from log.checkpoint import Checkpoint
from log.leaves import CopyLeaf, IssueLeaf, Leaf, encode_leaf
from log.notes import NoteSignature, SignedNote, sign_text
from log.tiles import TileTree, extend_tiles
from tests.log.trees import LOG_KEY, LOG_SIGN, ORIGIN

PREFIX = parse_prefix("S000012000123")
START = datetime(2026, 3, 1, 1, 0, 0, tzinfo=UTC)
_SERIALS = 999_999  # of a body, a year and a level


class GrowingLog:
    """A log that is written as an honest operator would.

    Args:
        folder: for its files; empty or a log of this kind.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.size = 0
        folder.mkdir(parents=True, exist_ok=True)

    def grow(
        self,
        entries: Sequence[bytes],
        *,
        cosign: Callable[[str], Sequence[NoteSignature]] = lambda text: (),
        keep: bool = False,
    ) -> Checkpoint:
        """Add entries and publish a checkpoint; `keep` also keeps it under its size."""
        for tile, data in list(
            extend_tiles(lambda tile: (self.folder / tile.path).read_bytes(), self.size, entries)
        ):
            path = self.folder / tile.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.size += len(entries)
        checkpoint = Checkpoint(origin=ORIGIN, size=self.size, root=self.tree().root())
        signature = sign_text(checkpoint.text, LOG_KEY, LOG_SIGN)
        note = SignedNote(text=checkpoint.text, signatures=(signature, *cosign(checkpoint.text)))
        (self.folder / "checkpoint").write_bytes(bytes(note))
        if keep:
            (self.folder / f"checkpoint.{self.size}").write_bytes(bytes(note))
        return checkpoint

    def tree(self) -> TileTree:
        """Return the tree as its tiles have it."""
        return TileTree(lambda tile: (self.folder / tile.path).read_bytes(), self.size)


def issue_leaf(serial: int, *, on: date = date(2026, 3, 1)) -> IssueLeaf:
    """Return the issue leaf of one certificate of the one body."""
    return IssueLeaf(
        number=PREFIX.number(year=on.year, level=Level.THREE, serial=serial),
        record_version=1,
        record_hash=hashlib.sha256(b"record %d" % serial).digest(),
        key_id=513,
        issued_on=on,
        occupation=1,
    )


def own_entries(start: int, count: int) -> list[bytes]:
    """Return entries as issuing makes them: an issue leaf, then the leaf of its copy.

    Serials begin anew where a year has no more of them.
    """
    return [
        encode_leaf(_leaf(at), START + timedelta(seconds=at)) for at in range(start, start + count)
    ]


def _leaf(at: int) -> Leaf:
    if at % 2 == 0:
        return issue_leaf(at // 2 % _SERIALS + 1)
    return CopyLeaf(prefix=str(PREFIX), file_sha256=hashlib.sha256(b"file %d" % at).digest())
