"""The national upload of an issued batch: the package, its receipts, what is missing or late."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from accounts.person import the_person
from accounts.roles import Role, allow
from accounts.uploads import takes_files
from codes.wording import Text
from issuer.batch_receipts import Reconciled, reconcile
from issuer.batch_room import draft_closed
from issuer.batch_states import DraftState
from issuer.batch_upload import make_package, read_upload_state
from issuer.console.batches_forms import Trouble
from issuer.console.batches_room import DESK, blueprint, note_reading, page, the_draft, the_room
from issuer.console.batches_sheets import PAGE_ROWS, page_number, read_file, troubles_of
from issuer.errors import IssuerError
from issuer.exam_columns import ExamColumn
from issuer.exam_sheets import MOST_BYTES, read_exam_sheet, write_exam_sheet
from issuer.issued_rows import award_ids, masked_names
from registry.batch_models import BatchDraft
from registry.session import reading
from templates.downloads import send_download, send_workbook
from templates.file_types import ZIP

_RECEIPT_COLUMNS = (
    ExamColumn.NUMBER,
    ExamColumn.RESULT,
    ExamColumn.UPLOADED_ON,
    ExamColumn.REASON,
)
STANDINGS = {
    "waiting": (Text("尚无回执", "no receipt"), "warn"),
    "accepted": (Text("已上传", "accepted"), "good"),
    "refused": (Text("被退回", "refused"), "bad"),
    "changed": (Text("更正后尚未重新上传", "corrected, not uploaded again"), "warn"),
    "ended": (Text("未上传，现非有效", "not uploaded, not in force"), "calm"),
}


def _issued(draft_id: int) -> BatchDraft:
    draft = the_draft(the_room(), draft_id)
    if DraftState(draft.state) is not DraftState.ISSUED:
        raise draft_closed(draft)
    return draft


@blueprint.get("/<int:draft_id>/upload")
@allow(*DESK)
def upload(draft_id: int) -> str:
    """Show how the national upload of a batch stands, certificate by certificate."""
    return _page(_issued(draft_id), ())


def _page(
    draft: BatchDraft, troubles: tuple[Trouble, ...], reconciled: Reconciled | None = None
) -> str:
    room = the_room()
    with reading(room.desks) as session:
        state = read_upload_state(room, session, draft)
    order = {"refused": 0, "changed": 1, "waiting": 2, "ended": 3, "accepted": 4}
    lines = sorted(state.lines, key=lambda one: (order[one.standing], one.number))
    number, pages = page_number(len(lines))
    shown = lines[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
    return page(
        room,
        draft,
        "batch_upload.html",
        troubles=troubles,
        upload=state,
        lines=shown,
        awards=award_ids(room, [one.number for one in shown]),
        names=masked_names(room, [one.number for one in shown]),
        standings=STANDINGS,
        reconciled=reconciled,
        number=number,
        pages=pages,
    )


@blueprint.post("/<int:draft_id>/upload/package.zip")
@allow(Role.BODY_CLERK)
def package(draft_id: int) -> Response:
    """Make the package for the national upload and send it."""
    room = the_room()
    draft = _issued(draft_id)
    note_reading(room, "batch.upload_package", draft)
    alone = request.form.get("only") == "open"
    data = make_package(room, the_person(), draft, open_alone=alone)
    name = Text(f"{draft.name}-全国平台上传", f"{draft.name}-national-upload")
    return send_download(data, name, ZIP)


@blueprint.get("/<int:draft_id>/upload/receipts.xlsx")
@allow(Role.BODY_CLERK)
def receipts_sheet(draft_id: int) -> Response:
    """Send the sheet for receipts, with every certificate that still needs one."""
    room = the_room()
    draft = _issued(draft_id)
    with reading(room.desks) as session:
        lines = read_upload_state(room, session, draft).lines
    note_reading(room, "batch.upload_sheet", draft)
    still_open = ("waiting", "refused", "changed")
    open_ones = [[one.number, "", "", ""] for one in lines if one.standing in still_open]
    name = Text(f"{draft.name}-回执", f"{draft.name}-receipts")
    return send_workbook(write_exam_sheet("回执", _RECEIPT_COLUMNS, open_ones), name)


@blueprint.post("/<int:draft_id>/upload")
@allow(Role.BODY_CLERK)
@takes_files(MOST_BYTES)
def put_receipts(draft_id: int) -> str | tuple[str, int]:
    """Take what the national site answered; lines that fit nothing are told."""
    room = the_room()
    draft = _issued(draft_id)
    try:
        lines = read_exam_sheet(read_file("receipts"), ExamColumn.NUMBER)
    except IssuerError as error:
        return _page(draft, troubles_of(error, "receipts")), 422
    found = reconcile(room, the_person(), draft, lines)
    note_reading(room, "batch.upload_receipts", draft, str(found.taken))
    return _page(draft, (), found)
