"""The certificate desk: what is found, what is shown, and who may see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from registry.home import Home
from tests.accounts.desk_app import working_as
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.console.certificate_desk import (
    APPROVER,
    AUTHORITY,
    CLERK,
    FOREIGN,
    approved,
    desks_of,
    open_full,
    page,
    proposed,
    row_of,
)
from tests.issuer.lives import NUMBER, PERSON, SECOND, issue_two


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with two certificates; what happens to them stays."""
    folder = tmp_path_factory.mktemp("desk")
    home = Home.create(
        folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={}
    )
    return issue_two(home, folder)


@pytest.fixture(scope="module")
def app(office: Home) -> Flask:
    """Its desks."""
    return desks_of(office)


def test_the_list_shows_masks_and_no_name(app: Flask) -> None:
    text = page(app, CLERK, "/certificates/")
    assert NUMBER in text and SECOND in text
    assert PERSON.name not in text
    assert f"{PERSON.name[0]}＊" in text


def test_a_certificate_shows_its_proofs_checked_now(app: Flask, office: Home) -> None:
    text = page(app, CLERK, f"/certificates/{row_of(office, NUMBER)}")
    assert text.count("已在日志中证实") == 2
    assert "签名有效，未过期" in text
    assert PERSON.name not in text and PERSON.document_number not in text


def test_a_suspension_goes_from_form_to_effect(app: Flask, office: Home) -> None:
    award_id = row_of(office, SECOND)
    act_id = proposed(app, award_id, "suspend")
    assert "待审批" in page(app, APPROVER, f"/acts/{act_id}")
    approved(app, act_id, award_id)
    text = page(app, CLERK, f"/certificates/{award_id}")
    assert "已暂停" in text
