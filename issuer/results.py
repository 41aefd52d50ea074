"""Writes the result of a run as a workbook: row by row the number given, or the exact reasons."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from codes.levels import level_text
from codes.wording import Text
from issuer.columns import Column
from issuer.lint import LintReport
from issuer.problems import FileNotice
from issuer.roster import RosterTable
from registry.sheet_writing import open_workbook
from registry.store import write_durably

_SHEET_ROWS = 1_000_000
_CELL_CHARACTERS = 32_000


class RowOutcome(StrEnum):
    """What became of one row."""

    ISSUED = "issued"
    DONE_BEFORE = "done_before"
    READY = "ready"
    HELD_BACK = "held_back"
    FAULTY = "faulty"

    @property
    def text(self) -> Text:
        """The outcome in both languages."""
        return _OUTCOMES[self]


_OUTCOMES = {
    RowOutcome.ISSUED: Text("已签发", "issued"),
    RowOutcome.DONE_BEFORE: Text("此前已签发", "issued before"),
    RowOutcome.READY: Text("检查通过", "passed"),
    RowOutcome.HELD_BACK: Text("检查通过，未签发", "passed, not issued"),
    RowOutcome.FAULTY: Text("未通过", "refused"),
}
_COLOURS = {
    RowOutcome.ISSUED: "#C6EFCE",
    RowOutcome.DONE_BEFORE: "#DDEBF7",
    RowOutcome.READY: "#E2EFDA",
    RowOutcome.HELD_BACK: "#FFF2CC",
    RowOutcome.FAULTY: "#FFC7CE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultSheet:
    """What one run did, as the result workbook tells it.

    Args:
        body_name: the assessment body, as filed.
        batch: the batch's name.
        finished_at: when the run ended, in the zone to print.
        dry_run: nothing was meant to be issued.
        numbers: certificate number by row, of the rows issued in this run.
        pdf_names: file name of the certificate by row, where one was written.
    """

    body_name: str
    batch: str
    finished_at: datetime
    dry_run: bool
    numbers: Mapping[int, str]
    pdf_names: Mapping[int, str] = field(default_factory=dict)


def row_outcomes(
    table: RosterTable, report: LintReport, result: ResultSheet
) -> dict[int, RowOutcome]:
    """Return what became of every row of the roster."""
    done = {row.row for row in report.done}
    faulty = report.faulty_rows
    waiting = RowOutcome.READY if result.dry_run else RowOutcome.HELD_BACK
    outcomes: dict[int, RowOutcome] = {}
    for row in table.rows:
        if row.row in result.numbers:
            outcomes[row.row] = RowOutcome.ISSUED
        elif row.row in done:
            outcomes[row.row] = RowOutcome.DONE_BEFORE
        else:
            outcomes[row.row] = RowOutcome.FAULTY if row.row in faulty else waiting
    return outcomes


def write_results(path: Path, table: RosterTable, report: LintReport, result: ResultSheet) -> None:
    """Write the result workbook to `path`, whole or not at all.

    The workbook holds names, because the operator reads it beside the roster; document numbers
    are left out. Every text is written as a string, never as a formula.

    Raises:
        OSError: the file cannot be written.
    """
    outcomes = row_outcomes(table, report, result)
    file = io.BytesIO()
    with open_workbook(file) as workbook:
        formats = _formats(workbook)
        _write_rows(workbook, formats, table, report, result, outcomes)
        _write_summary(workbook, formats, table, report, result, outcomes)
    write_durably(path, file.getvalue())


def _formats(workbook: Any) -> dict[str, Any]:
    base = {"valign": "top", "text_wrap": True}
    formats = {
        "head": workbook.add_format(
            {"bold": True, "bg_color": "#1F4E78", "font_color": "#FFFFFF", "valign": "vcenter"}
        ),
        "text": workbook.add_format({**base, "num_format": "@"}),
        "number": workbook.add_format({"valign": "top", "align": "right"}),
        "label": workbook.add_format({"bold": True, "valign": "top"}),
    }
    for outcome, colour in _COLOURS.items():
        formats[outcome.value] = workbook.add_format({**base, "bg_color": colour, "bold": True})
    return formats


_HEADINGS = (
    ("行号", 7),
    ("姓名", 16),
    ("姓名拼音", 20),
    ("级别", 14),
    ("结果", 16),
    ("证书编号", 26),
    ("证书文件", 30),
    ("单元格", 10),
    ("原因", 70),
    ("提示", 50),
)
_OUTCOME_COLUMN = [heading for heading, _ in _HEADINGS].index("结果")


def _write_rows(
    workbook: Any,
    formats: Mapping[str, Any],
    table: RosterTable,
    report: LintReport,
    result: ResultSheet,
    outcomes: Mapping[int, RowOutcome],
) -> None:
    sheet = workbook.add_worksheet("签发结果")
    for column, (heading, width) in enumerate(_HEADINGS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, formats["head"])
    sheet.freeze_panes(1, 2)
    numbers = {row.row: row.number for row in report.done} | dict(result.numbers)
    latin_names = {one.row: one.latin_name or "" for one in report.candidates}
    latin_names |= {one.row: one.latin_name or "" for one in report.done}
    problems = _by_row(report.problems)
    notices = _by_row(report.notices)
    for line, row in enumerate(table.rows, start=1):
        outcome = outcomes[row.row]
        faults = problems.get(row.row, []) if outcome is RowOutcome.FAULTY else []
        cells = list(dict.fromkeys(fault.cell for fault in faults if fault.cell))
        sheet.write_number(line, 0, row.row, formats["number"])
        texts = (
            row.text(Column.NAME),
            latin_names.get(row.row, ""),
            level_text(row.text(Column.LEVEL)).zh,
            outcome.text.zh,
            numbers.get(row.row, ""),
            result.pdf_names.get(row.row, ""),
            "、".join(cells),
            "\n".join(_reason(fault.column, fault.text) for fault in faults),
            "\n".join(_reason(n.column, n.text) for n in notices.get(row.row, [])),
        )
        for column, text in enumerate(texts, start=1):
            style = formats[outcome.value] if column == _OUTCOME_COLUMN else formats["text"]
            sheet.write_string(line, column, _clean(text), style)
    sheet.autofilter(0, 0, len(table.rows), len(_HEADINGS) - 1)


def _by_row(items: Sequence[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = {}
    for item in items:
        grouped.setdefault(item.row, []).append(item)
    return grouped


def _reason(column: str | None, text: Text) -> str:
    return text.zh if column is None else f"【{column}】{text.zh}"


def _clean(text: str) -> str:
    """Return text a workbook can hold: no control characters, no lone surrogates, not too long."""
    return "".join(
        "\ufffd" if (char < " " and char not in "\n\t") or "\ud800" <= char <= "\udfff" else char
        for char in text[:_CELL_CHARACTERS]
    )


def _write_summary(
    workbook: Any,
    formats: Mapping[str, Any],
    table: RosterTable,
    report: LintReport,
    result: ResultSheet,
    outcomes: Mapping[int, RowOutcome],
) -> None:
    sheet = workbook.add_worksheet("汇总")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 70)
    counts = dict.fromkeys(RowOutcome, 0)
    for outcome in outcomes.values():
        counts[outcome] += 1
    lines: list[tuple[str, str | int]] = [
        ("评价机构", result.body_name),
        ("批次", result.batch),
        ("名册文件", table.file),
        ("工作表", table.sheet or "（文本文件）"),
        ("完成时间", result.finished_at.strftime("%Y-%m-%d %H:%M:%S %z")),
        ("方式", "试运行（不签发）" if result.dry_run else "签发"),
        ("名册人数", len(table.rows)),
        *((outcome.text.zh, count) for outcome, count in counts.items() if count),
    ]
    lines += [("读取提示", _notice(notice)) for notice in table.notices]
    lines += [("", ""), *_faults_by_kind(report)]
    for line, (label, value) in enumerate(lines):
        sheet.write_string(line, 0, label, formats["label"])
        if isinstance(value, int):
            sheet.write_number(line, 1, value)
        else:
            sheet.write_string(line, 1, _clean(value), formats["text"])


def _notice(notice: FileNotice) -> str:
    return notice.text.zh


def _faults_by_kind(report: LintReport) -> list[tuple[str, str | int]]:
    """Return one line per kind of problem, the most frequent first."""
    kinds: dict[str, tuple[Text, int]] = {}
    for fault in report.problems:
        text, count = kinds.get(fault.code, (fault.text, 0))
        kinds[fault.code] = text, count + 1
    ordered = sorted(kinds.values(), key=lambda kind: -kind[1])
    return [("未通过原因", f"{count} 处：如 {text.zh}") for text, count in ordered]
