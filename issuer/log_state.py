"""What `yanzhen log show` shows: how far the log is, and what waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, func, select

from codes.wording import Text
from log.checkpoint import Checkpoint
from log.notes import VerifierKey
from registry.home import Home
from registry.log_models import LogEntry
from registry.log_reader import LogReader
from registry.session import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """The log of a home.

    Args:
        vkey: its public key.
        checkpoint: the latest published one.
        unpublished: leaves with an index that the checkpoint does not cover yet.
        waiting: leaves without an index.
    """

    vkey: VerifierKey
    checkpoint: Checkpoint
    unpublished: int
    waiting: int

    def as_dict(self) -> dict[str, Any]:
        """Return the state as one JSON object."""
        return {
            "origin": self.checkpoint.origin,
            "vkey": str(self.vkey),
            "size": self.checkpoint.size,
            "root": self.checkpoint.root.hex(),
            "unpublished": self.unpublished,
            "waiting": self.waiting,
        }

    @property
    def text(self) -> Text:
        """Return what a person reads."""
        root = self.checkpoint.root.hex()
        behind = self.unpublished + self.waiting
        return Text(
            f"日志 {self.checkpoint.origin}：{self.checkpoint.size} 条，根 {root}\n"
            f"待公布 {behind} 条\n公钥（vkey）：{self.vkey}",
            f"log {self.checkpoint.origin}: {self.checkpoint.size} leaves, root {root}\n"
            f"waiting: {behind}\nvkey: {self.vkey}",
        )


def inspect_log(home: Home, engine: Engine) -> LogState:
    """Return how far a home's log is.

    Raises:
        LogError: nothing is published, or what is cannot be read.
    """
    reader = LogReader(home.log_folder)
    checkpoint = reader.checkpoint().checkpoint
    with reading(engine) as session:
        waiting = session.scalar(
            select(func.count(LogEntry.id)).where(LogEntry.leaf_index.is_(None))
        )
        beyond = session.scalar(
            select(func.count(LogEntry.id)).where(LogEntry.leaf_index >= checkpoint.size)
        )
    return LogState(
        vkey=reader.vkey(), checkpoint=checkpoint, unpublished=beyond or 0, waiting=waiting or 0
    )
