"""Which number a paper prints is told apart from that of its QR code."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from templates.labels import Field
from tests.verifier.edits import marked, redacted, value_mark
from tests.verifier.police_homes import PoliceHome, open_police_home, photographed
from verifier.cases.shown_numbers import kept_numbers


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks of a home with one certificate."""
    with open_police_home(tmp_path_factory.mktemp("police-numbers")) as made:
        yield made


def told(desk: PoliceHome, case_id: int) -> list[str]:
    """Return what the page of a case says of the number of each paper."""
    page = desk.page(f"/police/cases/{case_id}")
    cells = re.findall(r'data-label="所示编号">(.*?)</td>', page, re.DOTALL)
    return [re.sub("<[^>]+>|\\s", "", html.unescape(one)) for one in cells]


def test_a_printed_number_is_told_apart_from_the_one_of_the_code(desk: PoliceHome) -> None:
    last = "8" if desk.number[-1] != "8" else "3"
    other = desk.number[:-1] + last
    altered = marked(redacted(desk.pdf, Field.NUMBER), value_mark(Field.NUMBER, other))
    blank = photographed(redacted(desk.pdf, Field.NUMBER))
    case_id = desk.open_case("〔2026〕501号")
    desk.hand_in(case_id, altered, "a.pdf")
    desk.hand_in(case_id, photographed(altered))
    desk.hand_in(case_id, blank)
    desk.hand_in(case_id, desk.pdf, "真.pdf")
    pdf, photo, unread, genuine = told(desk, case_id)
    assert pdf == photo == f"{other}二维码：{desk.number}"
    assert unread == f"纸面：未读出或不能判断二维码：{desk.number}"
    assert genuine == desk.number


def test_a_paper_judged_before_says_that_it_was_not_told_apart() -> None:
    assert kept_numbers({}, "S1") == {"printed": None, "code": None, "either": "S1"}
