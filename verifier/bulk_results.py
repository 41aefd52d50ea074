"""Writes what became of a list: the asker's own columns, and beside them the answer to each row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from codes.wording import Language, Text
from registry.sheet_writing import harmless, open_workbook
from templates.labels import LABELS, Field
from verifier.bulk_check import BulkReport, BulkResult
from verifier.bulk_words import said_again
from verifier.verdict import Outcome, Status, say_instant

_CELL_CHARACTERS = 32_000

_HEADINGS = (
    (Text("原行号", "Row"), 8),
    (Text("核验结论", "Outcome"), 26),
    (Text("登记状态", "Status"), 14),
    (Text("原因", "Reason"), 48),
    (Text("处理建议", "What to do"), 48),
    (Text("核验时间", "Checked at"), 24),
    (LABELS[Field.LEVEL], 16),
    (LABELS[Field.OCCUPATION], 16),
    (LABELS[Field.BODY_NAME], 34),
    (LABELS[Field.ISSUED_ON], 14),
    (LABELS[Field.PRINT_SERIAL], 20),
)
_OUTCOME_COLUMN = 1
# Each has a sign of its own: the colours may be lost on paper, or not be seen.
_SIGNS: dict[Outcome | None, str] = {
    Outcome.VALID: "✓",
    Outcome.NOT_CURRENT: "!",
    Outcome.ALTERED: "✗",
    Outcome.UNREGISTERED: "✗",
    Outcome.UNKNOWN_ISSUER: "✗",
    Outcome.NOT_FOUND: "○",
    Outcome.INCONCLUSIVE: "?",
    None: "—",
}
_COLOURS: dict[Outcome | None, str] = {
    Outcome.VALID: "#DCEBF7",
    Outcome.NOT_CURRENT: "#FFF2CC",
    Outcome.ALTERED: "#F4B183",
    Outcome.UNREGISTERED: "#F4B183",
    Outcome.UNKNOWN_ISSUER: "#F4B183",
    Outcome.NOT_FOUND: "#E7E6E6",
    Outcome.INCONCLUSIVE: "#FFFFFF",
    None: "#FFFFFF",
}
WHAT_IT_IS_NOT = (
    Text(
        "本表只回答所填编号与姓名（或证件号码）是否与登记一致、证书现在是否有效；"
        "没有看到证书本身，不能说明手中的证书未被改动。",
        "This says whether each number agrees with the name (or document number) on record and "
        "whether the certificate is in force now. No certificate was seen: it does not say that "
        "the paper in hand is unaltered.",
    ),
    Text(
        "“未查询到”不说明证书不真实；“未核验”“无法核验”不表示有问题，也不表示没有问题。",
        "“Nothing was found” does not say that a certificate is not genuine; what was not or could "
        "not be checked is neither good nor bad.",
    ),
    Text(
        "结论只对核验时间成立，不是鉴定意见，也不是查验报告。",
        "The answers hold for the time of the check. They are no expert opinion and no "
        "verification report.",
    ),
)


def write_workbook(report: BulkReport, language: Language) -> bytes:
    """Return the result as an .xlsx workbook; every text is a string, never a formula."""
    file = io.BytesIO()
    with open_workbook(file) as workbook:
        formats = _formats(workbook)
        _write_rows(workbook, formats, report, language)
        _write_summary(workbook, formats, report, language)
    return file.getvalue()


def write_csv(report: BulkReport, language: Language) -> bytes:
    """Return the result as CSV in UTF-8 with a byte order mark.

    A text that a spreadsheet program would compute gets an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([harmless(text) for text in _head(report, language)])
    for result in report.results:
        own = [result.row.texts.get(position, "") for position in range(_width(report))]
        writer.writerow([harmless(text) for text in (*own, *_texts(result, language))])
    return out.getvalue().encode("utf-8-sig", "replace")


def _width(report: BulkReport) -> int:
    return len(report.table.headings)


def _head(report: BulkReport, language: Language) -> Iterator[str]:
    yield from report.table.headings
    yield from (heading.say(language) for heading, _ in _HEADINGS)


def _texts(result: BulkResult, language: Language) -> tuple[str, ...]:
    """Return the texts of the columns of `_HEADINGS`; facts only of a row that matches."""
    known = "" if result.status is Status.UNKNOWN else result.status.text.say(language)
    printed = result.certificate
    facts = ("",) * 5
    if printed is not None:
        facts = (
            printed.level.say(language),
            printed.occupation.say(language),
            printed.body_name,
            printed.issued_on.isoformat(),
            printed.print_serial,
        )
    return (
        str(result.row.row),
        f"{_SIGNS[result.outcome]} {result.summary.say(language)}",
        known,
        result.reason.say(language),
        result.advice.say(language),
        say_instant(result.checked_at).say(language),
        *facts,
    )


def _formats(workbook: Any) -> dict[Any, Any]:
    base = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#BFBFBF"}
    formats: dict[Any, Any] = {
        "head": workbook.add_format(
            {**base, "bold": True, "bg_color": "#1F4E78", "font_color": "#FFFFFF"}
        ),
        "own": workbook.add_format({**base, "bold": True, "bg_color": "#D9D9D9"}),
        "text": workbook.add_format({**base, "num_format": "@"}),
        "number": workbook.add_format(base),
        "label": workbook.add_format({"bold": True, "valign": "top", "text_wrap": True}),
        "value": workbook.add_format({"valign": "top", "text_wrap": True, "align": "left"}),
    }
    for outcome, colour in _COLOURS.items():
        formats[outcome] = workbook.add_format({**base, "bg_color": colour, "bold": True})
    return formats


def _write_rows(
    workbook: Any, formats: Mapping[Any, Any], report: BulkReport, language: Language
) -> None:
    sheet = workbook.add_worksheet(Text("核验结果", "Results").say(language))
    width = _width(report)
    sheet.set_column(0, width - 1, 22)
    for column, (_, wide) in enumerate(_HEADINGS, start=width):
        sheet.set_column(column, column, wide)
    for column, heading in enumerate(_head(report, language)):
        style = formats["own" if column < width else "head"]
        sheet.write_string(0, column, _clean(heading), style)
    for line, result in enumerate(report.results, start=1):
        for position in range(width):
            text = _clean(result.row.texts.get(position, ""))
            if position in result.row.numbers:
                sheet.write_number(line, position, float(text), formats["number"])
            else:
                sheet.write_string(line, position, text, formats["text"])
        sheet.write_number(line, width, result.row.row, formats["number"])
        for offset, text in enumerate(_texts(result, language)[1:], start=1):
            key = result.outcome if offset == _OUTCOME_COLUMN else "text"
            style = formats[key]
            sheet.write_string(line, width + offset, _clean(text), style)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(report.results), width + len(_HEADINGS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&C&P / &N")


def _write_summary(
    workbook: Any, formats: Mapping[Any, Any], report: BulkReport, language: Language
) -> None:
    sheet = workbook.add_worksheet(Text("汇总", "Summary").say(language))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 80)
    lines = [(label.say(language), value) for label, value in _summary(report, language)]
    for line, (label, value) in enumerate(lines):
        sheet.write_string(line, 0, _clean(label), formats["label"])
        if isinstance(value, int):
            sheet.write_number(line, 1, value, formats["value"])
        else:
            sheet.write_string(line, 1, _clean(value), formats["value"])


def _summary(report: BulkReport, language: Language) -> Iterator[tuple[Text, str | int]]:
    yield Text("名单文件", "List"), report.table.file
    if report.table.sheet is not None:
        of_sheets = report.of_sheets
        said = report.table.sheet if of_sheets is None else of_sheets.say(language)
        yield Text("工作表", "Sheet"), said
    yield Text("完成时间", "Finished"), say_instant(report.finished_at).say(language)
    if report.read_again:
        again = said_again(report.read_again, report.changed).say(language)
        yield Text("重新核验", "Checked once more"), again
    if report.trust is not None:
        yield Text("核验依据", "Basis"), report.trust.text.say(language)
    if report.demo:
        yield (
            Text("演示 样本", "DEMO · SAMPLE"),
            Text(
                "使用演示密钥，结果不能作为真实证书的依据。",
                "Made with demonstration keys; it says nothing about real certificates.",
            ).say(language),
        )
    yield Text("行数", "Rows"), len(report.results)
    if report.table.blank_rows:
        yield Text("空行（未计）", "Blank rows, not counted"), report.table.blank_rows
    if report.repeated:
        yield Text("证书编号重复的行", "Rows with a repeated number"), len(report.repeated)
    for (outcome, words), count in report.counts_in_words.items():
        sign = _SIGNS[outcome]
        yield Text(f"{sign} {words.zh}", f"{sign} {words.en}"), count
    for text in WHAT_IT_IS_NOT:
        yield Text("本表不能说明的事项", "What this does not show"), text.say(language)


def _clean(text: str) -> str:
    """Return text a workbook can hold: no control characters, no lone surrogates, not too long."""
    return "".join(
        "\ufffd" if (char < " " and char not in "\n\t") or "\ud800" <= char <= "\udfff" else char
        for char in text[:_CELL_CHARACTERS]
    )
