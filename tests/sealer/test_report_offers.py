"""Where a result page offers a report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sealer.report_homes import ReportHome
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.verdict import Outcome


def test_of_a_check_that_was_not_made_there_is_no_report(
    desk: ReportHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier = desk.app.extensions["yanzhen_verifier"]
    found = verifier.verify_qr(desk.qr_text)
    busy = replace(found, outcome=Outcome.INCONCLUSIVE, findings=(find(Code.SYSTEM_BUSY),))
    assert 'name="draft"' in desk.client.post("/verify/qr", data={"text": desk.qr_text}).text
    monkeypatch.setattr(type(verifier), "verify_qr", lambda *_: busy)
    page = desk.client.post("/verify/qr?lang=zh", data={"text": desk.qr_text}).text
    assert 'name="draft"' not in page and "重新核验" in page
