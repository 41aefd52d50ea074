"""The order list (印制清单): what the printer is to print, file by file, and how to check it.

File names carry holders' names, as the files do; document numbers are left out.
"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from types import TracebackType
from typing import Any, Self

from registry.sheet_writing import open_workbook
from templates.labels import format_print_serial
from templates.layout_files import load_layout

COPIES_EACH = 1
_HEADINGS = (
    ("序号", 7),
    ("证书印制流水码", 18),
    ("证书编号", 26),
    ("文件名", 44),
    ("SHA-256", 68),
    ("版式", 34),
    ("份数", 6),
    ("纸张", 20),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One file to print.

    Args:
        sequence: from 1; the contact sheet has the same.
        year: of the print serial.
        print_serial: without the year.
        number: the certificate number.
        file_name: as delivered.
        sha256: of the file, in hex.
        layout: the layout it is drawn in.
    """

    sequence: int
    year: int
    print_serial: int
    number: str
    file_name: str
    sha256: str
    layout: str


class OrderList:
    """Takes lines one after another and keeps none of them in memory.

    Args:
        body_name: the assessment body, as filed.
        title: such as the batch.
    """

    def __init__(self, *, body_name: str, title: str) -> None:
        self._file = io.BytesIO()
        self._workbook: Any = open_workbook(self._file)
        self._about = (("评价机构", body_name), ("批次", title))
        self._bold = self._workbook.add_format({"bold": True})
        self._sheet = self._workbook.add_worksheet("印制清单")
        for column, (heading, width) in enumerate(_HEADINGS):
            self._sheet.set_column(column, column, width)
            self._sheet.write_string(0, column, heading, self._bold)
        self._sheet.freeze_panes(1, 0)
        self._serials: list[tuple[int, int, int]] = []  # year, first, last
        self._layouts: Counter[str] = Counter()
        self._lines = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._workbook.close()  # so that no temporary file stays behind

    def add(self, line: OrderLine) -> None:
        """Append one file to print."""
        self._lines += 1
        row = self._lines
        self._sheet.write_number(row, 0, line.sequence)
        texts = (
            format_print_serial(line.year, line.print_serial),
            line.number,
            line.file_name,
            line.sha256,
            load_layout(line.layout).name.zh,
        )
        for column, text in enumerate(texts, start=1):
            self._sheet.write_string(row, column, text)
        self._sheet.write_number(row, 6, COPIES_EACH)
        self._sheet.write_string(row, 7, _paper(line.layout))
        self._layouts[line.layout] += 1
        self._extend(line.year, line.print_serial)

    def finished(self, made_on: date) -> bytes:
        """Add the totals and return the workbook.

        Args:
            made_on: the date in the file; not now, so that the same order has the same bytes.
        """
        self._workbook.set_properties({"created": datetime.combine(made_on, time())})
        sheet = self._workbook.add_worksheet("汇总")
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 1, 60)
        lines: list[tuple[str, str | int]] = [
            *self._about,
            ("文件数", self._lines),
            ("印制份数", self._lines * COPIES_EACH),
            *(
                (f"{load_layout(layout).name.zh}，{_paper(layout)}", n)
                for layout, n in self._layouts.items()
            ),
        ]
        lines += [("证书印制流水码", _span(*serials)) for serials in self._serials]
        for row, (label, value) in enumerate(lines):
            sheet.write_string(row, 0, label, self._bold)
            if isinstance(value, int):
                sheet.write_number(row, 1, value)
            else:
                sheet.write_string(row, 1, value)
        self._workbook.close()
        return self._file.getvalue()

    def _extend(self, year: int, serial: int) -> None:
        if self._serials and self._serials[-1][0::2] == (year, serial - 1):
            self._serials[-1] = (year, self._serials[-1][1], serial)
        else:
            self._serials.append((year, serial, serial))


def _span(year: int, first: int, last: int) -> str:
    start = format_print_serial(year, first)
    if first == last:
        return f"{start}（1 份）"
    return f"{start} 至 {format_print_serial(year, last)}（{last - first + 1} 份）"


def _paper(layout: str) -> str:
    width, height = load_layout(layout).page_mm
    name = "A4 " if {width, height} == {210, 297} else ""
    return f"{name}{width:g}×{height:g}毫米"
