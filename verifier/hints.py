"""What helps someone whose look-up found nothing, drawn from nothing but what was typed.

A hint must not tell what is on record. So `hint_at` sees the typed texts alone and is not part of
the verdict, which is the same bytes for whatever was not found. The one exception is in the
verdict: who gives a holder's name *and* full document number may learn at which place a number
differs from that holder's own (`registry.near_access.first_on_record`).
"""

from __future__ import annotations

from datetime import date

from codes.documents import DocumentType, inspect_document
from codes.number import CertificateNumber, NumberError, parse_number
from codes.number_parts import explain_number
from codes.wording import Text
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.typed import normalise_document, read_number
from verifier.verdict import Finding, Outcome

_SHORTEST_LIKENESS = 15
"""Characters of which so many, the last apart, are digits only in an identity card's number."""


def hint_at(
    outcome: Outcome, number: str, document_number: str | None, today: date
) -> tuple[Finding, ...]:
    """Return what may help to find a slip in what was typed, where nothing was found.

    Args:
        number, document_number: as typed; a blank document number counts as not given.
    """
    if outcome is not Outcome.NOT_FOUND:
        return ()
    typed = read_number(number, today).number
    hints = [] if typed is None else [_say_parts(typed)]
    if document_number is not None and document_number.strip():
        hints += _doubt_document(normalise_document(document_number, today), today)
    return tuple(hints)


def near_numbers(number: CertificateNumber) -> list[CertificateNumber]:
    """Return the numbers one slip away: one character is another, or two neighbours are swapped."""
    text = str(number)
    slips = [
        text[:place] + other + text[place + 1 :]
        for place, char in enumerate(text)
        for other in ("YS" if place == 0 else "0123456789")
        if other != char
    ]
    slips += [
        text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        for place in range(1, len(text) - 1)
        if text[place] != text[place + 1]
    ]
    return [one for one in map(_parse, slips) if one is not None]


def _parse(text: str) -> CertificateNumber | None:
    try:
        return parse_number(text)
    except NumberError:
        return None


def _say_parts(number: CertificateNumber) -> Finding:
    parts = explain_number(str(number))[:-1]  # the serial says nothing that an eye could compare
    said = Text(
        "，".join(part.meaning.zh for part in parts),
        ", ".join(part.meaning.en for part in parts),
    )
    return find(Code.NUMBER_SAYS, {"parts": said})


def say_difference(number: CertificateNumber, near: CertificateNumber) -> Finding:
    """Return where a number differs from one of the same holder; the other stays untold."""
    pairs = zip(str(number), str(near), strict=True)
    places = [str(place) for place, (one, other) in enumerate(pairs, start=1) if one != other]
    listed = Text("、".join(places), " and ".join(places))
    return find(Code.NUMBER_NEAR, {"positions": listed}, {"positions": ",".join(places)})


def _doubt_document(document_number: str, today: date) -> list[Finding]:
    """Return why a document number that looks like an identity card's seems mistyped.

    No other document has a number of fifteen digits or more, but for those of eighteen.
    """
    looks_so = len(document_number) >= _SHORTEST_LIKENESS and document_number[:-1].isdigit()
    if not looks_so:
        return []
    problems = inspect_document(DocumentType.RESIDENT_ID, document_number, today=today).problems
    return [
        find(Code.DOCUMENT_NUMBER_DOUBTFUL, {"reason": one.text}, {"reason": one.code})
        for one in problems[:1]
    ]
