"""What SQLite is asked, whoever asks it, with `?` where a value of bytes stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collects the statements until the block ends."""
    asked: list[str] = []

    def note(statement: str) -> None:
        asked.append(re.sub("x'[0-9a-f]*'", "?", statement, flags=re.IGNORECASE))

    def watch(raw: Any, *_more: object) -> None:
        raw.set_trace_callback(note)

    def leave(raw: Any, *_more: object) -> None:
        raw.set_trace_callback(None)

    event.listen(engine, "checkout", watch)
    event.listen(engine, "checkin", leave)
    try:
        yield asked
    finally:
        event.remove(engine, "checkout", watch)
        event.remove(engine, "checkin", leave)
