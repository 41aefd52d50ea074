"""Step 7: where an award and a copy stand, now or on a day, from the sealed events of its life.

The register's own columns are only a cache: where they contradict the events, nobody can say which
was tampered with, and nothing is answered from the row.
"""

from __future__ import annotations

from datetime import date
from typing import assert_never

from codes.wording import Text
from log.leaves import LifeKind
from registry.life import STATUS_AFTER, DayStatus, Life, fold_events, status_on
from registry.models import AwardStatus, CopyKind, CopyState
from registry.opened import OpenedAward, OpenedCopy
from templates.labels import format_print_serial
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.logged import LifeInLog
from verifier.proof import Proof
from verifier.verdict import Finding, Status, say_day

_NOT_PROVED = (Status.UNKNOWN, (Code.ROW_NOT_PROVED,))
_DATED = frozenset({Code.AWARD_SUSPENDED, Code.AWARD_REVOKED, Code.AWARD_ANNULLED})
_VOID = {
    CopyState.SUPERSEDED: (Code.COPY_SUPERSEDED,),
    CopyState.CORRECTED: (Code.RECORD_CORRECTED,),
}
DAY_TEXTS = {
    DayStatus.NOT_YET_ISSUED: Text("尚未核发", "not yet issued"),
    DayStatus.CURRENT: Status.CURRENT.text,
    DayStatus.SUSPENDED: Status.SUSPENDED.text,
    DayStatus.REVOKED: Status.REVOKED.text,
    DayStatus.CANCELLED: Status.CANCELLED.text,
    DayStatus.ERASED: Text("登记已依法删除", "the registration was deleted under the law"),
    DayStatus.SUPERSEDED: Status.SUPERSEDED.text,
    DayStatus.CORRECTED: Status.CORRECTED.text,
}


def inspect_status(
    award: OpenedAward, copy: OpenedCopy, logged: LifeInLog, proof: Proof
) -> tuple[Status, tuple[Finding, ...]]:
    """Return where the award and this copy stand now; the graver of the two is the status.

    What makes a certificate void counts from its commit on. What gives it force again counts once
    anyone can see it in the public log.

    Args:
        award: opened, its events read.
        copy: one of its copies.
        logged: what the public log says of its events.
        proof: of the copy's signature, with the body as it is filed now.
    """
    life = prove_life(award)
    if life is None or logged.later:
        return Status.UNKNOWN, (find(Code.ROW_NOT_PROVED),)
    if not logged.readable:
        return Status.UNKNOWN, (find(Code.LOG_UNREADABLE),)
    if any(e.n in logged.unlogged for e in award.events if e.kind is LifeKind.LIFT):
        return Status.UNKNOWN, (find(Code.LIFE_PENDING),)
    status, codes = _stands(life, life.states[copy.status_index])
    serial = format_print_serial(proof.record.number.year, copy.print_serial)
    slots = {"print_serial": serial}
    named = {Code.COPY_SUPERSEDED, Code.RECORD_CORRECTED, Code.COPY_ARCHIVE}
    findings = [
        find(code, slots, slots)
        if code in named
        else _dated(code, award, life)
        if code in _DATED
        else find(code)
        for code in codes
    ]
    return status, (*findings, *_renamed(award, proof), *_merged(award))


def _dated(code: Code, award: OpenedAward, life: Life) -> Finding:
    """Return a finding on what an event did to an award, with the day from which that holds."""
    days = [one.effective_on for one in award.events if STATUS_AFTER.get(one.kind) is life.status]
    since = days[-1] if life.ended_by is None else days[0]  # after an end nothing changes it
    return find(code, {"day": say_day(since)}, {"since": since.isoformat()})


def find_pending(copy: OpenedCopy) -> Finding:
    """Return that a copy waits for the public log: with its award, or as a change to an old one."""
    return find(Code.LOG_PENDING if copy.kind is CopyKind.ORIGINAL else Code.LIFE_PENDING)


def prove_life(award: OpenedAward) -> Life | None:
    """Return what follows from the events; None where the register says anything else."""
    first = [copy.status_index for copy in award.copies if copy.kind is CopyKind.ORIGINAL]
    if len(first) != 1:
        return None
    life = fold_events(first[0], award.events)
    cached = {copy.status_index: copy.state for copy in award.copies}
    agrees = life.status is award.award_status and dict(life.states) == cached
    return life if agrees else None


def inspect_day(
    award: OpenedAward, copy: OpenedCopy, day: date, *, issued_on: date
) -> tuple[Finding, ...]:
    """Return where the holder of `copy` stood on a day; nothing where the events are not proved."""
    life = prove_life(award)
    if life is None:
        return ()
    status = status_on(
        award.events,
        copy.status_index,
        day,
        first_copy=next(iter(life.states)),
        issued_on=issued_on,
    )
    evidence = {"day": day.isoformat(), "status": status.value}
    slots: dict[str, str | Text] = {"day": say_day(day), "status": DAY_TEXTS[status]}
    return (find(Code.STATUS_ON_DAY, slots, evidence),)


def _stands(life: Life, state: CopyState) -> tuple[Status, tuple[Code, ...]]:
    """Return the graver status of award and copy, and what each has against it.

    A void copy is called void whatever became of the award: a suspension that is lifted does not
    give it force again.
    """
    void = _VOID.get(state, ())
    match life.status:
        case AwardStatus.REVOKED:
            annulled = life.ended_by is LifeKind.ANNUL
            ended = Code.AWARD_ANNULLED if annulled else Code.AWARD_REVOKED
            return Status.REVOKED, (ended, *void)
        case AwardStatus.CANCELLED:
            return Status.CANCELLED, (Code.AWARD_CANCELLED, *void)
        case AwardStatus.ERASED:
            # Nothing of it should open: whoever put a way in back shows nothing but the erasure.
            return Status.UNKNOWN, (Code.RECORD_ERASED,)
        case AwardStatus.SUSPENDED:
            return Status.SUSPENDED, (Code.AWARD_SUSPENDED, *void)
        case AwardStatus.CURRENT:
            pass
        case _:
            assert_never(life.status)
    match state:
        case CopyState.SUPERSEDED:
            return Status.SUPERSEDED, void
        case CopyState.CORRECTED:
            return Status.CORRECTED, void
        case CopyState.CURRENT:
            return Status.CURRENT, (Code.STATUS_CURRENT,)
        case CopyState.ARCHIVE:
            # The award is in force, and whoever shows this copy is not shown to hold it.
            return Status.CURRENT, (Code.STATUS_CURRENT, Code.COPY_ARCHIVE)
        case CopyState.RESERVED:
            return _NOT_PROVED  # no event leaves a copy so
        case _:
            assert_never(state)


def _renamed(award: OpenedAward, proof: Proof) -> tuple[Finding, ...]:
    if proof.body is None or proof.body.name == award.body_name:
        return ()
    slots = {"now": proof.body.name, "then": award.body_name}
    return (find(Code.BODY_RENAMED, slots, slots),)


def _merged(award: OpenedAward) -> tuple[Finding, ...]:
    successors = [
        event.notes.get("successor", "")
        for event in award.events
        if event.kind is LifeKind.BODY_MERGED
    ]
    if not successors:
        return ()
    slots = {"successor": successors[-1]}
    return (find(Code.BODY_MERGED, slots, slots),)
