"""The answer every face gives: one outcome, the present status, and the findings behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, assert_never

from codes.wording import Language, Text
from templates.labels import format_date, format_date_en
from templates.report_words import RECORD_STATUS
from verifier.boxed_picture import BoxedPicture

_SHANGHAI = timezone(timedelta(hours=8))  # no summer time since 1991; certificates begin in 2019


class Outcome(StrEnum):
    """The one summary of a verdict; its sentence is `.text`."""

    VALID = "valid"
    NOT_CURRENT = "not_current"
    ALTERED = "altered"
    UNREGISTERED = "unregistered"
    UNKNOWN_ISSUER = "unknown_issuer"
    NOT_FOUND = "not_found"
    INCONCLUSIVE = "inconclusive"

    @property
    def text(self) -> Text:
        """Return the words shown for this outcome."""
        return _OUTCOME_TEXTS[self]


class Status(StrEnum):
    """Where the certificate stands now, as far as the register could be asked."""

    CURRENT = "current"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    CORRECTED = "corrected"
    UNKNOWN = "unknown"

    @property
    def text(self) -> Text:
        """Return the words shown for this status."""
        return _STATUS_TEXTS[self]


class Severity(StrEnum):
    """How much a finding matters; an alarm also concerns the body and the authority."""

    INFO = "info"
    NOTICE = "notice"
    PROBLEM = "problem"
    ALARM = "alarm"

    @property
    def text(self) -> Text:
        """Return the words shown for this severity."""
        return _SEVERITY_TEXTS[self]


_OUTCOME_TEXTS = {
    Outcome.VALID: Text("核验一致，现行有效", "Agrees with the register and is in force"),
    Outcome.NOT_CURRENT: Text("记录属实，现非有效", "The record is genuine but not in force now"),
    Outcome.ALTERED: Text("与登记内容不符", "Does not match what is on record"),
    Outcome.UNREGISTERED: Text(
        "签名有效，但未登记", "The signature is genuine but nothing is registered"
    ),
    Outcome.UNKNOWN_ISSUER: Text(
        "非备案机构签发，或超出备案范围",
        "Issued by a body that is not filed, or beyond what it is filed for",
    ),
    Outcome.NOT_FOUND: Text("未查询到", "Nothing was found"),
    Outcome.INCONCLUSIVE: Text("无法核验", "Could not be verified"),
}

_STATUS_TEXTS = {
    Status.CURRENT: Text("现行有效", "in force"),
    Status.SUSPENDED: Text("已暂停", "suspended"),
    Status.REVOKED: Text("已撤销", "revoked"),
    Status.CANCELLED: Text("已注销", "cancelled"),
    Status.SUPERSEDED: Text("已补发（本份作废）", "reissued (this copy is void)"),
    Status.CORRECTED: Text("已更正", "corrected"),
    Status.UNKNOWN: Text("未知", "not known"),
}

# as `finding_codes` has them
_IN_FORCE, _NO_NUMBER, _LAPSED = "status_current", "number_malformed", "filing_lapsed"
NUMBER_WRONG = Text("编号有误", "Not a valid certificate number")
FILING_LAPSED = Text("发证日期不在机构备案期内", "Dated when the body was not filed")

_SEVERITY_TEXTS = {
    Severity.INFO: Text("核实", "confirmed"),
    Severity.NOTICE: Text("提示", "note"),
    Severity.PROBLEM: Text("问题", "problem"),
    Severity.ALARM: Text("警示", "alarm"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fact a check established, or could not establish.

    Args:
        code: stable identifier from the catalogue in `findings.py`.
        severity: how much it matters.
        text: the sentence shown; it never holds more than the asker brought or may see.
        evidence: short named facts behind the sentence, under the same restriction.
    """

    code: str
    severity: Severity
    text: Text
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPart:
    """One part of a certificate number, explained; `positions` such as "1" or "2–5", from 1."""

    positions: str
    label: Text
    value: str
    meaning: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedFields:
    """What the certificate shows when it is genuine, for comparison with the paper in hand.

    Args:
        holder_name: in full only when the asker brought it or the QR carries it.
        name_masked: whether `holder_name` is masked.
        document_masked: document number with most characters hidden; None when not known here.
        specialty: 工种/职业方向, `--` where there is none.
        print_serial: 证书印制流水码 as printed.
        photo: what is known of the photo, and what is left to do by eye.
    """

    number: str
    number_parts: tuple[NumberPart, ...]
    holder_name: str = field(repr=False)
    name_masked: bool
    document_type: Text
    document_masked: str | None = field(repr=False)
    occupation: Text
    occupation_code: str
    specialty: str
    level: Text
    body_name: str
    issued_on: date
    print_serial: str
    photo: Text


TRUST_TODAY = Text("信任列表第 {version} 版，当天编制", "trust list {version}, published today")
TRUST_EARLIER = Text(
    "信任列表第 {version} 版，{days} 天前编制", "trust list {version}, published {days} days ago"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustShown:
    """Which trust list a verdict rests on.

    Args:
        version: of the list.
        published_at: when it was composed, aware UTC.
        age_days: whole days from then to the verdict.
    """

    version: int
    published_at: datetime
    age_days: int

    @property
    def text(self) -> Text:
        """Return the words shown for it."""
        words = TRUST_EARLIER if self.age_days else TRUST_TODAY
        slots = {"version": self.version, "days": self.age_days}
        return Text(words.zh.format_map(slots), words.en.format_map(slots))


_SIGNS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The whole answer; it has no truth value, read `outcome`.

    Args:
        outcome: the one summary.
        status: present status where it could be asked, else UNKNOWN.
        findings: facts in the order they were established.
        checked_at: reference time of every comparison, aware UTC.
        demo: the key document in use is a demonstration one.
        trust: the trust list in use; None where there was none to believe.
        certificate: printed fields to compare with the paper, where they may be shown.
        log_proof: a C2SP tlog-proof that the record is in the public log, where that was proved;
            its extra is the salt of the record's hash, then the leaf.
        boxed: the asker's picture with boxes around what differs; None where there is none.
    """

    outcome: Outcome
    status: Status
    findings: tuple[Finding, ...]
    checked_at: datetime
    demo: bool
    trust: TrustShown | None
    certificate: PrintedFields | None = None
    log_proof: str | None = None
    boxed: BoxedPicture | None = None

    def __bool__(self) -> bool:
        """Refuse to be used as a truth value: an outcome is not a yes or no."""
        raise TypeError("a verdict has no truth value; compare its outcome")

    def mark_of(self, finding: Finding) -> Text:
        """Return what stands before a finding: how much it matters, or that it is of the record.

        A record in force speaks for no paper that does not agree with it.
        """
        of_record = finding.code == _IN_FORCE and self.outcome is not Outcome.VALID
        return RECORD_STATUS if of_record else finding.severity.text

    def box_sign(self, finding: Finding) -> str:
        """Return the number of the box of what a finding says differs, such as ①, and a blank."""
        differs = finding.severity in (Severity.PROBLEM, Severity.ALARM)  # text below may agree
        names = [name for name, _ in self.boxed.boxes] if self.boxed and differs else []
        field = finding.evidence.get("field")
        return f"{_SIGNS[names.index(field)]} " if field in names else ""

    @property
    def headline(self) -> Text:
        """Return the outcome in words, nearer where a finding tells more; as `docs/api.md` says."""
        codes = {one.code for one in self.findings}
        if self.outcome is Outcome.NOT_FOUND and _NO_NUMBER in codes:
            return NUMBER_WRONG  # nothing was asked
        lapsed = self.outcome is Outcome.UNKNOWN_ISSUER and _LAPSED in codes
        return FILING_LAPSED if lapsed else self.outcome.text

    @property
    def summary(self) -> Text:
        """Return the one closing sentence, with the status where it explains the outcome."""
        if self.outcome is not Outcome.NOT_CURRENT or self.status is Status.UNKNOWN:
            return self.headline
        words, status = self.outcome.text, self.status.text
        return Text(f"{words.zh}（{_inner(status.zh)}）", f"{words.en}: {status.en}")


def _inner(words: str) -> str:
    """Avoid brackets inside brackets: 已补发（本份作废） reads 已补发，本份作废."""
    return words.replace("（", "，").replace("）", "")


def exit_code(verdict: Verdict) -> int:
    """Return the process exit code for a verdict: 0 valid, 2 could not be verified, else 1."""
    match verdict.outcome:
        case Outcome.VALID:
            return 0
        case (
            Outcome.NOT_CURRENT
            | Outcome.ALTERED
            | Outcome.UNREGISTERED
            | Outcome.UNKNOWN_ISSUER
            | Outcome.NOT_FOUND
        ):
            return 1
        case Outcome.INCONCLUSIVE:
            return 2
        case _:
            assert_never(verdict.outcome)


def verdict_to_json(verdict: Verdict, language: Language = Language.ZH) -> dict[str, Any]:
    """Return the verdict as the one JSON object every face gives.

    Args:
        language: of the plain `message` and `summary_text` members; both languages are always
            present in `message_zh`/`message_en` and `summary`.
    """
    return {
        "outcome": verdict.outcome.value,
        "status": verdict.status.value,
        "summary": {"zh": verdict.summary.zh, "en": verdict.summary.en},
        "summary_text": verdict.summary.say(language),
        "findings": [finding_to_json(one, language) for one in verdict.findings],
        "checked_at": format_instant(verdict.checked_at),
        "demo": verdict.demo,
        "trust_list": None if verdict.trust is None else trust_to_json(verdict.trust),
        "certificate": (
            None if verdict.certificate is None else _printed_to_json(verdict.certificate)
        ),
        "log_proof": verdict.log_proof,
        "boxes": None if verdict.boxed is None else verdict.boxed.as_json(),
    }


def format_instant(instant: datetime) -> str:
    """Return an aware instant as RFC 3339 UTC with seconds, such as 2026-11-23T02:49:57Z."""
    return instant.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def say_instant(instant: datetime) -> Text:
    """Return an aware instant as people in China read it, to the minute."""
    local = instant.astimezone(_SHANGHAI)
    day = say_day(local.date())
    return Text(f"北京时间 {day.zh} {local:%H:%M}", f"{day.en}, {local:%H:%M} Beijing time")


def say_day(day: date) -> Text:
    """Return a day as pages and sentences write it: 2026年11月27日, 27 November 2026."""
    return Text(format_date(day), format_date_en(day))


def finding_to_json(finding: Finding, language: Language) -> dict[str, Any]:
    """Return one finding as it stands in every JSON answer."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.text.say(language),
        "message_zh": finding.text.zh,
        "message_en": finding.text.en,
        "evidence": dict(finding.evidence),
    }


def trust_to_json(trust: TrustShown) -> dict[str, Any]:
    """Return which trust list a verdict rests on, as the JSON of a verdict gives it."""
    return {
        "version": trust.version,
        "published_at": format_instant(trust.published_at),
        "age_days": trust.age_days,
    }


def _text_to_json(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _printed_to_json(printed: PrintedFields) -> dict[str, Any]:
    return {
        "number": printed.number,
        "number_parts": [
            {
                "positions": part.positions,
                "label": _text_to_json(part.label),
                "value": part.value,
                "meaning": _text_to_json(part.meaning),
            }
            for part in printed.number_parts
        ],
        "holder_name": printed.holder_name,
        "name_masked": printed.name_masked,
        "document_type": _text_to_json(printed.document_type),
        "document_masked": printed.document_masked,
        "occupation": _text_to_json(printed.occupation),
        "occupation_code": printed.occupation_code,
        "specialty": printed.specialty,
        "level": _text_to_json(printed.level),
        "body_name": printed.body_name,
        "issued_on": printed.issued_on.isoformat(),
        "print_serial": printed.print_serial,
        "photo": _text_to_json(printed.photo),
    }
