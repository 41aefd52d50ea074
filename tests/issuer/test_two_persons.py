"""One person does not pass for two by another spelling of the name."""

from __future__ import annotations

from pathlib import Path

import pytest

from codes.person_skeleton import is_same_person
from issuer.errors import IssuerError
from issuer.filing_acts import Decision, check_persons
from issuer.operator import parse_name
from keys.filing_windows import FilingEvent
from log.leaves import LifeKind
from registry.home import Home
from tests.conftest import NOW
from tests.issuer.desks import desk_at
from tests.issuer.lives import approved, issue_two, proposed

UNSEEN = [
    "\ufe00",
    "\U000e0100",
    "\u3164",
    "\uffa0",
    "\u115f",
    "\u034f",
    "\u200b",
    "\u00ad",
    "\u202e",
    "\u0301",
    "\u2800",
    "\ufffc",
]
SAME = [
    ("甲", "甲\ufe00"),  # as a database of before may hold it
    ("甲", " 甲 "),
    ("张伟", "張偉"),
    ("田", "⽥"),
    ("Zhang Wei", "Zhang-Wei"),
    ("Zhang Wei", "ＺＨＡＮＧ　ＷＥＩ"),
    ("Zhang Wei", "zhang.wei"),
    ("Zhang Wei", "Zh\u0430ng Wei"),
    ("古丽娜尔·买买提", "古丽娜尔买买提"),
    ("Lü Fang", "LU FANG"),
    ("--", "--"),
]


@pytest.mark.parametrize("char", UNSEEN)
def test_what_nobody_sees_stands_in_no_name(char: str) -> None:
    for typed in (f"甲{char}", f"甲{char}乙"):
        with pytest.raises(IssuerError, match="operator_name") as refusal:
            parse_name(typed)
        assert refusal.value.code == "operator_name_unseen"
        assert "U+" in refusal.value.text.zh


@pytest.mark.parametrize("name", ["张伟", "José Ñuñez", "O'Neil", "uid 1000", "𠮷野", "阿·乙"])
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    assert parse_name(name) == name


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_name_are_one_person(one: str, other: str) -> None:
    assert is_same_person(one, other)
    assert is_same_person(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("张伟", "张玮"), ("李四", "李四海"), ("", "甲"), ("--", "..")]
)
def test_two_persons_stay_two(one: str, other: str) -> None:
    assert not is_same_person(one, other)


@pytest.mark.parametrize("approver", ["张提-出", "張提出"])
def test_no_filing_is_approved_by_another_spelling(approver: str) -> None:
    decision = Decision(decider="张提出", approver=approver, decided_on=NOW.date())
    with pytest.raises(IssuerError, match="approver_same"):
        check_persons(FilingEvent.FILED, decision)


def test_no_act_is_approved_by_another_spelling(home: Home, tmp_path: Path) -> None:
    issue_two(home, tmp_path)
    with desk_at(home) as desk:
        act_id = proposed(desk, LifeKind.SUSPEND)  # by 张提出
        for approver in ("張提出", "张·提·出", "张　提出"):
            with pytest.raises(IssuerError, match="act_own"):
                approved(desk, act_id, by=approver)
        for approver in ("张提出\ufe00", "张提出\u3164"):
            with pytest.raises(IssuerError, match="operator_name_unseen"):
                approved(desk, act_id, by=approver)
