"""Which printed size and level of error correction reads best: the drill's photographs, compared.

    python -m tests.drills.symbol_choices --count 200

prints a table for docs/decisions/0012: the same pages from the same places in the same light, with
symbols of other sizes and levels in the place of the page's own. Chat pictures (1.2 MP), which are
coarser than the drill's, show what smaller modules cost; marks show what error correction gains.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from itertools import product

from codes.qr_symbol import make_symbol
from tests.drills.drill import DEFAULT_SEED
from tests.drills.photo_series import Photograph, Series, make_faces, print_sheets, take
from tests.drills.sheets import Sheet, with_symbol
from verifier.document_child import read_picture

CHOICES = (("L", 30.0), ("M", 28.0), ("M", 30.0), ("M", 32.0), ("Q", 30.0))
_PAGES = 11
_COLUMNS = ("clean", "finder patterns clear", "a finder pattern hit")

Choice = tuple[str, float]


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.drills.symbol_choices")
    parser.add_argument("--count", type=int, default=200, help="photographs of each kind")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    options = parser.parse_args(arguments)
    wanted = (
        Series(megapixels=1, marked=False, seed=options.seed),
        Series(megapixels=2, marked=True, seed=options.seed),
    )
    certificates = make_faces(_PAGES, options.seed)
    read_right: Counter[tuple[Choice, str, str]] = Counter()
    taken: Counter[tuple[Choice, str, str]] = Counter()
    sides: dict[Choice, set[int]] = {choice: set() for choice in CHOICES}
    for page, sheet in enumerate(print_sheets(certificates)):
        for choice in CHOICES:
            other = _changed(sheet, choice)
            sides[choice].add(other.symbol.modules)
            for series in wanted:
                for photo in take(series, other, range(page, options.count, _PAGES)):
                    key = (choice, series.name, _column(photo))
                    taken[key] += 1
                    read_right[key] += _is_read(photo)
        print(f"page {page + 1} of {_PAGES}", file=sys.stderr, flush=True)
    columns = [
        (series.name, column)
        for series, column in product(wanted, _COLUMNS)
        if any(taken[choice, series.name, column] for choice in CHOICES)
    ]
    print("| level, side | modules | " + " | ".join(f"{n}, {c}" for n, c in columns) + " |")
    print("|---" * (len(columns) + 2) + "|")
    for choice in CHOICES:
        cells = [_cell(read_right[(choice, *key)], taken[(choice, *key)]) for key in columns]
        modules = ", ".join(map(str, sorted(sides[choice])))
        print(f"| {choice[0]}, {choice[1]:.0f} mm | {modules} | " + " | ".join(cells) + " |")
    return 0


def _changed(sheet: Sheet, choice: Choice) -> Sheet:
    level, side_mm = choice
    text = sheet.symbol.text
    return with_symbol(sheet, make_symbol(text, level=level), side_mm=side_mm, text=text)


def _column(photo: Photograph) -> str:
    if photo.mark is None:
        return _COLUMNS[0]
    return _COLUMNS[2] if photo.on_finder else _COLUMNS[1]


def _is_read(photo: Photograph) -> bool:
    return bool(read_picture(photo.jpeg)["symbols"] == [photo.text])


def _cell(count: int, total: int) -> str:
    return f"{count} of {total}" if total else "–"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
