"""A desk that issues certificates with their files on record, and verifies files."""

from __future__ import annotations

import hashlib

from registry.child import Child
from registry.models import AwardStatus, CopyState
from tests.verifier.papers import paper
from tests.verifier.world import DOCUMENT, CopyPlan, Issued, World, make_record, sign_record
from verifier.verdict import Verdict


def codes(verdict: Verdict) -> set[str]:
    """The codes of a verdict's findings."""
    return {finding.code for finding in verdict.findings}


def of_code(verdict: Verdict, code: str) -> list[dict[str, str]]:
    """The evidence of every finding with this code."""
    return [dict(one.evidence) for one in verdict.findings if one.code == code]


def differing(verdict: Verdict) -> dict[str, str]:
    """What the file prints in each field that is said to differ."""
    return {one["field"]: one["printed"] for one in of_code(verdict, "field_differs")}


def agreeing(verdict: Verdict) -> set[str]:
    """The fields said to agree."""
    return {one["field"] for one in of_code(verdict, "field_agrees")}


class Desk:
    """Issues certificates with their files on record, and verifies files."""

    def __init__(self, world: World, child: Child) -> None:
        self.world = world
        self.child = child

    def issue(
        self,
        *,
        serial: int = 1,
        state: CopyState = CopyState.CURRENT,
        status: AwardStatus = AwardStatus.CURRENT,
        hashed: bool = True,
    ) -> tuple[Issued, bytes]:
        issued = sign_record(make_record(serial=serial, print_serial=serial))
        pdf = paper(issued)
        sha256 = hashlib.sha256(pdf).hexdigest() if hashed else None
        document = DOCUMENT if serial == 1 else f"C{serial:08d}"
        if serial != 1:
            issued = sign_record(issued.record, document_number=document)
            pdf = paper(issued)
            sha256 = hashlib.sha256(pdf).hexdigest()
        self.world.record(CopyPlan(issued=issued, state=state, pdf_sha256=sha256), status=status)
        return issued, pdf

    def verify(self, data: bytes) -> Verdict:
        return self.world.verifier(read_bytes=self.child.ask).verify_file(data, "证书.pdf")
