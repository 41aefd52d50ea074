"""What the authority's desk says of a unit that is filed already."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from registry.home import Home
from tests.accounts.desk_app import working_as
from tests.issuer.authority_desk import CLERK, TYPED, AuthorityDesk, send
from tests.issuer.procedures import PREFIX

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
