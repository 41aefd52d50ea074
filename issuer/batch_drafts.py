"""A batch being prepared: begun, filled from a spreadsheet, mended row by row.

Every change is one commit of the desks' database, so that what was handed in is there whole or not
at all, and is still there when the machine starts anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.person import Person
from codes.wording import Text
from issuer.batch_candidates import forget
from issuer.batch_names import parse_batch_name
from issuer.batch_room import BATCH_KEY, BatchRoom, changing, find_draft
from issuer.batch_rows import DraftRow, Remark, open_row, seal_cells, seal_sheet, table_values
from issuer.batch_states import DraftState
from issuer.columns import Column
from issuer.errors import IssuerError
from issuer.roster import RosterTable
from issuer.roster_cells import MAX_CELL_CHARACTERS
from registry.batch_models import BatchDraft, BatchPhoto, BatchRow
from registry.exam_models import BatchCourse
from registry.models import Batch, Site
from registry.session import reading, transaction
from registry.vault import new_key

_INSERTED_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Mended:
    """What a row holds after a change: its cells, and those that are still not readable."""

    cells: Mapping[Column, str] = field(repr=False)
    faults: Sequence[Remark] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What became of rows whose cells were typed over: those changed, those left alone."""

    rows: Sequence[int]
    left: Sequence[int]


def begin(
    room: BatchRoom,
    person: Person,
    *,
    prefix: str,
    name: str,
    layout: str,
    table: RosterTable | None = None,
    also: Callable[[Session, BatchDraft], None] | None = None,
) -> int:
    """Begin a batch, with the rows of its roster in the same commit, and return its id.

    Args:
        person: who prepares it.
        prefix: of their body.
        name: as typed.
        layout: a known one.
        table: its roster as read; None for a batch without rows so far.
        also: what else is done to the new batch in that commit.

    Raises:
        IssuerError: `batch_name`; this body has, or had, a batch of this name
            (`batch_name_taken`).
        VaultError: as `SealedColumn.put`.
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
    try:
        with transaction(room.desks) as session:
            session.add(draft)
            BATCH_KEY.put(draft, room.vault, new_key())
            session.flush()
            session.add(BatchCourse(draft_id=draft.id))
            if table is not None:
                _put_table(session, room.cipher(draft), draft, table)
                draft.revision += 1
            if also is not None:
                also(session, draft)
            return draft.id
    except IntegrityError as error:
        raise _name_taken() from error


def _name_taken() -> IssuerError:
    return IssuerError(
        "batch_name_taken",
        Text(
            "本机构已有同名批次（含已删除的），请换一个名称",
            "this body has, or had, a batch of this name; choose another",
        ),
    )


def fill(room: BatchRoom, prefix: str, draft_id: int, table: RosterTable) -> None:
    """Make a spreadsheet the rows of a batch, in place of those it had; its photos stay.

    Raises:
        IssuerError: as `changing`.
    """
    with changing(room, prefix, draft_id) as (session, draft):
        session.execute(delete(BatchRow).where(BatchRow.draft_id == draft.id))
        _put_table(session, room.cipher(draft), draft, table)


def _put_table(session: Session, cipher: AESGCM, draft: BatchDraft, table: RosterTable) -> None:
    values = table_values(cipher, draft.id, table)
    connection = session.connection()  # the rows are no objects of the session
    while some := list(islice(values, _INSERTED_AT_ONCE)):
        connection.execute(insert(BatchRow), some)
    draft.sheet_sealed = seal_sheet(cipher, table)
    draft.rows = len(table.rows)
    draft.faulty = draft.unpictured = draft.noticed = 0


def put_rows(
    session: Session, cipher: AESGCM, draft: BatchDraft, rows: Mapping[int, Mended]
) -> None:
    """Replace what rows of a batch hold."""
    for row, mended in rows.items():
        kept = {column: text for column, text in mended.cells.items() if text}
        session.execute(
            update(BatchRow)
            .where(BatchRow.draft_id == draft.id, BatchRow.row == row)
            .values(cells_sealed=seal_cells(cipher, row, kept, mended.faults))
        )


def mend_row(
    room: BatchRoom,
    prefix: str,
    draft_id: int,
    row: int,
    typed: Mapping[Column, str],
    *,
    seen: str | None = None,
) -> None:
    """Change one row, and take what was not readable in it as a person has left it.

    Args:
        typed: the texts of columns; those that are not given stay as they are.
        seen: mark of the row that they were typed over; None where it does not matter.

    Raises:
        IssuerError: as `changing`; no such row (`draft_row_unknown`); it was changed meanwhile
            (`draft_row_changed`); a text is too long (`cell_too_long`), or has characters that
            nobody sees (`cell_unprintable`).
    """
    cleaned = {column: clean_text(text) for column, text in typed.items()}
    with changing(room, prefix, draft_id) as (session, draft):
        cipher = room.cipher(draft)
        before = open_row(cipher, find_row(session, draft, row))
        if seen is not None and seen != before.mark:
            raise _ROW_CHANGED
        put_rows(session, cipher, draft, {row: Mended({**before.cells, **cleaned})})


_ROW_CHANGED = IssuerError(
    "draft_row_changed",
    Text(
        "本行在您打开之后已被改动（他人，或您的另一个页面），您的修改没有保存；"
        "下面是现在的内容，请核对后再改",
        "the row was changed after you opened it, by somebody else or on another page of yours; "
        "what you typed was not saved. This is the row as it is now",
    ),
)


def mend_cells(
    room: BatchRoom,
    prefix: str,
    draft_id: int,
    typed: Mapping[int, Mapping[Column, str]],
    *,
    seen: Mapping[int, str],
) -> Saved:
    """Change cells of many rows; those that were changed meanwhile are left alone.

    A cell that was left as it was stays unreadable where it was so: it is confirmed in its row
    (`mend_row`), not by saving others. One that was merged with others and is shown with its text
    was read as it is: saving it takes it.

    Args:
        seen: marks of the rows that they were typed over, as far as they matter.

    Raises:
        IssuerError: as `mend_row`, but for `draft_row_changed`.
    """
    left: list[int] = []
    cleaned = {
        row: {column: clean_text(text) for column, text in cells.items()}
        for row, cells in typed.items()
    }
    with changing(room, prefix, draft_id) as (session, draft):
        cipher, rows = room.cipher(draft), {}
        for row, cells in cleaned.items():
            before = open_row(cipher, find_row(session, draft, row))
            changed = {c: text for c, text in cells.items() if text != before.text(c)}
            taken = {one.column for one in before.faults if _is_taken(one, cells)} | set(changed)
            if changed and seen.get(row, before.mark) != before.mark:
                left.append(row)
            elif taken:
                faults = tuple(one for one in before.faults if one.column not in taken)
                rows[row] = Mended({**before.cells, **changed}, faults)
        put_rows(session, cipher, draft, rows)
    return Saved(rows=list(rows), left=left)


def _is_taken(fault: Remark, cells: Mapping[Column, str]) -> bool:
    return (
        fault.code == "cell_merged" and fault.column is not None and bool(cells.get(fault.column))
    )


def clean_text(text: str) -> str:
    """Return a typed text as it is kept; raises as `mend_row`."""
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


def read_rows(
    room: BatchRoom, draft: BatchDraft, *, show: str, offset: int, limit: int
) -> list[DraftRow]:
    """Return some rows of a batch in order.

    Args:
        show: `faulty`, `unpictured`, `noticed` or `all`.
        offset: how many come before.
        limit: how many at most.
    """
    conditions = {
        "faulty": BatchRow.faulty,
        "unpictured": BatchRow.unpictured,
        "noticed": BatchRow.noticed,
    }
    condition = conditions.get(show)
    query = select(BatchRow).where(BatchRow.draft_id == draft.id)
    if condition is not None:
        query = query.where(condition.is_(True))
    cipher = room.cipher(draft)
    with reading(room.desks) as session:
        found = session.scalars(query.order_by(BatchRow.row).offset(offset).limit(limit)).all()
    return [open_row(cipher, row) for row in found]


def check_again(room: BatchRoom, prefix: str, draft_id: int) -> None:
    """Have a batch checked anew, as after a cause outside it was removed; raises as `changing`."""
    with changing(room, prefix, draft_id):
        pass


def read_row(room: BatchRoom, prefix: str, draft_id: int, row: int) -> DraftRow:
    """Return one row; raises IssuerError `draft_unknown`, `draft_row_unknown`, `draft_emptied`."""
    with reading(room.desks) as session:
        draft = find_draft(session, prefix, draft_id)
        return open_row(room.cipher(draft), find_row(session, draft, row))


def find_row(session: Session, draft: BatchDraft, row: int) -> BatchRow:
    """Return one row as it is stored; raises IssuerError `draft_row_unknown`."""
    found = session.get(BatchRow, (draft.id, row))
    if found is None:
        raise IssuerError(
            "draft_row_unknown",
            Text("本批次没有这一行，可能已被删除", "this batch has no such row; it may be gone"),
        )
    return found


def empty(session: Session, draft: BatchDraft) -> None:
    """Take what identifies people out of a batch, and the key it was sealed under."""
    session.execute(delete(BatchPhoto).where(BatchPhoto.draft_id == draft.id))
    session.execute(
        update(BatchRow)
        .where(BatchRow.draft_id == draft.id)
        .values(cells_sealed=None, findings_sealed=None)
    )
    forget(session, draft.id)
    draft.key_sealed = draft.sheet_sealed = draft.reason_sealed = None
    draft.awaiting = 0


def remove_files(room: BatchRoom, draft_id: int) -> None:
    """Remove the photos of a batch whose key is gone; what stays of them opens no more."""
    shutil.rmtree(room.folder(draft_id) / "photos", ignore_errors=True)


def list_drafts(room: BatchRoom, prefix: str) -> Sequence[BatchDraft]:
    """Return the batches of a body, those that were deleted included, the newest first."""
    with reading(room.desks) as session:
        query = select(BatchDraft).where(BatchDraft.prefix == prefix)
        return session.scalars(query.order_by(BatchDraft.id.desc())).all()
