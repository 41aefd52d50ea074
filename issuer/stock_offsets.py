"""Measured offsets of print-on-stock, kept in the home for each body and layout.

Not secret and not evidence: a wrong one makes printing stand askew, nothing else.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from codes.wording import Text
from issuer.errors import IssuerError
from registry.home import Home
from registry.store import write_durably
from templates.stock_page import StockOffset

FILE: Final = "stock.json"
MOST_MM: Final = 30.0


def read_offset(home: Home, prefix: str, layout: str) -> StockOffset:
    """Return the offset kept for a body and a layout; none where nothing was measured.

    Raises:
        IssuerError: the file is damaged (`stock_offsets_unreadable`).
    """
    kept = _read(_path(home)).get(prefix, {}).get(layout, (0.0, 0.0))
    return StockOffset(x_mm=kept[0], y_mm=kept[1])


def keep_offset(home: Home, prefix: str, layout: str, offset: StockOffset) -> None:
    """Keep the offset of a body and a layout in place of the one before.

    Raises:
        IssuerError: the file is damaged (`stock_offsets_unreadable`).
    """
    kept = _read(_path(home))
    kept.setdefault(prefix, {})[layout] = (offset.x_mm, offset.y_mm)
    text = json.dumps(kept, ensure_ascii=False, indent=2, sort_keys=True)
    write_durably(_path(home), f"{text}\n".encode())


def _path(home: Home) -> Path:
    return home.path / FILE


def _read(path: Path) -> dict[str, dict[str, tuple[float, float]]]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_bytes())
        return {
            str(prefix): {str(layout): _pair(pair) for layout, pair in layouts.items()}
            for prefix, layouts in found.items()
        }
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise IssuerError(
            "stock_offsets_unreadable",
            Text(
                f"数据目录中的 {FILE} 无法读取，请删除后重新设置套打偏移",
                f"{FILE} in the home cannot be read; delete it and set the offsets anew",
            ),
        ) from error


def _pair(value: object) -> tuple[float, float]:
    if not isinstance(value, list):
        raise TypeError("an offset is a pair of numbers")
    x, y = (float(number) for number in value)
    if not max(abs(x), abs(y)) <= MOST_MM:
        raise ValueError("an offset is farther than a sheet can slip")
    return x, y
