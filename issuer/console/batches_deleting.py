"""A batch that is to be deleted, as its page shows it; confirmed, declined or taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import redirect, url_for
from werkzeug.wrappers import Response

from accounts.asking_again import asks_again
from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.proposers import proposer_left
from accounts.roles import Role, allow
from codes.wording import Text
from issuer.batch_deleting import (
    confirm_deletion,
    drop_deletion,
    is_own_deletion,
    needs_second,
    waiting_deletion,
)
from issuer.batch_room import BatchRoom
from issuer.console.batches_room import (
    DESK,
    blueprint,
    is_editable,
    own_prefix,
    the_draft,
    the_room,
    to_batch,
)
from registry.batch_models import BatchDeletion, BatchDraft
from registry.session import reading

ASKED: Final = Text(
    "已提出删除，由审批人（您本人除外）确认后删除",
    "Noted; it is deleted once an approver other than you confirms it",
)
DELETED: Final = Text("批次已删除，并记入审计记录", "The batch is deleted; that is on the trail")
OF_GROUND: Final = frozenset({"delete_ground", "operator_text", "operator_document_number"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionShown:
    """What a batch's page says of deleting it.

    Args:
        waiting: the deletion that waits for another person, if there is one.
        own: the person asked for it.
        needs_second: it takes another person to confirm.
        left: that who asked for it may not any more; None where they may.
    """

    waiting: BatchDeletion | None
    own: bool
    needs_second: bool
    left: Text | None


def deletion_of(room: BatchRoom, draft: BatchDraft) -> DeletionShown:
    """Return what the page of a batch says of deleting it."""
    with reading(room.desks) as session:
        waiting = waiting_deletion(session, draft)
        second = is_editable(draft) and needs_second(session, draft)
        left = None
        if waiting is not None:
            asker, clerks = waiting.asked_by, (Role.BODY_CLERK,)
            left = proposer_left(session, waiting.asker, draft.prefix, clerks, asker)
    own = waiting is not None and is_own_deletion(waiting, the_person())
    return DeletionShown(waiting=waiting, own=own, needs_second=second, left=left)


@asks_again
def delete_confirmed(draft_id: int) -> Response:
    """Delete a batch as somebody else asked for."""
    confirm_deletion(the_room(), the_person(), own_prefix(), draft_id)
    say_done(DELETED)
    return redirect(url_for("batches.index"), 303)


@blueprint.post("/<int:draft_id>/delete/drop")
@allow(*DESK)
def drop_delete(draft_id: int) -> Response:
    """Keep a batch: its deletion is declined, or taken back by who asked for it."""
    room = the_room()
    the_draft(room, draft_id)
    drop_deletion(room, the_person(), own_prefix(), draft_id)
    say_done(Text("本批次不删除", "The batch is not deleted"))
    return to_batch(draft_id)
