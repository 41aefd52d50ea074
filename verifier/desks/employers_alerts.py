"""The employers' desk: what became of certificates checked before, and watching them no more."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from accounts.bureau import the_bureau
from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import Role, allow
from accounts.tables import Column, ColumnKind, TableSpec, read_table
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.troubles import Trouble
from codes.number import inspect_number
from codes.wording import Text
from log.leaves import LifeKind
from registry.session import reading, transaction
from registry.watches import WATCHED_FOR, WatchMarks, stop_watching, watched_by
from templates.row_ids import read_row_id
from verifier.conclusion import local_day
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

Answer = Response | str | tuple[str, int]
_NUMBER: Final = "stop_number"
_NOT_WATCHED: Final = Text(
    "没有在关注这个编号，请核对后重新填写；现在没有任何改动",
    "this number is not watched; look at it again. Nothing was changed",
)

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
def alerts() -> Answer:
    """List what happened to certificates this employer watches."""
    return _page()


def _page(*troubles: Trouble) -> Answer:
    room, table = the_room(), read_table(request.args, _LIST)
    rows, total = alerts_of(room, own_id(), offset=table.offset, limit=table.size)
    with reading(room.public) as session:
        watched = watched_by(session, own_id(), now=room.clock())
    page = render_template(
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
        troubles=troubles,
        stop_number=request.form.get(_NUMBER, ""),
    )
    return (page, 422) if troubles else page


@blueprint.post("/alerts/seen")
@allow(Role.EMPLOYER)
def seen() -> Response:
    """Mark the alerts that were shown as looked at."""
    last = read_row_id(request.form.get("last", ""))
    if last is not None:
        mark_seen(the_room(), own_id(), up_to=last)
        say_done(Text("已全部标为已看", "All are marked as looked at"))
    return redirect(url_for("employer_alerts.alerts"), 303)


@blueprint.post("/alerts/stop")
@allow(Role.EMPLOYER)
def stop() -> Answer:
    """Watch one certificate no more, by its number: no list of them is kept."""
    room = the_room()
    read = inspect_number(request.form.get(_NUMBER, ""), today=local_day(room.clock()))
    mark = WatchMarks(room.home.pepper()).mark(read.normalised)
    with transaction(room.public) as session:
        ended = stop_watching(session, own_id(), mark)
        if ended:
            _note("停止关注一个证书编号")
    if not ended:
        return _page(Trouble(field=_NUMBER, text=_NOT_WATCHED))
    say_done(Text(f"已停止关注 {read.normalised}", f"{read.normalised} is watched no more"))
    return redirect(url_for("employer_alerts.alerts"), 303)


@blueprint.post("/alerts/stop-all")
@allow(Role.EMPLOYER)
def stop_all() -> Answer:
    """Watch no certificate any more, once that was confirmed."""
    if not is_ticked():
        return _page(Trouble(field=SURE, text=UNTICKED))
    with transaction(the_room().public) as session:
        count = stop_watching(session, own_id())
        if count:
            _note(f"停止关注全部 {count} 个证书编号")
    say_done(Text(f"已停止关注，共 {count} 个编号", f"No longer watched: {count}"))
    return redirect(url_for("employer_alerts.alerts"), 303)


def _note(ground: str) -> None:
    """Note on the trail that watching ended; of which number is not kept, there as elsewhere."""
    bureau, person = the_bureau(), the_person()
    bureau.note(person.name, "employer.watch_ended", f"account {person.account_id}", ground)
