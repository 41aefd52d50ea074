"""Text that came from elsewhere, as it may be printed: nothing in it steers a terminal."""

from __future__ import annotations

import json
from typing import Any


def printable(text: str) -> str:
    """Return `text` with nothing in it that would steer the terminal."""
    return "".join(char if char.isprintable() or char == "\n" else "\ufffd" for char in text)


def one_line(text: str) -> str:
    """Return a name or path that came from elsewhere so that it stays within its line."""
    return printable(text).replace("\n", "\ufffd")


def json_line(value: Any) -> str:
    """Return a value as one line of JSON, everything that is not printable written as an escape."""
    line = json.dumps(value, ensure_ascii=False)
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)
