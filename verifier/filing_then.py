"""Why a body was not filed on a certificate's date of issue: the acts in the public log tell.

The list that outcomes follow from knows only what a body might award on which days. What the acts
add is said beside it and never changes an outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from codes.wording import Text
from keys.filing_windows import FilingEvent
from registry.log_reader import LoggedFiling
from verifier.filed_acts import FiledAct, acts_by_body
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.verdict import Finding, Verdict, say_day

_NOT_FILED: Final = frozenset({Code.OUT_OF_SCOPE, Code.FILING_LAPSED})


def tell_filing(
    verdict: Verdict, read_acts: Callable[[], Iterable[LoggedFiling] | None]
) -> Verdict:
    """Return a verdict with what the public log says of a body that was not filed on the day.

    Args:
        read_acts: returns every act on a filing in the log, None where it cannot be read; asked
            only where the verdict turns on it.
    """
    lapsed = next((one for one in verdict.findings if one.code in _NOT_FILED), None)
    logged = None if lapsed is None else read_acts()
    if lapsed is None or logged is None:
        return verdict
    acts = acts_by_body(logged).get(lapsed.evidence["prefix"], ())
    said = filing_then(acts, date.fromisoformat(lapsed.evidence["issued_on"]))
    if said is None:
        return verdict
    at = verdict.findings.index(lapsed) + 1
    return replace(verdict, findings=(*verdict.findings[:at], said, *verdict.findings[at:]))


def filing_then(acts: Sequence[FiledAct], day: date) -> Finding | None:
    """Return what acts on a filing say of a day on which it was suspended or withdrawn, else None.

    Args:
        acts: on one filing, in the order they were entered.
    """
    suspended: date | None = None
    found: Finding | None = None
    for act in acts:
        on = act.effective_on
        if on is None:
            continue
        if act.event == FilingEvent.SUSPENDED:
            suspended = on if suspended is None else min(on, suspended)
        elif act.event == FilingEvent.RESUMED and suspended is not None:
            if suspended <= day < on:
                found = _suspended(suspended, on)
            suspended = None
        elif act.event == FilingEvent.WITHDRAWN:
            if suspended is not None and suspended <= day:
                found = _suspended(suspended, None)
            elif on <= day:
                since = {"since": on.isoformat()}
                found = find(Code.FILING_WITHDRAWN_THEN, {"since": say_day(on)}, since)
            suspended = None
    if suspended is not None and suspended <= day:
        found = _suspended(suspended, None)
    return found


def _suspended(since: date, resumed: date | None) -> Finding:
    slots: dict[str, str | Text] = {"since": say_day(since), "until": ""}
    evidence = {"since": since.isoformat()}
    if resumed is not None:
        said = say_day(resumed)
        slots["until"] = Text(f"，{said.zh}起恢复", f" and resumed from {said.en}")
        evidence["resumed_from"] = resumed.isoformat()
    return find(Code.FILING_SUSPENDED_THEN, slots, evidence)
