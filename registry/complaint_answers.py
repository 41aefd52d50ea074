"""What the sender of a complaint was answered, each time, as it lies sealed on either side."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from codes.wording import Text


class ComplaintOffice(StrEnum):
    """Which desk a complaint lies with."""

    AUTHORITY = "authority"
    POLICE = "police"

    @property
    def text(self) -> Text:
        """What it is called."""
        return _OFFICE_WORDS[self]

    @property
    def other(self) -> ComplaintOffice:
        """The other one."""
        police = self is ComplaintOffice.POLICE
        return ComplaintOffice.AUTHORITY if police else ComplaintOffice.POLICE


_OFFICE_WORDS: Mapping[ComplaintOffice, Text] = MappingProxyType(
    {
        ComplaintOffice.AUTHORITY: Text("主管部门", "the authority"),
        ComplaintOffice.POLICE: Text("公安机关", "the police"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintAnswer:
    """One answer.

    Args:
        words: as its sender reads them.
        at: when, aware.
        office: whose; None where that was not kept.
        by: who wrote it; empty on the public side.
    """

    words: str = field(repr=False)
    at: datetime
    office: ComplaintOffice | None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of a complaint.

    Args:
        answers: the first first.
        passed_to: the office that it was handed over to last; None where it never was.
    """

    answers: Sequence[ComplaintAnswer] = ()
    passed_to: ComplaintOffice | None = None


def pack_told(told: Told) -> bytes:
    """Return what is told of a complaint as it lies sealed."""
    answers = [
        {
            "words": one.words,
            "at": one.at.isoformat(),
            "office": one.office,
            "by": one.by,
        }
        for one in told.answers
    ]
    held = {"answers": answers, "passed_to": told.passed_to}
    return json.dumps(held, ensure_ascii=False).encode()


def unpack_told(kept: bytes | None, answered_at: datetime | None) -> Told:
    """Undo `pack_told`; what was kept before is the one answer's words alone.

    Args:
        kept: None where nothing was told.
        answered_at: when the latest answer was given.
    """
    if kept is None:
        return Told()
    try:
        held = json.loads(kept)
    except ValueError:
        held = None
    if not isinstance(held, dict) or "answers" not in held:
        assert answered_at is not None  # words without a day were never kept
        return Told(answers=[ComplaintAnswer(words=kept.decode(), at=answered_at, office=None)])
    answers = [
        ComplaintAnswer(
            words=one["words"],
            at=datetime.fromisoformat(one["at"]),
            office=_office(one["office"]),
            by=one["by"],
        )
        for one in held["answers"]
    ]
    return Told(answers=answers, passed_to=_office(held["passed_to"]))


def _office(kept: str | None) -> ComplaintOffice | None:
    return None if kept is None else ComplaintOffice(kept)
