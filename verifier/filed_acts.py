"""Acts on filings as the public log has them: when each was decided, took effect and was entered.

The register itself comes from the signed list; this stands beside it, from leaves that are proven.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from codes.wording import Text
from keys.filing_windows import EVENT_NAMES, FilingEvent
from log.leaves import FilingLeaf
from registry.log_reader import LoggedFiling
from templates.labels import format_date, format_date_en
from verifier.conclusion import local_day


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledAct:
    """One act of the authority on a body's filing.

    Args:
        event: as its leaf has it, such as `suspended`.
        reference: the number of the document it stands in, None where it has none.
        decided_on: the day of the decision.
        effective_on: the day it has effect from; None where its leaf does not say so as ours do.
        entered_at: when it was entered into the public log, aware UTC.
        leaf: the index of its leaf there.
    """

    event: str
    reference: str | None
    decided_on: date
    effective_on: date | None
    entered_at: datetime
    leaf: int

    @property
    def text(self) -> Text:
        """What kind of act it is, in words."""
        try:
            return EVENT_NAMES[FilingEvent(self.event)]
        except ValueError:
            return Text(self.event, self.event)

    @property
    def entered_on(self) -> date:
        """The day it was entered, Asia/Shanghai."""
        return local_day(self.entered_at)

    @property
    def is_late(self) -> bool:
        """Whether it was entered after the day it has effect from."""
        return self.effective_on is not None and self.entered_on > self.effective_on


_EXPIRED: Final = (Text("备案已到期", "expired"), None)
_WITHDRAWN: Final = (Text("备案已撤销", "withdrawn"), Text("撤销", "withdrawn"))
_TURNS: Final[Mapping[str, tuple[Text, Text | None]]] = {
    FilingEvent.SUSPENDED: (Text("备案暂停", "suspended"), Text("暂停", "suspended")),
    FilingEvent.WITHDRAWN: _WITHDRAWN,
    FilingEvent.ANNULLED: _WITHDRAWN,
    **dict.fromkeys(
        (
            FilingEvent.RECORDED,
            FilingEvent.FILED,
            FilingEvent.REFILED,
            FilingEvent.RENEWED,
            FilingEvent.RESUMED,
        ),
        _EXPIRED,
    ),
}
"""What a body that is not filed now is called after an act, and what the act does once it comes."""

FiledActs = Mapping[str, Sequence[FiledAct]]
"""The acts on each filing by the body's prefix, in the order they were entered."""


def acts_by_body(logged: Iterable[LoggedFiling]) -> FiledActs:
    """Return the acts on each filing by the body's prefix, in the order they were entered."""
    acts: dict[str, list[FiledAct]] = {}
    for one in logged:
        acts.setdefault(one.leaf.prefix, []).append(_act(one))
    return acts


def standing_by_acts(acts: Sequence[FiledAct], on: date, *, filed: bool) -> Text | None:
    """Return what the acts on a filing add to where it stands on a day; None where nothing.

    The list knows only what a body may award; the acts say why it may not, or not for long.

    Args:
        acts: on one filing, in the order they were entered.
        on: the day.
        filed: the list has it filed on that day.
    """
    turns = [act for act in acts if act.event in _TURNS]
    if not turns:
        return None
    last, now, soon = turns[-1], *_TURNS[turns[-1].event]
    if last.effective_on is None or last.effective_on <= on:
        return None if filed else now
    if not filed or soon is None:
        return None
    zh, en = format_date(last.effective_on), format_date_en(last.effective_on)
    return Text(f"备案有效（{zh}起{soon.zh}）", f"filed; {soon.en} from {en}")


def act_as_dict(act: FiledAct) -> dict[str, str | int | None]:
    """Return an act as members of a JSON answer; `docs/api.md` describes them."""
    return {
        "event": act.event,
        "reference": act.reference,
        "decided_on": act.decided_on.isoformat(),
        "effective_on": None if act.effective_on is None else act.effective_on.isoformat(),
        "entered_on": act.entered_on.isoformat(),
        "entered_at": act.entered_at.isoformat(),
        "leaf": act.leaf,
    }


def _act(one: LoggedFiling) -> FiledAct:
    reference = one.leaf.detail.get("reference")
    return FiledAct(
        event=one.leaf.event,
        reference=reference if isinstance(reference, str) else None,
        decided_on=one.leaf.decided_on,
        effective_on=_effective_on(one.leaf),
        entered_at=one.logged_at,
        leaf=one.index,
    )


def _effective_on(leaf: FilingLeaf) -> date | None:
    said = leaf.detail.get("effective_on")
    try:
        return date.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None
