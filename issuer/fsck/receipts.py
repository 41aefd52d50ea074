"""The receipts of the national upload that the desks hold, to compare what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from issuer.desk import shanghai_day
from registry.desk_database import has_desks, open_desks
from registry.exam_models import UploadReceipt
from registry.home import Home
from registry.session import reading


def read_receipts(home: Home) -> Mapping[str, date]:
    """Return when each certificate was uploaded, by its latest receipt; refused ones are left out.

    Raises:
        HomeError: the desks' database is elsewhere, and nothing says where
            (`desk_database_elsewhere`).
        RegistryUnavailable: it cannot be reached.
    """
    if not has_desks(home):
        return {}
    query = select(
        UploadReceipt.number,
        UploadReceipt.accepted,
        UploadReceipt.uploaded_on,
        UploadReceipt.noted_at,
    ).order_by(UploadReceipt.id)
    days: dict[str, date] = {}
    desks = open_desks(home)
    try:
        with reading(desks) as session:
            for number, accepted, uploaded_on, noted_at in session.execute(query):
                days.pop(number, None)
                if accepted:
                    days[number] = uploaded_on or shanghai_day(noted_at)
    finally:
        desks.dispose()
    return days
