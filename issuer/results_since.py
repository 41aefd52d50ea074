"""The result workbook of an issued batch, each row with what became of its certificate since.

The workbook is written once, when the batch is issued: who was refused, and why, stands nowhere
else afterwards. What happened later is put beside its rows when it is handed out.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Mapping
from typing import Final

from sqlalchemy import select

from issuer.batch_room import BatchRoom
from issuer.copy_list import AWARD_WORDS
from issuer.desk import shanghai_day
from registry.batch_models import BatchDraft
from registry.models import Award, AwardStatus, Batch, Copy, CopyKind, CopyState, Site
from registry.session import reading

_SHEET: Final = "xl/worksheets/sheet1.xml"
_STRINGS: Final = "xl/sharedStrings.xml"
_HEADING: Final = "签发以后"
_NUMBERS: Final = "证书编号"
_STRING: Final = re.compile(r"<si>(.*?)</si>", re.DOTALL)
_PART: Final = re.compile(r"<t[^>]*>(.*?)</t>", re.DOTALL)
_ROW: Final = re.compile(r'<row r="([0-9]+)"[^>]*>(.*?)</row>', re.DOTALL)
_CELL: Final = re.compile(r'<c r="([A-Z])[0-9]+"(?: s="([0-9]+)")? t="s"><v>([0-9]+)</v></c>')
_WIDE: Final = '<col min="{0}" max="{0}" width="44" customWidth="1"/></cols>'
_MADE: Final = {
    CopyKind.CORRECTION: "已更正，更正后的内容和文件名见证书页",
    CopyKind.REISSUE: "已补发",
}


def changes_since(room: BatchRoom, draft: BatchDraft) -> dict[str, str]:
    """Return what became of certificates of an issued batch since, by number."""
    own = (Site.prefix == draft.prefix, Batch.name == draft.name)
    copies = (
        select(Award.number, Copy.kind, Copy.made_at)
        .join(Copy, Copy.award_id == Award.id)
        .join(Batch, Award.batch_id == Batch.id)
        .join(Site, Batch.site_id == Site.id)
        .where(*own, Copy.kind.in_(_MADE), Copy.state != CopyState.RESERVED)
    )
    ended = (
        select(Award.number, Award.status)
        .join(Batch, Award.batch_id == Batch.id)
        .join(Site, Batch.site_id == Site.id)
        .where(*own, Award.status != AwardStatus.CURRENT)
    )
    told: dict[str, list[str]] = {}
    with reading(room.register) as session:
        for number, kind, made_at in session.execute(copies.order_by(Copy.id)):
            day = shanghai_day(made_at).isoformat()
            told.setdefault(number, []).append(f"{day} {_MADE[CopyKind(kind)]}")
        for number, status in session.execute(ended):
            told.setdefault(number, []).append(f"现{AWARD_WORDS[AwardStatus(status)].zh}")
    return {number: "；".join(said) for number, said in told.items()}


def add_changes(workbook: bytes, since: Mapping[str, str]) -> bytes:
    """Return a result workbook with one more column in its first sheet; nothing else changes.

    Args:
        workbook: as `issuer.results.write_results` made it.
        since: what is said, by certificate number.
    """
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as former,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as now,
    ):
        for name in former.namelist():
            data = former.read(name)
            if name == _SHEET:
                data = _with_column(data.decode(), former.read(_STRINGS).decode(), since).encode()
            now.writestr(name, data)
    return out.getvalue()


def _with_column(sheet: str, strings: str, since: Mapping[str, str]) -> str:
    texts = [html.unescape("".join(_PART.findall(one))) for one in _STRING.findall(strings)]
    head = _CELL.findall(sheet[: sheet.index("</row>")])
    numbers = next(column for column, _, at in head if texts[int(at)] == _NUMBERS)
    last, style, _ = head[-1]
    column = chr(ord(last) + 1)

    def with_cell(row: re.Match[str]) -> str:
        held = {place: texts[int(at)] for place, _, at in _CELL.findall(row[2])}
        said = _HEADING if row[1] == "1" else since.get(held.get(numbers, ""), "")
        if not said:
            return row[0]
        styled = f' s="{style}"' if row[1] == "1" and style else ""
        text = f"<is><t>{html.escape(said)}</t></is>"
        cell = f'<c r="{column}{row[1]}"{styled} t="inlineStr">{text}</c>'
        return f"{row[0].removesuffix('</row>')}{cell}</row>"

    wide = sheet.replace("</cols>", _WIDE.format(ord(column) - ord("A") + 1), 1)
    wide = re.sub(r'(<dimension ref="A1:)[A-Z]+', rf"\g<1>{column}", wide, count=1)
    return _ROW.sub(with_cell, re.sub(r' spans="[0-9:]+"', "", wide))
