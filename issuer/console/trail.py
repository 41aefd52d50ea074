"""The audit trail as a page for auditors: every entry, filtered, handed out as a file, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from flask import Blueprint, Flask, Response, render_template, request
from sqlalchemy import func, select

from accounts.page_words import Place, add_places
from accounts.roles import Role, allow
from accounts.tables import (
    Column,
    ColumnKind,
    Filter,
    FilterKind,
    TablePage,
    TableSpec,
    read_table,
)
from accounts.troubles import Trouble
from codes.wording import Text
from issuer.console.authority import acting
from issuer.console.office import the_office
from issuer.console.trail_acts import GROUPS, act_text
from issuer.console.trail_finding import body_names, find_shown, shown_subject
from issuer.console.trail_words import ground_text
from issuer.desk import SHANGHAI, shanghai_day
from registry.session import reading
from registry.sheet_writing import write_workbook_rows
from registry.trail import TrailFilter, check_trail
from registry.trail_models import TrailEntry
from templates.downloads import send_workbook
from templates.row_ids import read_row_id

blueprint = Blueprint("trail", __name__, url_prefix="/trail")

MOST_IN_FILE: Final = 50_000
MOST_CHECKED: Final = 300_000
"""Longer trails are checked by the command: a page must not keep its reader waiting."""

_FAULTS_SHOWN: Final = 50

LIST: Final = TableSpec(
    columns=(
        Column(key="id", text=Text("序号", "No."), kind=ColumnKind.NUMBER),
        Column(key="at", text=Text("时间", "When"), kind=ColumnKind.DATE),
        Column(key="actor", text=Text("经办人", "Who")),
        Column(key="act", text=Text("事项", "Act"), kind=ColumnKind.CODE),
        Column(key="subject", text=Text("对象", "To what")),
        Column(key="ground", text=Text("事由", "Ground")),
        Column(key="reference", text=Text("文号", "Reference")),
    ),
    filters=(
        Filter(
            key="group",
            text=Text("事项类别", "Kind"),
            kind=FilterKind.CHOICE,
            choices=tuple(GROUPS.items()),
        ),
        Filter(key="actor", text=Text("经办人姓名", "Name of who acted")),
        Filter(key="subject", text=Text("对象包含", "Subject contains")),
        Filter(key="since", text=Text("起始日期", "From"), kind=FilterKind.DAY),
        Filter(key="until", text=Text("截止日期（含）", "Until"), kind=FilterKind.DAY),
    ),
    by_cursor=True,
)


def add_trail(app: Flask) -> None:
    """Put the audit trail into the desks, for auditors."""
    app.register_blueprint(blueprint)
    text = Text("审计记录", "Audit trail")
    why = Text("谁、何时、对什么、因何、凭何", "Who did what, when, to what and why")
    roles = frozenset({Role.AUDITOR})
    add_places(app, [Place(endpoint="trail.entries", text=text, roles=roles, purpose=why)])


@blueprint.get("")
@allow(Role.AUDITOR)
def entries() -> str:
    """List the entries, the newest first."""
    return _page()


@blueprint.get("/file")
@allow(Role.AUDITOR)
def file() -> Response:
    """Hand out what the filters let pass, as a workbook."""
    table = read_table(request.args, LIST)
    if _no_days(table):
        return Response(_page(), 422)
    said = " ".join(f"{key}={value}" for key, value in table.chosen.items())
    with acting("trail.export", said or "*"), reading(the_office().engine) as session:
        wanted = replace(_wanted(table), before=None)
        names = body_names(session)
        found = find_shown(session, wanted, table.words("subject"), names, limit=MOST_IN_FILE)
        rows = [_cells(one, names) for one in found]
    heads = [one.text.zh for one in LIST.columns]
    data = write_workbook_rows("审计记录", [*heads, "事项代码", "对象原文", "摘要"], rows)
    day = shanghai_day(the_office().clock()).isoformat()
    return send_workbook(data, Text(f"审计记录-{day}", f"audit-trail-{day}"))


@blueprint.post("/check")
@allow(Role.AUDITOR)
def check() -> str:
    """Read the whole trail and say whether it is as it was written."""
    office = the_office()
    with reading(office.engine) as session:
        entries = session.scalar(select(func.count()).select_from(TrailEntry)) or 0
    if entries > MOST_CHECKED:
        return _page(too_long=True)
    return _page(report=check_trail(office.engine, office.home.trail_memory))


def _page(**said: Any) -> str:
    table = read_table(request.args, LIST)
    troubles = _no_days(table)
    with reading(the_office().engine) as session:
        names, about = body_names(session), table.words("subject")
        wanted = _wanted(table)
        found = [] if troubles else find_shown(session, wanted, about, names, limit=table.limit)
        lines, more = table.cut(found)
        rows = [_row(one, names) for one in lines]
    return render_template(
        "desk/trail.html",
        table=table,
        rows=rows,
        troubles=troubles,
        more=more,
        cursor=str(rows[-1]["id"]) if rows else "",
        most=MOST_IN_FILE,
        faults_shown=_FAULTS_SHOWN,
        **said,
    )


def _no_days(table: TablePage) -> tuple[Trouble, ...]:
    """Return which days of the filter are none, such as 31 April."""
    typed = {key: request.args.get(key, "").strip() for key in ("since", "until")}
    return tuple(
        Trouble(
            field=f"filter-{key}",
            text=Text(f"没有“{said[:40]}”这一天", f"there is no such day as “{said[:40]}”"),
        )
        for key, said in typed.items()
        if said and table.day(key) is None
    )


def _wanted(table: TablePage) -> TrailFilter:
    since, until = table.day("since"), table.day("until")
    return TrailFilter(
        actor=table.words("actor") or None,
        act=table.words("group") or None,
        since=None if since is None else _midnight(since),
        until=None if until is None or until == date.max else _midnight(until + timedelta(days=1)),
        before=read_row_id(table.after),
    )


def _midnight(day: date) -> datetime:
    """Return when a day begins in Shanghai; of the first day, the first moment there is."""
    if day == date.min:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.combine(day, time(), tzinfo=SHANGHAI).astimezone(UTC)


def _row(entry: TrailEntry, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at,
        "actor": entry.actor,
        "act": entry.act,
        "told": act_text(entry.act) or GROUPS.get(entry.act.partition(".")[0]),
        "subject": shown_subject(entry, names),
        "ground": ground_text(entry),
        "reference": entry.reference,
    }


def _cells(entry: TrailEntry, names: Mapping[str, str]) -> tuple[int | str, ...]:
    told = act_text(entry.act)
    act = entry.act if told is None else told.zh
    words = (entry.actor, act, shown_subject(entry, names).zh, entry.ground, entry.reference)
    at = entry.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return (entry.id, at, *words, entry.act, entry.subject, entry.hash.hex())
