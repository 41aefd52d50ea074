"""What an issued batch gives: certificates as a ZIP or to print, results, the list holders sign."""

from __future__ import annotations

from functools import partial

from werkzeug.wrappers import Response

from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import allow
from codes.wording import Text
from issuer.batch_approval import operator_for, subject_of
from issuer.batch_covered import not_covered
from issuer.batch_handover import write_handover
from issuer.batch_issue import results_path
from issuer.batch_printing import ask_for_files, current_certificates, find_print_file
from issuer.batch_room import draft_closed
from issuer.batch_states import DraftState
from issuer.console.batches_room import (
    DESK,
    blueprint,
    note_reading,
    own_prefix,
    the_draft,
    the_room,
    to_batch,
)
from issuer.console.certificates_pending import holder_counter
from issuer.errors import IssuerError
from issuer.handover_codes import CODES_MADE, check_codes_seen, codes_made
from issuer.issued_exam import write_exam_file
from issuer.operator import note_act_now
from issuer.results_since import add_changes, changes_since
from registry.batch_models import BatchDraft
from templates.downloads import send_download, send_workbook
from templates.file_types import PDF, ZIP


@blueprint.get("/<int:draft_id>/files/certificates.zip")
@allow(*DESK)
def certificates(draft_id: int) -> Response:
    """Send the certificates of an issued batch, with contact sheet and order list."""
    room = the_room()
    draft = _issued(draft_id)
    note_reading(room, "copies.export", draft)
    path = current_certificates(room, draft)
    return send_download(path, Text(path.stem, f"{draft.name}-certificates"), ZIP)


@blueprint.post("/<int:draft_id>/files/print")
@allow(*DESK)
def make_print_files(draft_id: int) -> Response:
    """Have the files for the printer made in the background."""
    room = the_room()
    draft = _issued(draft_id)
    note_reading(room, "copies.print", draft)
    ask_for_files(room, own_prefix(), draft_id)
    say_done(
        Text(
            "打印文件正在后台生成，完成后在本页下载",
            "The files for the printer are being made; they will be here",
        )
    )
    return to_batch(draft_id)


@blueprint.get("/<int:draft_id>/files/print/<int:part>.pdf")
@allow(*DESK)
def print_file(draft_id: int, part: int) -> Response:
    """Send one file for the printer; it carries no electronic seal, and its name says so."""
    room = the_room()
    draft = _issued(draft_id)
    found = find_print_file(room, draft, part)
    note_reading(room, "copies.print", draft, f"{found.first}-{found.last}")
    name = Text(
        f"{draft.name}-仅供打印-无电子印章-{found.first}至{found.last}",
        f"{draft.name}-for-printing-only-no-electronic-seal-{found.first}-to-{found.last}",
    )
    return send_download(found.path, name, PDF)


@blueprint.get("/<int:draft_id>/files/results.xlsx")
@allow(*DESK)
def results(draft_id: int) -> Response:
    """Send the result workbook of an issued batch, as long as it is kept."""
    room = the_room()
    draft = _issued(draft_id)
    note_reading(room, "batch.results", draft)
    path = results_path(room, draft)
    if not path.is_file():
        raise IssuerError(
            "batch_results_gone",
            Text(
                "结果表含姓名，保存期满后已删除；各行证书编号仍可在批次页面查看",
                "the result workbook names people and was deleted when its term was over; the "
                "numbers given to each row still stand on the page of the batch",
            ),
        )
    name, since = Text(path.stem, f"{draft.name}-results"), changes_since(room, draft)
    return send_workbook(add_changes(path.read_bytes(), since) if since else path, name)


@blueprint.get("/<int:draft_id>/files/handover.xlsx")
@allow(*DESK)
def handover(draft_id: int) -> Response:
    """Send the list that holders sign, made from the register as it is now."""
    room = the_room()
    draft = _issued(draft_id)
    note_reading(room, "batch.handover", draft)
    with room.desk(draft.prefix, dry_run=True) as desk:
        data = write_handover(desk, draft.name, uncovered=not_covered(room, draft))
    name = Text(f"{draft.name}-领证签收表", f"{draft.name}-hand-over")
    return send_workbook(data, name)


@blueprint.get("/<int:draft_id>/files/examination.xlsx")
@allow(*DESK)
def examination(draft_id: int) -> Response:
    """Send the examination of an issued batch: plan, eligibility, scores, notice."""
    room = the_room()
    draft = _issued(draft_id)
    note_reading(room, "batch.exam_file", draft)
    name = Text(f"{draft.name}-考核档案", f"{draft.name}-examination")
    return send_workbook(write_exam_file(room, draft), name)


def send_with_codes(draft_id: int, seen: str) -> Response:
    """Send the list with a fresh code for each holder; those of the list before are void.

    Args:
        seen: which codes the form knew of.

    Raises:
        IssuerError: as `check_codes_seen`.
    """
    room = the_room()
    draft = _issued(draft_id)
    with room.desk(draft.prefix, dry_run=True) as desk, holder_counter() as counter:
        check_codes_seen(codes_made(room, counter, draft), seen)
        at = room.clock()
        operator = operator_for(the_person())
        note_act_now(room.register, operator, CODES_MADE, subject_of(draft), at=at)
        make = partial(counter.codes_for_handover, at=at)
        data = write_handover(
            desk,
            draft.name,
            make,
            public_url=room.public_url,
            uncovered=not_covered(room, draft),
        )
    name = Text(f"{draft.name}-领证签收表和查看码", f"{draft.name}-hand-over-and-codes")
    return send_workbook(data, name)


def _issued(draft_id: int) -> BatchDraft:
    draft = the_draft(the_room(), draft_id)
    if DraftState(draft.state) is not DraftState.ISSUED:
        raise draft_closed(draft)
    return draft
