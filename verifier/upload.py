"""Whether an award was uploaded to the national system: a fact beside the others, no outcome's."""

from __future__ import annotations

from datetime import date

from registry.opened import OpenedAward
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
        day = upload.uploaded_on
        evidence = {"uploaded_on": day.isoformat()}
        return (find(Code.UPLOADED, {"uploaded_on": say_day(day)}, evidence),)
    if upload.due is None:
        return (find(Code.UPLOAD_NOT_KNOWN),)
    code = Code.UPLOAD_LATE if today > upload.due else Code.UPLOAD_DUE
    return (find(code, {"due": say_day(upload.due)}, {"due": upload.due.isoformat()}),)
