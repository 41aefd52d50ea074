"""A batch being prepared: begun, filled from a spreadsheet, mended row by row, thrown away.

Every change is one commit of the desks' database, so that what was handed in is there whole or not
at all, and is still there when the machine starts anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.person import Person
from codes.wording import Text
from issuer.batch_names import parse_batch_name
from issuer.batch_room import BatchRoom, changing, draft_closed, find_draft, key_context
from issuer.batch_rows import DraftRow, open_row, seal_cells, seal_sheet, table_values
from issuer.batch_states import EDITABLE, DraftState
from issuer.columns import Column
from issuer.errors import IssuerError
from issuer.roster import RosterTable
from issuer.roster_cells import MAX_CELL_CHARACTERS
from registry.batch_models import BatchDraft, BatchPhoto, BatchRow
from registry.models import Batch, Site
from registry.session import reading, transaction
from registry.vault import new_key

_INSERTED_AT_ONCE = 5000


def begin(room: BatchRoom, person: Person, *, prefix: str, name: str, layout: str) -> int:
    """Begin a batch and return its id.

    Args:
        person: who prepares it.
        prefix: of their body.
        name: as typed.
        layout: a known one.

    Raises:
        IssuerError: `batch_name`; this body has a batch of this name (`batch_name_taken`).
    """
    title = parse_batch_name(name)
    with reading(room.register) as session:
        query = select(Batch.id).join(Site, Batch.site_id == Site.id)
        issued = session.scalar(query.where(Site.prefix == prefix, Batch.name == title))
    if issued is not None:
        raise _name_taken()
    draft = BatchDraft(
        prefix=prefix,
        name=title,
        layout=layout,
        state=DraftState.PREPARING,
        made_at=room.clock(),
        made_by=person.account_id,
        maker=person.name,
    )
    draft.key_sealed = room.vault.seal(key_context(draft), new_key())
    try:
        with transaction(room.desks) as session:
            session.add(draft)
            session.flush()
            return draft.id
    except IntegrityError as error:
        raise _name_taken() from error


def _name_taken() -> IssuerError:
    return IssuerError(
        "batch_name_taken",
        Text(
            "本机构已有同名批次，请换一个名称",
            "this body has a batch of this name; choose another",
        ),
    )


def fill(room: BatchRoom, prefix: str, draft_id: int, table: RosterTable) -> None:
    """Make a spreadsheet the rows of a batch, in place of those it had; its photos stay.

    Raises:
        IssuerError: as `changing`.
    """
    with changing(room, prefix, draft_id) as (session, draft):
        cipher = room.cipher(draft)
        session.execute(delete(BatchRow).where(BatchRow.draft_id == draft.id))
        values = table_values(cipher, draft.id, table)
        for start in range(0, len(values), _INSERTED_AT_ONCE):
            session.execute(insert(BatchRow), values[start : start + _INSERTED_AT_ONCE])
        draft.sheet_sealed = seal_sheet(cipher, table)
        draft.rows = len(values)
        draft.faulty = draft.noticed = 0


def mend_rows(
    session: Session,
    cipher: AESGCM,
    draft: BatchDraft,
    changes: Mapping[int, Mapping[Column, str]],
) -> None:
    """Replace the cells of rows; what a person wrote, or left as it was shown, is taken as read."""
    for row, cells in changes.items():
        kept = {column: text for column, text in cells.items() if text}
        session.execute(
            update(BatchRow)
            .where(BatchRow.draft_id == draft.id, BatchRow.row == row)
            .values(cells_sealed=seal_cells(cipher, row, kept, ()))
        )


def mend_row(
    room: BatchRoom, prefix: str, draft_id: int, row: int, typed: Mapping[Column, str]
) -> None:
    """Change cells of one row; columns that are not given stay as they are.

    Raises:
        IssuerError: as `changing`; no such row (`draft_row_unknown`); a text is too long
            (`cell_too_long`), or has characters that nobody sees (`cell_unprintable`).
    """
    cleaned = {column: _clean(text) for column, text in typed.items()}
    with changing(room, prefix, draft_id) as (session, draft):
        cipher = room.cipher(draft)
        before = open_row(cipher, _find_row(session, draft, row))
        mend_rows(session, cipher, draft, {row: {**before.cells, **cleaned}})


def _clean(text: str) -> str:
    found = text.strip().strip("\u3000\u00a0\ufeff")
    if len(found) > MAX_CELL_CHARACTERS:
        raise IssuerError(
            "cell_too_long",
            Text(
                f"内容超过 {MAX_CELL_CHARACTERS} 个字符",
                f"the text is longer than {MAX_CELL_CHARACTERS} characters",
            ),
        )
    if any(ord(char) < 32 or 0xD800 <= ord(char) <= 0xDFFF for char in found):
        raise IssuerError(
            "cell_unprintable",
            Text("内容含有不可见的控制字符，请重新输入", "the text holds control characters"),
        )
    return found


def drop_row(room: BatchRoom, prefix: str, draft_id: int, row: int) -> None:
    """Take a row out of a batch.

    Raises:
        IssuerError: as `changing`; no such row (`draft_row_unknown`).
    """
    with changing(room, prefix, draft_id) as (session, draft):
        session.delete(_find_row(session, draft, row))
        draft.rows -= 1


def read_row(room: BatchRoom, prefix: str, draft_id: int, row: int) -> DraftRow:
    """Return one row; raises IssuerError `draft_unknown`, `draft_row_unknown`, `draft_emptied`."""
    with reading(room.desks) as session:
        draft = find_draft(session, prefix, draft_id)
        return open_row(room.cipher(draft), _find_row(session, draft, row))


def _find_row(session: Session, draft: BatchDraft, row: int) -> BatchRow:
    found = session.get(BatchRow, (draft.id, row))
    if found is None:
        raise IssuerError(
            "draft_row_unknown",
            Text("本批次没有这一行，可能已被删除", "this batch has no such row; it may be gone"),
        )
    return found


def throw_away(room: BatchRoom, prefix: str, draft_id: int) -> None:
    """Delete a batch that was never approved, with all that was handed in for it.

    Raises:
        IssuerError: `draft_unknown`; it is not being prepared (`draft_closed`).
    """
    with transaction(room.desks) as session:
        draft = find_draft(session, prefix, draft_id, locked=True)
        if DraftState(draft.state) not in EDITABLE:
            raise draft_closed(draft)
        empty(session, draft)
        session.execute(delete(BatchRow).where(BatchRow.draft_id == draft.id))
        session.delete(draft)
    remove_files(room, draft_id)


def empty(session: Session, draft: BatchDraft) -> None:
    """Take what identifies people out of a batch, and the key it was sealed under."""
    session.execute(delete(BatchPhoto).where(BatchPhoto.draft_id == draft.id))
    session.execute(
        update(BatchRow)
        .where(BatchRow.draft_id == draft.id)
        .values(cells_sealed=None, findings_sealed=None)
    )
    draft.key_sealed = draft.sheet_sealed = draft.reason_sealed = None
    draft.awaiting = 0


def remove_files(room: BatchRoom, draft_id: int) -> None:
    """Remove the photos of a batch whose key is gone; what stays of them opens no more."""
    shutil.rmtree(room.folder(draft_id) / "photos", ignore_errors=True)


def list_drafts(room: BatchRoom, prefix: str) -> Sequence[BatchDraft]:
    """Return the batches of a body, the newest first."""
    with reading(room.desks) as session:
        query = select(BatchDraft).where(BatchDraft.prefix == prefix)
        return session.scalars(query.order_by(BatchDraft.id.desc())).all()


def count_waiting(room: BatchRoom, prefix: str, *states: DraftState) -> int:
    """Return how many batches of a body are in any of these states."""
    with reading(room.desks) as session:
        query = select(func.count(BatchDraft.id)).where(BatchDraft.prefix == prefix)
        return session.scalar(query.where(BatchDraft.state.in_(states))) or 0
