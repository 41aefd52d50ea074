"""What a status list is to say of each copy: from the sealed events, never less than was said.

The register's columns are a cache that anyone with the database can write. Where an award has
events they decide; where they do not open, or contradict the columns or the list published before,
the graver of all that was said stands, and the award's number is reported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session, joinedload, lazyload

from keys.status_list import LIST_SIZE, StatusList, StatusValue, join_index
from log.leaves import LifeKind
from registry.errors import VaultError
from registry.holder_keys import open_data_key
from registry.life import Event, fold_events, list_value
from registry.life_models import LifeEvent
from registry.life_records import read_events
from registry.models import Award, AwardStatus, Copy, CopyKind, CopyState, Holder
from registry.vault import Vault

_AT_ONCE = 500
_GRAVITY = (StatusValue.VALID, StatusValue.SUSPENDED, StatusValue.REPLACED, StatusValue.INVALID)
_NOT_OPENED = StatusValue.SUSPENDED

_Found = Row[int, str, int, str, str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListValues:
    """What a list is to say.

    Args:
        values: by position; all others are valid.
        contradicted: numbers of awards of which the register says what cannot be so; a position
            without an award is named by its status index.
    """

    values: Mapping[int, StatusValue]
    contradicted: tuple[str, ...]


def gather_values(
    session: Session, vault: Vault, list_id: int, previous: StatusList | None
) -> ListValues:
    """Return what the list is to say now.

    Args:
        session: one consistent reading.
        vault: opens the awards' data keys.
        list_id: of the list.
        previous: the list as it was published last, its signature verified.
    """
    values: dict[int, StatusValue] = {}
    contradicted: list[str] = []
    lifted: set[int] = set()
    first = join_index(list_id, 0)
    for judged in _judge(session, vault, _rows(session, first)):
        position = judged.status_index - first
        values[position] = judged.value
        if judged.lifted:
            lifted.add(position)
        if judged.contradicted:
            contradicted.append(judged.number)
    for position, said in _said(previous):
        value = values.get(position, StatusValue.VALID)
        may_end = said is StatusValue.SUSPENDED and position in lifted
        if _is_graver(said, value) and not may_end:
            values[position] = said
            contradicted.append(str(first + position))
    return ListValues(values=values, contradicted=tuple(dict.fromkeys(contradicted)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    status_index: int
    number: str
    value: StatusValue
    lifted: bool = False
    contradicted: bool = False


def _rows(session: Session, first: int) -> Sequence[_Found]:
    """Return the copies of a list of which there may be anything to say."""
    happened = exists().where(LifeEvent.award_id == Award.id)
    void = Copy.state.in_([CopyState.SUPERSEDED, CopyState.CORRECTED])
    query = (
        select(
            Copy.status_index,
            Copy.state,
            Award.id,
            Award.status,
            Award.number,
            happened.label("happened"),
        )
        .join(Award, Copy.award_id == Award.id)
        .where(Copy.status_index.between(first, first + LIST_SIZE - 1))
        .where(Copy.envelope_sealed.is_not(None))
        .where((Award.status != AwardStatus.CURRENT) | void | happened)
        .order_by(Copy.status_index)
    )
    return session.execute(query).all()


def _judge(session: Session, vault: Vault, rows: Sequence[_Found]) -> Iterator[_Judged]:
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        ids = {row[2] for row in some if row[5]}
        events, firsts = _events(session, ids), _first_copies(session, ids)
        awards = _awards(session, ids)
        for row in some:
            yield _judge_copy(
                vault, row, awards.get(row[2]), events.get(row[2], []), firsts.get(row[2])
            )


def _judge_copy(
    vault: Vault,
    row: _Found,
    award: Award | None,
    events: Sequence[LifeEvent],
    first_copy: int | None,
) -> _Judged:
    status_index, state, _, status, number, _ = row
    cached = list_value(AwardStatus(status), CopyState(state))
    if cached is StatusValue.INVALID:  # the gravest there is; an erased award does not open
        return _Judged(status_index=status_index, number=number, value=cached)
    try:
        opened = () if award is None else _open(vault, award, events)
    except (VaultError, ValueError, LookupError):
        value = cached if _is_graver(cached, _NOT_OPENED) else _NOT_OPENED
        return _Judged(status_index=status_index, number=number, value=value, contradicted=True)
    derived = _derive(opened, status_index, first_copy)
    if derived is None:
        derived = _NOT_OPENED
    return _Judged(
        status_index=status_index,
        number=number,
        value=derived if _is_graver(derived, cached) else cached,
        lifted=any(event.kind is LifeKind.LIFT for event in opened),
        contradicted=derived is not cached,
    )


def _open(vault: Vault, award: Award, events: Sequence[LifeEvent]) -> tuple[Event, ...]:
    holder: Holder | None = award.holder  # a row may have been taken away
    if holder is None:
        raise LookupError("no holder")
    return read_events(award.number, events, open_data_key(vault, award))


def _derive(
    events: Sequence[Event], status_index: int, first_copy: int | None
) -> StatusValue | None:
    if first_copy is None:
        return None
    life = fold_events(first_copy, events)
    state = life.states.get(status_index)
    return None if state is None else list_value(life.status, state)


def _awards(session: Session, ids: Iterable[int]) -> Mapping[int, Award]:
    query = (
        select(Award)
        .where(Award.id.in_(ids))
        .options(joinedload(Award.holder), lazyload(Award.copies))
    )
    return {award.id: award for award in session.scalars(query)}


def _events(session: Session, ids: Iterable[int]) -> Mapping[int, list[LifeEvent]]:
    found: dict[int, list[LifeEvent]] = defaultdict(list)
    query = select(LifeEvent).where(LifeEvent.award_id.in_(ids)).order_by(LifeEvent.n)
    for row in session.scalars(query):
        found[row.award_id].append(row)
    return found


def _first_copies(session: Session, ids: Iterable[int]) -> Mapping[int, int]:
    query = select(Copy.award_id, Copy.status_index).where(
        Copy.award_id.in_(ids), Copy.kind == CopyKind.ORIGINAL
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _said(previous: StatusList | None) -> Iterator[tuple[int, StatusValue]]:
    """Yield what was said before of every position that was not valid."""
    if previous is None:
        return
    for index, byte in enumerate(previous.packed):
        if byte:
            for position in range(4 * index, 4 * index + 4):
                value = previous.value_of(position)
                if value is not StatusValue.VALID:
                    yield position, value


def _is_graver(one: StatusValue, other: StatusValue) -> bool:
    return _GRAVITY.index(one) > _GRAVITY.index(other)
