"""The rows of a batch that are at fault, as a workbook to be mended and handed in again."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from codes.wording import Text
from issuer.batch_drafts import Mended, put_rows
from issuer.batch_photo_list import PHOTO_MISSING
from issuer.batch_room import BatchRoom, changing
from issuer.batch_rows import DraftRow, Remark, open_row, remark_of
from issuer.columns import ORIGINAL_ROW, TO_MEND, Column
from issuer.errors import IssuerError
from issuer.roster import RosterTable
from registry.batch_models import BatchRow
from registry.sheet_writing import open_workbook

_SHOWN_ROWS = 8
_WIDTH = 22
_WIDE = 70


def write_corrections(rows: Sequence[DraftRow], *, pictured: bool = True) -> bytes:
    """Return a workbook with these rows: bad cells marked, what is wrong at the end of each row.

    It is a roster itself, with one column more that says where each row stands in the batch.

    Args:
        pictured: photos were handed in; before that nothing is said of any that is missing.
    """
    file = io.BytesIO()
    with open_workbook(file) as workbook:
        _write_sheet(workbook, rows, frozenset() if pictured else frozenset({PHOTO_MISSING}))
    return file.getvalue()


def _write_sheet(workbook: Any, rows: Sequence[DraftRow], unsaid: Collection[str]) -> None:
    sheet = workbook.add_worksheet("待改正")
    head = workbook.add_format({"bold": True, "bg_color": "#1F4E78", "font_color": "#FFFFFF"})
    text = workbook.add_format({"num_format": "@", "valign": "top"})
    bad = workbook.add_format({"num_format": "@", "valign": "top", "bg_color": "#FFC7CE"})
    wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
    headings = [ORIGINAL_ROW, *(column.value for column in Column), TO_MEND]
    for place, heading in enumerate(headings):
        width = _WIDE if heading == TO_MEND else _WIDTH
        sheet.set_column(place, place, 8 if heading == ORIGINAL_ROW else width)
        sheet.write_string(0, place, heading, head)
    sheet.freeze_panes(1, 2)
    for line, row in enumerate(rows, start=1):
        sheet.write_string(line, 0, str(row.row), text)
        for place, column in enumerate(Column, start=1):
            wrong = any(one.stops and one.code not in unsaid for one in row.about(column))
            if row.text(column) or wrong:
                sheet.write_string(line, place, row.text(column), bad if wrong else text)
        said = [_said(one) for one in row.remarks if one.stops and one.code not in unsaid]
        sheet.write_string(line, len(headings) - 1, "\n".join(said), wrap)


def _said(remark: Remark) -> str:
    return (f"【{remark.column.value}】" if remark.column else "") + remark.text.zh


def merge_corrections(room: BatchRoom, prefix: str, draft_id: int, table: RosterTable) -> int:
    """Put mended rows in the places of those they are about; return how many there were.

    A row is matched by the row number it gives for itself, else by its document number.

    Raises:
        IssuerError: as `changing`; a row fits none or several of the batch, or two rows fit one
            (`corrections_unmatched`). Nothing changed.
    """
    faults: dict[int, list[Remark]] = {}
    for problem in table.problems:
        faults.setdefault(problem.row, []).append(remark_of(problem, stops=True))
    with changing(room, prefix, draft_id) as (session, draft):
        cipher = room.cipher(draft)
        query = select(BatchRow).where(BatchRow.draft_id == draft.id)
        known = [open_row(cipher, row) for row in session.scalars(query)]
        places = _match(table, known)
        mended = {
            places[row.row]: Mended(row.cells, tuple(faults.get(row.row, ()))) for row in table.rows
        }
        put_rows(session, cipher, draft, mended)
    return len(table.rows)


def _match(table: RosterTable, known: Sequence[DraftRow]) -> Mapping[int, int]:
    """Return the batch's row of each row of a list; raises as `merge_corrections`."""
    rows = {one.row for one in known}
    by_document: dict[str, list[int]] = {}
    for one in known:
        by_document.setdefault(_folded(one.text(Column.DOCUMENT_NUMBER)), []).append(one.row)
    places: dict[int, int] = {}
    unmatched: list[int] = []
    for row in table.rows:
        found = list(_places(row.row, table, rows))
        found = found or by_document.get(_folded(row.text(Column.DOCUMENT_NUMBER)), [])
        if len(found) == 1 and found[0] not in places.values():
            places[row.row] = found[0]
        else:
            unmatched.append(row.row)
    if unmatched:
        raise _unmatched(unmatched)
    return places


def _places(row: int, table: RosterTable, rows: set[int]) -> Iterator[int]:
    original = table.original_rows.get(row)
    if original is not None and original in rows:
        yield original


def _folded(number: str) -> str:
    return "".join(unicodedata.normalize("NFKC", number).split()).upper() or "-"


def _unmatched(rows: Sequence[int]) -> IssuerError:
    first = [str(row) for row in rows[:_SHOWN_ROWS]]
    zh, en = "、".join(first), ", ".join(first)
    more = "…" if len(rows) > _SHOWN_ROWS else ""
    return IssuerError(
        "corrections_unmatched",
        Text(
            f"上传文件第 {zh}{more} 行与本批次的行对不上（共 {len(rows)} 行），未作改动；"
            f"请保留“{ORIGINAL_ROW}”列，或核对证件号码。新增人员请重新上传整份名册",
            f"Rows of the file that match no row of this batch, or one matched before: {en}{more} "
            f"({len(rows)} in all); nothing was changed. Keep the column “{ORIGINAL_ROW}”, or "
            "check the document numbers. To add people, hand in the whole roster again",
        ),
    )
