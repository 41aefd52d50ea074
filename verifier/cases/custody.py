"""The chain of custody: what was done with the papers of a case, each line bound to the one before.

A line's hash is SHA-256 of the hash before it, a line feed and the line. Every hash is noted on the
audit trail, which lies in another database and is remembered outside it: a list that was rewritten
or cut short contradicts it. What the list says is held against the papers and the state of the
case, as these are ordinary rows.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.case_models import CaseEvent, CaseItem, PoliceCase
from registry.case_sealed import EVENT_LINE, read_text
from registry.cases import CaseOutcome, CaseState, new_key
from registry.errors import RegistryError, VaultError
from registry.session import reading
from registry.trail import TrailFilter, find_entries
from registry.vault import Vault
from verifier.cases.room import PoliceRoom
from verifier.verdict import Outcome, format_instant, say_day

FIRST: Final = "0" * 64
_MOST_NOTED: Final = 100_000
_Hashes = set[tuple[int, str]]


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
        faults: the line where something is wrong, None for the case as a whole; and what.
    """

    lines: tuple[CustodyLine, ...]
    faults: tuple[tuple[int | None, Text], ...]


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
_TAKEN_BACK: Final = Text(
    "审计记录称这一条没有写入，清单中却有，无法判断",
    "the audit trail says that this line was not kept, yet it is in the list; "
    "why could not be told",
)
_LATE: Final = Text(
    "案件移交或办结之后不能再有这一事项", "may not be done once a case was handed over or closed"
)
_NO_PAPER: Final = Text(
    "所记接收的送检材料已不在案件中", "the paper that it says was received is no longer in the case"
)
_OTHER_PAPER: Final = Text(
    "案件中的送检材料与接收时所记的不一致", "the paper in the case is not the one that was received"
)
_VERDICT: Final = Text(
    "案件中的核验结论与所记的不一致", "the verdict in the case is not the one that was noted"
)
_OUTCOME: Final = Text(
    "案件的处理结果与所记的不一致", "the outcome of the case is not the one that was noted"
)
_NEEDS_OPEN: Final = {Act.RECEIVE, Act.JUDGE, Act.REPORT, Act.ASK, Act.HAND_OVER}
_UNDONE: Final = "police.undone"
_NOT_KEPT: Final = "办理未成，保管记录中没有这一条"
_LOG = logging.getLogger("yanzhen.police")


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

    Where the transaction fails afterwards, the trail is told that the line was not kept.
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
    subject = f"case {case_id} {place} {row.sha256}"
    room.lent.note(
        actor=actor, act=f"police.{act}", subject=subject, ground=ground, reference=reference
    )

    def take_back(_: Session) -> None:
        try:
            room.lent.note(
                actor=actor, act=_UNDONE, subject=subject, ground=_NOT_KEPT, reference=reference
            )
        except RegistryError:  # then the check says that it could not be told
            _LOG.warning("police_undone_unnoted")

    event.listen(session, "after_rollback", take_back, once=True)
    return row


def link(former: str, line: str) -> str:
    """Return the hash of a line after the hash before it, both in hex."""
    return hashlib.sha256(f"{former}\n{line}".encode()).hexdigest()


def check_custody(room: PoliceRoom, session: Session, vault: Vault, case_id: int) -> CustodyCheck:
    """Read the custody of a case and say everything that is wrong with it."""
    query = select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.place)
    noted, undone = _noted(room, case_id)
    lines: list[CustodyLine] = []
    faults: list[tuple[int | None, Text]] = []
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
        faults += [(row.place, what) for what in _faults_of_hash(row, noted, undone)]
        former, expected = row.sha256, row.place + 1
    left = {place for place, _ in noted - undone if place >= expected}
    faults += [(place, _CUT) for place in sorted(left)]
    faults += _faults_of_papers(session, case_id, lines)
    faults += _faults_of_state(session.get_one(PoliceCase, case_id), lines)
    return CustodyCheck(lines=tuple(lines), faults=tuple(faults))


def _faults_of_hash(row: CaseEvent, noted: _Hashes, undone: _Hashes) -> Iterator[Text]:
    """Say what the audit trail has against the hash of a line."""
    mine = (row.place, row.sha256)
    if mine not in noted:
        yield _UNNOTED
    if mine in undone:
        yield _TAKEN_BACK
    if any(place == row.place for place, _ in noted - undone - {mine}):
        yield _OTHER


def _faults_of_papers(
    session: Session, case_id: int, lines: Sequence[CustodyLine]
) -> Iterator[tuple[int | None, Text]]:
    """Hold what was received, and the verdicts, against the papers that there are."""
    kept = CaseItem.content_sealed.is_not(None)
    columns = (CaseItem.place, CaseItem.sha256, CaseItem.outcome, kept)
    rows = session.execute(select(*columns).where(CaseItem.case_id == case_id))
    papers = {place: rest for place, *rest in rows}
    received = {one.item: one for one in lines if one.act is Act.RECEIVE}
    judged = {one.item: one for one in lines if one.act is Act.JUDGE}  # the latest of each
    for place, line in received.items():
        if place not in papers:
            yield line.place, _NO_PAPER
            continue
        sha256, outcome, has_content = papers[place]
        told = line.details.get("sha256")
        if sha256 != told or has_content is (told is None):
            yield line.place, _OTHER_PAPER
        verdict = judged.get(place)
        if outcome != ("" if verdict is None else verdict.details["outcome"]):
            yield (line if verdict is None else verdict).place, _VERDICT
    for place in sorted(papers.keys() - received.keys()):
        yield (
            None,
            Text(
                f"第 {place} 件送检材料没有接收的记录",
                f"no line says that paper {place} was received",
            ),
        )


def _faults_of_state(
    case: PoliceCase, lines: Sequence[CustodyLine]
) -> Iterator[tuple[int | None, Text]]:
    """Hold what was handed over and closed against the state of the case."""
    state, outcome, ended = CaseState.OPEN, None, None
    for one in lines:
        is_late = one.act is Act.CLOSE and state is CaseState.CLOSED
        if is_late or (one.act in _NEEDS_OPEN and state is not CaseState.OPEN):
            yield one.place, _LATE
        if one.act is Act.CLOSE:
            state, outcome, ended = CaseState.CLOSED, one.details["outcome"], one.place
        elif one.act is Act.HAND_OVER and state is CaseState.OPEN:
            state, ended = CaseState.HANDED_OVER, one.place
    if case.state != state:
        known = case.state in set(CaseState)
        now = CaseState(case.state).text if known else Text(case.state, case.state)
        yield (
            ended,
            Text(
                f"案件状态为“{now.zh}”，按保管记录应为“{state.text.zh}”",
                f"the case is in the state “{now.en}”; by this list it is “{state.text.en}”",
            ),
        )
    if case.outcome != outcome:
        yield ended, _OUTCOME


def count_acts(session: Session, vault: Vault, case_id: int) -> Counter[Act | None]:
    """Return how often each act is in the custody of a case; None counts lines that do not open."""
    acts: Counter[Act | None] = Counter()
    for row in session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id)):
        try:
            acts[_parse(read_text(EVENT_LINE, row, vault), row.sha256).act] += 1
        except (VaultError, ValueError):
            acts[None] += 1
    return acts


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


def _noted(room: PoliceRoom, case_id: int) -> tuple[_Hashes, _Hashes]:
    """Return place and hash of what the audit trail has, and of what it says was not kept."""
    wanted = TrailFilter(act="police", subject=f"case {case_id} ")
    noted: _Hashes = set()
    undone: _Hashes = set()
    with reading(room.register) as session:
        for entry in find_entries(session, wanted, limit=_MOST_NOTED):
            what, case, *rest = entry.subject.split(" ")
            if (what, case) == ("case", str(case_id)) and len(rest) == 2 and rest[0].isdecimal():
                found = undone if entry.act == _UNDONE else noted
                found.add((int(rest[0]), rest[1]))
    return noted, undone
