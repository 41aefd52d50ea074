"""From a verdict to what the result page shows; decides words and order, nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from codes.wording import Text
from registry.life import DayStatus
from templates.labels import LABELS, NO_SPECIALTY, Field
from templates.report_words import RECORD_STATUS
from templates.spoken_values import quoted_print, quoted_value
from verifier.catalogue import CATALOGUE
from verifier.finding_codes import UNFINISHED, Code
from verifier.life import DAY_TEXTS
from verifier.site import words
from verifier.site.comparisons import Comparison, comparisons, shown_by
from verifier.site.meanings import SPECIFIC, Meaning
from verifier.site.words import (
    FACT_LABELS,
    FACT_NOTES,
    NAME_MASKED_BY_HOLDER,
    SEVERITY_TONES,
    STATUS_HIDDEN,
)
from verifier.verdict import Finding, Outcome, PrintedFields, Severity, Status, Verdict, say_day

BEIJING = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """What stands over a result, and its colour."""

    tone: str
    headline: Text
    meaning: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One printed field for comparison with the paper.

    Args:
        value: as printed; None where only a note can be given.
        fixed_width: to be compared character by character.
        note: what to know when comparing.
        comparison: where a file was read, how its own print compares.
    """

    label: Text
    value: Text | None
    fixed_width: bool
    note: Text | None
    comparison: Comparison | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFinding:
    """One line of the list of checks; alike fields of a file share a line.

    Args:
        decides: the outcome follows from it; said in words too, `words.DECIDES`.
    """

    tone: str
    mark: Text
    text: Text
    decides: bool = False


_GROUPS = {
    Code.FIELD_AGREES: Text(
        "文件中的文字与登记内容一致：{fields}。",
        "The text in the file agrees with the record: {fields}.",
    ),
    Code.PICTURE_FIELD_AGREES: Text(
        "图片上所印内容与登记内容一致：{fields}。",
        "What the picture shows in print agrees with the record: {fields}.",
    ),
    Code.FIELD_NOT_COMPARED: Text(
        "文件中没有可读取的文字，或者这次没有查询登记，未能比对，请目视比对：{fields}。",
        "Could not be read from the file, or the register was not asked; compare them by eye: "
        "{fields}.",
    ),
    Code.FIELD_COVERED: Text(
        "文件中的文字被遮盖或看不见，未能比对，请目视比对：{fields}。",
        "The text in the file is covered or cannot be seen; compare by eye: {fields}.",
    ),
}
_ADDED = frozenset({Code.EXTRA_TEXT, Code.PAGE_MARKED})
"""What was added to a page: graver to who reads it than how a file was saved."""

_FOREMOST = frozenset(
    {
        Code.NUMBER_NEAR,
        Code.COPY_ARCHIVE,
        Code.COPY_REISSUED,
        Code.BODY_RENAMED,
        Code.BODY_MERGED,
        Code.STATUS_ON_DAY,
        Code.TRUST_LIST_OLD,
    }
)
"""Notices that force nothing and yet are part of the answer: they stand before what agrees."""


def facts(verdict: Verdict, *, shared: bool = False) -> tuple[Fact, ...]:
    """Return every printed field in the order of the certificate, as far as it may be shown.

    Args:
        shared: its holder lets it be seen by a link, and chose how the name is shown.
    """
    printed = verdict.certificate
    if printed is None:
        return ()
    values = _values(printed)
    notes = _notes(printed)
    if shared and printed.name_masked:
        notes["holder_name"] = NAME_MASKED_BY_HOLDER
    fixed_width = {"number", "print_serial"}
    if printed.document_masked is not None:
        fixed_width.add("document_number")
    compared = comparisons((one.code, one.evidence) for one in verdict.findings)
    return tuple(
        Fact(
            label=label,
            value=values.get(key),
            fixed_width=key in fixed_width,
            note=notes.get(key),
            comparison=compared.get(key),
        )
        for key, label in FACT_LABELS.items()
    )


def _values(printed: PrintedFields) -> dict[str, Text]:
    values = {
        "holder_name": _same(printed.holder_name),
        "document_type": printed.document_type,
        "occupation": printed.occupation,
        "specialty": _same(printed.specialty),
        "level": printed.level,
        "number": _same(printed.number),
        "body_name": _same(printed.body_name),
        "issued_on": say_day(printed.issued_on),
        "print_serial": _same(printed.print_serial),
    }
    if printed.document_masked is not None:
        values["document_number"] = _same(printed.document_masked)
    return values


def _notes(printed: PrintedFields) -> dict[str, Text]:
    known = printed.document_masked is not None
    notes = {
        "document_number": FACT_NOTES["document_masked" if known else "document_not_known"],
        "occupation": _filled(FACT_NOTES["occupation_code"], code=_same(printed.occupation_code)),
        "photo": printed.photo,
    }
    if printed.name_masked:
        notes["holder_name"] = FACT_NOTES["name_masked"]
    if printed.specialty == NO_SPECIALTY:
        notes["specialty"] = FACT_NOTES["no_specialty"]
    return notes


def shown_status(verdict: Verdict) -> Text | None:
    """Return the status to show beside the outcome.

    None where it is not known, and where it would speak for a paper that is not to be relied on,
    or that nobody has looked at to the end.
    """
    known = verdict.status is not Status.UNKNOWN
    return verdict.status.text if known and _relied_on(verdict) else None


def shown_days(verdict: Verdict) -> tuple[Comparison, ...]:
    """Return where the certificate stood on the days that were asked about, as `shown_status`."""
    if not _relied_on(verdict):
        return ()
    found = []
    for one in verdict.findings:
        if one.code == Code.STATUS_ON_DAY:
            day = say_day(date.fromisoformat(one.evidence["day"]))
            status = DayStatus(one.evidence["status"])
            said, tone = DAY_TEXTS[status], "good" if status is DayStatus.CURRENT else "warn"
            text = Text(f"{day.zh}当日：{said.zh}", f"On {day.en}: {said.en}")
            found.append(Comparison(tone=tone, text=text))
    return tuple(found)


def _relied_on(verdict: Verdict) -> bool:
    """Whether what the register says may stand beside the outcome."""
    alarmed = any(one.severity is Severity.ALARM for one in verdict.findings)
    contradicted = alarmed and verdict.outcome is Outcome.INCONCLUSIVE
    hidden = verdict.outcome in STATUS_HIDDEN
    return not (hidden or contradicted or unfinished(verdict))


def meaning(verdict: Verdict) -> Text:
    """Return what stands under the headline: no more than was asked of the register."""
    specific = _specific(verdict)
    return words.MEANINGS[verdict.outcome] if specific is None else specific.text


def tone(verdict: Verdict) -> str:
    """Return the colour and icon of the banner."""
    specific = _specific(verdict)
    return (specific and specific.tone) or words.TONES[verdict.outcome]


def shared_banner(verdict: Verdict) -> Banner:
    """Return the banner over a certificate that its holder shares: what is on record, no more."""
    if verdict.outcome is not Outcome.VALID or _specific(verdict) is not None:
        return banner(verdict)
    whole = Code.NAME_NOT_CHECKED not in {one.code for one in verdict.findings}
    tone = words.TONES[Outcome.VALID] if whole else "calm"
    return Banner(headline=words.SHARED, meaning=words.SHARED_MEANINGS[whole], tone=tone)


def banner(verdict: Verdict) -> Banner:
    """Return the banner over a verdict."""
    return Banner(headline=verdict.headline, meaning=meaning(verdict), tone=tone(verdict))


def _specific(verdict: Verdict) -> Meaning | None:
    codes = {one.code for one in verdict.findings}
    for one in SPECIFIC:
        if one.outcome is verdict.outcome and not codes.isdisjoint(one.codes):
            return one
    return None


def unfinished(verdict: Verdict) -> bool:
    """Say whether nothing came of a check for want of time or place: it is to be tried again."""
    codes = {one.code for one in verdict.findings}
    return verdict.outcome is Outcome.INCONCLUSIVE and not codes.isdisjoint(UNFINISHED)


def shown_findings(verdict: Verdict) -> tuple[ShownFinding, ...]:
    """Return the lines of the list of checks: by rank, and in each what decided the outcome first.

    What decided it looks no weaker than the banner.
    """
    lines: list[ShownFinding] = []
    for code in dict.fromkeys(Code(one.code) for one in ordered_findings(verdict)):
        alike = [one for one in verdict.findings if one.code == code.value]
        texts = (
            [_group(code, alike)]
            if code in _GROUPS
            else [_with_print(one, verdict.box_sign(one)) for one in alike]
        )
        severity, mark = alike[0].severity, verdict.mark_of(alike[0])
        own = SEVERITY_TONES[Severity.NOTICE if mark == RECORD_STATUS else severity]
        decides = decides_outcome(alike[0], verdict)
        shown = max(own, tone(verdict), key=words.TONE_STRENGTH.index) if decides else own
        lines += [ShownFinding(tone=shown, mark=mark, text=text, decides=decides) for text in texts]
    return tuple(lines)


def ordered_findings(verdict: Verdict) -> tuple[Finding, ...]:
    """Return findings in the order in which lists of checks have them, alike ones together."""
    codes = [one.code for one in verdict.findings]

    def place(one: Finding) -> tuple[int, bool, bool, int]:
        ranked = rank(Code(one.code), one.severity)
        later = one.code not in _ADDED
        return ranked, not decides_outcome(one, verdict), later, codes.index(one.code)

    return tuple(sorted(verdict.findings, key=place))


def decides_outcome(finding: Finding, verdict: Verdict) -> bool:
    """Return whether the outcome of a verdict follows from a finding."""
    return CATALOGUE[Code(finding.code)].forces is verdict.outcome


def show_each(findings: Iterable[Finding]) -> tuple[ShownFinding, ...]:
    """Return a line for each finding, in their order."""
    return tuple(
        ShownFinding(tone=SEVERITY_TONES[one.severity], mark=one.severity.text, text=one.text)
        for one in findings
    )


def rank(code: Code, severity: Severity) -> int:
    """Return where a finding stands in the list: graver first, then what not to overlook."""
    if code in _ADDED:
        return 1
    if severity is Severity.NOTICE and (CATALOGUE[code].forces or code in _FOREMOST):
        return 2
    return {Severity.ALARM: 0, Severity.PROBLEM: 1, Severity.INFO: 3, Severity.NOTICE: 4}[severity]


def _group(code: Code, findings: list[Finding]) -> Text:
    """Return one sentence for all fields of a file that came to the same."""
    labels = [LABELS[Field(one.evidence["field"])] for one in findings]
    fields = Text("、".join(one.zh for one in labels), ", ".join(one.en.lower() for one in labels))
    return _filled(_GROUPS[code], fields=fields)


def _with_print(finding: Finding, sign: str) -> Text:
    """Return a finding's sentence, its box's number first, with what is shown and on record."""
    if finding.code != Code.FIELD_DIFFERS.value:
        return Text(f"{sign}{finding.text.zh}", f"{sign}{finding.text.en}")
    printed = quoted_print(finding.evidence.get("printed", ""))
    record, source = quoted_value(finding.evidence.get("record", "")), shown_by(finding.evidence)
    return Text(
        f"{sign}{finding.text.zh}{source.zh}{printed.zh}，登记为{record.zh}。",
        f"{sign}{finding.text.en} {source.en} {printed.en}, the record {record.en}.",
    )


def _filled(text: Text, **slots: Text) -> Text:
    zh = text.zh.format(**{name: slot.zh for name, slot in slots.items()})
    en = text.en.format(**{name: slot.en for name, slot in slots.items()})
    return Text(zh, en)


def beijing_day(when: date) -> date:
    """Return a day as it is, and of an aware moment the day that it was in China."""
    return when.astimezone(BEIJING).date() if isinstance(when, datetime) else when


def beijing_time(instant: datetime) -> Text:
    """Return an aware instant as people in China read it."""
    local = instant.astimezone(BEIJING)
    day = say_day(local.date())
    return Text(f"北京时间 {day.zh} {local:%H:%M:%S}", f"{day.en}, {local:%H:%M:%S} Beijing time")


def _same(value: str) -> Text:
    return Text(value, value)
