"""Whether what the verifier says of a piece is right."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from templates.labels import Field
from tests.forgery.pieces import PHOTO, Piece
from verifier.catalogue import CATALOGUE
from verifier.finding_codes import Code
from verifier.verdict import Finding, Outcome, Verdict


class Mark(StrEnum):
    """What a verdict is worth."""

    NAMED = "caught, right field named"
    CAUGHT = "caught"
    MISSED = "missed"
    VALID = "called valid"
    UNTOLD = "could not tell"
    FINE = "fine"
    ALARM = "false alarm"


CAUGHT: Final = frozenset({Mark.NAMED, Mark.CAUGHT})
_FIELDS: Final = frozenset(
    {
        *(field.value for field in (Field.HOLDER_NAME, Field.LEVEL, Field.ISSUED_ON)),
        *(field.value for field in (Field.NUMBER, Field.DOCUMENT_NUMBER)),
        PHOTO,
    }
)
"""What must have been compared before a control counts as fine without being called valid."""
_FIELD: Final = "field"
_PAGE_AGREES: Final = "page_agrees"
"""The finding that all of a page, drawn, is as it was issued."""


def judge(piece: Piece, verdict: Verdict) -> Mark:
    """Return what the verdict on a piece is worth.

    A forged piece is *caught* by an outcome that is right for it, with the altered field *named*
    where some finding says that it differs. It is *missed* where the altered field is said to
    agree or the outcome is a wrong one; *could not tell* is inconclusive without such a claim. A
    control is a *false alarm* where anything is said to differ.
    """
    if piece.right is None:
        return _judge_control(verdict)
    right = piece.right
    if verdict.outcome is Outcome.VALID:
        return Mark.VALID
    differing = fields_of(verdict, differs=True)
    named = bool(right.fields & differing) or bool(right.codes & _codes(verdict))
    if verdict.outcome in right.outcomes and named:
        return Mark.NAMED
    if verdict.outcome in right.outcomes and not right.codes:
        return Mark.MISSED if _vouched(right.fields, verdict) else Mark.CAUGHT
    if verdict.outcome is Outcome.INCONCLUSIVE and not _vouched(right.fields, verdict):
        return Mark.UNTOLD
    return Mark.MISSED


def fields_of(verdict: Verdict, *, differs: bool) -> frozenset[str]:
    """Return the fields that are said to differ, or to agree."""
    wanted = _is_difference if differs else _is_agreement
    fields = {
        one.evidence[_FIELD] for one in verdict.findings if _FIELD in one.evidence and wanted(one)
    }
    if not differs and any(one.code == _PAGE_AGREES for one in verdict.findings):
        fields |= _FIELDS
    return frozenset(fields)


def _judge_control(verdict: Verdict) -> Mark:
    if verdict.outcome is Outcome.VALID:
        return Mark.FINE
    if verdict.outcome is not Outcome.INCONCLUSIVE or any(map(_is_difference, verdict.findings)):
        return Mark.ALARM
    return Mark.FINE if fields_of(verdict, differs=False) >= _FIELDS else Mark.UNTOLD


def _vouched(fields: Collection[str], verdict: Verdict) -> bool:
    return bool(fields) and set(fields) <= fields_of(verdict, differs=False)


def _codes(verdict: Verdict) -> frozenset[Code]:
    return frozenset(Code(one.code) for one in verdict.findings)


def _is_difference(finding: Finding) -> bool:
    return CATALOGUE[Code(finding.code)].forces is Outcome.ALTERED


def _is_agreement(finding: Finding) -> bool:
    return "agrees" in finding.code
