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
    page = re.sub("<[^>]+>", "", desk.page("/police/clusters"))
    assert f"纸面 {other} 二维码 {desk.number}" in page


def test_clusters_say_which_papers_have_which_name_and_show_no_hash(desk: PoliceHome) -> None:
    one, other = desk.open_case("〔2026〕502号"), desk.open_case("〔2026〕503号")
    number = "S000012000123263000077"
    for place, (case_id, name) in enumerate([(one, "张三"), (one, "李四"), (other, "张 三")]):
        data = b"%PDF-1.4 " + str(place).encode()
        desk.hand_in(case_id, data, "a.pdf", number=number, name=name)
    desk.hand_in(one, b"%PDF-1.4 0", "b.pdf")
    page = desk.page("/police/clusters")
    block = page.partition(f">{number}<")[2].partition("</section>")[0]
    assert re.findall("姓名 [A-Z]", block) == ["姓名 A", "姓名 B", "姓名 A"]
    assert "张三" not in page
    hashes = re.findall(r"(.{0,40})<code class=.long.>[0-9a-f]{16,}<", page, re.DOTALL)
    assert hashes and all("SHA-256" in before for before in hashes)
    assert "同一个文件" not in desk.page("/police/clusters?across=1")
    assert number in desk.page("/police/clusters?across=1")


def test_a_paper_judged_before_says_that_it_was_not_told_apart() -> None:
    assert kept_numbers({}, "S1") == {"printed": None, "code": None, "either": "S1"}
