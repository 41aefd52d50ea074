"""The certificate desk: the list, finding one, the page of one, and what is handed out of it."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from accounts.person import the_person
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
from accounts.troubles import Trouble, too_long
from codes.levels import Level
from codes.wording import Text
from issuer.batch_states import DraftState
from issuer.certificate_change import offered
from issuer.certificate_files import hand_out, read_photo
from issuer.certificate_find import Asked, find_certificates
from issuer.certificate_list import (
    CertificateLine,
    ListFilter,
    batch_names,
    body_names,
    count_certificates,
    list_certificates,
    parse_cursor,
)
from issuer.certificate_reading import check_ground, open_certificate
from issuer.certificate_right import right_of
from issuer.certificate_view import status_of_day, view_certificate
from issuer.console.certificates_asking import (
    BODY_READERS,
    READERS,
    REFUSALS,
    opened_by_person,
    prefix_of,
    reading_desk,
    the_award,
)
from issuer.console.certificates_codes import codes_told
from issuer.console.certificates_exam import exam_facts
from issuer.console.certificates_forms import read_asked, trouble_of
from issuer.console.certificates_pending import waiting_on
from issuer.console.certificates_show import TONES, words_of
from issuer.console.office import Office, the_office, the_operator
from issuer.copies_to_print import DOWNLOADED, acts_to_print, ground_of_printing
from issuer.copy_list import AWARD_WORDS
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.handed_out import handed_out
from issuer.operator import DEFAULT_GROUND, LONGEST_REFERENCE, note_act_now
from registry.batch_models import BatchDraft
from registry.errors import RegistryError
from registry.models import AwardStatus
from registry.session import reading
from templates.downloads import send_download
from templates.file_types import PDF

blueprint = Blueprint("certificates", __name__, url_prefix="/certificates")
MOST_FOUND = 50
UNFINISHED = Text("未完成制作", "not finished")
_BATCHES = 100
_COUNTED = 10_000
"""How far a list is counted; beyond, it says that there are more."""
_OPENING = re.compile(r"/(certificates|acts|questions)/\d{1,9}")
_COLUMNS = (
    Column(key="number", text=Text("证书编号", "Certificate number"), kind=ColumnKind.CODE),
    Column(key="name", text=Text("姓名", "Name")),
    Column(key="level", text=Text("级别", "Level")),
    Column(key="batch", text=Text("批次", "Batch")),
    Column(
        key="issued_on",
        text=Text("发证日期", "Date of issue"),
        kind=ColumnKind.DATE,
        sortable=True,
    ),
    Column(key="status", text=Text("状态", "Status")),
)


@blueprint.get("/")
@allow(*READERS)
def index() -> str:
    """Show the list of a body's certificates, and the form that finds one."""
    office, person = the_office(), the_person()
    with reading(office.engine) as session:
        bodies = [] if person.body else body_names(session)
        prefix = person.body or request.args.get("body", "")
        known = bool(person.body) or prefix in {one for one, _ in bodies}
        batches = batch_names(session, prefix, limit=_BATCHES) if known else []
        table = read_table(request.args, _spec(batches))
        found = _page_of(session, prefix, table) if known else []
        total = count_certificates(session, _wanted(prefix, table), most=_COUNTED) if known else 0
    lines, more = table.cut(found)
    return render_template(
        "desk/certificates/list.html",
        table=table,
        rows=[_row(line) for line in lines],
        more=more,
        total=total,
        most=_COUNTED,
        cursor=str(lines[-1].cursor) if lines else "",
        bodies=bodies,
        body_options=body_options(bodies),
        prefix=prefix if known else "",
        asked=Asked(),
        troubles=(),
    )


@blueprint.post("/find")
@allow(*READERS)
def find() -> tuple[str, int] | Response:
    """Find certificates by number, document number or name; nothing of it in an address."""
    office, person = the_office(), the_person()
    asked = read_asked(request.form)
    troubles: tuple[Trouble, ...] = ()
    found: list[CertificateLine] = []
    try:
        with reading(office.engine) as session:
            found = find_certificates(
                session,
                office.vault(),
                asked,
                prefix=person.body,
                today=shanghai_day(office.clock()),
                limit=MOST_FOUND + 1,
            )
    except (IssuerError, RegistryError) as error:
        troubles = (trouble_of(error),)
    if not troubles and (asked.document or asked.name):
        subject = f"{person.body or '*'} {' '.join(line.number for line in found)}"
        operator = the_operator(ground=DEFAULT_GROUND)
        note_act_now(office.engine, operator, "certificates.find", subject, at=office.clock())
    if len(found) == 1:
        return redirect(url_for("certificates.show", award_id=found[0].award_id))
    page = render_template(
        "desk/certificates/found.html",
        asked=asked,
        troubles=troubles,
        table=TablePage(spec=TableSpec(columns=_COLUMNS), sort="", descending=False),
        rows=[_row(line) for line in found[:MOST_FOUND]],
        more=len(found) > MOST_FOUND,
    )
    return page, 422 if troubles else 200


@blueprint.get("/<int:award_id>")
@allow(*READERS)
def show(award_id: int) -> str:
    """Show everything of one certificate."""
    return _show(award_id)


@blueprint.post("/<int:award_id>/open")
@allow(*READERS)
def open_full(award_id: int) -> tuple[str, int] | Response:
    """Let the person read the holder's full data for a while, once they said why."""
    office = the_office()
    with reading(office.engine) as session:
        number = the_award(session, award_id).number
    ground, reference = (request.form.get(key, "").strip() for key in ("ground", "reference"))
    long = too_long(request.form, reference=LONGEST_REFERENCE)
    if long:
        return _show(award_id, long, ground=ground, reference=reference), 422
    try:
        check_ground(ground)
        open_certificate(
            reading_desk(),
            the_operator(ground=ground, reference=reference),
            account_id=the_person().account_id,
            award_id=award_id,
            number=number,
        )
    except IssuerError as error:
        return _show(award_id, (trouble_of(error),), ground=ground, reference=reference), 422
    back = request.form.get("back", "")
    if _OPENING.fullmatch(back):
        return redirect(back)
    return redirect(url_for("certificates.show", award_id=award_id))


@blueprint.get("/<int:award_id>/photo")
@allow(*READERS)
def photo(award_id: int) -> Response:
    """Return the holder's photo to who has opened the certificate."""
    office = the_office()
    with reading(office.engine) as session:
        award = the_award(session, award_id)
        if opened_by_person(award_id) is None:
            abort(404)
        content = read_photo(office.home, office.vault(), award)
    answer = send_file(BytesIO(content), mimetype="image/jpeg")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/<int:award_id>/copies/<int:copy_id>")
@allow(*BODY_READERS)
def page_file(award_id: int, copy_id: int) -> Response | tuple[str, int]:
    """Hand the page of a copy out to who said why; noted, and then delivered.

    Of a copy that an approved act made and nobody has downloaded yet, or the same person just now,
    the act says why.
    """
    office = the_office()
    with reading(office.engine) as session:
        award = the_award(session, award_id)
        number, prefix = award.number, prefix_of(session, award)
        copy = next((one for one in award.copies if one.id == copy_id), None)
        if copy is None:
            abort(404)
        person, now = the_person().name, office.clock()
        printing = ground_of_printing(session, award, copy, person=person, now=now)
    opened = opened_by_person(award_id)
    if printing is not None:
        operator = the_operator(ground=printing)
    elif opened is not None:
        operator = the_operator(ground=opened.ground, reference=opened.reference)
    else:
        text = Text("请先写明事由，再下载文件", "say why first, then download the file")
        return _show(award_id, (Trouble(field="ground", text=text),)), 422
    note_act_now(office.engine, operator, DOWNLOADED, number, at=now)
    try:
        with office.desk(prefix, dry_run=True) as desk:
            page = hand_out(desk, award_id, copy_id)
    except REFUSALS as error:
        return _show(award_id, (trouble_of(error),)), 409
    name = page.name.removesuffix(".pdf")
    return send_download(page.content, Text(name, name), PDF)


def _show(
    award_id: int, troubles: tuple[Trouble, ...] = (), *, ground: str = "", reference: str = ""
) -> str:
    office, day = the_office(), _day(request.args.get("on", ""))
    now, opened = office.clock(), opened_by_person(award_id)
    with reading(office.engine) as session:
        award = the_award(session, award_id)
        vault = office.vault()
        view = view_certificate(
            session, office.home, vault, award, opened=opened is not None, now=now
        )
        on_day = None if day is None else status_of_day(session, vault, award, day)
        kinds = offered(award)
        right = right_of(session, office.home, award, shanghai_day(now))
        to_print = acts_to_print(session, award_id)
        handed = list(handed_out(session, view))
        shown = opened is not None and view.person
        exam = exam_facts(session, office, vault, award) if shown else ()
        clerk = the_person().is_one_of(Role.BODY_CLERK)
        codes = codes_told(office, award) if clerk and view.person else []
    return render_template(
        "desk/certificates/show.html",
        view=view,
        opened=opened,
        troubles=troubles,
        ground=ground,
        reference=reference,
        asked_day=day,
        kinds=kinds,
        right=right,
        to_print=to_print,
        exam=exam,
        requests=waiting_on(view.number),
        codes=codes,
        public_url=office.public_url,
        **words_of(
            view,
            day=day,
            on_day=on_day,
            issued_by=_issued_by(office, view.prefix, view.batch),
            handed=handed,
        ),
    )


def _issued_by(office: Office, prefix: str, batch: str) -> tuple[str, str] | None:
    """Return who prepared and who approved a batch; None of one issued on the command line."""
    query = select(BatchDraft.submitter, BatchDraft.decider).where(
        BatchDraft.prefix == prefix, BatchDraft.name == batch, BatchDraft.state == DraftState.ISSUED
    )
    with reading(office.desks) as session:
        found = session.execute(query.limit(1)).one_or_none()
    if found is None or found.submitter is None or found.decider is None:
        return None
    return found.submitter, found.decider


def body_options(bodies: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the choices of a body, each with its prefix."""
    return [(prefix, f"{name}（{prefix}）") for prefix, name in bodies]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _spec(batches: list[str]) -> TableSpec:
    """Return the list: every filter of it is answered by an index (`issuer.certificate_list`)."""
    few = len(batches) < _BATCHES
    return TableSpec(
        columns=_COLUMNS,
        filters=(
            Filter(
                key="batch",
                text=Text("批次", "Batch")
                if few
                else Text("批次（完整名称）", "Batch, whole name"),
                kind=FilterKind.CHOICE if few else FilterKind.WORDS,
                choices=tuple((name, Text(name, name)) for name in batches),
            ),
            Filter(
                key="level",
                text=Text("级别", "Level"),
                kind=FilterKind.CHOICE,
                choices=tuple((str(int(level)), level.text) for level in Level),
            ),
            Filter(
                key="status",
                text=Text("状态", "Status"),
                kind=FilterKind.CHOICE,
                choices=tuple((status.value, AWARD_WORDS[status]) for status in AwardStatus),
            ),
            Filter(key="since", text=Text("发证日期从", "Issued from"), kind=FilterKind.DAY),
            Filter(key="until", text=Text("到", "to"), kind=FilterKind.DAY),
        ),
        sort="issued_on",
        descending=True,
        by_cursor=True,
        kept=("body",),
    )


def _wanted(prefix: str, table: TablePage) -> ListFilter:
    level, status = table.words("level"), table.words("status")
    return ListFilter(
        prefix=prefix,
        batch=table.words("batch") or None,
        level=Level(int(level)) if level else None,
        status=AwardStatus(status) if status else None,
        since=table.day("since"),
        until=table.day("until"),
    )


def _page_of(session: Session, prefix: str, table: TablePage) -> list[CertificateLine]:
    return list_certificates(
        session,
        the_office().vault(),
        _wanted(prefix, table),
        limit=table.limit,
        after=parse_cursor(table.after),
        oldest_first=not table.descending,
    )


def _row(line: CertificateLine) -> dict[str, object]:
    return {
        "award_id": line.award_id,
        "number": line.number,
        "name": line.name,
        "level": line.level.text,
        "batch": line.batch,
        "issued_on": line.issued_on,
        "status": AWARD_WORDS[line.status] if line.recorded else UNFINISHED,
        "tone": TONES[line.status] if line.recorded else "warn",
    }
