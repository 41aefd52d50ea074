"""The result workbook of an issued batch, handed out after something became of its certificates."""

from __future__ import annotations

import io

from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from registry.models import Award, AwardStatus, Copy, CopyKind
from registry.session import transaction
from tests.issuer.batch_desk import READY, BatchDesk

RESULTS = f"/batches/{READY}/files/results.xlsx"


def rows_of(data: bytes, sheet: int = 0) -> list[list[str]]:
    """Return the rows of a sheet as texts."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_index(sheet).to_python()]


def test_a_row_says_what_became_of_its_certificate_since(ready_desk: BatchDesk) -> None:
    desk = ready_desk
    desk.submit(READY)
    desk.approve(READY)
    desk.work()
    before = desk.download(RESULTS)
    with transaction(desk.room.register) as session:
        first, second = session.scalars(select(Award).order_by(Award.id)).all()
        corrected = update(Copy).where(Copy.award_id == first.id)
        session.execute(corrected.values(kind=CopyKind.CORRECTION))
        second.status = AwardStatus.REVOKED
        numbers = first.number, second.number
    after = desk.download(RESULTS)
    heading, *rows = rows_of(after)
    assert [row[: len(row) - 1] for row in rows_of(after)] == rows_of(before)
    assert heading[-1] == "签发以后" and heading[5] == "证书编号"
    told = {row[5]: row[-1] for row in rows}
    assert "已更正，更正后的内容和文件名见证书页" in told[numbers[0]]
    assert told[numbers[1]] == "现已撤销"
    assert rows_of(after, 1) == rows_of(before, 1)
