"""The public notices (公示) of today: which unit is to be filed for what, open to objections.

Read from the register's own tables, which the public side only reads. A notice is current on its
days while the application it belongs to still waits for the filing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.levels import Level
from codes.number_rule import Category
from codes.occupations import Occupation, occupation_by_code
from registry.filing_models import FilingApplication, PublicNotice

_WAITING = ("on_notice", "upheld")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice, as anybody may read it.

    Args:
        number: of the notice.
        scopes: occupations with levels that are applied for.
        sites: addresses.
        first: first day, included.
        last: last day, included.
    """

    number: int
    unit: str
    credit_code: str
    category: Category
    scopes: tuple[tuple[Occupation, tuple[Level, ...]], ...]
    sites: tuple[str, ...]
    first: date
    last: date


def current_notices(session: Session, on: date) -> Sequence[Notice]:
    """Return the notices that run on a day, what ends first at the top."""
    query = (
        select(PublicNotice, FilingApplication)
        .join(FilingApplication, FilingApplication.id == PublicNotice.application_id)
        .where(PublicNotice.first_day <= on, PublicNotice.last_day >= on)
        .where(FilingApplication.state.in_(_WAITING))
        .order_by(PublicNotice.last_day, PublicNotice.id)
    )
    return [_notice(notice, application) for notice, application in session.execute(query)]


def _notice(notice: PublicNotice, application: FilingApplication) -> Notice:
    form: dict[str, Any] = json.loads(application.forms[-1].form)
    return Notice(
        number=notice.id,
        unit=application.name,
        credit_code=application.credit_code,
        category=Category(form["category"]),
        scopes=tuple(
            (
                occupation_by_code(one["occupation"]),
                tuple(sorted((Level(level) for level in one["levels"]), reverse=True)),
            )
            for one in form["occupations"]
        ),
        sites=tuple(one["address"] for one in form["sites"]),
        first=notice.first_day,
        last=notice.last_day,
    )
