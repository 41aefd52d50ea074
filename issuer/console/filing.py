"""Applications to be filed: the list, each one's page, and the opinions that move it on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import Role, allow
from accounts.spoken import spoken_day
from accounts.tables import Column, ColumnKind, Filter, FilterKind, TableSpec, read_table
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.troubles import Trouble
from codes.wording import Text
from issuer.application_form import ApplicationForm
from issuer.application_states import STAGE_NAMES, Stage, Step
from issuer.applications import (
    check_as_shown,
    find_application,
    form_of,
    open_material,
    take_step,
)
from issuer.certificate_reading import check_ground
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
    parse_decision,
    read_decision_entry,
    today,
    trouble_of,
    typed,
)
from issuer.console.filing_known import known_of
from issuer.console.filing_sent import objections_sent, sent_about
from issuer.console.filing_unread import READ, subject_of, unread_materials
from issuer.console.office import the_office
from issuer.filing_duties import (
    PROCEDURE,
    Duty,
    Turn,
    duty_of,
    open_steps,
    stage_place,
    stage_since,
    stage_text,
    turn_of,
)
from issuer.filing_proposals import waiting_proposals
from issuer.filing_view import OUTCOME_NAMES, grounds_text, persons_text, step_text
from issuer.public_notice import ObjectionOutcome
from registry.filing_desk_models import FilingProposal
from registry.filing_models import ApplicationDecision, ApplicationMaterial, FilingApplication
from registry.session import reading, transaction
from templates.downloads import send_download
from templates.file_types import file_type

blueprint = Blueprint("filing", __name__, url_prefix="/filing")

_CLOSED: Final = (Stage.REFUSED, Stage.FILED)
_OPINIONS: Final = (Step.ACCEPT, Step.RETURN, Step.REFUSE)
_TONES: Final = {
    Stage.RECEIVED: "note",
    Stage.REVIEWED: "note",
    Stage.SELECTED: "note",
    Stage.ON_NOTICE: "note",
    Stage.UPHELD: "warn",
    Stage.RETURNED: "warn",
    Stage.REFUSED: "calm",
    Stage.FILED: "good",
}
_LIST: Final = TableSpec(
    columns=(
        Column(
            key="number",
            text=Text("申请编号", "Application"),
            kind=ColumnKind.NUMBER,
            sortable=True,
        ),
        Column(key="name", text=Text("申报单位", "Unit"), sortable=True),
        Column(key="stage", text=Text("目前环节", "Stage")),
        Column(key="next", text=Text("下一步", "Next")),
        Column(key="who", text=Text("由谁办理", "Who acts"), kind=ColumnKind.WHOLE),
        Column(key="due", text=Text("期限", "Until"), kind=ColumnKind.DATE, sortable=True),
        Column(
            key="since",
            text=Text("本环节始于", "At this stage since"),
            kind=ColumnKind.DATE,
            sortable=True,
        ),
    ),
    filters=(
        Filter(key="unit", text=Text("单位名称或信用代码", "Name or credit code")),
        Filter(
            key="stage",
            text=Text("环节", "Stage"),
            kind=FilterKind.CHOICE,
            choices=tuple((stage.value, text) for stage, text in STAGE_NAMES.items()),
        ),
    ),
    kept=("closed",),
    sort="since",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRow:
    """One line of the list."""

    number: int
    name: str
    credit_code: str
    stage: Stage
    stage_text: Text
    tone: str
    turn: Turn
    since: date

    @property
    def due(self) -> date | None:
        """The day that matters."""
        return self.turn.due


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionEntry:
    """What is typed on an application's page, to be shown again."""

    step: str = ""
    decision: DecisionEntry = field(default_factory=DecisionEntry)
    ground: str = ""


@blueprint.get("/applications")
@allow(*READERS)
def applications() -> str:
    """List the applications: those that go on, or those that are closed."""
    office, day = the_office(), today()
    table = read_table(request.args, _LIST)
    closed = bool(request.args.get("closed"))
    proposed, sent = _proposed(), objections_sent()
    with reading(office.engine) as session:
        found = session.scalars(select(FilingApplication).order_by(FilingApplication.id)).all()
        rows = [_row(one, day, one.id in proposed, sent_about(one, sent)) for one in found]
    counts = {shut: sum((row.stage in _CLOSED) is shut for row in rows) for shut in (False, True)}
    rows = [row for row in rows if (row.stage in _CLOSED) is closed]
    words, stage = table.words("unit").casefold(), table.words("stage")
    rows = [
        row
        for row in rows
        if words in f"{row.name} {row.credit_code}".casefold() and stage in ("", row.stage)
    ]
    keys = {
        "number": lambda row: row.number,
        "name": lambda row: row.name,
        "due": lambda row: row.due or date.max,
        "since": lambda row: row.since,
    }
    rows.sort(key=keys[table.sort], reverse=table.descending)
    return render_template(
        "desk/filing_applications.html",
        table=table,
        rows=rows[table.offset : table.offset + table.size],
        total=len(rows),
        closed=closed,
        counts=counts,
        may_act=may_act(),
    )


@blueprint.get("/applications/<int:number>")
@allow(*READERS)
def application(number: int) -> AnyResponse:
    """Show one application: what it says, how far it is, what is to be done and by whom."""
    return _page(number, OpinionEntry())


@blueprint.post("/applications/<int:number>/step")
@allow(*OFFICIALS)
def opinion(number: int) -> AnyResponse:
    """Accept, return or refuse an application."""
    limit_form()
    entry = OpinionEntry(step=typed("step"), decision=read_decision_entry())
    decision, troubles = parse_decision(entry.decision)
    if entry.step not in tuple(map(str, _OPINIONS)):
        text = Text("请选择本环节的决定", "Choose what to do")
        troubles = (Trouble(field="step", text=text), *troubles)
    if not is_ticked():
        troubles = (*troubles, Trouble(field=SURE, text=UNTICKED))
    if decision is None or troubles:
        return _page(number, entry, troubles)
    step = Step(entry.step)
    reference = decision.reference or ""
    try:
        with (
            acting(f"filing.{step}", str(number), reference=reference) as now,
            transaction(the_office().engine) as session,
        ):
            found = find_application(session, number)
            check_as_shown(found, typed("seen"))
            if duty_of(Stage(found.state), step) is Duty.DIRECTOR and not is_director():
                abort(403)
            take_step(session, found, step, decision, now=now)
            stage = STAGE_NAMES[Stage(found.state)]
    except REFUSALS as error:
        return _page(number, entry, (trouble_of(error, OPINION_FIELDS, "step"),))
    say_done(
        Text(
            f"第 {number} 号申请的办理意见已登记，目前环节：{stage.zh}",
            f"What was decided of application {number} is on record; it stands at: {stage.en}",
        )
    )
    return redirect(url_for("filing.application", number=number), 303)


@blueprint.post("/applications/<int:number>/materials")
@allow(*OFFICIALS)
def read_material(number: int) -> AnyResponse:
    """Give a material, opened; it may name people, so the ground is noted first."""
    limit_form()
    office, ground = the_office(), typed("ground")
    with reading(office.engine) as session:
        found = _find(session.get(FilingApplication, number))
        wanted = typed("material")
        materials = [one for form in found.forms for one in form.materials]
        material = next((one for one in materials if str(one.id) == wanted), None)
        not_found_unless(material is not None)
        assert material is not None
        try:
            check_ground(ground)
            with acting(READ, subject_of(found, material), ground=ground):
                return _download(material, open_material(office.home, office.vault(), material))
        except REFUSALS as error:
            return _page(number, OpinionEntry(ground=ground), (trouble_of(error, {}, "ground"),))


def _download(material: ApplicationMaterial, content: bytes) -> Response:
    kind = file_type(content)
    title = material.title.removesuffix(f".{kind.ending}")
    return send_download(content, Text(title, title), kind, plain=f"material-{material.id}")


OPINION_FIELDS: Final = {
    "reason_missing": "reason",
    "decided_in_future": "decided_on",
    "decided_long_ago": "decided_on",
    "decided_before_last_step": "decided_on",
}


def _page(number: int, entry: OpinionEntry, troubles: tuple[Trouble, ...] = ()) -> AnyResponse:
    office, day = the_office(), today()
    with reading(office.engine) as session:
        found = _find(session.get(FilingApplication, number))
        stage = Stage(found.state)
        proposal, sent = _proposed().get(number), sent_about(found, objections_sent())
        mine = [step for step in open_steps(stage) if _may_take(stage, step)]
        page = render_template(
            "desk/filing_application.html",
            application=found,
            form=form_of(found),
            scope_rows=_scope_rows(form_of(found)),
            site_rows=_site_rows(form_of(found)),
            known=known_of(session, found, day),
            may_act=may_act(),
            stage=stage,
            stage_text=stage_text(found, day),
            tone=_TONES[stage],
            procedure=PROCEDURE,
            place=stage_place(found, day, sent=sent),
            turn=turn_of(found, day, proposed=proposal is not None, sent=sent),
            events=[_event(one) for one in reversed(found.decisions)],
            notice=found.notices[-1] if found.notices else None,
            outcomes=_OUTCOMES,
            sent=sent,
            steps=mine,
            clerk=the_person().is_one_of(Role.AUTHORITY_CLERK),
            opinions=[
                (str(step), _OPINION_WORDS[stage, step])
                for step in _OPINIONS
                if step in mine and (stage, step) in _OPINION_WORDS
            ],
            unread=unread_materials(found) if mine else [],
            proposal=proposal,
            today=day,
            entry=entry,
            troubles=troubles,
        )
    return Response(page, status=422 if troubles else 200)


def _scope_rows(form: ApplicationForm) -> list[tuple[Text, str, Text]]:
    return [
        (
            Text(job.zh, job.en),
            job.code,
            Text("、".join(one.zh for one in levels), ", ".join(one.en for one in levels)),
        )
        for job, levels in form.scopes
    ]


def _site_rows(form: ApplicationForm) -> list[tuple[str, str, str]]:
    return [
        (str(at), site.address, site.serial or "") for at, site in enumerate(form.sites, start=1)
    ]


def _may_take(stage: Stage, step: Step) -> bool:
    return may_act() and (is_director() or duty_of(stage, step) is Duty.CLERK)


def _find(found: FilingApplication | None) -> FilingApplication:
    not_found_unless(found is not None)
    assert found is not None
    return found


def _proposed() -> dict[int, FilingProposal]:
    """Return the filings that wait for approval, by application."""
    with reading(the_office().desks) as session:
        waiting = waiting_proposals(session)
    named = ((one.subject.partition("application ")[2], one) for one in waiting)
    return {int(number): one for number, one in named if number}


def _row(one: FilingApplication, day: date, proposed: bool, sent: int) -> ApplicationRow:
    stage = Stage(one.state)
    return ApplicationRow(
        number=one.id,
        name=one.name,
        credit_code=one.credit_code,
        stage=stage,
        stage_text=stage_text(one, day),
        tone=_TONES[stage],
        turn=turn_of(one, day, proposed=proposed, sent=sent),
        since=stage_since(one),
    )


def _event(one: ApplicationDecision) -> tuple[date, Text, Text, Text, str]:
    said, persons = grounds_text(one.reference, one.reason), persons_text(one)
    entered = spoken_day(one.recorded_at)
    by = Text(f"{persons.zh}，{entered.zh}录入", f"{persons.en}; entered {entered.en}")
    tone = _EVENT_TONES.get(Step(one.step), "calm")
    return one.decided_on, step_text(one), said, by, tone


_OUTCOMES: Final = {
    (key.value if isinstance(key, ObjectionOutcome) else None): text
    for key, text in OUTCOME_NAMES.items()
}
_EVENT_TONES: Final = {
    Step.ACCEPT: "good",
    Step.FILE: "good",
    Step.DISMISS: "good",
    Step.RETURN: "warn",
    Step.OBJECT: "warn",
    Step.UPHOLD: "warn",
    Step.REFUSE: "bad",
}
_RETURN = Text("退回补正（写明缺什么）", "Return for a supplement (say what is missing)")
_REFUSE = Text("不予备案，办结（写明理由）", "Refuse, and close the application (say why)")
_OPINION_WORDS: Final = {
    (Stage.RECEIVED, Step.ACCEPT): Text(
        "材料初审通过，转评估遴选", "The materials pass; on to evaluation"
    ),
    (Stage.REVIEWED, Step.ACCEPT): Text(
        "评估遴选通过，转公示", "Selected; on to the public notice"
    ),
    **{
        (stage, Step.RETURN): _RETURN
        for stage in (
            Stage.RECEIVED,
            Stage.REVIEWED,
            Stage.SELECTED,
            Stage.ON_NOTICE,
            Stage.UPHELD,
        )
    },
    **{(stage, Step.REFUSE): _REFUSE for stage in Stage if stage not in _CLOSED},
}
