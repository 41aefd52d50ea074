"""Ids of rows in addresses and forms: whole numbers that a database can hold, or none."""

from __future__ import annotations

from typing import Any, Final

from werkzeug.routing import IntegerConverter, Map

_MOST: Final = 2**63 - 1
_DIGITS: Final = len(str(_MOST))


class RowId(IntegerConverter):
    """The `int` of addresses; a greater one is not found."""

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:
        super().__init__(map, *args, **({"max": _MOST} | options))


def read_row_id(text: str) -> int | None:
    """Return the id that a parameter or a field says; None for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        return None
    number = int(text)
    return number if number <= _MOST else None
