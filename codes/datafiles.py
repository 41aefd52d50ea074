"""Reads this package's own dated tables (codes/data/*.json), the only files this room opens."""

from __future__ import annotations

import json
from datetime import date
from importlib import resources
from typing import Any


def load_table(name: str) -> dict[str, Any]:
    """Return the JSON object in `codes/data/<name>.json`."""
    text = resources.files("codes").joinpath("data", f"{name}.json").read_text(encoding="utf-8")
    table = json.loads(text)
    if not isinstance(table, dict):
        raise TypeError(f"codes/data/{name}.json does not hold an object")
    return table


def day(value: str) -> date:
    """Return the day written as `YYYY-MM-DD`."""
    return date.fromisoformat(value)


def day_or_open(value: str | None) -> date | None:
    """Return the day written as `YYYY-MM-DD`, or None for a term that is still open."""
    return None if value is None else date.fromisoformat(value)
