"""Draws a verification report (查验报告) as a PDF file, ready for its seal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from codes.wording import Text
from templates import report_words as words
from templates.drawing import INK, LABEL_INK, RED, RULE, Box, Colour, colour
from templates.fonts import FontChain
from templates.pictures import photo_picture
from templates.report_file import ReportFile
from templates.report_picture import PICTURE, box_signs, draw_picture, has_room
from templates.report_sheet import BOTTOM, LEFT, RIGHT, SIZE_MM, TOP, Sheets
from templates.sample_marks import sample_word
from templates.seal_drawing import SEAL_DIAMETER_MM, seal_drawing
from templates.spoken_values import printed_and_record
from templates.unsealed_page import UnsealedPage

_SHANGHAI: Final = timezone(timedelta(hours=8))
_BODY: Final = 10.5
_SMALL: Final = 8.5
_LABEL_WIDTH: Final = 58.0
_HEADING_HEIGHT: Final = 14.0
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_COMPARED: Final = ("printed", "record")
_CONFIDENCE: Final = "confidence"  # a measure of the software's; the JSON tells it
_AGREEING: Final = ("valid", "not_current")
_NOT_CHECKED: Final = "inconclusive"
_MARK: Final = "Sample"
_TONES: Final[Mapping[str, Colour]] = {
    "info": colour("1F6B3A"),
    "notice": colour("8A5A00"),
    "problem": colour("B24A00"),
    "alarm": RED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSeal:
    """What the page has to know of its seal.

    Args:
        signer_name: whom the seal names.
        organisation: goes along the arc of its picture.
        contents_bytes: the longest it may be.
        fingerprint: SHA-256 of its certificate, hex.
    """

    signer_name: str
    organisation: str
    contents_bytes: int
    fingerprint: str


def draw_report(
    report: Mapping[str, Any],
    *,
    mark: bytes,
    content: bytes,
    picture: bytes | None,
    address: str,
    seal: ReportSeal,
    sealed_at: datetime,
    fonts: FontChain,
) -> UnsealedPage:
    """Return the file of a report, to be filled with its seal.

    Args:
        report: what `verifier.report.report_content` made and the sealer completed.
        mark: the comment line that says what the file is.
        content: the report as the JSON that travels inside.
        picture: a small JPEG of what was examined, or None; its pixels are not read here.
        address: where reports are looked up.
        seal: what is to seal it.
        sealed_at: the time of sealing, aware UTC.
        fonts: where glyphs come from.
    """
    sheets = Sheets(fonts)
    drawn = None if picture is None else photo_picture(picture)
    _draw_head(sheets, report)
    _draw_conclusion(sheets, report)
    _draw_examined(sheets, report["examined"])
    first = drawn is not None and has_room(sheets)
    if drawn is not None and first:
        draw_picture(sheets, drawn, report["verdict"])
    _draw_record(sheets, report["record"])
    if drawn is not None and not first:
        _heading(sheets, words.PICTURE)
        draw_picture(sheets, drawn, report["verdict"])
    _draw_checks(sheets, report["verdict"])
    _draw_basis(sheets, report)
    place = _draw_statements(sheets, address, seal)
    file = ReportFile(mark, content, sheets.font)
    keys = {} if drawn is None else {PICTURE: file.add_picture(drawn)}
    if report["demo"]:
        middle = (SIZE_MM[0] / 2, SIZE_MM[1] / 2)
        keys[_MARK] = file.add_drawing(sample_word(fonts, SIZE_MM, middle_mm=middle))
    _add_pages(file, sheets, report["number"], keys)
    return file.finish(
        title=f"{words.TITLE.zh} {report['number']}",
        signer_name=seal.signer_name,
        contents_bytes=seal.contents_bytes,
        picture=seal_drawing(
            fonts,
            seal.organisation,
            caption=words.SEAL_CAPTION,
            sample=report["demo"],
            diameter_mm=SEAL_DIAMETER_MM,
        ),
        place=place,
        sealed_at=sealed_at,
    )


def _add_pages(file: ReportFile, sheets: Sheets, number: str, keys: Mapping[str, int]) -> None:
    count = len(sheets.pages)
    for at in range(count):
        foot = words.PAGE.format(page=at + 1, pages=count)
        for text, x in ((number, LEFT), (foot, RIGHT - sheets.width(foot, _SMALL))):
            sheets.text(x, BOTTOM - 10, text, _SMALL, LABEL_INK, sheet=at)
        shown = {one.name: keys[one.name] for one in sheets.pictures[at]}
        operators = sheets.operators(at)
        if _MARK in keys:
            shown[_MARK] = keys[_MARK]
            operators = f"/{_MARK} Do\n{operators}"
        file.add_page(SIZE_MM, operators, shown, sealed=at == count - 1)


def _draw_head(sheets: Sheets, report: Mapping[str, Any]) -> None:
    for text, size, ink, drop in (
        (words.TITLE.zh, 20.0, RED, 8.0),
        (words.TITLE.en, _BODY, LABEL_INK, 7.0),
    ):
        sheets.y -= drop
        middle = (LEFT + RIGHT - sheets.width(text, size)) / 2
        sheets.text(middle, sheets.y, text, size, ink)
    if report["demo"]:
        sheets.y -= 3
        sheets.paragraph(f"{words.SAMPLE.zh}  {words.SAMPLE.en}", _SMALL, ink=RED)
    sheets.y -= 3
    sheets.rule(sheets.y, RED, 1.0)
    sheets.y -= 1.5
    _fact(sheets, words.NUMBER, report["number"])
    _fact(sheets, words.CODE, report["code"])
    _fact(sheets, words.ISSUER, report["issued_by"])
    _fact(sheets, words.CHECKED, say_time(report["verdict"]["checked_at"]))
    _fact(sheets, words.SEALED, say_time(report["sealed_at"]))


def say_time(instant: str) -> str:
    """Return an instant, RFC 3339 in UTC, as read in Beijing and in UTC."""
    moment = datetime.fromisoformat(instant).astimezone(UTC)
    local = moment.astimezone(_SHANGHAI)
    day = f"{local.year}年{local.month}月{local.day}日"
    return f"北京时间 {day} {local:%H:%M:%S}（UTC {moment:%Y-%m-%d %H:%M:%S}）"


def _heading(sheets: Sheets, text: Text) -> None:
    sheets.gap(4)
    sheets.need(22)
    sheets.y -= 6
    sheets.sections += 1
    numbered = f"{words.ORDINALS[sheets.sections - 1]}、{text.zh}"
    sheets.text(LEFT, sheets.y, numbered, 13.0, RED)
    beside = LEFT + sheets.width(numbered, 13.0) + 3
    sheets.text(beside, sheets.y, f"{sheets.sections}. {text.en}", _SMALL, LABEL_INK)
    sheets.y -= 2
    sheets.rule(sheets.y, RULE)
    sheets.y -= 1


def _fact(sheets: Sheets, label: Text, value: str) -> None:
    """Draw a label and beside it its value, on one sheet."""
    size = _SMALL if _HASH.fullmatch(value) else _BODY
    beside = LEFT + sheets.width(label.zh, _BODY) + sheets.width(label.en, 7.0) + 3.5
    beside = max(LEFT + _LABEL_WIDTH, beside)
    sheets.need(max(12, sheets.height(value, size, RIGHT - beside)))
    top = sheets.y
    sheets.text(LEFT, top - 4.4, label.zh, _BODY, LABEL_INK)
    after = LEFT + sheets.width(label.zh, _BODY) + 1.5
    sheets.text(after, top - 4.4, label.en, 7.0, LABEL_INK)
    sheets.paragraph(value, size, left=beside)
    sheets.y = min(sheets.y, top - 5.6)


def _said(value: Mapping[str, str] | str) -> str:
    """Return a value in both languages, or the one text that serves both."""
    if isinstance(value, str):
        return value
    return value["zh"] if value["zh"] == value["en"] else f"{value['zh']}  {value['en']}"


def _draw_conclusion(sheets: Sheets, report: Mapping[str, Any]) -> None:
    _heading(sheets, words.CONCLUSION)
    verdict = report["verdict"]
    sheets.y -= 1
    sheets.paragraph(verdict["summary"]["zh"], 16.0, ink=_tone_of(verdict["outcome"]))
    sheets.paragraph(verdict["summary"]["en"], _BODY, ink=LABEL_INK)
    for finding in verdict["findings"]:
        if finding.get("decides"):
            _draw_told(sheets, finding)
    if verdict["status"] != "unknown":
        _draw_status(sheets, verdict["outcome"], _said(verdict["status_text"]))
    for finding in verdict["findings"]:
        if finding["code"] == "status_on_day":
            _draw_told(sheets, finding)


def _draw_told(sheets: Sheets, finding: Mapping[str, Any]) -> None:
    sheets.paragraph(finding["message_zh"], _BODY)
    sheets.paragraph(finding["message_en"], _SMALL, ink=LABEL_INK)
    for line, size in _compared(finding):
        sheets.paragraph(line, size)


def _draw_status(sheets: Sheets, outcome: str, status: str) -> None:
    """Draw the status; it speaks for what was examined only where that agrees with the record."""
    if outcome in _AGREEING:
        _fact(sheets, words.STATUS, status)
        return
    _fact(sheets, words.RECORD_STATUS, status)
    said = words.RECORD_ALONE if outcome == _NOT_CHECKED else words.RECORD_ELSE
    sheets.paragraph(said.zh, _BODY)
    sheets.paragraph(said.en, _SMALL, ink=LABEL_INK)


def _tone_of(outcome: str) -> Colour:
    if outcome == "valid":
        return _TONES["info"]
    return INK if outcome in ("not_found", _NOT_CHECKED) else RED


def _draw_examined(sheets: Sheets, examined: Mapping[str, Any]) -> None:
    _heading(sheets, words.EXAMINED)
    for fact in examined["facts"]:
        _fact(sheets, Text(fact["label"]["zh"], fact["label"]["en"]), _said(fact["value"]))


def _draw_record(sheets: Sheets, facts: list[Mapping[str, Any]] | None) -> None:
    if not facts:
        return
    _heading(sheets, words.ON_RECORD)
    for fact in facts:
        _fact(sheets, Text(fact["label"]["zh"], fact["label"]["en"]), _said(fact["value"]))


def _draw_checks(sheets: Sheets, verdict: Mapping[str, Any]) -> None:
    findings, signs = verdict["findings"], box_signs(verdict)
    _heading(sheets, words.CHECKS)
    indent = LEFT + 19
    for at, finding in enumerate(findings, start=1):
        height = sheets.height(finding["message_zh"], _BODY, RIGHT - indent)
        sheets.need(min(height + 12, TOP - BOTTOM))
        sheets.text(LEFT, sheets.y - 4.4, f"{at}.", _BODY, LABEL_INK)
        mark, ink = finding["mark"]["zh"], _TONES.get(finding["severity"], INK)
        sign, of_what = signs.get(finding["evidence"].get("field"), ""), Text("", "")
        if mark == words.RECORD_STATUS.zh:  # it speaks of the record alone, whatever the paper is
            mark, ink = words.ON_RECORD_MARK.zh, LABEL_INK
            of_what = Text(f"{words.RECORD_STATUS.zh}：", f"{words.RECORD_STATUS.en}: ")
        sheets.text(LEFT + 8, sheets.y - 4.4, mark, _BODY, ink)
        sheets.paragraph(f"{sign}{of_what.zh}{finding['message_zh']}", _BODY, left=indent)
        english = f"{of_what.en}{finding['message_en']}"
        sheets.paragraph(english, _SMALL, left=indent, ink=LABEL_INK)
        for line, size in _compared(finding):
            sheets.paragraph(line, size, left=indent)
        sheets.paragraph(_evidence(finding), 7.0, left=indent, ink=LABEL_INK)
        sheets.y -= 1.2


def _compared(finding: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    """Return what is printed beside what is on record, where a finding compares the two."""
    printed, record = (finding["evidence"].get(name) for name in _COMPARED)
    if printed is None or record is None:
        return ()
    said = printed_and_record(printed, record)
    return ((said.zh, _BODY), (said.en, _SMALL))


def _evidence(finding: Mapping[str, Any]) -> str:
    kept = finding["evidence"].items()
    rest = {key: value for key, value in kept if key not in (*_COMPARED, _CONFIDENCE)}
    pairs = "；".join(f"{name} = {value}" for name, value in rest.items())
    return f"[{finding['code']}]" + (f" {words.EVIDENCE.zh}：{pairs}" if pairs else "")


def _draw_basis(sheets: Sheets, report: Mapping[str, Any]) -> None:
    _heading(sheets, words.BASIS)
    basis = report["basis"]
    trust, log = basis["trust_list"], basis["log"]
    none = _said({"zh": words.NONE_READ.zh, "en": words.NONE_READ.en})
    _fact(sheets, words.TRUST_LIST, none if trust is None else _said(trust["text"]))
    said = none
    if log is not None:
        said = f"{log['origin']}，{log['size']} 条 entries，根哈希 root {log['root']}"
    _fact(sheets, words.LOG, said)
    _fact(sheets, words.SOFTWARE, f"验真 Yanzhen {basis['software']}")
    _fact(sheets, words.CATALOGUE, f"SHA-256 {basis['catalogue']}")


def _draw_statements(sheets: Sheets, address: str, seal: ReportSeal) -> Box:
    """Draw what the report is not and how to check it; return the seal's place beside the last."""
    # as openssl prints it, and the page on which reports are checked
    fingerprint = bytes.fromhex(seal.fingerprint).hex(":").upper()
    slots = {"address": address, "fingerprint": fingerprint}
    _heading(sheets, words.NOT_THIS)
    for at, text in enumerate(words.STATEMENTS, start=1):
        _statement(sheets, at, text, RIGHT)
    right = RIGHT - SEAL_DIAMETER_MM - 4
    steps = [
        Text(step.zh.format_map(slots), step.en.format_map(slots)) for step in words.CHECK_STEPS
    ]
    high = sum(
        sheets.height(f"{at}. {step.zh}", _BODY, right - LEFT)
        + sheets.height(step.en, _SMALL, right - LEFT - 5)
        + 1
        for at, step in enumerate(steps, start=1)
    )
    sheets.need(max(high, SEAL_DIAMETER_MM) + _HEADING_HEIGHT)
    _heading(sheets, words.HOW_TO_CHECK)
    top = sheets.y - 1
    for at, step in enumerate(steps, start=1):
        _statement(sheets, at, step, right)
    return Box(left=RIGHT - SEAL_DIAMETER_MM, bottom=top - SEAL_DIAMETER_MM, right=RIGHT, top=top)


def _statement(sheets: Sheets, at: int, text: Text, right: float) -> None:
    sheets.paragraph(f"{at}. {text.zh}", _BODY, right=right)
    sheets.paragraph(text.en, _SMALL, left=LEFT + 5, right=right, ink=LABEL_INK)
    sheets.y -= 1
