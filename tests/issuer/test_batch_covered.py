"""A batch whose certificates the public check does not accept, as its filing ended that day."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from issuer.desk import shanghai_day
from issuer.filing_acts import Decision
from issuer.root_custody import open_root_keys
from issuer.site_acts import SiteAct, SiteActKind, carry_out
from registry.session import transaction
from tests.conftest import PASSPHRASE
from tests.issuer.batch_desk import BatchDesk
from tests.issuer.desks import PREFIX
from tests.issuer.exam_desk import Clock, issued, open_examining


@pytest.fixture
def desk(
    examining_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    return open_examining(examining_home, tmp_path / "home", monkeypatch, clock)


def handover(desk: BatchDesk, draft: int) -> list[str]:
    """Return all that stands on the list that holders sign."""
    data = desk.download(f"/batches/{draft}/files/handover.xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    return [str(cell) for row in sheet.to_python() for cell in row]


def test_certificates_dated_after_the_filing_ended_are_not_to_be_handed_out(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = issued(desk, tmp_path, clock)
    said = "2 张证书的发证日期不在本机构备案期内，公众核验不认可：请勿印制、发放和上传"
    assert said not in desk.get(f"/batches/{draft}").text
    assert "待印制、上传全国平台" in desk.get("/").text
    assert sum(PREFIX in cell for cell in handover(desk, draft)) == 2

    room, day = desk.room, shanghai_day(clock.now)
    decision = Decision(decider="赵经办", approver="钱负责", decided_on=day)
    act = SiteAct(kind=SiteActKind.SUSPEND, prefix=PREFIX, day=day)
    signers = open_root_keys(room.home, PASSPHRASE)
    with transaction(room.register) as session:
        carry_out(session, room.home, act, decision, now=clock.now, signers=signers)

    page = desk.get(f"/batches/{draft}").text
    assert page.count(said) == 2, "as what comes next, and above the page"
    assert "下载证书和清单" not in page and said in desk.get(f"/batches/{draft}/upload").text
    front = desk.get("/").text
    assert "待印制、上传全国平台" not in front
    assert "个已签发批次有证书公众核验不认可，请勿发放" in front
    cells = handover(desk, draft)
    assert not any(cell.startswith(PREFIX) for cell in cells)
    assert any("2 张的发证日期不在本机构备案期内，公众核验不认可，不得发放" in one for one in cells)
