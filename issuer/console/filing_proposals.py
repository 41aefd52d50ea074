"""Acts of two persons: one proposes, another looks at before and after, and approves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from accounts.asking_again import asks_again
from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.proposers import proposer_left
from accounts.roles import Role, allow
from accounts.troubles import Trouble, too_long
from accounts.waiting import LATELY
from codes.wording import Text
from issuer.application_form import likely_prefix
from issuer.application_states import Stage
from issuer.applications import form_of
from issuer.console.authority import (
    OFFICIALS,
    READERS,
    REFUSALS,
    DecisionEntry,
    acting,
    is_director,
    limit_form,
    may_act,
    not_found_unless,
    parse_day,
    parse_words,
    read_decision_entry,
    root_keys,
    say_logged,
    the_actor,
    today,
    trouble_of,
    typed,
)
from issuer.console.filing_trying import check_sent, propose_act, trial
from issuer.console.filing_words import act_text, compare_rows, done_rows, proposed_facts, titled
from issuer.console.office import the_office
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.filing import read_prefix
from issuer.filing_acts import MAX_REASON
from issuer.filing_decision import FilingTerms, longest_term
from issuer.filing_proposals import (
    STATE_NAMES,
    Done,
    ProposalState,
    approve,
    basis_of,
    check_other_person,
    check_waiting,
    decline,
    declined_lately,
    find_approvable,
    take_back,
    waiting_proposals,
    words_of,
)
from issuer.proposed_acts import FileAct, ProposedAct, body_of, parse_act
from registry.filing_desk_models import FilingProposal
from registry.filing_models import FilingApplication
from registry.session import reading

blueprint = Blueprint("filing_proposals", __name__, url_prefix="/filing")

_TONES: Final = {
    ProposalState.WAITING: "note",
    ProposalState.DONE: "good",
    ProposalState.DECLINED: "bad",
    ProposalState.TAKEN_BACK: "calm",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """The terms of a filing, as typed."""

    prefixes: tuple[str, ...] = ()
    first: str = ""
    last: str = ""
    decision: DecisionEntry = field(default_factory=DecisionEntry)


@blueprint.get("/proposals")
@allow(*READERS)
def waiting() -> str:
    """List what waits for another person, and what of one's own was declined lately."""
    office = the_office()
    with reading(office.desks) as session:
        found = waiting_proposals(session)
        refused = declined_lately(session, the_person().account_id, office.clock() - LATELY)
    with reading(office.engine) as register:
        rows, declined = titled(register, found), titled(register, refused)
    return render_template(
        "desk/filing_proposals.html", rows=rows, declined=declined, is_director=is_director()
    )


@blueprint.get("/proposals/<int:number>")
@allow(*READERS)
def proposal(number: int) -> AnyResponse:
    """Show what is proposed, what it would change, and who may approve it."""
    return _page(number)


@blueprint.post("/proposals/<int:number>/approve")
@allow(*OFFICIALS)
def approve_one(number: int) -> AnyResponse:
    """Carry a proposal out: by a director other than the proposer where it needs two.

    What is wrong is said before the second factor is asked for.
    """
    limit_form()
    with reading(the_office().desks) as session:
        act = parse_act(_find(session.get(FilingProposal, number)).act)
    if act.by_two and not is_director():
        abort(403)
    if typed("seen") != "yes":
        text = Text("请核对变更前后的内容后再勾选", "Compare before and after, then tick this")
        return _page(number, troubles=(Trouble(field="seen", text=text),))
    try:
        found, act = find_approvable(the_office().desks, number, the_actor())
    except REFUSALS as error:
        return _page(number, troubles=(trouble_of(error, {}, "seen"),))
    return _approve(number, found, act)


@asks_again
def _approve(number: int, found: FilingProposal, act: ProposedAct) -> AnyResponse:
    office, actor, reference = the_office(), the_actor(), found.reference or ""
    name = f"filing.{act.as_dict()['kind']}"
    try:
        with acting(name, found.subject, reference=reference) as now:
            check_sent(act)
            done = approve(
                office.desks,
                office.engine,
                office.home,
                number,
                actor,
                now=now,
                signers=root_keys,
            )
    except REFUSALS as error:
        return _page(number, troubles=(trouble_of(error, {}, "seen"),))
    say_logged(approved_text(act, done))
    return redirect(url_for("filing_proposals.proposal", number=number), 303)


def approved_text(act: ProposedAct, done: Done) -> Text:
    """Return what an approved act came to, and what comes next."""
    if isinstance(act, FileAct):
        prefixes = "、".join(act.prefixes)
        what = Text(
            f"第 {act.application_id} 号申请已备案，编号前缀 {prefixes}",
            f"application {act.application_id} is filed with prefix {prefixes}",
        )
    else:
        with reading(the_office().engine) as register:
            what = act_text(act, body_of(register, act))
    publication = done.publication
    zh, en = ("已批准", "Approved") if act.by_two else ("已办理", "Carried out")
    if publication is None or publication.in_force:
        return Text(f"{zh}：{what.zh}。信任列表已公布", f"{en}: {what.en}. It is published")
    return Text(
        f"{zh}：{what.zh}。信任列表还差 {publication.missing} 份根密钥签署，"
        "下一步在“信任列表”下载、签署、交回",
        f"{en}: {what.en}. The trust list lacks {publication.missing} signatures of root keys; "
        "next, under “Trust list”: download it, have it signed, hand it in",
    )


@blueprint.post("/proposals/<int:number>/decline")
@allow(Role.AUTHORITY_DIRECTOR)
def decline_one(number: int) -> AnyResponse:
    """Decline a proposal, with a reason."""
    limit_form()
    remark = typed("remark")
    with reading(the_office().desks) as session:
        subject = _find(session.get(FilingProposal, number)).subject
    long = too_long(request.form, remark=MAX_REASON)
    if long:
        return _page(number, remark=remark, troubles=long)
    try:
        with acting("filing.decline", subject) as now:
            decline(the_office().desks, number, the_actor(), remark, now=now)
    except REFUSALS as error:
        return _page(number, remark=remark, troubles=(trouble_of(error, {}, "remark"),))
    say_done(
        Text(
            "未予批准，备案没有变动；提出人可以重新提出",
            "Declined; nothing of the filing changed, and it may be proposed anew",
        )
    )
    return redirect(url_for("filing_proposals.proposal", number=number), 303)


@blueprint.post("/proposals/<int:number>/take-back")
@allow(*OFFICIALS)
def take_one_back(number: int) -> AnyResponse:
    """Take one's own proposal back."""
    limit_form()
    with reading(the_office().desks) as session:
        subject = _find(session.get(FilingProposal, number)).subject
    try:
        with acting("filing.take_back", subject) as now:
            take_back(the_office().desks, number, the_actor(), now=now)
    except REFUSALS as error:
        return _page(number, troubles=(trouble_of(error),))
    say_done(Text("已撤回，备案没有变动", "Taken back; the filing is unchanged"))
    return redirect(url_for("filing_proposals.proposal", number=number), 303)


@blueprint.get("/applications/<int:number>/file")
@allow(*OFFICIALS)
def file_form(number: int) -> AnyResponse:
    """Show the form that proposes the filing of an application, with terms that would do."""
    day = today()
    with reading(the_office().engine) as session:
        form = form_of(_application(session.get(FilingApplication, number)))
    entry = FileEntry(
        prefixes=tuple(likely_prefix(form, site) for site in form.sites),
        first=day.isoformat(),
        last=longest_term(day).isoformat(),
    )
    return _file_page(number, entry)


@blueprint.post("/applications/<int:number>/file")
@allow(*OFFICIALS)
def propose_filing(number: int) -> AnyResponse:
    """Propose the filing of an application whose notice has elapsed."""
    limit_form()
    with reading(the_office().engine) as session:
        sites = len(form_of(_application(session.get(FilingApplication, number))).sites)
    entry = FileEntry(
        prefixes=tuple(typed(f"prefix-{at}").upper() for at in range(sites)),
        first=typed("first"),
        last=typed("last"),
        decision=read_decision_entry(),
    )
    troubles: list[Trouble] = []
    first = parse_day(entry.first, "first", troubles)
    last = parse_day(entry.last, "last", troubles)
    words, more = parse_words(entry.decision, why=True)
    prefixes = []
    for at, said in enumerate(entry.prefixes):
        try:
            prefixes.append(read_prefix(said))
        except IssuerError as error:
            troubles.append(trouble_of(error, {}, f"prefix-{at}"))
    if troubles or more or first is None or last is None or words is None:
        return _file_page(number, entry, (*troubles, *more))
    terms = FilingTerms(prefixes=tuple(prefixes), first=first, last=last)
    act = FileAct(application_id=number, terms=terms)
    try:
        made = propose_act(act, words)
    except REFUSALS as error:
        return _file_page(number, entry, (trouble_of(error, _FILE_FIELDS),))
    say_done(Text("已提出，由负责人审批", "Proposed; the director decides"))
    return redirect(url_for("filing_proposals.proposal", number=made), 303)


_FILE_FIELDS: Final = {
    "prefix_repeated": "prefix-0",
    "prefix_category": "prefix-0",
    "prefix_taken": "prefix-0",
    "term_too_long": "last",
    "term_before_decision": "first",
    "scope_filed_already": "first",
    "decided_in_future": "decided_on",
    "decided_long_ago": "decided_on",
    "decided_before_last_step": "decided_on",
    "notice_running": "decided_on",
}


def _page(number: int, *, remark: str = "", troubles: tuple[Trouble, ...] = ()) -> AnyResponse:
    office = the_office()
    with reading(office.desks) as session:
        found = _find(session.get(FilingProposal, number))
        left = proposer_left(session, found.proposed_by, None, OFFICIALS, found.proposed_by_id)
    act, words = parse_act(found.act), words_of(found)
    state = ProposalState(found.state)
    waits = state is ProposalState.WAITING
    struck, refusal = 0, None
    with reading(office.engine) as register:
        title = act_text(act, body_of(register, act))
        outdated = basis_of(register, act) != found.basis
        done_at = found.settled_at if state is ProposalState.DONE else None
        rows = done_rows(register, act, basis=found.basis, at=done_at)
    if waits or not (rows or outdated):  # what was not carried out is tried, while nothing changed
        try:
            tried = trial(act, words, found.proposed_by)
            rows, struck = compare_rows(tried), tried.struck if waits else 0
        except REFUSALS as error:
            refusal = trouble_of(error).text if waits else None
    page = render_template(
        "desk/filing_proposal.html",
        proposal=found,
        act=act,
        title=title,
        asked=proposed_facts(act),
        state=state,
        decided_on=_decided_on(found),
        state_text=STATE_NAMES[state],
        tone=_TONES[state],
        rows=rows,
        struck=struck,
        refusal=refusal,
        outdated=waits and outdated,
        left=left if waits else None,
        may_approve=may_approve(found),
        is_own=may_act() and found.proposed_by_id == the_actor().account_id,
        is_director=is_director(),
        remark=remark,
        troubles=troubles,
    )
    return Response(page, status=422 if troubles else 200)


def _decided_on(found: FilingProposal) -> date | Text | None:
    """Return which day an act is decided on; None where it will not be."""
    state = ProposalState(found.state)
    if found.decided_on is not None or state in (ProposalState.DECLINED, ProposalState.TAKEN_BACK):
        return found.decided_on
    if state is ProposalState.DONE and found.settled_at is not None:
        return shanghai_day(found.settled_at)
    return Text("批准当日", "the day it is approved")


def may_approve(found: FilingProposal) -> bool:
    """Return whether whoever is at work may approve a proposal that waits."""
    act = parse_act(found.act)
    try:
        check_waiting(found)
        check_other_person(found, act, the_actor())
    except IssuerError:
        return False
    return may_act() and (is_director() or not act.by_two)


def _file_page(number: int, entry: FileEntry, troubles: tuple[Trouble, ...] = ()) -> AnyResponse:
    with reading(the_office().engine) as session:
        found = _application(session.get(FilingApplication, number))
        form = form_of(found)
        page = render_template(
            "desk/filing_file.html",
            application=found,
            form=form,
            entry=replace(entry, prefixes=entry.prefixes or ("",) * len(form.sites)),
            troubles=troubles,
        )
    return Response(page, status=422 if troubles else 200)


def _application(found: FilingApplication | None) -> FilingApplication:
    not_found_unless(found is not None and found.state == Stage.ON_NOTICE)
    assert found is not None
    return found


def _find(found: FilingProposal | None) -> FilingProposal:
    not_found_unless(found is not None)
    assert found is not None
    return found
