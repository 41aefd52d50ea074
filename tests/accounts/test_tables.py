"""Whatever an address says of a list, the page it makes is one the list offers."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest

from accounts.tables import Column, Filter, FilterKind, TablePage, TableSpec, read_table
from codes.wording import Text

A = Text("甲", "a")
SPEC = TableSpec(
    columns=(
        Column(key="number", text=A, sortable=True),
        Column(key="name", text=A),
        Column(key="on", text=A, sortable=True),
    ),
    filters=(
        Filter(key="batch", text=A),
        Filter(key="state", text=A, kind=FilterKind.CHOICE, choices=(("open", A),)),
        Filter(key="since", text=A, kind=FilterKind.DAY),
    ),
    sort="number",
    kept=("tab",),
)


def again(address: str) -> TablePage:
    """Follow a link of a list."""
    return read_table(dict(parse_qsl(address[1:])), SPEC)


def test_an_address_without_parameters_is_the_list_as_it_stands() -> None:
    page = read_table({}, SPEC)

    assert (page.sort, page.descending, page.page, page.size) == ("number", False, 1, 50)
    assert page.query() == "?"


@pytest.mark.parametrize(
    "bad",
    [
        {"sort": "name"},
        {"sort": "password; DROP TABLE"},
        {"page": "-1"},
        {"page": "0"},
        {"page": "²"},
        {"page": "9" * 5000},
        {"size": "1000000"},
        {"state": "nonsense"},
        {"since": "2026-02-30"},
        {"since": "20261122"},
        {"batch": "   "},
        {"after": "x"},
    ],
)
def test_what_the_list_does_not_offer_counts_as_not_said(bad: dict[str, str]) -> None:
    assert read_table(bad, SPEC) == read_table({}, SPEC)


def test_an_address_says_order_place_and_filters() -> None:
    page = again("?sort=on&order=desc&page=3&size=20&batch=117&state=open&since=2026-11-22")

    assert (page.sort, page.descending, page.offset, page.limit) == ("on", True, 40, 21)
    assert (page.words("batch"), page.words("state")) == ("117", "open")
    assert page.day("since") == date(2026, 11, 22)


def test_its_links_say_the_same_again() -> None:
    page = again("?sort=on&order=desc&page=3&size=20&batch=1%26x%3D2&tab=mine")

    assert again(page.query()) == page
    assert again(page.query(page=4)).offset == 60
    assert again(page.turned(SPEC.columns[0])).page == 1
    assert not again(page.turned(SPEC.columns[2])).descending
    assert again(page.unfiltered()).chosen == {}
    assert "format=csv" in page.query(format="csv")


def test_one_row_more_than_shown_tells_that_there_are_more() -> None:
    page = read_table({"size": "20"}, SPEC)

    assert page.cut(range(21)) == (range(20), True)
    assert page.cut(range(20)) == (range(20), False)
    assert [page.pages(total) for total in (0, 20, 21)] == [1, 1, 2]
