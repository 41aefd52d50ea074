"""The chain of custody: what was done with the papers of a case, each line bound to the one before.

A line's hash is SHA-256 of the hash before it, a line feed and the line. Every hash is noted on the
audit trail, which lies in another database and is remembered outside it: a list that was rewritten
or cut short contradicts it. What the list says is held against the papers and the state of the
case, as these are ordinary rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.person_skeleton import is_same_person
from codes.wording import Text
from registry.case_custody import FIRST, UNDONE, Step, add_custody_line, link
from registry.case_models import CaseEvent
from registry.case_sealed import EVENT_LINE, read_text
from registry.errors import VaultError
from registry.session import reading
from registry.trail import TrailFilter, find_entries
from registry.vault import Vault
from verifier.cases.custody_lines import NO_LINE, Act, CustodyLine, parse_line
from verifier.cases.custody_rows import Fault, faults_of_rows
from verifier.cases.room import PoliceRoom

_MOST_NOTED: Final = 100_000
_Hash = tuple[int, str]
_Hashes = set[_Hash]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A line of which the audit trail and the list say otherwise whether it was kept.

    Args:
        place: of the line.
        kept: it is in the list, and the trail says that it was not kept; else its hash is on the
            trail, and it is not in the list.
        sha256: its hash, by the trail.
        noted: the act, as the trail has it.
        actor, at: by whom and when, by the trail; aware.
        statement: the line by which an officer stated it, with the reason; None as yet.
        confirmation: the line by which another officer confirmed that; None as yet.
    """

    place: int
    kept: bool
    sha256: str
    noted: str
    actor: str
    at: datetime
    statement: CustodyLine | None
    confirmation: CustodyLine | None

    @property
    def name(self) -> str:
        """Place and hash, as a statement names it."""
        return f"{self.place} {self.sha256}"

    @property
    def act(self) -> Text:
        """What the missing line was about, in both languages."""
        return Act(self.noted).text if self.noted in set(Act) else Text(self.noted, self.noted)

    @property
    def why(self) -> Text:
        """What is at odds, in both languages."""
        return _KEPT if self.kept else _MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyCheck:
    """The whole list, and what is wrong with it.

    Args:
        lines: those that open.
        faults: the line where something is wrong, None for the case as a whole; and what.
        gaps: lines missing, or said not to be kept; those stated and confirmed are no faults.
    """

    lines: tuple[CustodyLine, ...]
    faults: tuple[Fault, ...]
    gaps: tuple[Gap, ...]


_UNREADABLE: Final = Text("打不开，内容被改动", "does not open; it was altered")
_UNLINKED: Final = Text(
    "与前一条不相连（被改动、删除或插入）",
    "does not follow the one before (altered, deleted, inserted)",
)
_UNNOTED: Final = Text(
    "审计记录中没有这一条的摘要（不是由本系统写入）",
    "its hash is not on the audit trail (this system did not add it)",
)
_CUT: Final = Text("审计记录中有这一条，清单中没有", "on the audit trail, but not in the list")
_OTHER: Final = Text(
    "审计记录中这一条另有一个不同的摘要：可能是删除后重写，也可能是写入时系统中断，无法判断",
    "the audit trail has another hash of this line too: it may have been deleted and written anew, "
    "or the system broke off as it was written; which could not be told",
)
_MISSING: Final = Text(
    "审计记录中有这一条的摘要，保管记录中没有这一条：可能是写入时系统中断，也可能是被删除，无法判断",
    "the audit trail has the hash of this line, custody has no such line: the system may have "
    "broken off as it was written, or it was deleted; which could not be told",
)
_KEPT: Final = Text(
    "审计记录称这一条没有写入，保管记录中却有这一条：可能是写入时数据库中断，无法判断",
    "the audit trail says that this line was not kept, yet it is in custody: the database may "
    "have gone away as it was written; why could not be told",
)


def add_line(
    room: PoliceRoom,
    session: Session,
    vault: Vault,
    case_id: int,
    act: Act,
    *,
    actor: str,
    ground: str,
    reference: str,
    item: int | None = None,
    details: Mapping[str, str] | None = None,
) -> CaseEvent:
    """Add a line of what is done at the police desk; raises as `add_custody_line`."""
    step = Step(at=room.clock(), actor=actor, act=act, item=item, details=details or {})
    return add_custody_line(
        session, vault, case_id, step, room.lent.note, ground=ground, reference=reference
    )


def check_custody(room: PoliceRoom, session: Session, vault: Vault, case_id: int) -> CustodyCheck:
    """Read the custody of a case and say everything that is wrong with it."""
    query = select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.place)
    noted, undone = _noted(room, case_id)
    kept: _Hashes = set()
    lines: list[CustodyLine] = []
    faults: list[Fault] = []
    former, expected = FIRST, 1
    for row in session.scalars(query):
        try:
            line = read_text(EVENT_LINE, row, vault)
        except VaultError:
            line = ""
        try:
            lines.append(parse_line(line, row.sha256))
        except NO_LINE:
            faults.append((row.place, _UNREADABLE))
        if row.place != expected or link(former, line) != row.sha256:
            faults.append((row.place, _UNLINKED))
        mine = (row.place, row.sha256)
        if mine not in noted:
            faults.append((row.place, _UNNOTED))
        kept.add(mine)
        former, expected = row.sha256, row.place + 1
    odd = (noted.keys() - undone - kept) | (noted.keys() & undone & kept)
    gaps = tuple(_gap(one, noted[one], lines, kept=one in kept) for one in sorted(odd))
    left = [one for one in gaps if one.confirmation is None]
    faults += [(one.place, _KEPT) for one in left if one.kept]
    missing = sorted({one.place for one in left if not one.kept})
    faults += [(place, _CUT if place >= expected else _OTHER) for place in missing]
    faults += faults_of_rows(room, session, vault, case_id, lines)
    return CustodyCheck(lines=tuple(lines), faults=tuple(faults), gaps=gaps)


def _gap(
    odd: _Hash, noted: tuple[str, str, datetime], lines: Sequence[CustodyLine], *, kept: bool
) -> Gap:
    """Return a line at odds with what was said of it: what is confirmed, else the latest."""
    place, sha256 = odd
    act, actor, at = noted
    stated = [
        one
        for one in lines
        if one.act is Act.STATE_GAP and f"{place} {sha256}" in one.details["gap"].split("; ")
    ]
    confirmed = [(one, by) for one in stated for by in _confirmations(one, lines)]
    statement, confirmation = confirmed[0] if confirmed else (stated[-1] if stated else None, None)
    return Gap(
        place=place,
        kept=kept,
        sha256=sha256,
        noted=act,
        actor=actor,
        at=at,
        statement=statement,
        confirmation=confirmation,
    )


def _confirmations(statement: CustodyLine, lines: Sequence[CustodyLine]) -> Iterator[CustodyLine]:
    for one in lines:
        meant = one.act is Act.CONFIRM_GAP and one.details["line"] == str(statement.place)
        if meant and one.place > statement.place and not is_same_person(one.actor, statement.actor):
            yield one


def count_acts(session: Session, vault: Vault, case_id: int) -> Counter[Act | None]:
    """Return how often each act is in the custody of a case; None counts lines that do not open."""
    acts: Counter[Act | None] = Counter()
    for row in session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id)):
        try:
            acts[parse_line(read_text(EVENT_LINE, row, vault), row.sha256).act] += 1
        except (VaultError, *NO_LINE):
            acts[None] += 1
    return acts


def custody_files(lines: Sequence[CustodyLine]) -> tuple[bytes, bytes]:
    """Return the lines, one each, and the hashes that they have, as the bundle holds them."""
    text = "".join(f"{one.line}\n" for one in lines)
    hashes = "".join(f"{one.sha256}\n" for one in lines)
    return text.encode(), hashes.encode()


def _noted(
    room: PoliceRoom, case_id: int
) -> tuple[dict[_Hash, tuple[str, str, datetime]], _Hashes]:
    """Return what the audit trail has by place and hash, and what it says last was not kept.

    The former with act, actor and time: the same act may be done again in the same second.
    """
    wanted = TrailFilter(act="police", subject=f"case {case_id} ")
    noted: dict[_Hash, tuple[str, str, datetime]] = {}
    undone: _Hashes = set()
    with reading(room.register) as session:
        for entry in find_entries(session, wanted, limit=_MOST_NOTED):
            what, case, *rest = entry.subject.split(" ")
            if (what, case) == ("case", str(case_id)) and len(rest) == 2 and rest[0].isdecimal():
                found = (int(rest[0]), rest[1])
                if entry.act != UNDONE:
                    said = (entry.act.removeprefix("police."), entry.actor, entry.at)
                    noted.setdefault(found, said)
                elif found not in noted:  # the latest comes first
                    undone.add(found)
    return noted, undone
