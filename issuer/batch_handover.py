"""The list each holder signs when the certificate is handed over (领证签收表)."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from sqlalchemy import func, select

from accounts.spoken import spoken_day
from codes.documents import mask_to_end
from codes.levels import Level
from issuer.awarding import read_private
from issuer.copy_list import find_batch
from issuer.copy_rows import BatchCopies, chunks_of, drawn, in_force
from issuer.desk import Desk, shanghai_day
from registry.holder_access import CodePurpose, HolderClaim
from registry.models import Award, Copy
from registry.session import reading
from registry.sheet_writing import open_workbook
from templates.labels import format_date, format_print_serial

_HEADINGS = (
    ("序号", 6),
    ("姓名", 20),
    ("证件号码", 22),
    ("级别", 16),
    ("证书编号", 25),
    ("证书印制流水码", 16),
    ("领证人签名", 18),
    ("领取日期", 13),
    ("代领人及证件号码", 24),
)
_ROW_POINTS = 26
_SLIP_HEADINGS = (("姓名", 20), ("证书编号", 27), ("查看码", 16), ("使用方法", 62))
_SLIP_WORDS = (
    "在公众核验网站{place}页脚点“持证人查看本人证书”，填写证书编号、本人证件号码和查看码；"
    "有效至{until}，只能使用一次，请勿告诉他人"
)

CodesMaker = Callable[[Sequence[HolderClaim]], Sequence[str]]
"""Makes a code for each holder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverLine:
    """One certificate to be handed over.

    Args:
        document: the document number, masked but for its last four characters.
        claim: what the holder proves on the public site.
    """

    name: str = field(repr=False)
    document: str = field(repr=False)
    level: str
    number: str
    print_serial: str
    claim: HolderClaim = field(repr=False)


def read_handover(desk: Desk, batch: str, uncovered: Collection[str] = ()) -> list[HandoverLine]:
    """Return the certificates of a batch that are in force, in the order of its roster.

    A corrected or reissued one stands in its person's place, not at the end.

    Args:
        uncovered: numbers of those that the public check does not accept; they are left out.

    Raises:
        IssuerError: no such batch (`batch_unknown`).
        VaultError: a row was altered.
    """
    with reading(desk.engine) as session:
        batch_id = find_batch(session, desk.site, batch)
    scope = BatchCopies(batch_id=batch_id)
    lines = [
        (copy.award_id, _line(desk, copy))
        for copies in chunks_of(desk, scope, in_force, drawn)
        for copy in copies
        if copy.award.number not in uncovered
    ]
    return [line for _, line in sorted(lines, key=itemgetter(0))]  # awards follow the roster


def _line(desk: Desk, copy: Copy) -> HandoverLine:
    private = read_private(desk, copy.award)
    return HandoverLine(
        name=private.name,
        document=mask_to_end(private.document_number),
        level=Level(copy.award.level).zh,
        number=copy.award.number,
        print_serial=format_print_serial(copy.year, copy.print_serial),
        claim=HolderClaim(number=copy.award.number, document_number=private.document_number),
    )


def write_handover(
    desk: Desk,
    batch: str,
    make_codes: CodesMaker | None = None,
    *,
    public_url: str = "",
    uncovered: Collection[str] = (),
) -> bytes:
    """Return the list of a batch as a workbook, ready to be printed.

    With codes a second sheet has one slip for each holder, to be cut apart: nobody who signs the
    list sees another's code.

    Args:
        make_codes: makes the codes; None makes none.
        public_url: of the site where a code is used; empty where none is set.
        uncovered: as `read_handover`.

    Raises:
        As `read_handover`.
    """
    file = io.BytesIO()
    with open_workbook(file) as workbook:
        lines = read_handover(desk, batch, uncovered)
        issued = _count_issued(desk, batch)
        _write_sheet(workbook, desk, batch, lines, issued=issued, uncovered=len(uncovered))
        if make_codes is not None:
            until = spoken_day(desk.clock() + CodePurpose.HANDOVER.lasts).zh
            place = f"（{public_url}）" if public_url else ""
            words = _SLIP_WORDS.format(place=place, until=until)
            _write_slips(workbook, lines, make_codes([one.claim for one in lines]), words)
    return file.getvalue()


def _write_slips(
    workbook: Any, lines: Sequence[HandoverLine], codes: Sequence[str], words: str
) -> None:
    sheet = workbook.add_worksheet("查看码（裁开发给本人）")
    head = workbook.add_format({"bold": True, "border": 1, "align": "center"})
    text = workbook.add_format({"border": 2, "valign": "vcenter", "text_wrap": True})
    for place, (heading, width) in enumerate(_SLIP_HEADINGS):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, head)
    for row, (one, code) in enumerate(zip(lines, codes, strict=True), start=1):
        sheet.set_row(row, 2 * _ROW_POINTS)
        for place, value in enumerate((one.name, one.number, code, words)):
            sheet.write_string(row, place, value, text)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _count_issued(desk: Desk, batch: str) -> int:
    """Return how many certificates of a batch were issued, in force or not."""
    with reading(desk.engine) as session:
        batch_id = find_batch(session, desk.site, batch)
        query = select(func.count(Award.id)).where(Award.batch_id == batch_id)
        return session.scalar(query.where(Award.recorded_at.is_not(None))) or 0


def _write_sheet(
    workbook: Any,
    desk: Desk,
    batch: str,
    lines: Sequence[HandoverLine],
    *,
    issued: int,
    uncovered: int,
) -> None:
    sheet = workbook.add_worksheet("领证签收表")
    title = workbook.add_format({"bold": True, "font_size": 16, "align": "center"})
    head = workbook.add_format({"bold": True, "border": 1, "align": "center", "text_wrap": True})
    text = workbook.add_format({"border": 1, "valign": "vcenter"})
    last = len(_HEADINGS) - 1
    sheet.merge_range(0, 0, 0, last, "职业技能等级证书领证签收表", title)
    made = format_date(shanghai_day(desk.clock()))
    sheet.write_string(1, 0, f"评价机构：{desk.site.body.name}　批次：{batch}　制表日期：{made}")
    for place, (heading, width) in enumerate(_HEADINGS):
        sheet.set_column(place, place, width)
        sheet.write_string(2, place, heading, head)
    line = 2
    for count, one in enumerate(lines, start=1):
        line += 1
        sheet.set_row(line, _ROW_POINTS)
        sheet.write_number(line, 0, count, text)
        shown = (one.name, one.document, one.level, one.number, one.print_serial, "", "", "")
        for place, value in enumerate(shown, start=1):
            sheet.write_string(line, place, value, text)
    if issued > len(lines):
        told = f"本批次共签发 {issued} 张，{len(lines)} 张列在本表；"
        if uncovered:
            told += f"{uncovered} 张的发证日期不在本机构备案期内，公众核验不认可，不得发放；"
        if issued > len(lines) + uncovered:
            told += "其余已暂停、撤销或注销，不在本表发放；"
        sheet.write_string(line + 1, 0, f"{told.rstrip('；')}。")
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.set_footer("&C第 &P 页，共 &N 页")
