"""Step 8: the verdict that findings add up to, and what it says of the trust list it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from codes.wording import Text
from keys.document import KeyDocument
from verifier.finding_codes import Code
from verifier.findings import REQUIRED_FOR_RECORD, conclude, find
from verifier.logged import LogFact
from verifier.verdict import Finding, Status, TrustShown, Verdict, say_day

_SHANGHAI = ZoneInfo("Asia/Shanghai")


def local_day(now: datetime) -> date:
    """Return the day in Asia/Shanghai, by which certificates are dated."""
    return now.astimezone(_SHANGHAI).date()


def conclude_verdict(
    findings: Iterable[Finding],
    *,
    required: frozenset[Code] = REQUIRED_FOR_RECORD,
    status: Status = Status.UNKNOWN,
    logged: LogFact | None = None,
    document: KeyDocument | None,
    now: datetime,
) -> Verdict:
    """Step 8: return the verdict that `findings` add up to, without printed fields.

    Args:
        document: what was believed; None where there was nothing to believe.
    """
    outcome, found = conclude(findings, required)
    demo = document is not None and document.demo
    return Verdict(
        outcome=outcome,
        status=status,
        findings=(*_marks(document, now), *found),
        checked_at=now,
        demo=demo,
        trust=None if document is None else _trust_shown(document, now),
        log_proof=None if logged is None or logged.proof is None else bytes(logged.proof).decode(),
    )


def _trust_shown(document: KeyDocument, now: datetime) -> TrustShown:
    age = max(0, (now - document.published_at).days)
    return TrustShown(version=document.version, published_at=document.published_at, age_days=age)


def _marks(document: KeyDocument | None, now: datetime) -> tuple[Finding, ...]:
    """Return what every verdict says of the trust list it rests on."""
    if document is None:
        return ()
    marks = [find(Code.DEMO)] if document.demo else []
    if now >= document.expires_at:
        shown = _trust_shown(document, now)
        day = local_day(document.published_at)
        facts = {"version": str(shown.version), "days": str(shown.age_days)}
        slots: dict[str, str | Text] = {**facts, "published_on": say_day(day)}
        evidence = {**facts, "published_on": day.isoformat()}
        marks.append(find(Code.TRUST_LIST_OLD, slots, evidence))
    return tuple(marks)
