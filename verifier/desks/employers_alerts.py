"""The employers' desk: what became of certificates that were checked before."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from accounts.next_page_notice import say_done
from accounts.roles import Role, allow
from accounts.tables import Column, ColumnKind, TableSpec, read_table
from codes.wording import Text
from log.leaves import LifeKind
from registry.session import reading
from registry.watches import WATCHED_FOR, watched_by
from templates.row_ids import read_row_id
from verifier.desks.employer_changes import (
    EVENTS,
    alerts_of,
    mark_seen,
    overtaken,
    unseen_alerts,
)
from verifier.desks.employer_checks import lists_with
from verifier.desks.employers_room import own_id, the_room
from verifier.verdict import Status

blueprint = Blueprint("employer_alerts", __name__, url_prefix="/employer")

_LIST: Final = TableSpec(
    columns=(
        Column(key="number", text=Text("证书编号", "Certificate"), kind=ColumnKind.CODE),
        Column(key="list", text=Text("所在名单", "In the list")),
        Column(key="kind", text=Text("变动情况", "Change")),
        Column(key="status", text=Text("提醒时的状态", "Status when alerted")),
        Column(key="effective_on", text=Text("生效日期", "Effective from"), kind=ColumnKind.DATE),
        Column(key="noted_at", text=Text("提醒日期", "Alerted"), kind=ColumnKind.DATE),
    ),
    size=50,
)


@blueprint.get("/alerts")
@allow(Role.EMPLOYER)
def alerts() -> str:
    """List what happened to certificates this employer watches."""
    room, table = the_room(), read_table(request.args, _LIST)
    rows, total = alerts_of(room, own_id(), offset=table.offset, limit=table.size)
    with reading(room.public) as session:
        watched = watched_by(session, own_id(), now=room.clock())
    return render_template(
        "desk/employer_alerts.html",
        table=table,
        rows=rows,
        total=total,
        lists=lists_with(room, own_id(), {row.number for row in rows}),
        overtaken=overtaken(room, own_id(), rows),
        unseen=unseen_alerts(room, own_id()),
        public_url=room.public_url.rstrip("/"),
        last=rows[0].id if rows else 0,
        watched=watched,
        watched_days=WATCHED_FOR.days,
        events={kind.value: text for kind, text in EVENTS.items()},
        status=Status,
        kinds=LifeKind,
    )


@blueprint.post("/alerts/seen")
@allow(Role.EMPLOYER)
def seen() -> Response:
    """Mark the alerts that were shown as looked at."""
    last = read_row_id(request.form.get("last", ""))
    if last is not None:
        mark_seen(the_room(), own_id(), up_to=last)
        say_done(Text("已全部标为已看", "All are marked as looked at"))
    return redirect(url_for("employer_alerts.alerts"), 303)
