"""A sheet as a page shows it: every cell where it was, the bad ones marked and explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codes.wording import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedCell:
    """One cell.

    Args:
        value: as it was read.
        trouble: what is wrong with it and what to do; None for a sound one.
        warning: the trouble does not keep the row from going on.
        field: name of the form field it can be mended in; empty where it is only shown.
        options: what it is chosen from; empty where it is typed.
    """

    value: str
    trouble: Text | None = None
    warning: bool = False
    field: str = ""
    options: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedRow:
    """One row.

    Args:
        number: of the row in the file.
        cells: from left to right, as many as there are headings.
        trouble: what is wrong with the row as a whole.
        href: address of a page of the row's own; empty for none.
    """

    number: int
    cells: Sequence[MarkedCell]
    trouble: Text | None = None
    href: str = ""

    @property
    def marked(self) -> Sequence[int]:
        """Places of cells that keep the row from going on; without any, of those remarked on."""
        places = [place for place, cell in enumerate(self.cells) if cell.trouble is not None]
        return [place for place in places if not self.cells[place].warning] or places
