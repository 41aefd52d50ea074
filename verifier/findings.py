"""Every fact a check can establish, and how facts add up to one outcome.

The sentences stand in `catalogue.py`; `docs/findings.md` lists them for readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from codes.wording import Text
from verifier.catalogue import CATALOGUE
from verifier.finding_codes import Code
from verifier.verdict import Finding, Outcome

# From gravest to lightest: the first of these that any finding forces is the outcome. A record
# whose signer had no right to sign proves nothing, so that comes before any comparison with it.
PRECEDENCE = (
    Outcome.UNKNOWN_ISSUER,
    Outcome.UNREGISTERED,
    Outcome.ALTERED,
    Outcome.NOT_FOUND,
    Outcome.NOT_CURRENT,
    Outcome.INCONCLUSIVE,
)

REQUIRED_FOR_RECORD = frozenset(
    {
        Code.SIGNATURE_GENUINE,
        Code.ISSUER_ENTITLED,
        Code.REGISTERED,
        Code.LOGGED,
        Code.STATUS_CURRENT,
    }
)
REQUIRED_FOR_FILE = REQUIRED_FOR_RECORD | {Code.FILE_IDENTICAL, Code.FIELD_AGREES}
# A picture is never the file itself: it is held to what it shows, all of which must agree, for any
# field that does not, or cannot be told, forces another outcome.
REQUIRED_FOR_PICTURE = REQUIRED_FOR_RECORD | {Code.PICTURE_FIELD_AGREES, Code.PHOTO_AGREES}


def find(
    code: Code,
    slots: Mapping[str, str | Text] | None = None,
    evidence: Mapping[str, str] | None = None,
) -> Finding:
    """Return the catalogue's finding for `code`, its slots filled.

    Args:
        slots: values for every `{slot}` of the sentence, in one language or in both.
        evidence: named facts beside the sentence.
    """
    if not slots and not evidence:
        return _plain(code)
    entry = CATALOGUE[code]
    return Finding(
        code=str(code),
        severity=entry.severity,
        text=_fill(entry.text, slots or {}),
        evidence=dict(evidence or {}),
    )


@cache
def _plain(code: Code) -> Finding:
    """Return the one finding for a code whose sentence has no slots, with no evidence."""
    entry = CATALOGUE[code]
    return Finding(code=str(code), severity=entry.severity, text=_fill(entry.text, {}))


def _fill(text: Text, slots: Mapping[str, str | Text]) -> Text:
    if Text not in map(type, slots.values()):
        return Text(text.zh.format_map(slots), text.en.format_map(slots))
    zh = {name: value.zh if isinstance(value, Text) else value for name, value in slots.items()}
    en = {name: value.en if isinstance(value, Text) else value for name, value in slots.items()}
    return Text(text.zh.format_map(zh), text.en.format_map(en))


def conclude(
    findings: Iterable[Finding], required: frozenset[Code]
) -> tuple[Outcome, tuple[Finding, ...]]:
    """Return the one outcome of `findings`, and the findings.

    `valid` is never the absence of complaints: every code of `required` must be among the findings.

    Args:
        required: what must have been established before anything may be called valid.
    """
    found = tuple(findings)
    codes = {Code(one.code) for one in found}
    forced = {CATALOGUE[code].forces for code in codes}
    for outcome in PRECEDENCE:
        if outcome in forced:
            return outcome, found
    if required <= codes:
        return Outcome.VALID, found
    return Outcome.INCONCLUSIVE, (*found, find(Code.CHECK_INCOMPLETE))
