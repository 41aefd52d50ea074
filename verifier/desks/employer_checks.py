"""Lists an employer had checked on the desk: begun, collected once they are done, kept, deleted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select

from codes.wording import Language
from registry.employer_models import CHECK_ANSWER, CHECK_EN, CHECK_ZH, EmployerCheck
from registry.session import reading, transaction
from registry.vault import seal, unseal
from verifier.bulk_jobs import JobLost, JobOrder, JobState
from verifier.bulk_place import JobUnknown
from verifier.desks.employers_room import EmployersRoom

KEPT_FOR: Final = timedelta(days=90)
RUNNING: Final = "running"
_MOST_LOOKED_AT: Final = 200
_WORKBOOKS: Final = {Language.ZH: CHECK_ZH, Language.EN: CHECK_EN}


def begin_check(
    room: EmployersRoom, account_id: int, data: bytes, file: str, *, watch: bool
) -> int:
    """Begin to check a list; return the number it is found by.

    Args:
        data: untrusted.
        file: its name.
        watch: tell the employer when a certificate of it changes later.

    Raises:
        JobsFull: it was not begun.
    """
    order = JobOrder(
        file=file,
        network=f"employer {account_id}",
        watcher=account_id if watch else None,
        again=True,
    )
    token = room.jobs.prepare(data, order)
    now = room.clock()
    with _forgetting(room, token), transaction(room.desks) as session:
        row = EmployerCheck(
            account_id=account_id,
            state=RUNNING,
            made_at=now,
            keep_until=now + KEPT_FOR,
            watch=watch,
        )
        session.add(row)
        session.flush()
        row.token_sealed = seal(room.cipher, _context(row.id), token.encode())
        CHECK_ANSWER.put(row, room.open_vault(), json.dumps({"file": file}).encode())
    look_at(room, row)  # which begins it; killed before, whoever looks next does
    return row.id


@contextmanager
def _forgetting(room: EmployersRoom, token: str) -> Iterator[None]:
    """Forget a list that could not be put on record."""
    try:
        yield
    except BaseException:
        _forget(room, token)
        raise


def find_check(room: EmployersRoom, account_id: int, check_id: int) -> EmployerCheck | None:
    """Return a check of an employer; None where there is none of this employer's."""
    with reading(room.desks) as session:
        row = session.get(EmployerCheck, check_id)
    if row is None or row.account_id != account_id or row.keep_until < room.clock():
        return None
    return row


def checks_of(
    room: EmployersRoom, account_id: int, *, offset: int, limit: int
) -> tuple[Sequence[EmployerCheck], int]:
    """Return some checks of an employer, the latest first, and how many there are."""
    own = (EmployerCheck.account_id == account_id, EmployerCheck.keep_until >= room.clock())
    with reading(room.desks) as session:
        rows = session.scalars(
            select(EmployerCheck)
            .where(*own)
            .order_by(EmployerCheck.id.desc())
            .offset(offset)
            .limit(limit)
        ).all()
        total = session.scalar(select(func.count(EmployerCheck.id)).where(*own)) or 0
    return rows, total


def look_at(room: EmployersRoom, row: EmployerCheck) -> JobState | None:
    """Return how far a check is that was not collected; None where it was lost.

    One whose process was killed is begun anew by this, so that an employer has nothing to do.
    """
    if row.token_sealed is None:
        return None
    try:
        return room.jobs.look(_token(room, row))
    except (JobLost, JobUnknown):
        return None


def collect(room: EmployersRoom, row: EmployerCheck) -> EmployerCheck:
    """Keep what a check came to, if it is over; return it as it stands then.

    Two may collect at once: both write the same.
    """
    if row.state != RUNNING:
        return row
    state = look_at(room, row)
    if state is not None and state.answer is None:
        return row
    token = "" if row.token_sealed is None else _token(room, row)
    answer = None if state is None else state.answer
    refused = answer is not None and "refused" in answer
    try:
        books = {
            column: room.jobs.workbook(token, language)
            for language, column in _WORKBOOKS.items()
            if answer is not None and not refused
        }
    except JobUnknown:  # another process collected it meanwhile, or its time was over
        return find_check(room, row.account_id, row.id) or row
    with transaction(room.desks) as session:
        kept = session.get(EmployerCheck, row.id, with_for_update=True)
        if kept is None or kept.state != RUNNING:
            return row if kept is None else kept
        if answer is None:
            kept.state = "lost"
        else:
            vault = room.open_vault()
            named = json.loads(CHECK_ANSWER.read(kept, vault) or b"{}")  # the list's file
            CHECK_ANSWER.put(kept, vault, json.dumps({**named, **answer}).encode())
            for column, book in books.items():
                column.put(kept, vault, book)
            kept.state = "refused" if refused else "done"
            kept.rows, kept.off = answer.get("rows", 0), answer.get("off", 0)
        kept.token_sealed = None
    _forget(room, token)
    return kept


def collect_all(room: EmployersRoom) -> None:
    """Keep what every check came to that is over, and delete what is past its time."""
    with reading(room.desks) as session:
        rows = session.scalars(select(EmployerCheck).where(EmployerCheck.state == RUNNING)).all()
    for row in rows:
        collect(room, row)
    room.jobs.sweep()
    with transaction(room.desks) as session:
        session.execute(delete(EmployerCheck).where(EmployerCheck.keep_until < room.clock()))


def answer_of(room: EmployersRoom, row: EmployerCheck) -> dict[str, Any]:
    """Return what the page of a check shows; before it is over, the name of the list."""
    with reading(room.desks) as session:
        data = CHECK_ANSWER.read(session.get_one(EmployerCheck, row.id), room.open_vault())
    found: dict[str, Any] = json.loads(data or b"{}")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedIn:
    """Where a certificate stands in a list.

    Args:
        check_id: of the list's check.
        file: the list's name.
        row: of the file.
    """

    check_id: int
    file: str
    row: int


def lists_with(
    room: EmployersRoom, account_id: int, numbers: Collection[str]
) -> Mapping[str, ListedIn]:
    """Return the latest list of an employer, among those that are kept, that has each number."""
    own = (EmployerCheck.account_id == account_id, EmployerCheck.keep_until >= room.clock())
    query = select(EmployerCheck).where(*own, EmployerCheck.state == "done", EmployerCheck.watch)
    found: dict[str, ListedIn] = {}
    left = set(numbers)
    with reading(room.desks) as session:
        for row in session.scalars(query.order_by(EmployerCheck.id.desc()).limit(_MOST_LOOKED_AT)):
            if not left:
                break
            answer = json.loads(CHECK_ANSWER.read(row, room.open_vault()) or b"{}")
            for place, number in answer.get("watched", ()):
                if number in left:
                    found[number] = ListedIn(check_id=row.id, file=answer["file"], row=place)
                    left.discard(number)
    return found


def workbook_of(room: EmployersRoom, row: EmployerCheck, language: Language) -> bytes | None:
    """Return the result of a check as a workbook; None where it has none."""
    column = _WORKBOOKS[language]
    with reading(room.desks) as session:
        return column.read(session.get_one(EmployerCheck, row.id), room.open_vault())


def delete_check(room: EmployersRoom, row: EmployerCheck) -> None:
    """Delete a check and what it came to; certificates already watched stay so."""
    if row.token_sealed is not None:
        _forget(room, _token(room, row))
    with transaction(room.desks) as session:
        session.execute(delete(EmployerCheck).where(EmployerCheck.id == row.id))


def _token(room: EmployersRoom, row: EmployerCheck) -> str:
    assert row.token_sealed is not None
    return unseal(room.cipher, _context(row.id), row.token_sealed).decode()


def _forget(room: EmployersRoom, token: str) -> None:
    try:
        room.jobs.forget(token)
    except JobUnknown:
        return


def _context(check_id: int) -> str:
    return f"employer check token {check_id}"
