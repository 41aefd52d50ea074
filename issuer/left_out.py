"""Which certificates of a batch are not written out, and why: numbers only, nobody's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from codes.wording import Text
from issuer.copy_list import AWARD_WORDS
from issuer.copy_rows import drawn, in_force
from issuer.desk import Desk
from registry.models import Award, AwardStatus, Copy, CopyKind, CopyState
from registry.session import reading

_SHOWN = 5


class WhyLeftOut(StrEnum):
    """Why a certificate is not written out; an award that has ended comes before its copies."""

    SUSPENDED = "suspended"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    ERASED = "erased"
    SUPERSEDED = "superseded"
    CORRECTED = "corrected"
    UNFINISHED = "unfinished"


_WORDS = {
    WhyLeftOut.SUSPENDED: AWARD_WORDS[AwardStatus.SUSPENDED],
    WhyLeftOut.REVOKED: AWARD_WORDS[AwardStatus.REVOKED],
    WhyLeftOut.CANCELLED: AWARD_WORDS[AwardStatus.CANCELLED],
    WhyLeftOut.ERASED: AWARD_WORDS[AwardStatus.ERASED],
    WhyLeftOut.SUPERSEDED: Text("原来的一份已作废（已补发）", "former copy, void (reissued)"),
    WhyLeftOut.CORRECTED: Text("原来的一份已作废（已更正）", "former copy, void (corrected)"),
    WhyLeftOut.UNFINISHED: Text("尚未制作完成", "not finished"),
}
_OF_AWARD = {
    AwardStatus.SUSPENDED: WhyLeftOut.SUSPENDED,
    AwardStatus.REVOKED: WhyLeftOut.REVOKED,
    AwardStatus.CANCELLED: WhyLeftOut.CANCELLED,
    AwardStatus.ERASED: WhyLeftOut.ERASED,
}
_OF_COPY = {
    CopyState.SUPERSEDED: WhyLeftOut.SUPERSEDED,
    CopyState.CORRECTED: WhyLeftOut.CORRECTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """The certificates that are not written out for one reason.

    Args:
        why: the reason.
        numbers: of the certificates, in the order of issue; one twice has two such copies.
    """

    why: WhyLeftOut
    numbers: tuple[str, ...]

    @property
    def text(self) -> Text:
        """How many they are, why, and the first of them."""
        count, words = len(self.numbers), _WORDS[self.why]
        shown, more = list(self.numbers[:_SHOWN]), count - _SHOWN
        zh, en = "、".join(shown), ", ".join(shown)
        if more > 0:
            zh, en = f"{zh}，另有 {more} 份", f"{en}, and {more} more"
        return Text(f"{words.zh} {count} 份（{zh}）", f"{words.en}: {count} ({en})")


def find_left_out(desk: Desk, batch_id: int) -> tuple[LeftOut, ...]:
    """Return what an export of a batch leaves out, by reason; archive duplicates are none of it.

    An award that is suspended or has ended is named once, whatever copies it has.
    """
    query = (
        select(Award.number, Award.status, Copy.state)
        .join(Copy, Copy.award_id == Award.id)
        .where(Award.batch_id == batch_id, Copy.kind != CopyKind.ARCHIVE, ~(in_force() & drawn()))
        .order_by(Award.id, Copy.id)
    )
    found: dict[WhyLeftOut, list[str]] = {why: [] for why in WhyLeftOut}
    with reading(desk.engine) as session:
        for number, status, state in session.execute(query):
            why = _OF_AWARD.get(AwardStatus(status)) or _OF_COPY.get(
                CopyState(state), WhyLeftOut.UNFINISHED
            )
            if why in _OF_COPY.values() or found[why][-1:] != [number]:
                found[why].append(number)
    return tuple(LeftOut(why=why, numbers=tuple(some)) for why, some in found.items() if some)


def left_out_as_list(left_out: Sequence[LeftOut]) -> list[dict[str, Any]]:
    """Return what is left out as members of a JSON answer."""
    return [
        {"reason": one.why.value, "count": len(one.numbers), "numbers": list(one.numbers)}
        for one in left_out
    ]


def left_out_text(left_out: Sequence[LeftOut]) -> Text:
    """Return what is left out in one sentence; nothing where it is nothing."""
    if not left_out:
        return Text("", "")
    texts = [one.text for one in left_out]
    return Text(
        f"未导出：{'；'.join(text.zh for text in texts)}",
        f"left out: {'; '.join(text.en for text in texts)}",
    )
