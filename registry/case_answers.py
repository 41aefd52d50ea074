"""What a body answers the police: its words, and how the question compared with its register.

The comparison is kept as it was when the answer was given. Of the register it has level and date of
issue; a name is told by who reads the full record, with a ground.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from codes.levels import Level
from codes.wording import Text
from registry.case_claims import Claims, ComparedClaim, Shown


class Answer(StrEnum):
    """What a body says of a certificate that is asked about."""

    OURS = "ours"
    DIFFERS = "differs"
    NOT_OURS = "not_ours"

    @property
    def text(self) -> Text:
        """The answer in both languages."""
        return _ANSWERS[self]


_ANSWERS: Final = {
    Answer.OURS: Text(
        "是本机构签发，登记与询问所述一致", "issued by us; our record is as the question says"
    ),
    Answer.DIFFERS: Text(
        "是本机构签发，登记与询问所述不一致",
        "issued by us; our record is not as the question says",
    ),
    Answer.NOT_OURS: Text("不是本机构签发", "not issued by us"),
}


class Comparison(StrEnum):
    """How one thing that a question says compares with the register."""

    SAME = "same"
    DIFFERS = "differs"
    UNKNOWN = "unknown"

    @property
    def text(self) -> Text:
        """The comparison in both languages."""
        return _COMPARISONS[self]


_COMPARISONS: Final = {
    Comparison.SAME: Text("一致", "the same"),
    Comparison.DIFFERS: Text("不一致", "differs"),
    Comparison.UNKNOWN: Text("不能比对", "cannot be compared"),
}
_OF_AGREEING: Final = {
    True: Comparison.SAME,
    False: Comparison.DIFFERS,
    None: Comparison.UNKNOWN,
}
_AGREES: Final = {value: key for key, value in _OF_AGREEING.items()}


def comparison(line: ComparedClaim) -> Comparison:
    """Return how one thing of a question compares."""
    return _OF_AGREEING[line.agrees]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What comes with an answer.

    Args:
        words: of who answered; may be empty.
        on_record: whether the register had the number; None where that was not kept.
        lines: what of the question was compared with the register, and how.
    """

    words: str = field(default="", repr=False)
    on_record: bool | None = None
    lines: Sequence[ComparedClaim] = ()


def told_of_answer(answer: Answer, reply: Reply) -> dict[str, str]:
    """Return what a line of custody says of an answer."""
    words = {"words": reply.words} if reply.words else {}
    return {"answer": answer.value} | words | dict(_told_of_register(reply))


def _told_of_register(reply: Reply) -> Iterator[tuple[str, str]]:
    if reply.on_record is not None:
        yield "on_record", "yes" if reply.on_record else "no"
    for one in reply.lines:
        yield f"compared_{one.what}", comparison(one).value
        if one.recorded is not None:
            yield f"recorded_{one.what}", kept_form(one.recorded)


def pack_reply(reply: Reply) -> bytes:
    """Return what comes with an answer as it lies sealed."""
    told = dict(_told_of_register(reply)) | {"words": reply.words}
    return json.dumps(told, ensure_ascii=False).encode()


def unpack_reply(kept: str, claims: Claims) -> Reply:
    """Undo `pack_reply` of the answer to a question; of older answers the words alone were kept."""
    try:
        told = json.loads(kept)
    except ValueError:
        told = None
    if not isinstance(told, dict) or "words" not in told:
        return Reply(words=kept)
    asked = claims.values
    lines = [
        ComparedClaim(
            what=what,
            asked=asked.get(what, ""),
            agrees=_AGREES[Comparison(told[f"compared_{what}"])],
            recorded=_recorded(what, told),
        )
        for what in Shown
        if f"compared_{what}" in told
    ]
    on_record = told.get("on_record")
    return Reply(
        words=told["words"],
        on_record=None if on_record is None else on_record == "yes",
        lines=lines,
    )


def kept_form(recorded: Level | date) -> str:
    """Return what the register has as it is kept: a level as its digit, a day in ISO 8601."""
    return recorded.isoformat() if isinstance(recorded, date) else str(int(recorded))


def _recorded(what: Shown, told: Mapping[str, Any]) -> Level | date | None:
    kept = told.get(f"recorded_{what}")
    if kept is None:
        return None
    return Level(int(kept)) if what is Shown.LEVEL else date.fromisoformat(kept)
