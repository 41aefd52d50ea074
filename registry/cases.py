"""What the police desk's rooms share: states of a case, the words for them, the one error."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Final

from codes.wording import Text
from registry.errors import RegistryError

_SHANGHAI: Final = timezone(timedelta(hours=8))


class CaseError(RegistryError):
    """The state of a case, or what was typed about it, does not allow what was asked."""


class CaseState(StrEnum):
    """How far a case is."""

    OPEN = "open"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"

    @property
    def text(self) -> Text:
        """The state in both languages."""
        return _STATES[self]


_STATES: Final = {
    CaseState.OPEN: Text("办理中", "being worked on"),
    CaseState.HANDED_OVER: Text("已移交", "handed over"),
    CaseState.CLOSED: Text("已办结", "closed"),
}


class CaseOutcome(StrEnum):
    """What came of a case."""

    FORGED = "forged"
    MISUSED = "misused"
    GENUINE = "genuine"
    UNPROVED = "unproved"
    NO_PAPER = "no_paper"

    @property
    def text(self) -> Text:
        """The outcome in both languages."""
        return _OUTCOMES[self]

    @property
    def finds(self) -> bool:
        """Whether it says what a certificate is, for which one has to be examined."""
        return self not in (CaseOutcome.UNPROVED, CaseOutcome.NO_PAPER)


_OUTCOMES: Final = {
    CaseOutcome.FORGED: Text("认定伪造、变造", "found to be forged or altered"),
    CaseOutcome.MISUSED: Text("证书真实，冒用他人", "genuine, used by another person"),
    CaseOutcome.GENUINE: Text("证书真实，未发现违法", "genuine, nothing unlawful found"),
    CaseOutcome.UNPROVED: Text("证据不足，未能认定", "not proved"),
    CaseOutcome.NO_PAPER: Text("未收到送检材料", "no paper was received"),
}


class ReviewMark(StrEnum):
    """What a second officer says of a reading of full data."""

    IN_ORDER = "in_order"
    QUESTIONED = "questioned"

    @property
    def text(self) -> Text:
        """The mark in both languages."""
        return _MARKS[self]


_MARKS: Final = {
    ReviewMark.IN_ORDER: Text("查看正当", "in order"),
    ReviewMark.QUESTIONED: Text("有疑问", "questioned"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FullRecord:
    """Everything on record of a certificate, holder included.

    Args:
        facts: label and value (text, Text or date), in the order of the certificate.
        events: when, and what happened, the latest first.
        photo: a JPEG; None where there is none any more.
    """

    number: str
    facts: tuple[tuple[Text, object], ...] = field(repr=False)
    events: tuple[tuple[datetime, Text], ...]
    photo: bytes | None = field(repr=False)


def new_key() -> str:
    """Return 32 random characters that bind what is sealed to its row."""
    return secrets.token_hex(16)


def day_in_shanghai(moment: datetime) -> date:
    """Return the day of a moment in China."""
    return moment.astimezone(_SHANGHAI).date()
