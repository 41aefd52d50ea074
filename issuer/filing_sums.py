"""What the acts on a site come to, and whether the rows of its windows say the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.levels import Level
from keys.filing_windows import FilingEvent, FilingStep, FilingSum, Window, sum_filing
from registry.filing_models import FilingAct
from registry.models import Filing, Site


def sum_of(session: Session, site: Site, *, until: int | None = None) -> FilingSum:
    """Return what the acts on a site come to, or came to with the act of the id `until`."""
    acts = acts_of(session, site)
    return sum_filing(step_of(act) for act in acts if until is None or act.id <= until)


def acts_of(session: Session, site: Site) -> Sequence[FilingAct]:
    """Return the acts on a site, in the order they were put on record."""
    return session.scalars(
        select(FilingAct).where(FilingAct.site_id == site.id).order_by(FilingAct.id)
    ).all()


def step_of(act: FilingAct) -> FilingStep:
    """Return an act as far as it bears on the windows."""
    detail: dict[str, Any] = json.loads(act.detail)
    return FilingStep(
        event=FilingEvent(act.event),
        effective_on=act.effective_on,
        windows=tuple(_read_window(entry) for entry in detail.get("windows", [])),
    )


def windows_as_acted(session: Session, site: Site) -> frozenset[Window]:
    """Return what the acts on a site say that it may award."""
    return frozenset(sum_of(session, site).windows)


def windows_on_record(site: Site) -> frozenset[Window]:
    """Return what the rows of `filings` say that a site may award."""
    return frozenset(map(window_of, site.filings))


def window_of(row: Filing) -> Window:
    """Return the window that a row stands for."""
    return Window(
        occupation=row.occupation,
        level=Level(row.level),
        first=row.valid_from,
        last=row.valid_to,
    )


def _read_window(entry: Sequence[Any]) -> Window:
    occupation, level, first, last = entry
    return Window(
        occupation=occupation,
        level=Level(level),
        first=date.fromisoformat(first),
        last=None if last is None else date.fromisoformat(last),
    )
