"""The desks' own database against the audit trail: accounts, settings, batches, records, cases.

Nothing in that database is signed or logged, and whoever has its file can write it. What its rows
say of who did what is noted on the trail too, whose hashes are remembered elsewhere. Of a machine
that broke off between a note and its row nobody can say which is right: then the act is done again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from accounts.account_acts import STATE, state_of
from accounts.account_rules import fold_username
from codes.person_skeleton import is_same_person
from issuer.exam_binding import RECORDS
from issuer.fsck.desk_batches import compare_batches, compare_records
from issuer.fsck.faults import Fault
from registry.account_models import AccountRow
from registry.case_models import PoliceCase
from registry.desk_database import DESK_DATABASE_FILE, has_desks, open_desks
from registry.exam_models import BodySetting, BodySettingConfirmed
from registry.home import Home
from registry.session import reading
from registry.trail_models import TrailEntry

_ADDED: Final = "accounts.add"
_SET, _CONFIRMED = "body.setting", "body.setting_confirm"
_OPENED, _UNDONE, _GAP_CONFIRMED = "police.open", "police.undone", "police.confirm_gap"
_CASES: Final = (_OPENED, _UNDONE, _GAP_CONFIRMED)
_SUBMITTED: Final = "batch.submit"
_DECIDED: Final = ("batch.approve", "batch.return")
_FAILED: Final = ".failed"
_MAY_FAIL: Final = (_ADDED, _CONFIRMED, _SUBMITTED, *_DECIDED)
_ACTS: Final = (
    *_MAY_FAIL,
    *(f"{act}{_FAILED}" for act in _MAY_FAIL),
    STATE,
    RECORDS,
    _SET,
    *_CASES,
)

Notes = Mapping[str, Sequence[TrailEntry]]
"""What the trail has of each act that did not fail, in its order."""


def compare_desks(home: Home, engine: Engine) -> Iterator[Fault]:
    """Yield what of the desks' database is not as the audit trail has it.

    Args:
        home: the installation.
        engine: of the register, which holds the trail.

    Raises:
        HomeError, RegistryUnavailable: as `open_desks`.
    """
    with reading(engine) as register:
        notes = _read_notes(register)
        if not has_desks(home):
            if any(notes.values()):
                yield Fault(table=DESK_DATABASE_FILE, row="*", field="row", code="desk_missing")
            return
        desks = open_desks(home)
        try:
            with reading(desks) as session:
                yield from _compare_accounts(session, notes)
                yield from _compare_settings(session, notes)
                decided = [one for act in _DECIDED for one in notes[act]]
                yield from compare_batches(session, notes[_SUBMITTED], decided)
                yield from compare_records(register, session, notes[RECORDS])
                yield from _compare_cases(session, notes)
        finally:
            desks.dispose()


def _read_notes(register: Session) -> Notes:
    notes: defaultdict[str, list[TrailEntry]] = defaultdict(list)
    query = select(TrailEntry).where(TrailEntry.act.in_(_ACTS)).order_by(TrailEntry.id)
    for entry in register.scalars(query):
        act, failed, _ = entry.act.partition(_FAILED)
        if failed:
            subject = entry.subject.rpartition(" ")[0]  # then comes the code of the failure
            _drop_last(notes[act], entry.actor, subject)
        else:
            notes[act].append(entry)
    return notes


def _drop_last(entries: list[TrailEntry], actor: str, subject: str) -> None:
    for place in reversed(range(len(entries))):
        if (entries[place].actor, entries[place].subject) == (actor, subject):
            del entries[place]
            return


def _compare_accounts(desks: Session, notes: Notes) -> Iterator[Fault]:
    """Hold roles, body, name and use of every account against what was noted of it last.

    Of one that was added before that was noted only that it was added is known.
    """
    noted = {one.subject.split(" ")[0]: one.subject.split(" ", 4) for one in notes[STATE]}
    added = {fold_username(one.subject.split(" ")[0]) for one in notes[_ADDED]}
    fields = ("username", "active", "roles", "body", "name")
    for row in desks.scalars(select(AccountRow).order_by(AccountRow.id)):
        last = noted.pop(row.username, None)
        if last is None:
            if row.username not in added:
                yield _fault("accounts", row.username, "row", "desk_unexpected")
            continue
        for name, said, own in zip(fields, last, state_of(row), strict=True):
            if said != own:
                yield _fault("accounts", row.username, name, "desk_differs")
    for username in noted:
        yield _fault("accounts", username, "row", "desk_missing")


def _compare_settings(desks: Session, notes: Notes) -> Iterator[Fault]:
    """Hold who set what on which ground, and who confirmed it, against the trail."""
    last: dict[tuple[str, str], BodySetting] = {}
    confirmed = {one.setting_id: one for one in desks.scalars(select(BodySettingConfirmed))}
    for row in desks.scalars(select(BodySetting).order_by(BodySetting.id)):
        last[row.prefix, row.name] = row
        name = f"{row.prefix} {row.name} #{row.id}"
        if not any(_is_set(row, one) for one in notes[_SET]):
            yield _fault("body_settings", name, "row", "desk_unexpected")
        own = confirmed.get(row.id)
        if own is not None and not any(_is_confirmed(row, own, one) for one in notes[_CONFIRMED]):
            yield _fault("body_settings_confirmed", name, "row", "desk_unexpected")
    for (prefix, name), note in _latest_settings(notes[_SET]).items():
        row_ = last.get((prefix, name))
        if row_ is None or not _is_set(row_, note):
            yield _fault("body_settings", f"{prefix} {name}", "row", "desk_missing")
        elif row_.id not in confirmed and any(
            one.subject == note.subject and one.at >= note.at for one in notes[_CONFIRMED]
        ):
            yield _fault("body_settings_confirmed", f"{prefix} {name}", "row", "desk_missing")


def _latest_settings(notes: Sequence[TrailEntry]) -> Mapping[tuple[str, str], TrailEntry]:
    found = {}
    for one in notes:
        prefix, _, setting = one.subject.partition(" ")
        found[prefix, setting.partition("=")[0]] = one
    return found


def _is_set(row: BodySetting, note: TrailEntry) -> bool:
    said = (note.subject, note.ground, note.at)
    own = (f"{row.prefix} {row.name}={row.value}", row.ground, row.set_at)
    return said == own and is_same_person(note.actor, row.setter)


def _is_confirmed(row: BodySetting, own: BodySettingConfirmed, note: TrailEntry) -> bool:
    said = (note.subject, note.ground, note.at)
    meant = (f"{row.prefix} {row.name}={row.value}", row.ground, own.confirmed_at)
    return said == meant and is_same_person(note.actor, own.confirmer)


@dataclass(slots=True)
class _CaseNotes:
    """Which openings of a case are on the trail, and whether a gap was confirmed after them."""

    opened: set[str]
    settled: bool = False


def _compare_cases(desks: Session, notes: Notes) -> Iterator[Fault]:
    """See that every case that was opened is there, and is the one that was opened.

    The lines of a case are held against the trail by its own custody.
    """
    cases: dict[int, _CaseNotes] = {}
    for one in sorted((n for act in _CASES for n in notes[act]), key=lambda entry: entry.id):
        _, case_id, _, digest = one.subject.split(" ")  # `case ID PLACE HASH`
        case = cases.setdefault(int(case_id), _CaseNotes(opened=set()))
        if one.act == _OPENED:
            case.opened.add(digest)
            case.settled = False
        elif one.act == _UNDONE:
            case.opened.discard(digest)
        else:
            case.settled = True
    there = set(desks.scalars(select(PoliceCase.id)))
    for number, case in sorted(cases.items()):
        if case.opened and number not in there:
            yield _fault("police_cases", f"#{number}", "row", "desk_missing")
        elif len(case.opened) > 1 and not case.settled:
            yield _fault("police_cases", f"#{number}", "row", "desk_differs")
    for number in sorted(there - {number for number, case in cases.items() if case.opened}):
        yield _fault("police_cases", f"#{number}", "row", "desk_unexpected")


def _fault(table: str, row: str, field: str, code: str) -> Fault:
    return Fault(table=table, row=row, field=field, code=code)
