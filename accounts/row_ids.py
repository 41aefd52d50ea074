"""Ids in addresses: whole numbers that a database can hold, so that a greater one is not found."""

from __future__ import annotations

from typing import Any, Final

from werkzeug.routing import IntegerConverter, Map

_MOST: Final = 2**63 - 1


class RowId(IntegerConverter):
    """The `int` of the desks' addresses."""

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:
        super().__init__(map, *args, **({"max": _MOST} | options))
