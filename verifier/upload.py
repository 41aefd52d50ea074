"""Whether an award was uploaded to the national system: a fact beside the others, no outcome's."""

from __future__ import annotations

from datetime import date

from log.leaves import LifeKind
from registry.opened import OpenedAward
from verifier.conclusion import local_day
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.verdict import Finding, Status, say_day


def inspect_upload(award: OpenedAward, status: Status, today: date) -> tuple[Finding, ...]:
    """Return what the body that issued the award has on record of its upload.

    Args:
        award: opened and proved.
        status: where it stands; of what is not known to stand anywhere nothing is said.
        today: in Asia/Shanghai.
    """
    if status is Status.UNKNOWN:
        return ()
    upload = award.upload
    if upload.uploaded_on is not None:
        return (_uploaded(award, upload.uploaded_on),)
    if upload.due is None:
        return (find(Code.UPLOAD_NOT_KNOWN),)
    code = Code.UPLOAD_LATE if today > upload.due else Code.UPLOAD_DUE
    return (find(code, {"due": say_day(upload.due)}, {"due": upload.due.isoformat()}),)


def _uploaded(award: OpenedAward, day: date) -> Finding:
    """Return on what day an award was uploaded, and whether that is what stands now.

    A receipt has a day and no hour, so of an upload on the day of a correction it is not known
    which of the two came first.
    """
    corrections = [event.at for event in award.events if event.kind is LifeKind.CORRECT]
    corrected = local_day(max(corrections)) if corrections else None
    if corrected is None or day > corrected:
        evidence = {"uploaded_on": day.isoformat()}
        return find(Code.UPLOADED, {"uploaded_on": say_day(day)}, evidence)
    same = day == corrected
    code = Code.UPLOADED_ON_CORRECTION_DAY if same else Code.UPLOADED_BEFORE_CORRECTION
    return find(
        code,
        {"uploaded_on": say_day(day), "corrected_on": say_day(corrected)},
        {"uploaded_on": day.isoformat(), "corrected_on": corrected.isoformat()},
    )
