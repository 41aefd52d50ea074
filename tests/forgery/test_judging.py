"""What a verdict on a piece is worth, and what counts of it come to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from codes.wording import Text
from templates.labels import LABELS, Field
from tests.drills.drill import DrillFailed, Facts, Figure
from tests.drills.forgery import DRILL
from tests.forgery.judging import Mark, judge
from tests.forgery.pieces import UNTOUCHED, Piece, Right, right_field
from tests.forgery.tally import PDF, PICTURE, Kind, figures, from_json, read_tally, to_json
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.verdict import Finding, Outcome, Status, Verdict

NOW = datetime(2026, 11, 23, tzinfo=UTC)
NAME = Field.HOLDER_NAME


def piece(right: Right | None) -> Piece:
    """A piece of which nothing but what is right matters."""
    return Piece(name="p", forgery=UNTOUCHED, wear="clean", data=b"", filename="p.jpg", right=right)


def verdict(outcome: Outcome, *findings: Finding) -> Verdict:
    """A verdict with these findings."""
    return Verdict(
        outcome=outcome,
        status=Status.CURRENT,
        findings=findings,
        checked_at=NOW,
        demo=True,
        trust=None,
    )


def agrees(field: Field) -> Finding:
    """The finding that a field agrees."""
    return find(Code.FIELD_AGREES, {"field": LABELS[field]}, {"field": field.value})


def differs(field: Field) -> Finding:
    """The finding that a field differs."""
    slots: dict[str, str | Text] = {"field": LABELS[field], "printed": "甲", "record": "乙"}
    return find(Code.FIELD_DIFFERS, slots, {"field": field.value})


@pytest.mark.parametrize(
    ("said", "mark"),
    [
        (verdict(Outcome.ALTERED, differs(NAME)), Mark.NAMED),
        (verdict(Outcome.ALTERED, differs(Field.LEVEL)), Mark.CAUGHT),
        (verdict(Outcome.ALTERED, differs(Field.LEVEL), agrees(NAME)), Mark.MISSED),
        (verdict(Outcome.VALID, agrees(NAME)), Mark.VALID),
        (verdict(Outcome.INCONCLUSIVE), Mark.UNTOLD),
        (verdict(Outcome.INCONCLUSIVE, agrees(NAME)), Mark.MISSED),
        (verdict(Outcome.INCONCLUSIVE, differs(NAME)), Mark.UNTOLD),
        (verdict(Outcome.NOT_FOUND), Mark.MISSED),
    ],
)
def test_a_forged_name_is_caught_only_by_the_outcome_and_named_only_by_its_field(
    said: Verdict, mark: Mark
) -> None:
    assert judge(piece(right_field(NAME)), said) is mark


def test_a_symbol_that_was_taken_away_is_caught_by_saying_so() -> None:
    right = Right(outcomes=frozenset({Outcome.INCONCLUSIVE}), codes=frozenset({Code.QR_NOT_FOUND}))
    said = verdict(Outcome.INCONCLUSIVE, find(Code.QR_NOT_FOUND))
    assert judge(piece(right), said) is Mark.NAMED
    assert judge(piece(right), verdict(Outcome.INCONCLUSIVE)) is Mark.UNTOLD


@pytest.mark.parametrize(
    ("said", "mark"),
    [
        (verdict(Outcome.VALID), Mark.FINE),
        (verdict(Outcome.INCONCLUSIVE, agrees(NAME)), Mark.UNTOLD),
        (verdict(Outcome.INCONCLUSIVE, differs(NAME)), Mark.ALARM),
        (verdict(Outcome.UNREGISTERED), Mark.ALARM),
    ],
)
def test_a_control_of_which_anything_is_said_to_differ_is_a_false_alarm(
    said: Verdict, mark: Mark
) -> None:
    assert judge(piece(None), said) is mark


def facts(**counts: int) -> Facts:
    """Facts of a run of 100 forged and 100 untouched of each series, but for these counts."""
    given: dict[tuple[str, str, Mark], int] = {
        (PDF, "overlay", Mark.NAMED): 100,
        (PDF, UNTOUCHED, Mark.FINE): 100,
        (PICTURE, "name written anew", Mark.NAMED): 100 - counts.get("missed", 0),
        (PICTURE, "name written anew", Mark.MISSED): counts.get("missed", 0),
        (PICTURE, "name written anew", Mark.VALID): counts.get("valid", 0),
        (PICTURE, UNTOUCHED, Mark.FINE): 100 - counts.get("alarms", 0),
        (PICTURE, UNTOUCHED, Mark.ALARM): counts.get("alarms", 0),
        (PICTURE, UNTOUCHED, Mark.UNTOLD): counts.get("untold", 0),
    }
    return {
        str(Kind(series=series, forgery=forgery, wear="chat app", mark=mark)): count
        for (series, forgery, mark), count in given.items()
        if count
    }


@pytest.mark.parametrize(
    "wrong", [{"missed": 2}, {"valid": 1}, {"alarms": 2}, {"untold": 25}], ids=str
)
def test_the_drill_holds_every_figure_to_its_promise(wrong: dict[str, int]) -> None:
    assert DRILL.check is not None
    DRILL.check(facts(missed=1, alarms=1), Figure.FULL)
    with pytest.raises(DrillFailed):
        DRILL.check(facts(**wrong), Figure.FULL)


def test_counts_survive_facts_and_json() -> None:
    tally = read_tally({**facts(missed=1), "to look at: missed": "p"})
    assert from_json(to_json(tally)) == tally
    assert figures(tally)["photo_caught"] == 99.0
    assert figures(tally)["pieces"] == 400


def test_the_report_shows_each_forgery_by_each_wear_and_names_what_to_look_at() -> None:
    assert DRILL.report is not None
    report = DRILL.report({**facts(missed=1), "to look at: missed": "p; q"})
    assert "| name written anew | 99/100 |" in report.lines
    assert report.data["to_look_at"] == {"missed": ["p", "q"]}
    assert report.data["pdf_caught"] == 100.0
