"""The chain of custody: what was done with the papers of a case, each line bound to the one before.

A line's hash is SHA-256 of the hash before it, a line feed and the line. Every hash is noted on the
audit trail, which lies in another database and is remembered outside it: a list that was rewritten
or cut short contradicts it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.case_models import CaseEvent
from registry.case_sealed import EVENT_LINE, read_text
from registry.cases import CaseOutcome, new_key
from registry.errors import VaultError
from registry.session import reading
from registry.trail import TrailFilter, find_entries
from registry.vault import Vault
from verifier.cases.room import PoliceRoom
from verifier.verdict import Outcome, format_instant, say_day

FIRST: Final = "0" * 64
_MOST_NOTED: Final = 100_000


class Act(StrEnum):
    """What is done in a case."""

    OPEN = "open"
    RECEIVE = "receive"
    JUDGE = "judge"
    REPORT = "report"
    TAKE_OUT = "take_out"
    BUNDLE = "bundle"
    READ_RECORD = "read_record"
    ASK = "ask"
    HAND_OVER = "hand_over"
    CLOSE = "close"

    @property
    def text(self) -> Text:
        """The act in both languages."""
        return _ACTS[self]


_ACTS: Final = {
    Act.OPEN: Text("案件登记", "Case opened"),
    Act.RECEIVE: Text("接收送检材料", "Evidence received"),
    Act.JUDGE: Text("核验", "Verified"),
    Act.REPORT: Text("出具查验报告", "Report sealed"),
    Act.TAKE_OUT: Text("调取原件", "Original taken out"),
    Act.BUNDLE: Text("制作证据包", "Evidence bundle made"),
    Act.READ_RECORD: Text("查看完整登记信息", "Full record read"),
    Act.ASK: Text("询问评价机构", "Body asked to confirm"),
    Act.HAND_OVER: Text("移交", "Handed over"),
    Act.CLOSE: Text("办结", "Closed"),
}

_DETAILS: Final = {
    "sha256": Text("SHA-256", "SHA-256"),
    "size": Text("字节", "bytes"),
    "from": Text("提交人", "from"),
    "file": Text("文件名", "file name"),
    "number": Text("证书编号", "certificate"),
    "outcome": Text("核验结论", "verdict"),
    "report": Text("报告编号", "report"),
    "ground": Text("事由", "ground"),
    "reference": Text("案件编号", "case number"),
    "body": Text("评价机构", "body"),
    "due": Text("答复期限", "answer by"),
    "to": Text("接收人", "to"),
    "paper": Text("文书", "paper"),
    "result": Text("说明", "in words"),
    "unexamined": Text("没有核验材料的原因", "why nothing was examined"),
}
_CLOSED_WITH: Final = Text("处理结果", "outcome")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyLine:
    """One line as it is read.

    Args:
        item: place of the paper it is about; None for the case as a whole.
        line: the very text that is hashed.
    """

    place: int
    at: datetime
    actor: str
    act: Act
    item: int | None
    details: Mapping[str, str] = field(repr=False)
    line: str = field(repr=False)
    sha256: str

    @property
    def shown(self) -> Sequence[tuple[Text | str, Text | str]]:
        """Label and value of what it says beside who, when and what, in words for a page."""
        return [self._in_words(name, value) for name, value in self.details.items()]

    def _in_words(self, name: str, value: str) -> tuple[Text | str, Text | str]:
        label = _DETAILS.get(name, name)
        if name == "due":
            return label, say_day(date.fromisoformat(value))
        if name != "outcome":
            return label, value
        if self.act is Act.CLOSE:
            return _CLOSED_WITH, CaseOutcome(value).text if value in set(CaseOutcome) else value
        return label, Outcome(value).text if value in set(Outcome) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyCheck:
    """The whole list, and what is wrong with it.

    Args:
        lines: those that open.
        faults: where something is wrong, and what.
    """

    lines: tuple[CustodyLine, ...]
    faults: tuple[tuple[int, Text], ...]


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
    """Add a line, and note its hash on the audit trail before the transaction ends.

    Raises:
        CaseError: ground or reference may not stand on the trail.
        VaultError: as `SealedColumn.put`.
        RegistryUnavailable: it could not be noted; then nothing is added.
    """
    last = session.scalars(
        select(CaseEvent)
        .where(CaseEvent.case_id == case_id)
        .order_by(CaseEvent.place.desc())
        .limit(1)
        .with_for_update()
    ).first()
    place, former = (1, FIRST) if last is None else (last.place + 1, last.sha256)
    told: dict[str, object] = {
        "place": place,
        "at": format_instant(room.clock()),
        "actor": actor,
        "act": act.value,
    }
    if item is not None:
        told["item"] = item
    line = json.dumps(told | dict(details or {}), ensure_ascii=False)
    row = CaseEvent(key=new_key(), case_id=case_id, place=place, sha256=link(former, line))
    session.add(row)
    EVENT_LINE.put(row, vault, line.encode())
    session.flush()
    room.lent.note(
        actor=actor,
        act=f"police.{act}",
        subject=f"case {case_id} {place} {row.sha256}",
        ground=ground,
        reference=reference,
    )
    return row


def link(former: str, line: str) -> str:
    """Return the hash of a line after the hash before it, both in hex."""
    return hashlib.sha256(f"{former}\n{line}".encode()).hexdigest()


def check_custody(room: PoliceRoom, session: Session, vault: Vault, case_id: int) -> CustodyCheck:
    """Read the custody of a case and say everything that is wrong with it."""
    query = select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.place)
    noted = _noted(room, case_id)
    lines: list[CustodyLine] = []
    faults: list[tuple[int, Text]] = []
    former, expected = FIRST, 1
    for row in session.scalars(query):
        try:
            line = read_text(EVENT_LINE, row, vault)
        except VaultError:
            line = ""
        if not line:
            faults.append((row.place, _UNREADABLE))
        else:
            lines.append(_parse(line, row.sha256))
        if row.place != expected or link(former, line) != row.sha256:
            faults.append((row.place, _UNLINKED))
        if row.sha256 not in noted.get(row.place, ()):
            faults.append((row.place, _UNNOTED))
        former, expected = row.sha256, row.place + 1
    faults += [(place, _CUT) for place in sorted(noted) if place >= expected]
    return CustodyCheck(lines=tuple(lines), faults=tuple(faults))


def count_lines(session: Session, case_id: int) -> int:
    """Return how many lines the custody of a case has."""
    query = select(func.count()).select_from(CaseEvent).where(CaseEvent.case_id == case_id)
    return session.scalar(query) or 0


def custody_files(lines: Sequence[CustodyLine]) -> tuple[bytes, bytes]:
    """Return the lines, one each, and the hashes that they have, as the bundle holds them."""
    text = "".join(f"{one.line}\n" for one in lines)
    hashes = "".join(f"{one.sha256}\n" for one in lines)
    return text.encode(), hashes.encode()


def _parse(line: str, sha256: str) -> CustodyLine:
    told = json.loads(line)
    ours = {"place", "at", "actor", "act", "item"}
    return CustodyLine(
        place=told["place"],
        at=datetime.fromisoformat(told["at"]),
        actor=told["actor"],
        act=Act(told["act"]),
        item=told.get("item"),
        details={name: str(value) for name, value in told.items() if name not in ours},
        line=line,
        sha256=sha256,
    )


def _noted(room: PoliceRoom, case_id: int) -> dict[int, set[str]]:
    """Return the hashes that the audit trail has of each place."""
    wanted = TrailFilter(act="police", subject=f"case {case_id} ")
    found: dict[int, set[str]] = {}
    with reading(room.register) as session:
        for entry in find_entries(session, wanted, limit=_MOST_NOTED):
            what, case, *rest = entry.subject.split(" ")
            if (what, case) == ("case", str(case_id)) and len(rest) == 2 and rest[0].isdecimal():
                found.setdefault(int(rest[0]), set()).add(rest[1])
    return found
