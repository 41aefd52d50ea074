"""Judges a verification report that somebody holds: its seal, its key, the whole file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from codes.wording import Text
from keys.report_document import (
    CheckedReport,
    SealState,
    check_report,
    is_of,
    is_revoked,
)
from registry.errors import RegistryError
from registry.reports import KeptReport
from templates.labels import format_date, format_date_en
from verifier.site.present import BEIJING
from verifier.verdict import Outcome


class ReportOutcome(StrEnum):
    """What a report turned out to be; its sentence is `.text`."""

    GENUINE = "genuine"
    ALTERED = "altered"
    UNKNOWN_KEY = "unknown_key"
    REVOKED_KEY = "revoked_key"

    @property
    def text(self) -> Text:
        """Return the words shown for it."""
        return _TEXTS[self]


_TEXTS = {
    ReportOutcome.GENUINE: Text(
        "查验报告属实，封签后未被改动。", "The report is genuine and unchanged since it was sealed."
    ),
    ReportOutcome.ALTERED: Text(
        "文件与封签不符：内容被改动，或者文件不完整，不能作为查验报告使用。",
        "The file does not fit its seal: it was changed or is not whole. Do not rely on it.",
    ),
    ReportOutcome.UNKNOWN_KEY: Text(
        "文件与封签相符，但封签证书不是此处所认可的查验报告专用证书，无法核对由谁出具。",
        "File and seal fit, but the certificate is none that is known here to seal reports: who "
        "issued it could not be checked.",
    ),
    ReportOutcome.REVOKED_KEY: Text(
        "文件与封签相符，但封签密钥已被撤销或者不在有效期内，请凭报告编号和查询码上网核对。",
        "File and seal fit, but the key was revoked or was not in its time; look the report up by "
        "its number and code.",
    ),
}
_EXIT_CODES = {
    ReportOutcome.GENUINE: 0,
    ReportOutcome.ALTERED: 1,
    ReportOutcome.UNKNOWN_KEY: 2,
    ReportOutcome.REVOKED_KEY: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportJudgement:
    """The answer about a report.

    Args:
        content: what it says; None unless it is genuine, for nothing else of it is to be believed.
        signer: whom its certificate names; None unless file and seal fit.
        registered: whether the home that issued it keeps this very file; None where that could
            not be asked.
    """

    outcome: ReportOutcome
    content: Mapping[str, Any] | None
    signer: str | None
    registered: bool | None

    @property
    def exit_code(self) -> int:
        """The process exit code: 0 genuine, 1 altered, 2 could not be checked."""
        return _EXIT_CODES[self.outcome]

    @property
    def said(self) -> Text | None:
        """What a genuine report says, and of when: what came later does not make it untrue."""
        if self.content is None:
            return None
        verdict = self.content["verdict"]
        moment = datetime.fromisoformat(verdict["checked_at"]).astimezone(UTC)
        summary = verdict["summary"]
        later = Outcome(verdict["outcome"]) is Outcome.VALID
        zh = f"报告 {self.content['number']} 载明：{_when(moment).zh}查验时，{summary['zh']}。"
        en = (
            f"Report {self.content['number']} says: {_when(moment).en}, the result was: "
            f"{summary['en']}."
        )
        if later:
            zh += "此后如有暂停、撤销等变动，不影响当时的情况；现在是否有效，请重新查验。"
            en += (
                " Whatever was suspended or revoked later does not make that untrue; whether it "
                "is in force now, ask anew."
            )
        return Text(zh, en)


def judge_report(
    data: bytes,
    *,
    root: bytes | None,
    crl: bytes | None,
    find: Callable[[str], KeptReport | None] | None = None,
) -> ReportJudgement | None:
    """Return the answer about a file, or None where it is no report at all.

    Args:
        data: the whole file, untrusted.
        root: DER of the root certificate that is believed, or None.
        crl: DER of its list of revoked certificates, or None.
        find: looks a report up by its number in the home that issued it; None where there is no
            such home here.
    """
    checked = check_report(data)
    if checked is None:
        return None
    outcome = _outcome(checked, root, crl)
    genuine = outcome is ReportOutcome.GENUINE
    content = checked.content if genuine else None
    return ReportJudgement(
        outcome=outcome,
        content=content,
        signer=_signer(checked),
        registered=None if content is None else _registered(data, str(content["number"]), find),
    )


def _outcome(checked: CheckedReport, root: bytes | None, crl: bytes | None) -> ReportOutcome:
    if checked.state is not SealState.GENUINE or checked.chain is None or checked.content is None:
        return ReportOutcome.ALTERED
    if root is None or not is_of(checked.chain, root):
        return ReportOutcome.UNKNOWN_KEY
    sealed_at = datetime.fromisoformat(str(checked.content["sealed_at"]))
    in_time = checked.chain.not_before <= sealed_at <= checked.chain.not_after
    if not in_time or (crl is not None and is_revoked(checked.chain, crl)):
        return ReportOutcome.REVOKED_KEY
    return ReportOutcome.GENUINE


def _signer(checked: CheckedReport) -> str | None:
    if checked.state is not SealState.GENUINE or checked.chain is None:
        return None
    return checked.chain.signer_name


def _registered(
    data: bytes, number: str, find: Callable[[str], KeptReport | None] | None
) -> bool | None:
    if find is None:
        return None
    try:
        kept = find(number)
    except RegistryError:
        return None
    if kept is None:
        return None  # its term may be over, or this is another home than the one that issued it
    return hashlib.sha256(data).hexdigest() in (kept.pdf_sha256, kept.json_sha256)


def _when(moment: datetime) -> Text:
    local = moment.astimezone(BEIJING)
    return Text(
        f"北京时间{format_date(local.date())}{local:%H:%M}",
        f"on {format_date_en(local.date())} at {local:%H:%M} in Beijing",
    )
