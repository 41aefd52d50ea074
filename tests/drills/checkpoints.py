"""Watches every checkpoint that a process gives a name: never two roots of one size."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from log.checkpoint import parse_checkpoint_text
from log.notes import parse_note
from registry.log_reader import CHECKPOINT

_END = "\x1e"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A file to which every checkpoint of watched processes is added before it gets its name.

    Args:
        path: of the file; kept by the drill, never seen by the product.
    """

    path: Path

    def install(self) -> None:
        """Watch this process until it ends."""
        rename = os.replace

        def watched(source: Any, target: Any, **options: Any) -> None:
            if Path(target).name == CHECKPOINT:
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(Path(source).read_text(encoding="utf-8") + _END)
            rename(source, target, **options)

        setattr(os, "replace", watched)  # noqa: B010 - for this forked process only

    def checkpoints(self) -> int:
        """Return how many different checkpoints there were."""
        return len(set(self._notes()))

    def forks(self) -> list[str]:
        """Return the sizes that two checkpoints have different roots of."""
        roots: dict[int, set[bytes]] = {}
        for note in self._notes():
            checkpoint = parse_checkpoint_text(parse_note(note.encode()).text)
            roots.setdefault(checkpoint.size, set()).add(checkpoint.root)
        several = {size: len(found) for size, found in roots.items() if len(found) > 1}
        return [f"{count} roots of size {size}" for size, count in several.items()]

    def _notes(self) -> list[str]:
        if not self.path.exists():
            return []
        return self.path.read_text(encoding="utf-8").split(_END)[:-1]
