"""What the authority's pages say of acts: in one line, and side by side before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.desk import shanghai_day
from issuer.filing_done import views_around
from issuer.filing_proposals import Trial
from issuer.filing_standing import SiteView
from issuer.filing_view import ScopeRow
from issuer.proposed_acts import FileAct, ProposedAct, body_of, parse_act
from issuer.site_acts import SiteActKind
from registry.filing_desk_models import FilingProposal
from templates.labels import format_date, format_date_en

Row = tuple[Text, Text | str | None, Text | str | None]

ACT_NAMES: Mapping[SiteActKind, Text] = MappingProxyType(
    {
        SiteActKind.RENEW: Text("续期", "Renew"),
        SiteActKind.RENAME: Text("变更名称", "Change the name"),
        SiteActKind.MOVE: Text("变更地址", "Change the address"),
        SiteActKind.NARROW: Text("缩小备案范围", "Narrow the scope"),
        SiteActKind.SUSPEND: Text("暂停备案", "Suspend"),
        SiteActKind.RESUME: Text("恢复备案", "Resume"),
        SiteActKind.WITHDRAW: Text("撤销备案", "Withdraw"),
        SiteActKind.ANNUL: Text("自始撤销备案", "Annul from the beginning"),
    }
)


def titled(register: Session, found: Sequence[FilingProposal]) -> list[tuple[FilingProposal, Text]]:
    """Return proposals, each with what its act is called."""
    acts = [(one, parse_act(one.act)) for one in found]
    return [(one, act_text(act, body_of(register, act))) for one, act in acts]


def act_text(act: ProposedAct, body: str) -> Text:
    """Return one line that says what is done, from when, and to which body."""
    if isinstance(act, FileAct):
        return Text(
            f"备案：{body}（第 {act.application_id} 号申请）",
            f"File: {body} (application {act.application_id})",
        )
    name, when = ACT_NAMES[act.kind], Text("", "")
    if act.day is not None:
        zh, en = ("至", "until") if act.kind is SiteActKind.RENEW else ("自", "from")
        on = "" if act.kind is SiteActKind.RENEW else "起"
        when = Text(f"（{zh}{format_date(act.day)}{on}）", f" {en} {format_date_en(act.day)}")
    return Text(
        f"{name.zh}{when.zh}：{body}（{act.prefix}）", f"{name.en}{when.en}: {body} ({act.prefix})"
    )


def proposed_facts(act: ProposedAct) -> list[tuple[Text, Text | str]]:
    """Return what an act says, line by line, as it was proposed."""
    if isinstance(act, FileAct):
        first, last = act.terms.first, act.terms.last
        term = Text(
            f"{format_date(first)}至{format_date(last)}",
            f"{format_date_en(first)} to {format_date_en(last)}",
        )
        return [
            (Text("编号前缀", "Prefix"), "、".join(act.prefixes)),
            (Text("期限", "Term"), term),
        ]
    facts: list[tuple[Text, Text | str]] = []
    if act.text:
        name = act.kind is SiteActKind.RENAME
        facts.append((Text("新名称", "New name") if name else _NEW_ADDRESS, act.text))
    if act.dropped:
        taken = Text(
            "、".join(f"{one.zh} {level.text.zh}" for one, level in act.dropped),
            ", ".join(f"{one.en} {level.text.en}" for one, level in act.dropped),
        )
        facts.append((Text("取消的职业和级别", "Taken out"), taken))
    if act.day is not None:
        label = Text("新的截止日（含）", "New last day, included")
        if act.kind is not SiteActKind.RENEW:
            label = Text("生效日期", "Effective from")
        facts.append((label, Text(format_date(act.day), format_date_en(act.day))))
    return facts


_NEW_ADDRESS = Text("新地址", "New address")


def scope_text(row: ScopeRow) -> Text:
    """Return one line that says what is filed from when to when."""
    until = Text("起，未定截止日期", " on, without end")
    if row.last is not None:
        until = Text(f"至{format_date(row.last)}", f" to {format_date_en(row.last)}")
    return Text(
        f"{row.occupation.zh} {'、'.join(level.zh for level in row.levels)}，"
        f"{format_date(row.first)}{until.zh}",
        f"{row.occupation.en}, {', '.join(level.en for level in row.levels)}; "
        f"{format_date_en(row.first)}{until.en}",
    )


def compare_rows(trial: Trial) -> list[Row]:
    """Return what an act would change, site by site."""
    rows: list[Row] = []
    for before, after in trial.sites:
        mark = after.prefix if len(trial.sites) > 1 else ""
        rows += [
            _row(mark, Text("编号前缀", "Prefix"), before.prefix if before else None, after.prefix),
            _row(mark, Text("机构名称", "Name"), before.name if before else None, after.name),
            _row(mark, Text("地址", "Address"), before.address if before else None, after.address),
            _row(mark, Text("备案状态", "Standing"), _standing(before), _standing(after)),
            _row(mark, Text("备案范围", "Scope"), _scopes(before), _scopes(after)),
        ]
    return rows


def done_rows(register: Session, act: ProposedAct, *, basis: int, at: datetime | None) -> list[Row]:
    """Return what an act changed of a site, only the lines that differ; none of one not done.

    Args:
        register: that reads.
        act: as proposed.
        basis: the last act on the site before it.
        at: when it was settled, if it was.
    """
    if isinstance(act, FileAct) or at is None:
        return []
    around = views_around(register, act, basis=basis, day=shanghai_day(at))
    if around is None:
        return []
    rows = compare_rows(Trial(sites=(around,), struck=0))
    return [row for row in rows if row[1] != row[2]]


def _row(mark: str, label: Text, before: Text | str | None, after: Text | str | None) -> Row:
    if mark:
        label = Text(f"{label.zh}（{mark}）", f"{label.en} ({mark})")
    return label, before, after


def _standing(view: SiteView | None) -> Text | None:
    return None if view is None else view.standing_text


def _scopes(view: SiteView | None) -> Text | None:
    if view is None or not view.scopes:
        return None
    lines = [scope_text(row) for row in view.scopes]
    return Text("；".join(one.zh for one in lines), "; ".join(one.en for one in lines))
