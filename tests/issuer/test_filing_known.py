"""What the authority's desk says of a unit that is filed already, and of its seals."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from issuer.cli_seal import subject_of
from issuer.seal_custody import ensure_seal
from registry.home import Home
from tests.accounts.desk_app import working_as
from tests.conftest import PASSPHRASE
from tests.issuer.authority_desk import CLERK, TYPED, AuthorityDesk, send
from tests.issuer.procedures import PREFIX, at

KNOWN = "该单位已经备案"


@pytest.fixture
def desk(home: Home, tmp_path: Path) -> AuthorityDesk:
    """The desks of a home with one filed body, a day after."""
    desk = AuthorityDesk(home, tmp_path / "in")
    desk.procedure.filed()
    desk.today += timedelta(days=30)
    return desk


def test_an_application_of_a_filed_unit_is_taken_in_once_that_was_ticked(
    desk: AuthorityDesk,
) -> None:
    link = f'href="/filing/bodies/{PREFIX}">{PREFIX}</a>'
    refused = desk.typed_application()
    assert refused.status_code == 422 and link in refused.text and KNOWN in refused.text
    assert 'href="#known"' in refused.text and 'id="known-wrong"' in refused.text
    assert KNOWN not in desk.get(CLERK, "/filing/applications/1").text  # by which it was filed
    with working_as(desk.app, CLERK) as client:
        done = send(client, "/filing/drafts/1", TYPED | {"do": "submit", "known": "yes"})
    assert done.status_code == 303, done.text
    page = desk.get(CLERK, done.headers["Location"]).text
    assert KNOWN in page and link in page and "有效期至" in page


def test_a_unit_is_known_by_its_name_and_another_is_not(desk: AuthorityDesk) -> None:
    with working_as(desk.app, CLERK) as client:
        draft = send(client, "/filing/drafts", {}).headers["Location"]
        file = {"do": "upload", "files": (BytesIO(b"%PDF"), "章程.pdf")}
        other = {"name": "另一家评价中心（虚构）", "credit_code": "91120000MA0000002A"}
        send(client, draft, TYPED | file | other)
        assert KNOWN not in client.get(draft).text
        send(client, draft, TYPED | {"do": "save", "credit_code": other["credit_code"]})
        assert KNOWN in client.get(draft).text
        send(client, draft, TYPED | other | {"do": "save", "credit_code": TYPED["credit_code"]})
        assert KNOWN in client.get(draft).text


def test_a_seal_is_shown_with_the_name_and_the_code_of_its_holder(desk: AuthorityDesk) -> None:
    home = desk.home
    now = at(desk.today)
    ensure_seal(home, PREFIX, subject_of(home, PREFIX), PASSPHRASE, now=now, crl_url=None)
    page = desk.get(CLERK, f"/filing/bodies/{PREFIX}").text
    shown = page.partition('data-label="持有者"><span>')[2].partition("</td>")[0]
    assert TYPED["name"] in shown and f"统一社会信用代码 {TYPED['credit_code']}" in shown
    assert "CN=" not in shown and "NTRCN" not in shown
