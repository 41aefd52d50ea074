"""One structured log event per numbered step of a verification."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable

from verifier.verdict import Finding, Verdict

_logger = logging.getLogger("yanzhen.verifier")


def log_step(step: int, name: str, findings: Iterable[Finding] = (), **facts: str | int) -> None:
    """Log that a step was made and what it found: codes only, never what was asked about.

    Args:
        step: its number in the list of `Verifier`.
        facts: counts and enum values; never a name, a number or text the asker brought.
    """
    if _logger.isEnabledFor(logging.INFO):
        event = {"step": step, "name": name, "found": [one.code for one in findings], **facts}
        _logger.info("verify %s", json.dumps(event))


def log_verdict(verdict: Verdict) -> Verdict:
    """Log step 8 and return the verdict."""
    log_step(8, "verdict", outcome=verdict.outcome.value, status=verdict.status.value)
    return verdict
