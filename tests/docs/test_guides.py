"""The guides show pictures that the journeys make, all small, and none that nobody shows."""

from __future__ import annotations

import re

import pytest

from accounts.roles import Role
from issuer.console.trail_acts import ACTS
from tests.journeys.guides import FOLDER, GUIDES, MAX_BYTES, named_pictures

GUIDE_OF = {
    Role.AUTHORITY_CLERK: "authority",
    Role.AUTHORITY_DIRECTOR: "authority",
    Role.BODY_CLERK: "body-clerk",
    Role.APPROVER: "approver",
    Role.KEY_CUSTODIAN: "key-custodian",
    Role.AUDITOR: "auditor",
    Role.POLICE: "police",
    Role.EMPLOYER: "employer",
}


def test_every_picture_that_is_named_is_there_and_every_picture_is_named() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == named_pictures()


def test_every_picture_is_small() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert {name: size for name, size in sizes.items() if size > MAX_BYTES} == {}


@pytest.mark.parametrize("name", sorted(set(GUIDE_OF.values())))
def test_every_role_has_a_guide_in_chinese_and_english_with_pictures(name: str) -> None:
    text = (GUIDES / f"{name}.md").read_text(encoding="utf-8")
    assert "](img/" in text
    assert "# In English" in text or "in short" in text


def test_the_guide_of_auditors_names_acts_as_the_trail_tells_them() -> None:
    text = (GUIDES / "auditor.md").read_text(encoding="utf-8")
    table = text.partition("| 核对什么")[2].partition("\n\n")[0]
    named = set(re.findall("“([^”（]+)”", table))
    assert len(named) > 15 and named <= {one.zh for one in ACTS.values()}
    english = set(re.findall(r"\*([^*]+)\*", text.partition("## In English")[2]))
    of_the_desk = {"Certificates", "Certificate approvals", "Audit trail", "Subject contains"}
    assert len(english) > 10 and english - of_the_desk <= {one.en for one in ACTS.values()}
