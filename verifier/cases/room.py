"""What the police desk works with; whatever needs the issuer's room or the sealer's is lent to it.

The verifier's room imports neither: who puts the private application together hands it functions,
as the root of the command does for `yanzhen verify --report`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Engine

from registry.case_custody import Note
from registry.cases import FullRecord, day_in_shanghai
from registry.child import Child
from registry.home import Home
from registry.report_drafts import ReportTicket
from registry.reports import ReportFiles
from registry.vault import Vault
from verifier.readers import Readers
from verifier.report_desk import ReportDesk
from verifier.service import Verifier

MARKS_SECONDS = 8.0  # beside the verdict, well within what a server gives a worker
MARKS_MEMORY_BYTES = 512 << 20
MARKS_ANSWER_BYTES = 256 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """What other rooms do for the police desk.

    Args:
        note: adds to the audit trail.
        read_record: returns the full record of a certificate number, None where there is none.
        seal_report: seals a draft and has it queued; raises KeysError, HomeError.
        seal_list: returns a detached CMS, DER, by the report key over some bytes; raises as that.
    """

    note: Note
    read_record: Callable[[str], FullRecord | None]
    seal_report: Callable[[bytes, Callable[[], object]], tuple[ReportTicket, ReportFiles]]
    seal_list: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliceRoom:
    """The police desk of one home.

    Args:
        home: the installation.
        vault: returns its vault, open.
        register: the register with its audit trail, for reading.
        desks: the desks' own database.
        verifier: judges what is brought.
        readers: reads files once more for what they may share with others.
        marks: a child process that says more of a file.
        reports: makes drafts of reports.
        secret: hides names in marks.
        lent: what other rooms do.
        clock: returns now, aware UTC.
    """

    home: Home
    vault: Callable[[], Vault]
    register: Engine
    desks: Engine
    verifier: Verifier
    readers: Readers
    marks: Child
    reports: ReportDesk
    secret: bytes = field(repr=False)
    lent: Lent
    clock: Callable[[], datetime]

    def today(self) -> date:
        """Return the day in Shanghai."""
        return day_in_shanghai(self.clock())


def marks_child() -> Child:
    """Return the child process that says what a file may share with others."""
    return Child(
        "verifier.cases.marks_child",
        seconds=MARKS_SECONDS,
        memory_bytes=MARKS_MEMORY_BYTES,
        answer_bytes=MARKS_ANSWER_BYTES,
    )
