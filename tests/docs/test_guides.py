"""The guides show pictures that the journeys make, all small, and none that nobody shows."""

from __future__ import annotations

import pytest

from accounts.roles import Role
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
