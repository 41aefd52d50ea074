"""A list on a page: its columns, what the address asks of it, and the addresses that lead on.

A route says what its list is (`TableSpec`), reads the address (`read_table`), asks its domain for
`table.limit` rows from `table.offset` in the order of `table.sort`, and gives both to the macro
`data_table`. Whatever an address says, the page it makes is one the list offers: what is unknown
counts as not said. Filters stand in the address, so none may ask for personal data: such a search
is a form that posts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlencode

from codes.wording import Text

Row = TypeVar("Row")
SIZES: Final = (20, 50, 100, 200)
MAX_PAGE: Final = 100_000
MAX_WORDS: Final = 100
MAX_CURSOR: Final = 200


class ColumnKind(StrEnum):
    """How the cells of a column stand: words to the left, numbers to the right, some unbroken."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CODE = "code"
    WHOLE = "whole"


class FilterKind(StrEnum):
    """What a filter is filled in with."""

    WORDS = "words"
    CHOICE = "choice"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a list.

    Args:
        key: of its cell in a row, and of the column in the address.
        text: what it is called.
        kind: how its cells stand.
        sortable: whether the list may be ordered by it.
    """

    key: str
    text: Text
    kind: ColumnKind = ColumnKind.TEXT
    sortable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One filter of a list.

    Args:
        key: of the filter in the address; none of sort, order, page, size, after.
        text: what it is called.
        kind: what it is filled in with.
        choices: of a choice: value and what it is called; the empty value is added.
    """

    key: str
    text: Text
    kind: FilterKind = FilterKind.WORDS
    choices: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """What a list is.

    Args:
        columns: from left to right; the first one names the row.
        filters: above the list.
        sort: key of the column it is ordered by unless asked otherwise; empty for the list's own.
        descending: whether that order begins with the greatest.
        size: rows on a page unless asked otherwise, one of `SIZES`.
        by_cursor: the list is walked by what comes after a row, not by page numbers: for long ones.
        kept: other parameters of the address that its links carry on, such as a tab.
    """

    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    sort: str = ""
    descending: bool = False
    size: int = 50
    by_cursor: bool = False
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePage:
    """One page of a list, as an address asks for it; every value is one the list offers.

    Args:
        spec: the list.
        sort: key of a sortable column, or the list's own order.
        descending: whether the greatest comes first.
        page: from 1.
        size: rows on a page.
        after: cursor of the row before, as the list gave it out, untrusted; empty at the beginning.
        chosen: what the filters say, those that say something only.
        kept: other parameters its links carry on.
    """

    spec: TableSpec
    sort: str
    descending: bool
    page: int = 1
    size: int = 50
    after: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.size

    @property
    def limit(self) -> int:
        """How many rows to ask for: one more than are shown, to know whether there are more."""
        return self.size + 1

    def cut(self, found: Sequence[Row]) -> tuple[Sequence[Row], bool]:
        """Return the rows to show of those asked for with `limit`, and whether there are more."""
        return found[: self.size], len(found) > self.size

    def words(self, key: str) -> str:
        """Return what a filter says; empty where it says nothing."""
        return self.chosen.get(key, "")

    def day(self, key: str) -> date | None:
        """Return the day a filter says, or None."""
        said = self.chosen.get(key)
        return date.fromisoformat(said) if said else None

    def pages(self, total: int) -> int:
        """Return how many pages so many rows fill; at least one."""
        return max(1, -(-total // self.size))

    def query(self, **changes: str | int | bool) -> str:
        """Return the address of this list with something changed, as `?…`.

        Args:
            changes: sort, descending, page, size, after, or a parameter of the caller's own such as
                format. Whatever changes the order or the size begins at the first page.
        """
        fresh = not changes.keys().isdisjoint({"sort", "descending", "size"})
        sort = str(changes.pop("sort", self.sort))
        descending = bool(changes.pop("descending", self.descending))
        size = int(changes.pop("size", self.size))
        page = int(changes.pop("page", 1 if fresh else self.page))
        after = str(changes.pop("after", "" if fresh else self.after))
        said: dict[str, str | int | bool] = {**self.kept, **self.chosen}
        if (sort, descending) != (self.spec.sort, self.spec.descending):
            said |= {"sort": sort, "order": "desc" if descending else "asc"}
        if size != self.spec.size:
            said["size"] = size
        if page > 1:
            said["page"] = page
        if after:
            said["after"] = after
        return "?" + urlencode({**said, **changes})

    def turned(self, column: Column) -> str:
        """Return the address that orders by a column, the other way round if it does already."""
        again = column.key == self.sort
        return self.query(sort=column.key, descending=again and not self.descending)

    def unfiltered(self) -> str:
        """Return the address of the list without its filters."""
        return "?" + urlencode(self.kept)


def read_table(args: Mapping[str, str], spec: TableSpec) -> TablePage:
    """Return the page of a list that an address asks for; never fails.

    Args:
        args: parameters of the address, untrusted.
        spec: the list.
    """
    sort, descending = spec.sort, spec.descending
    asked = args.get("sort", "")
    if any(column.sortable and column.key == asked for column in spec.columns):
        sort, descending = asked, args.get("order") == "desc"
    size = _number(args.get("size", ""))
    chosen = {one.key: said for one in spec.filters if (said := _said(args, one))}
    after = args.get("after", "") if spec.by_cursor else ""
    return TablePage(
        spec=spec,
        sort=sort,
        descending=descending,
        page=1 if spec.by_cursor else min(max(1, _number(args.get("page", ""))), MAX_PAGE),
        size=size if size in SIZES else spec.size,
        after=after if len(after) <= MAX_CURSOR and after.isprintable() else "",
        chosen=chosen,
        kept={key: args[key][:MAX_WORDS] for key in spec.kept if args.get(key)},
    )


def _said(args: Mapping[str, str], one: Filter) -> str:
    said = args.get(one.key, "").strip()
    match one.kind:
        case FilterKind.WORDS:
            return said[:MAX_WORDS].replace("\0", "")
        case FilterKind.CHOICE:
            return said if said in {value for value, _ in one.choices} else ""
        case FilterKind.DAY:
            return said if _is_day(said) else ""


def _is_day(said: str) -> bool:
    try:
        return date.fromisoformat(said).isoformat() == said
    except ValueError:
        return False


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 6 else 0
