"""Cases opened on a tip from the public: which tip a case names, and which cases a tip led to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.case_models import CaseTip, PoliceCase
from registry.complaint_models import Complaint

_POLICE: Final = "police"


def find_tip(session: Session, number: int | None) -> Complaint | None:
    """Return a tip that lies with the police; None where there is none of this number."""
    found = None if number is None else session.get(Complaint, number)
    return found if found is not None and found.office == _POLICE else None


def tip_of(session: Session, case_id: int) -> int | None:
    """Return the number of the tip that a case was opened on; None where it was none."""
    return session.scalar(select(CaseTip.complaint_id).where(CaseTip.case_id == case_id))


def cases_on(session: Session, tip: int) -> Sequence[PoliceCase]:
    """Return the cases that were opened on a tip, the first first."""
    query = select(PoliceCase).join(CaseTip, CaseTip.case_id == PoliceCase.id)
    return session.scalars(query.where(CaseTip.complaint_id == tip).order_by(PoliceCase.id)).all()
