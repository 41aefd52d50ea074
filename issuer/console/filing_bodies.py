"""Filed bodies: who may award what until when, their keys and seals, and the acts on a filing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from accounts.next_page_notice import say_done
from accounts.role_standing import counting_roles
from accounts.roles import Role, allow
from accounts.spoken import spoken_day
from accounts.tables import Column, ColumnKind, Filter, FilterKind, TableSpec, read_table
from accounts.troubles import Trouble, too_long
from codes.levels import Level
from codes.occupations import Occupation, occupation_by_code
from codes.wording import Text
from issuer.console.authority import (
    OFFICIALS,
    READERS,
    REFUSALS,
    DecisionEntry,
    is_director,
    limit_form,
    may_act,
    not_found_unless,
    parse_day,
    parse_words,
    read_decision_entry,
    today,
    trouble_of,
    typed,
)
from issuer.console.filing_proposals import may_approve
from issuer.console.filing_trying import propose_act
from issuer.console.filing_words import ACT_NAMES, scope_text, titled
from issuer.console.office import the_office
from issuer.desk import shanghai_day
from issuer.filing import MAX_ADDRESS, MAX_NAME
from issuer.filing_acts import STANDING_NAMES, SiteStanding
from issuer.filing_changes import awards_since
from issuer.filing_proposals import waiting_proposals
from issuer.filing_standing import SOON, SiteView, view_of, views_of_sites
from issuer.filing_sums import acts_of
from issuer.filing_view import both_text, days_text, grounds_text
from issuer.seal_files import StoredSeal, read_seals
from issuer.site_acts import EVENT_OF, SiteAct, SiteActKind
from keys.algorithms import Algorithm
from keys.certificates import load_certificate
from keys.filing_windows import EVENT_NAMES, FilingEvent
from keys.ring import Standing
from keys.seal import inspect_validity
from registry.account_models import AccountRow
from registry.filing_models import FilingAct
from registry.models import SigningKey, Site
from registry.session import reading

blueprint = Blueprint("filing_bodies", __name__, url_prefix="/filing/bodies")

_DATED: Final = frozenset(
    {
        SiteActKind.RENEW,
        SiteActKind.NARROW,
        SiteActKind.SUSPEND,
        SiteActKind.RESUME,
        SiteActKind.WITHDRAW,
    }
)
_STANDING_TONES: Final = {
    SiteStanding.NEW: "calm",
    SiteStanding.FILED: "good",
    SiteStanding.SUSPENDED: "warn",
    SiteStanding.EXPIRED: "calm",
    SiteStanding.ENDED: "bad",
}
_REGISTER: Final = "NTRCN-"  # what stands before a credit code in a certificate (EN 319 412-1)
_NOBODY: Final = Text("还没有", "nobody yet")
_KEY_STANDINGS: Final = {
    Standing.ACTIVE: ("good", Text("在用", "active")),
    Standing.RETIRED: ("calm", Text("已停用", "retired")),
    Standing.COMPROMISED: ("bad", Text("已失密", "compromised")),
}
_SEAL_STATES: Final = {
    "usable": ("good", Text("有效", "usable")),
    "expired": ("warn", Text("已过期", "expired")),
    "not_yet": ("note", Text("尚未生效", "not valid yet")),
}
_LIST: Final = TableSpec(
    columns=(
        Column(key="prefix", text=Text("编号前缀", "Prefix"), kind=ColumnKind.CODE, sortable=True),
        Column(key="name", text=Text("机构名称", "Body"), sortable=True),
        Column(key="standing", text=Text("备案状态", "Standing")),
        Column(
            key="last_day", text=Text("备案至", "Filed until"), kind=ColumnKind.DATE, sortable=True
        ),
        Column(key="scopes", text=Text("备案范围", "Scope")),
    ),
    filters=(
        Filter(key="body", text=Text("名称、前缀或信用代码", "Name, prefix or credit code")),
        Filter(
            key="standing",
            text=Text("状态", "Standing"),
            kind=FilterKind.CHOICE,
            choices=tuple((key.value, text) for key, text in STANDING_NAMES.items()),
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActEntry:
    """An act on a filing, as typed."""

    day: str = ""
    text: str = ""
    dropped: tuple[str, ...] = ()
    decision: DecisionEntry = field(default_factory=DecisionEntry)


@blueprint.get("")
@allow(*READERS)
def bodies() -> str:
    """List the filed sites: what ends first comes first."""
    day, table = today(), read_table(request.args, _LIST)
    with reading(the_office().engine) as session:
        views = list(views_of_sites(session, day))
    words, standing = table.words("body").casefold(), table.words("standing")
    views = [
        view
        for view in views
        if words in f"{view.name} {view.prefix} {view.credit_code or ''}".casefold()
        and standing in ("", view.standing)
    ]
    if table.sort:
        views.sort(key=lambda view: str(getattr(view, table.sort) or "9"), reverse=table.descending)
    return render_template(
        "desk/filing_bodies.html",
        table=table,
        rows=views[table.offset : table.offset + table.size],
        total=len(views),
        soon=day + SOON,
        today=day,
        tones=_STANDING_TONES,
        scope_text=scope_text,
    )


@blueprint.get("/<prefix>")
@allow(*READERS)
def body(prefix: str) -> AnyResponse:
    """Show one site: its filing, its keys and seals, and all that was ever done to it."""
    office, day = the_office(), today()
    with reading(office.desks) as desks:
        proposals = list(waiting_proposals(desks, prefix))
        people = _people(desks, prefix)
    with reading(office.engine) as session:
        site = _find(session, prefix)
        view = view_of(session, site, day)
        others = session.scalars(
            select(Site).where(Site.body_id == site.body_id, Site.id != site.id)
        ).all()
        page = render_template(
            "desk/filing_body.html",
            view=view,
            tone="warn" if view.to_come else _STANDING_TONES[view.standing],
            others=[one.prefix for one in others],
            soon=day + SOON,
            today=day,
            keys=[_key(one) for one in site.keys],
            seals=[_seal(one) for one in read_seals(office.home, prefix)],
            events=[_event(one) for one in reversed(acts_of(session, site))],
            acts=[(kind, ACT_NAMES[kind]) for kind in _open_kinds(view)] if may_act() else [],
            grave=_GRAVE,
            people=people,
            is_director=is_director(),
            proposal=proposals[0] if proposals else None,
            proposal_text=titled(session, proposals)[0][1] if proposals else None,
            may_approve=bool(proposals) and may_approve(proposals[0]),
            scope_text=scope_text,
        )
    return Response(page)


def _people(desks: Session, prefix: str) -> list[tuple[Text, Text]]:
    """Return how many of a body have each role, as far as it counts."""
    query = select(AccountRow).where(AccountRow.body == prefix, AccountRow.active)
    held = Counter(role for row in desks.scalars(query) for role in counting_roles(row))
    return [
        (role.text, Text(f"{held[role]} 人", str(held[role])) if held[role] else _NOBODY)
        for role in (Role.KEY_CUSTODIAN, Role.BODY_CLERK, Role.EXAMINER, Role.APPROVER)
    ]


@blueprint.get("/<prefix>/acts/<kind>")
@allow(*OFFICIALS)
def act_form(prefix: str, kind: str) -> AnyResponse:
    """Show the form of one act."""
    chosen, day = _kind(kind), ""
    if chosen in _DATED and SiteAct(kind=chosen, prefix=prefix).takes_rights:
        day = (today() + timedelta(days=1)).isoformat()  # what was issued today stays good
    return _act_page(prefix, kind, ActEntry(day=day))


@blueprint.post("/<prefix>/acts/<kind>")
@allow(*OFFICIALS)
def propose_on_site(prefix: str, kind: str) -> AnyResponse:
    """Propose an act; nothing changes until it is approved."""
    limit_form()
    entry = ActEntry(
        day=typed("day"),
        text=typed("text"),
        dropped=tuple(request.form.getlist("dropped")[:100]),
        decision=read_decision_entry(),
    )
    chosen = _kind(kind)
    most = MAX_NAME if chosen is SiteActKind.RENAME else MAX_ADDRESS
    troubles = list(too_long(request.form, text=most))
    day = parse_day(entry.day, "day", troubles) if chosen in _DATED else None
    dropped = tuple(pair for one in entry.dropped if (pair := _pair(one)) is not None)
    if chosen is SiteActKind.NARROW and not dropped:
        text = Text("请勾选要取消的职业和级别", "Tick what is to be taken out")
        troubles.append(Trouble(field="dropped", text=text))
    act = SiteAct(kind=chosen, prefix=prefix, day=day, text=entry.text, dropped=dropped)
    words, more = parse_words(entry.decision, why=True, numbered=act.takes_rights)
    if troubles or more or words is None:
        return _act_page(prefix, kind, entry, (*troubles, *more))
    with reading(the_office().engine) as session:
        _find(session, prefix)
    try:
        made = propose_act(act, words)
    except REFUSALS as error:
        return _act_page(prefix, kind, entry, (trouble_of(error, _FIELDS),))
    say_done(
        Text("已提出，由负责人审批", "Proposed; the director decides")
        if act.by_two
        else Text("已填写，请核对后确认", "Filled in; compare and confirm it")
    )
    return redirect(url_for("filing_proposals.proposal", number=made), 303)


_FIELDS: Final = {
    "name_unfit": "text",
    "body_name_reserved": "text",
    "nothing_to_renew": "day",
    "term_too_long": "day",
    "effective_before_decision": "day",
    "effective_before_last_act": "day",
    "effective_too_late": "day",
    "filing_backdated": "day",
    "scope_not_filed": "dropped",
    "decided_in_future": "decided_on",
    "decided_long_ago": "decided_on",
}


def _act_page(
    prefix: str, kind: str, entry: ActEntry, troubles: tuple[Trouble, ...] = ()
) -> AnyResponse:
    chosen, day = _kind(kind), today()
    with reading(the_office().engine) as session:
        site = _find(session, prefix)
        view, issued_today = view_of(session, site, day), awards_since(session, site, day)
    act = SiteAct(kind=chosen, prefix=prefix)
    page = render_template(
        "desk/filing_act.html",
        view=view,
        kind=chosen.value,
        title=ACT_NAMES[chosen],
        dated=chosen in _DATED,
        by_two=act.by_two,
        numbered=act.takes_rights,
        issued_today=issued_today,
        is_open=EVENT_OF[chosen] in view.open_events,
        pairs=_pairs(view, day),
        today=day,
        entry=entry,
        troubles=troubles,
    )
    return Response(page, status=422 if troubles else 200)


def _pairs(view: SiteView, day: date) -> list[tuple[str, Text]]:
    """Return what may be taken out of a scope, each once."""
    found: dict[str, Text] = {}
    for row in view.scopes:
        if row.last is None or row.last >= day:
            for level in row.levels:
                job = row.occupation
                words = Text(f"{job.zh} {level.zh}", f"{job.en}, {level.en}")
                found[f"{job.code}:{int(level)}"] = words
    return list(found.items())


def _pair(said: str) -> tuple[Occupation, Level] | None:
    code, _, level = said.rpartition(":")
    if level not in {str(int(one)) for one in Level}:
        return None
    return occupation_by_code(code), Level(int(level))


def _kind(kind: str) -> SiteActKind:
    not_found_unless(kind in tuple(map(str, SiteActKind)))
    return SiteActKind(kind)


def _open_kinds(view: SiteView) -> list[SiteActKind]:
    return [kind for kind in SiteActKind if EVENT_OF[kind] in view.open_events]


def _find(session: Session, prefix: str) -> Site:
    site = session.scalar(select(Site).where(Site.prefix == prefix))
    not_found_unless(site is not None)
    assert site is not None
    return site


def _key(one: SigningKey) -> dict[str, Any]:
    tone, words = _KEY_STANDINGS[Standing(one.standing)]
    return {
        "name": f"{one.key_id:04x}",
        "algorithm": Algorithm(one.algorithm).label,
        "first": one.valid_from,
        "last": one.valid_to,
        "tone": tone,
        "standing": words,
    }


def _seal(one: StoredSeal) -> dict[str, Any]:
    state = inspect_validity(one.chain, the_office().clock())
    tone, words = _SEAL_STATES.get(state.value, ("warn", Text(state.value, state.value)))
    if one.revoked_at is not None:
        tone, words = "bad", Text("已撤销", "revoked")
    leaf = load_certificate(one.chain.certificates[0])
    return {
        "holder": one.chain.organization or one.chain.signer_name,
        "credit_code": (one.chain.identifier or "").removeprefix(_REGISTER),
        "first": shanghai_day(leaf.not_valid_before_utc),
        "last": shanghai_day(leaf.not_valid_after_utc),
        "tone": tone,
        "standing": words,
    }


def _event(act: FilingAct) -> tuple[date, Text, Text, Text, str]:
    name = EVENT_NAMES[FilingEvent(act.event)]
    said = grounds_text(act.reference, act.reason)
    decided, days = spoken_day(act.decided_on), days_text(act)
    effect = Text(
        f"{decided.zh}决定，{days.zh}。{said.zh}", f"Decided {decided.en}, {days.en}. {said.en}"
    )
    persons = both_text(act.decider, act.approver)
    return act.decided_on, name, effect, persons, _EVENT_TONES.get(FilingEvent(act.event), "calm")


_GRAVE: Final = (SiteActKind.SUSPEND, SiteActKind.WITHDRAW, SiteActKind.ANNUL)
_EVENT_TONES: Final = {
    FilingEvent.FILED: "good",
    FilingEvent.REFILED: "good",
    FilingEvent.RENEWED: "good",
    FilingEvent.RESUMED: "good",
    FilingEvent.SUSPENDED: "warn",
    FilingEvent.NARROWED: "warn",
    FilingEvent.WITHDRAWN: "bad",
    FilingEvent.ANNULLED: "bad",
}
