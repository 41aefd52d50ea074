"""The catalogue is complete, used, documented, and adds up to the right outcome."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from codes import qr_text
from verifier.catalogue import CATALOGUE
from verifier.finding_codes import Code
from verifier.findings import (
    PRECEDENCE,
    REQUIRED_FOR_FILE,
    REQUIRED_FOR_RECORD,
    conclude,
    find,
)
from verifier.findings_page import render_page
from verifier.verdict import Outcome, Severity

ROOT = Path(__file__).parents[2]


def codes_used() -> set[str]:
    """Names of `Code.X` anywhere in the room but where they are defined and described."""
    used = set()
    for path in (ROOT / "verifier").rglob("*.py"):
        if path.name in ("finding_codes.py", "catalogue.py", "catalogue_files.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "Code"
            ):
                used.add(node.attr)
    return used


def slots(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_code_is_catalogued_and_every_entry_has_a_code() -> None:
    assert set(CATALOGUE) ^ set(Code) == set()


def test_every_code_is_used_somewhere() -> None:
    assert {code.name for code in Code} - codes_used() == set()


def test_every_code_of_a_qr_text_error_is_a_finding() -> None:
    assert set(qr_text._SENTENCES) - {code.value for code in Code} == set()


@pytest.mark.parametrize("code", Code)
def test_both_sentences_of_an_entry_have_the_same_slots(code: Code) -> None:
    entry = CATALOGUE[code]
    assert slots(entry.text.zh) == slots(entry.text.en)
    assert entry.text.zh
    assert entry.text.en


@pytest.mark.parametrize("code", Code)
def test_no_sentence_establishes_a_crime(code: Code) -> None:
    text = CATALOGUE[code].text
    assert not any(word in text.zh for word in ("伪造", "变造", "假证", "造假"))
    assert not any(word in text.en.lower() for word in ("forged", "forgery", "fake", "fraud"))


@pytest.mark.parametrize("code", Code)
def test_what_merely_informs_never_forces_an_outcome(code: Code) -> None:
    entry = CATALOGUE[code]
    if entry.severity is Severity.INFO:
        assert entry.forces is None
    if entry.severity in (Severity.PROBLEM, Severity.ALARM):
        assert entry.forces is not None


def test_every_outcome_but_valid_has_its_place_and_valid_is_never_forced() -> None:
    assert set(PRECEDENCE) == set(Outcome) - {Outcome.VALID}
    assert Outcome.VALID not in {entry.forces for entry in CATALOGUE.values()}


def test_the_documentation_lists_every_finding_as_it_is() -> None:
    written = (ROOT / "docs" / "findings.md").read_text("utf-8")
    assert written == render_page(), "run: python -m verifier.findings_page > docs/findings.md"


def test_values_are_filled_into_both_sentences() -> None:
    finding = find(Code.BODY_UNKNOWN, {"prefix": "S{x}"})
    assert "S{x}" in finding.text.zh
    assert "S{x}" in finding.text.en


@pytest.mark.parametrize(
    ("codes", "outcome"),
    [
        ((Code.NOT_FOUND,), Outcome.NOT_FOUND),
        ((Code.SIGNATURE_INVALID,), Outcome.ALTERED),
        ((Code.AWARD_REVOKED, Code.REGISTRY_UNREACHABLE), Outcome.NOT_CURRENT),
        ((Code.AWARD_REVOKED, Code.FIELD_DIFFERS), Outcome.ALTERED),
        ((Code.FOREIGN_HOST, Code.NOT_REGISTERED), Outcome.UNREGISTERED),
        ((Code.OUT_OF_SCOPE, Code.NOT_REGISTERED, Code.FIELD_DIFFERS), Outcome.UNKNOWN_ISSUER),
        ((Code.FILE_NOT_IDENTICAL, Code.FIELD_AGREES), Outcome.INCONCLUSIVE),
    ],
)
def test_the_gravest_finding_decides(codes: tuple[Code, ...], outcome: Outcome) -> None:
    names = ("field", "host", "issued_on", "body", "occupation", "level", "day")
    slots = dict.fromkeys(names, "x")
    concluded, _ = conclude([find(code, slots) for code in codes], REQUIRED_FOR_RECORD)
    assert concluded is outcome


@pytest.mark.parametrize("required", [REQUIRED_FOR_RECORD, REQUIRED_FOR_FILE])
def test_nothing_is_valid_while_one_required_check_is_missing(required: frozenset[Code]) -> None:
    slots = {"body": "x", "field": "x", "index": "0", "logged_at": "x"}
    everything = [find(code, slots) for code in sorted(required)]
    assert conclude(everything, required)[0] is Outcome.VALID
    for missing in range(len(everything)):
        some = everything[:missing] + everything[missing + 1 :]
        outcome, findings = conclude(some, required)
        assert outcome is Outcome.INCONCLUSIVE
        assert findings[-1].code == Code.CHECK_INCOMPLETE
