"""Deciding on acts: those that wait, one with what it would change, approving, declining, taking
back.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from accounts.asking_again import asks_again
from accounts.next_page_notice import say_done
from accounts.person import sees_body, the_person
from accounts.proposers import proposer_left
from accounts.roles import Role, allow
from accounts.tables import Column, ColumnKind, TableSpec, read_table
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.troubles import Trouble, too_long
from codes.person_skeleton import is_same_person
from codes.wording import Text
from issuer.certificate_acts import ActPage, act_mark, read_act, show_page
from issuer.certificate_list import body_names
from issuer.console.certificates import body_options
from issuer.console.certificates_asking import BODY_READERS, READERS, REFUSALS, opened_by_person
from issuer.console.certificates_forms import MAX_REASON, trouble_of
from issuer.console.certificates_show import changes_shown
from issuer.console.certificates_words import ACT_HEADINGS, ACT_TITLES, FINAL, TO_PRINT
from issuer.console.office import Office, the_office
from issuer.copy_list import REASON_WORDS
from issuer.desk import Desk
from issuer.life_acts import ActPlace, find_place, list_acts, reject, withdraw
from issuer.life_forms import MAKES_COPY, ActView
from issuer.life_run import approve_and_publish
from issuer.life_words import GROUND_WORDS, STATE_WORDS, reason_called
from issuer.opening import announce_host
from registry.life_models import ActState
from registry.session import reading
from templates.fonts import FontChain
from templates.row_ids import read_row_id

blueprint = Blueprint("certificate_decisions", __name__, url_prefix="/acts")
TONES = {
    ActState.PROPOSED: "warn",
    ActState.APPROVED: "good",
    ActState.REJECTED: "bad",
    ActState.WITHDRAWN: "calm",
}
_NAMED = {one: Text(words.zh, words.en.capitalize()) for one, words in STATE_WORDS.items()}
_TABS: dict[str, Text] = {
    ActState.PROPOSED: _NAMED[ActState.PROPOSED],
    TO_PRINT: Text("待印制", "To print"),
    **{one: _NAMED[one] for one in ActState if one is not ActState.PROPOSED},
}
_HOLDS = Text("在线核验即时生效", "Online checks show it from now on")
_NEW_PAGE = Text("下一步见下方", "What comes next stands below")
_REJECTED = Text("未予批准，证书没有变动", "Declined; the certificate is unchanged")
_WITHDRAWN = Text("已撤回，证书没有变动", "Taken back; the certificate is unchanged")
_SPEC = TableSpec(
    columns=(
        Column(key="act_id", text=Text("编号", "Act"), kind=ColumnKind.CODE),
        Column(key="kind", text=Text("事项", "What")),
        Column(key="target", text=Text("对象", "Of"), kind=ColumnKind.CODE),
        Column(key="hits", text=Text("涉及证书", "Certificates"), kind=ColumnKind.NUMBER),
        Column(key="reference", text=Text("文号", "Reference")),
        Column(key="proposer", text=Text("提出人", "Proposed by")),
        Column(key="proposed_at", text=Text("提出时间", "Proposed"), kind=ColumnKind.DATE),
    ),
    by_cursor=True,
    kept=("state", "body"),
)


@blueprint.get("/")
@allow(*READERS)
def index() -> str:
    """List a body's acts in one state, or whose copy is to print; else those that wait."""
    office, person = the_office(), the_person()
    with reading(office.engine) as session:
        bodies = [] if person.body else body_names(session)
    prefix = person.body or request.args.get("body", "")
    state = _asked(request.args.get("state", ""))
    table = read_table(request.args, _SPEC)
    found: list[ActView] = []
    if person.body or prefix in {one for one, _ in bodies}:
        before = read_row_id(table.after)
        with office.desk(prefix, dry_run=True) as desk:
            found = _found(desk, state, before=before, limit=table.limit)
    acts, more = table.cut(found)
    return render_template(
        "desk/certificates/acts.html",
        table=table,
        rows=[_row(act) for act in acts],
        more=more,
        cursor=str(acts[-1].act_id) if acts else "",
        state=state,
        tabs=[(one, text, _address(one, prefix)) for one, text in _TABS.items()],
        to_print=state == TO_PRINT,
        bodies=bodies,
        body_options=body_options(bodies),
        prefix=prefix,
    )


@blueprint.get("/<int:act_id>")
@allow(*READERS)
def show(act_id: int) -> str:
    """Show one act: what it would change, or what it came to."""
    return _show(_place(act_id))


@blueprint.post("/<int:act_id>/approve")
@allow(Role.APPROVER)
def approve(act_id: int) -> Response | tuple[str, int]:
    """Approve what another person proposed, as it was shown; it takes effect at once."""
    place = _place(act_id)
    if place.waits and not _was_read(the_office(), place):
        text = Text(
            "请先查看完整内容，再批准", "look at everything that is proposed first, then approve it"
        )
        return _show(place, (Trouble(field="ground", text=text),)), 422
    if not place.waits:
        return _approved(place)
    if not is_ticked():
        return _show(place, (Trouble(field=SURE, text=UNTICKED),)), 422
    return _approved_for_good(place) if place.kind in FINAL else _approved(place)


@asks_again
def _approved_for_good(place: ActPlace) -> Response | tuple[str, int]:
    return _approved(place)


def _approved(place: ActPlace) -> Response | tuple[str, int]:
    title, office = ACT_TITLES[place.kind], the_office()
    then = _NEW_PAGE if place.kind in MAKES_COPY else _HOLDS
    done = Text(f"已批准：{title.zh}。{then.zh}", f"Approved: {title.en}. {then.en}")
    return _decided(place, partial(_approve, office, place), done)


@blueprint.post("/<int:act_id>/reject")
@allow(Role.APPROVER)
def decline(act_id: int) -> Response | tuple[str, int]:
    """Decline what another person proposed; nothing changes."""
    return _closed(_place(act_id), reject, _REJECTED)


@blueprint.post("/<int:act_id>/withdraw")
@allow(*BODY_READERS)
def take_back(act_id: int) -> Response | tuple[str, int]:
    """Take one's own proposal back; nothing changes."""
    return _closed(_place(act_id), withdraw, _WITHDRAWN)


def _approve(office: Office, place: ActPlace) -> None:
    making = place.kind in MAKES_COPY
    lived = _number("lived")
    with office.desk(place.prefix, dry_run=not making) as desk:
        if making:
            announce_host(desk, office.public_url, another=False)
        approve_and_publish(
            desk,
            place.act_id,
            approver=the_person().name,
            hits=_number("hits") or 0,
            lived=None if place.award_id is None else lived,
            out=None,
            fonts=FontChain.from_environment(os.environ),
            progress=_silent,
        )


def _closed(place: ActPlace, close: Callable[..., None], done: Text) -> Response | tuple[str, int]:
    reason = request.form.get("reason", "").strip()
    if not reason:
        text = Text("请写明理由", "say why")
        return _show(place, (Trouble(field="reason", text=text),)), 422
    long = too_long(request.form, reason=MAX_REASON)
    if long:
        return _show(place, long), 422

    def work() -> None:
        with the_office().desk(place.prefix, dry_run=True) as desk:
            close(desk, place.act_id, decided_by=the_person().name, reason=reason)

    return _decided(place, work, done)


def _decided(place: ActPlace, work: Callable[[], None], done: Text) -> Response | tuple[str, int]:
    """Do what was decided and go to what came of it; a refusal is said beside the act."""
    try:
        work()
    except REFUSALS as error:
        return _show(_place(place.act_id), (trouble_of(error),)), 409
    say_done(done)
    return redirect(url_for("certificate_decisions.show", act_id=place.act_id), 303)


def _place(act_id: int) -> ActPlace:
    with reading(the_office().engine) as session:
        place = find_place(session, act_id)
    if place is None or not sees_body(the_person(), place.prefix):
        abort(404)
    return place


def _is_open(place: ActPlace) -> bool:
    """Say whether the page of an act shows its reason and what it changes in full."""
    return place.award_id is None or opened_by_person(place.award_id) is not None


def _was_read(office: Office, place: ActPlace) -> bool:
    """Say whether the form comes from a page that showed this act in full.

    Who proposed it is let on: that is refused for its own reason.
    """
    with office.desk(place.prefix, dry_run=True) as desk:
        act = read_act(desk, place.act_id)
    if is_same_person(act.proposer, the_person().name):
        return True
    return _is_open(place) and request.form.get("read", "") == act_mark(act)


def _show(place: ActPlace, troubles: tuple[Trouble, ...] = ()) -> str:
    opened = _is_open(place)
    with the_office().desk(place.prefix, dry_run=True) as desk:
        page = show_page(desk, place, opened=opened)
    with reading(the_office().desks) as session:
        left = proposer_left(session, page.act.proposer, place.prefix, BODY_READERS)
    return render_template(
        "desk/certificates/act.html",
        page=page,
        act=page.act,
        opened=opened,
        mark=act_mark(page.act) if opened else "",
        troubles=troubles,
        reason=request.form.get("reason", ""),
        heading=ACT_HEADINGS[page.act.kind],
        state_words=STATE_WORDS,
        tones=TONES,
        left=left if page.act.state is ActState.PROPOSED else None,
        facts=_facts(page, opened=opened),
        changes=() if page.preview is None else changes_shown(page.preview.changes),
        **_may(page),
    )


def _may(page: ActPage) -> dict[str, bool]:
    """Return what the person of this request may do with an act now."""
    person, act = the_person(), page.act
    waits = act.state is ActState.PROPOSED
    own = is_same_person(act.proposer, person.name)
    approver = person.is_one_of(Role.APPROVER)
    unfinished = page.made is not None and not page.made.done
    return {
        "waits": waits,
        "own": own,
        "may_decide": waits and approver and not own,
        "may_approve": page.refusal is None,
        "may_withdraw": waits and own and person.is_one_of(*BODY_READERS),
        "may_finish": approver and unfinished and is_same_person(act.decided_by or "", person.name),
        "unfinished": unfinished,
        "is_final": act.kind in FINAL,
    }


def _facts(page: ActPage, *, opened: bool) -> list[tuple[Any, ...]]:
    act = page.act
    rows: list[tuple[Any, ...]] = [
        (Text("事项", "What"), ACT_TITLES[act.kind]),
        (Text("对象", "Of"), act.target),
        (Text("涉及证书", "Certificates"), Text(f"{act.hits} 张", str(act.hits))),
    ]
    if act.ground is not None:
        rows.append((Text("事由类别", "Ground"), GROUND_WORDS[act.ground]))
    if act.reissue is not None:
        rows.append((Text("补发事由", "Reissued because"), REASON_WORDS[act.reissue]))
    if act.successor is not None:
        rows.append((Text("并入机构", "Into"), act.successor))
    hidden = Text("（查看个人信息后显示）", "(shown once personal data are opened)")
    if act.correction is not None and act.state is not ActState.PROPOSED:  # before, it is compared
        right = act.correction
        names = [
            (Text("更正后的姓名", "Right name"), right.name),
            (Text("更正后姓名的拉丁字母写法", "Right name in Latin letters"), right.latin_name),
        ]
        rows += [(label, said if opened else hidden) for label, said in names if said]
        if right.specialty is not None:
            rows.append((Text("更正后的工种/职业方向", "Right specialty"), right.specialty or "--"))
    rows += [
        (
            reason_called(act.kind),
            act.reason if opened else hidden,
        ),
        (Text("文号", "Reference"), act.reference),
        (Text("提出人", "Proposed by"), act.proposer),
        (Text("提出时间", "Proposed"), act.proposed_at),
    ]
    if act.decided_by is not None:
        rows += [
            (Text("处理人", "Decided by"), act.decided_by),
            (Text("处理时间", "Decided"), act.decided_at),
        ]
    if act.decision is not None:
        own = (act.proposer, act.decided_by or "")  # it was written by one for the other
        told = opened or any(is_same_person(name, the_person().name) for name in own)
        rows.append((Text("处理意见", "Decision"), act.decision if told else hidden))
    return rows


def _row(act: ActView) -> dict[str, object]:
    return {
        "act_id": act.act_id,
        "award_id": act.award_id,
        "kind": ACT_TITLES[act.kind],
        "target": act.target,
        "hits": act.hits,
        "reference": act.reference,
        "proposer": act.proposer,
        "proposed_at": act.proposed_at,
    }


def _found(desk: Desk, tab: str, *, before: int | None, limit: int) -> list[ActView]:
    printing = tab == TO_PRINT
    state = ActState.APPROVED if printing else ActState(tab)
    return list_acts(desk, state, to_print=printing, before=before, limit=limit)


def _address(tab: str, prefix: str) -> str:
    body = None if the_person().body else prefix or None
    return url_for("certificate_decisions.index", state=str(tab), body=body)


def _asked(tab: str) -> str:
    return tab if tab in _TABS else ActState.PROPOSED


def _number(field: str) -> int | None:
    return read_row_id(request.form.get(field, ""))


def _silent(*_: object) -> None:
    """A page shows what came of it, not how far it is."""
