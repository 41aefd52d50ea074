"""A text longer than a form takes is refused with all that was typed; nothing is cut in silence."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from accounts.troubles import too_long
from issuer.exam_columns import ExamColumn
from issuer.exam_sheets import LinesRefused, read_exam_sheet, write_exam_sheet
from registry.home import Home
from tests.arch.sources import ROOT
from tests.issuer.authority_desk import CLERK, DIRECTOR, AuthorityDesk
from tests.issuer.procedures import PREFIX


@pytest.fixture
def desk(home: Home, tmp_path: Path) -> AuthorityDesk:
    return AuthorityDesk(home, tmp_path / "in")


def filed(desk: AuthorityDesk) -> None:
    desk.procedure.filed()
    desk.today = date(2026, 11, 30)


def test_a_text_is_counted_as_typed_with_one_sign_for_a_line_break() -> None:
    assert too_long({"reason": "字\r\n字 "}, reason=3, reference=5) == ()
    [trouble] = too_long({"reason": "一二三四"}, reason=3)
    assert (trouble.field, trouble.text.zh) == ("reason", "4 字，最多 3 字")


def test_reason_and_number_of_an_act_on_a_filing_are_kept_whole(desk: AuthorityDesk) -> None:
    filed(desk)
    reason, reference = "因" * 612, "号" * 101
    address = f"/filing/bodies/{PREFIX}/acts/suspend"
    form = {"day": "2026-12-10", "reason": reason, "reference": reference}
    page = desk.post(CLERK, address, **form)
    assert page.status_code == 422
    assert "612 字，最多 500 字" in page.text and "101 字，最多 100 字" in page.text
    assert f">{reason}</textarea>" in page.text and f'value="{reference}"' in page.text
    assert "最多 500 字" in desk.get(CLERK, address).text
    renamed = desk.post(CLERK, f"/filing/bodies/{PREFIX}/acts/rename", text="名" * 101)
    assert "101 字，最多 100 字" in renamed.text


def test_why_a_proposal_is_declined_is_kept_whole(desk: AuthorityDesk) -> None:
    filed(desk)
    form = {"day": "2026-12-10", "reason": "检查", "reference": "津人社备〔2026〕1号"}
    proposal = desk.post(CLERK, f"/filing/bodies/{PREFIX}/acts/suspend", **form)
    remark = "否" * 501
    page = desk.post(DIRECTOR, f"{proposal.headers['Location']}/decline", remark=remark)
    assert (page.status_code, "501 字，最多 500 字" in page.text) == (422, True)
    assert f">{remark}</textarea>" in page.text


def test_a_text_of_an_examination_sheet_is_kept_whole_or_its_cell_is_told() -> None:
    heads = (ExamColumn.ROW, ExamColumn.NAME, ExamColumn.EVIDENCE)
    fits, long = ["2", "甲", "证" * 300], ["3", "乙", "证" * 301]
    [line] = read_exam_sheet(write_exam_sheet("表", heads, [fits]), ExamColumn.ROW)
    assert line.text(ExamColumn.EVIDENCE) == "证" * 300
    with pytest.raises(LinesRefused) as refused:
        read_exam_sheet(write_exam_sheet("表", heads, [fits, long]), ExamColumn.ROW)
    [fault] = refused.value.faults
    assert fault.whole.zh == "表格第 3 行“依据材料”：301 字，最多 300 字"


def test_no_browser_cuts_what_is_pasted_into_a_text_of_the_desks() -> None:
    pages = [*(ROOT / "templates/pages/desk").rglob("*.html")]
    cut = [
        (page.name, line)
        for page in pages
        if page.parent.name != "police"
        for line in page.read_text("utf-8").splitlines()
        if re.search(r"textarea\(.*maxlength|<textarea[^>]*maxlength", line)
    ]
    assert len(pages) > 80 and cut == []
