"""Acts on the life of awards as `yanzhen life` shows them: one JSON object, or lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.spoken import spoken_day
from codes.wording import Language, Text
from issuer.copy_list import REASON_WORDS
from issuer.life_forms import ActView
from issuer.life_run import LifeOutcome
from issuer.life_words import (
    GROUND_WORDS,
    KIND_CODES,
    KIND_WORDS,
    STATE_WORDS,
    reason_called,
)
from issuer.terminal import lay_out
from log.leaves import LifeKind
from registry.life_models import ActState

_FINAL = frozenset({LifeKind.REVOKE, LifeKind.ANNUL, LifeKind.DIED})


def counted(hits: int) -> Text:
    """Return a number of certificates in words."""
    return Text(f"{hits} 张", f"{hits} certificate{'' if hits == 1 else 's'}")


def act_as_dict(act: ActView) -> dict[str, Any]:
    """Return an act as one JSON object."""
    correction = act.correction
    return {
        "act": act.act_id,
        "kind": KIND_CODES[act.kind],
        "state": act.state.value,
        "target": act.target,
        "hits": act.hits,
        "ground": None if act.ground is None else act.ground.value,
        "reason": act.reason,
        "reference": act.reference,
        "correction": (
            None
            if correction is None
            else {"name": correction.name, "specialty": correction.specialty}
        ),
        "reissue": None if act.reissue is None else act.reissue.value,
        "replaces": act.replaces,
        "successor": act.successor,
        "proposer": act.proposer,
        "proposed_at": act.proposed_at.isoformat(),
        "decided_by": act.decided_by,
        "decided_at": None if act.decided_at is None else act.decided_at.isoformat(),
        "decision": act.decision,
    }


def acts_as_table(acts: Sequence[ActView]) -> Text:
    """Return acts as lines, one each: who proposed it, then who decided on it."""
    if not acts:
        return Text("没有审批事项", "there are no acts")
    return Text(*(lay_out([_row(act, one) for act in acts]) for one in (Language.ZH, Language.EN)))


def _row(act: ActView, language: Language) -> list[str]:
    hits = counted(act.hits)
    return [
        str(act.act_id),
        STATE_WORDS[act.state].say(language),
        KIND_WORDS[act.kind].say(language),
        act.target,
        hits.say(language),
        act.reference,
        act.proposer,
        act.decided_by or "—",
    ]


def describe(act: ActView) -> Text:
    """Return an act in lines; the name to be corrected to is the only one of a holder in it."""
    facts = [
        (Text("编号", "Act"), _same(str(act.act_id))),
        (Text("事项", "What"), KIND_WORDS[act.kind]),
        (Text("对象", "Of"), _same(act.target)),
        (
            Text("涉及证书", "Hits"),
            counted(act.hits),
        ),
        (reason_called(act.kind), _same(act.reason)),
        (Text("文号", "Reference"), _same(act.reference)),
        (Text("提出", "Proposed by"), _signed(act.proposer, act.proposed_at)),
        (Text("状态", "State"), STATE_WORDS[act.state]),
    ]
    if act.ground is not None:
        facts.insert(4, (Text("类别", "Ground"), GROUND_WORDS[act.ground]))
    if act.reissue is not None and act.replaces is not None:
        facts[4:4] = [
            (Text("补发事由", "Reissued because"), REASON_WORDS[act.reissue]),
            (Text("作废的一份", "Copy made void"), _same(act.replaces)),
        ]
    if act.successor is not None:
        facts.insert(4, (Text("并入", "Into"), _same(act.successor)))
    if act.correction is not None:
        facts[4:4] = [
            (label, _same(value))
            for label, value in (
                (Text("更正姓名为", "Right name"), act.correction.name),
                (Text("更正工种为", "Right specialty"), act.correction.specialty),
            )
            if value is not None
        ]
    if act.decided_by is not None and act.decided_at is not None:
        facts.append((Text("处理", "Decided by"), _signed(act.decided_by, act.decided_at)))
    if act.decision is not None:
        facts.append((Text("处理意见", "Decision"), _same(act.decision)))
    lines = [(f"{label.zh}：{value.zh}", f"{label.en}: {value.en}") for label, value in facts]
    if act.state is ActState.PROPOSED and act.kind in _FINAL:
        lines.append(("批准后立即生效，不能恢复。", "It takes effect at once and is final."))
    return Text("\n".join(line[0] for line in lines), "\n".join(line[1] for line in lines))


def outcome_as_dict(outcome: LifeOutcome, act_id: int) -> dict[str, Any]:
    """Return what an approval came to as one JSON object."""
    approved = outcome.approved
    return {
        "act": act_id,
        "kind": KIND_CODES[approved.kind],
        "hits": approved.hits,
        "status_lists": [
            {"list": one.list_id, "version": one.version, "contradicted": list(one.contradicted)}
            for one in outcome.lists
        ],
        "files": [str(path) for _, path in outcome.files],
    }


def approved_text(outcome: LifeOutcome, act_id: int) -> Text:
    """Return what an approval came to in a sentence or two."""
    approved = outcome.approved
    word, hits = KIND_WORDS[approved.kind], counted(approved.hits)
    files = "".join(f"\n{path}" for _, path in outcome.files)
    return Text(
        f"已批准 {act_id}：{word.zh}，证书 {hits.zh}，立即生效；日志和状态列表已公布。{files}",
        f"approved {act_id}: {word.en}, {hits.en}, in effect now; log and "
        f"status lists are published.{files}",
    )


def _signed(who: str, at: datetime) -> Text:
    when = spoken_day(at)
    return Text(f"{who}，{when.zh}", f"{who}, {when.en}")


def _same(text: str) -> Text:
    return Text(text, text)
