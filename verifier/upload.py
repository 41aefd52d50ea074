"""Whether an award was uploaded to the national system: a fact beside the others, no outcome's."""

from __future__ import annotations

from datetime import date

from registry.opened import OpenedAward
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.verdict import Finding, Status


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
        slots = {"uploaded_on": upload.uploaded_on.isoformat()}
        return (find(Code.UPLOADED, slots, slots),)
    if upload.due is None:
        return (find(Code.UPLOAD_NOT_KNOWN),)
    slots = {"due": upload.due.isoformat()}
    return (find(Code.UPLOAD_LATE if today > upload.due else Code.UPLOAD_DUE, slots, slots),)
