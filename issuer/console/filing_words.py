"""What the authority's pages say of acts: in one line, and side by side before and after."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from codes.wording import Text
from issuer.filing_proposals import Trial
from issuer.filing_standing import SiteView
from issuer.filing_view import ScopeRow
from issuer.proposed_acts import FileAct, ProposedAct
from issuer.site_acts import SiteActKind
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


def act_text(act: ProposedAct) -> Text:
    """Return one line that says what an act is about."""
    if isinstance(act, FileAct):
        return Text(
            f"备案：第 {act.application_id} 号申请", f"File application {act.application_id}"
        )
    name = ACT_NAMES[act.kind]
    return Text(f"{name.zh}：{act.prefix}", f"{name.en}: {act.prefix}")


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
