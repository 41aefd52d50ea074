"""What a report says of the status of a record, where the paper itself does not agree with it."""

from __future__ import annotations

import json

import pytest

from templates.fonts import FontChain
from templates.report_page import ReportSeal, draw_report
from tests.issuer.seal_homes import real_now
from tests.sealer.report_homes import ORGANISATION, ReportHome
from tests.sealer.test_reports import text_of


@pytest.fixture(scope="module")
def written(desk: ReportHome) -> bytes:
    """The JSON of a report on a certificate in force."""
    ticket = desk.ask_report(desk.ask())
    desk.seal()
    return desk.files(ticket)[1]


@pytest.mark.parametrize(
    ("outcome", "speaks_for_it", "said"),
    [
        ("valid", True, "查验时的证书状态"),
        ("inconclusive", False, "查验对象未能核验，不能据此认为其真实有效"),
        ("altered", False, "查验对象的结论见上，不能据此认为其真实有效"),
    ],
)
def test_the_status_of_a_record_speaks_for_no_paper_that_does_not_agree_with_it(
    written: bytes, outcome: str, speaks_for_it: bool, said: str
) -> None:
    report = json.loads(written)["report"]
    assert report["verdict"]["status"] == "current"
    report["verdict"]["outcome"] = outcome
    page = draw_report(
        report,
        mark=b"%test",
        content=b"{}",
        picture=None,
        address=report["address"],
        seal=ReportSeal(
            signer_name=ORGANISATION,
            organisation=ORGANISATION,
            contents_bytes=20,
            fingerprint="0a" * 32,
        ),
        sealed_at=real_now(),
        fonts=FontChain(),
    )
    shown = "".join(text_of(page.filled(b"")[0]).split())
    assert said in shown
    assert ":".join(["0A"] * 32) in shown  # as the page on which reports are checked has it
    assert ("查验时的证书状态" in shown) is speaks_for_it
    assert ("登记记录的状态" in shown) is not speaks_for_it


def test_the_page_of_a_report_has_the_day_asked_about_in_its_head(desk: ReportHome) -> None:
    form = {"number": desk.number, "by": "name", "name": desk.name, "on": "2020-01-01"}
    ticket = desk.ask_report(str(desk.client.post("/verify", data=form).text))
    desk.seal()
    shown = desk.client.post("/report", data={"number": ticket.number, "code": ticket.code}).text
    head = shown.partition('id="outcome"')[2].partition("</section>")[0]
    assert "2020年1月1日" in head and "尚未核发" in head
