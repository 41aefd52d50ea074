"""Hints: from the typed text alone, and near matches for who knows the whole document number."""

from __future__ import annotations

import pytest

from codes.number import parse_number
from registry.models import AwardStatus
from tests.verifier.world import (
    DOCUMENT,
    NAME,
    TODAY,
    CopyPlan,
    Issued,
    World,
    make_record,
    sign_record,
)
from verifier.finding_codes import Code
from verifier.hints import hint_at, near_numbers
from verifier.verdict import Outcome, Verdict


@pytest.fixture
def issued(world: World) -> Issued:
    made = sign_record(make_record())
    world.record(CopyPlan(issued=made))
    return made


def slip(number: str, place: int, other: str) -> str:
    return number[: place - 1] + other + number[place:]


def near(verdict: Verdict) -> list[str]:
    return [
        one.evidence["positions"] for one in verdict.findings if one.code == Code.NUMBER_NEAR.value
    ]


def test_hints_say_what_the_typed_number_itself_says() -> None:
    (said,) = hint_at(Outcome.NOT_FOUND, "S000012000123263000001", None, TODAY)
    assert said.code == Code.NUMBER_SAYS
    for part in ("社会培训评价组织", "天津市", "2026年核发", "三级/高级工"):
        assert part in said.text.zh
    assert hint_at(Outcome.VALID, "S000012000123263000001", None, TODAY) == ()
    assert hint_at(Outcome.NOT_FOUND, "S1", " ", TODAY) == ()


def test_a_document_number_whose_check_character_is_wrong_is_doubted() -> None:
    wrong = DOCUMENT[:-1] + "1"
    (_, doubt) = hint_at(Outcome.NOT_FOUND, "S000012000123263000001", wrong, TODAY)
    assert doubt.code == Code.DOCUMENT_NUMBER_DOUBTFUL
    assert wrong not in doubt.text.zh + doubt.text.en + str(doubt.evidence)
    sound = "120101199003076634"
    right = hint_at(Outcome.NOT_FOUND, "S000012000123263000001", sound, TODAY)
    assert [one.code for one in right] == [Code.NUMBER_SAYS]


@pytest.mark.parametrize("typed", [DOCUMENT[:17], DOCUMENT[:17] + "00", DOCUMENT[:15]])
def test_a_document_number_with_a_digit_too_few_or_too_many_is_doubted(typed: str) -> None:
    (_, doubt) = hint_at(Outcome.NOT_FOUND, "S000012000123263000001", typed, TODAY)
    assert doubt.code == Code.DOCUMENT_NUMBER_DOUBTFUL
    assert "18" in doubt.text.zh
    assert typed not in doubt.text.zh + doubt.text.en


def test_near_numbers_are_one_slip_away_and_follow_the_rule() -> None:
    number = parse_number("S000012000123263000021")
    texts = [str(one) for one in near_numbers(number)]
    assert "S000012000123263000012" in texts
    assert "Y000012000123263000021" in texts
    assert str(number) not in texts
    assert all(text[15] in "12345" for text in texts)
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(("place", "other"), [(22, "2"), (16, "2"), (1, "Y")])
def test_name_and_full_document_number_are_told_the_place_of_a_slip(
    world: World, issued: Issued, place: int, other: str
) -> None:
    typed = slip(str(issued.number), place, other)
    verdict = world.verifier().verify_number(typed, name=NAME, document_number=DOCUMENT)
    assert verdict.outcome is Outcome.NOT_FOUND
    assert near(verdict) == [str(place)]
    assert verdict.certificate is None


def test_swapped_neighbours_are_told_as_two_places(world: World) -> None:
    made = sign_record(make_record(serial=12))
    world.record(CopyPlan(issued=made))
    typed = f"{str(made.number)[:-2]}21"
    verdict = world.verifier().verify_number(typed, name=NAME, document_number=DOCUMENT)
    assert near(verdict) == ["21,22"]


@pytest.mark.parametrize(
    "holder",
    [
        {"name": NAME},
        {"document_number": DOCUMENT},
        {"name": "张三", "document_number": DOCUMENT},
        {"name": NAME, "document_number": "120101199003076648"},
    ],
)
def test_who_lacks_one_of_the_two_learns_nothing_of_a_slip(
    world: World, issued: Issued, holder: dict[str, str]
) -> None:
    typed = slip(str(issued.number), 22, "2")
    assert near(world.verifier().verify_number(typed, **holder)) == []


def test_a_revoked_award_is_told_like_any_other(world: World) -> None:
    made = sign_record(make_record())
    world.record(CopyPlan(issued=made), status=AwardStatus.REVOKED)
    typed = slip(str(made.number), 22, "2")
    verdict = world.verifier().verify_number(typed, name=NAME, document_number=DOCUMENT)
    assert near(verdict) == ["22"]
    assert "撤销" not in "".join(one.text.zh for one in verdict.findings)
