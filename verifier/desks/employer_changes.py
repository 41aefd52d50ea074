"""Tells employers when a certificate they watch changes: an alert each, and what webhooks bring.

The register's events are looked through in their order, from a little before the last one told: two
that were put on record at once may appear in another order. An alert stands once for each event and
employer, so what is looked at again is not told again.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from codes.wording import Text
from log.leaves import LifeKind
from registry.employer_models import (
    ChangesTold,
    EmployerAlert,
    EmployerCheck,
    Webhook,
    WebhookDelivery,
)
from registry.life_models import LifeEvent
from registry.models import Award
from registry.session import reading, transaction
from registry.watches import WatchMarks, watchers
from verifier.desks.employers_room import EmployersRoom
from verifier.verdict import Status, format_instant

_ONLY: Final = 1
_MARGIN: Final = 200
_AT_ONCE: Final = 1000
_IN_ONE_COMMIT: Final = 100
EVENTS: Final = {
    LifeKind.REISSUE: Text("补发：原来的一份作废", "reissued: the copy before is void"),
    LifeKind.CORRECT: Text("更正：原来的各份作废", "corrected: copies before are void"),
    LifeKind.SUSPEND: Text("暂停", "suspended"),
    LifeKind.LIFT: Text("解除暂停", "suspension lifted"),
    LifeKind.REVOKE: Text("撤销", "revoked"),
    LifeKind.ANNUL: Text("整批撤销", "batch annulled"),
    LifeKind.DIED: Text("注销", "cancelled"),
    LifeKind.BODY_MERGED: Text("评价机构合并", "body merged into another"),
    LifeKind.ERASE: Text("登记依法删除", "registration erased under the law"),
}
_OF_COPIES: Final = {LifeKind.REISSUE: Status.SUPERSEDED, LifeKind.CORRECT: Status.CORRECTED}


def tell_changes(room: EmployersRoom) -> int:
    """Make alerts of what happened since the last call; return how many were made."""
    made = 0
    while True:
        told, events = _new_events(room)
        made += _tell(room, events)
        last = max((event for event, *_ in events), default=told)
        _remember(room, max(told, last))
        if len(events) < _AT_ONCE:
            return made


_Event = tuple[int, LifeKind, Award, LifeEvent]


def _new_events(room: EmployersRoom) -> tuple[int, Sequence[_Event]]:
    with reading(room.desks) as session:
        row = session.get(ChangesTold, _ONLY)
    with reading(room.register) as session:
        if row is None:  # what was before the first look is not told
            return session.scalar(select(func.max(LifeEvent.id))) or 0, ()
        query = (
            select(LifeEvent, Award)
            .join(Award, Award.id == LifeEvent.award_id)
            .where(LifeEvent.id > row.event - _MARGIN, LifeEvent.kind != LifeKind.ARCHIVE_COPY)
            .order_by(LifeEvent.id)
            .limit(_AT_ONCE)
        )
        return row.event, [
            (event.id, LifeKind(event.kind), award, event)
            for event, award in session.execute(query)
        ]


def _tell(room: EmployersRoom, events: Sequence[_Event]) -> int:
    marks = WatchMarks(room.home.pepper())
    by_number = {award.number: marks.mark(award.number) for _, _, award, _ in events}
    with reading(room.public) as session:
        found = watchers(session, by_number.values())
    wanted = [
        (watch.employer, event)
        for event in events
        for watch in found.get(by_number[event[2].number], ())
        if watch.since < event[3].at <= watch.until
    ]
    made, now = 0, room.clock()
    for start in range(0, len(wanted), _IN_ONE_COMMIT):
        with transaction(room.desks) as session:
            for employer, event in wanted[start : start + _IN_ONE_COMMIT]:
                made += _alert(session, employer, event, now)
    return made


def _alert(session: Session, account_id: int, what: _Event, now: datetime) -> int:
    """Make an alert and what its employer's webhooks are to bring, unless it stands already."""
    number, kind, award, event = what
    own = select(EmployerAlert.id).where(EmployerAlert.account_id == account_id)
    if session.scalar(own.where(EmployerAlert.event == number)) is not None:
        return 0
    alert = EmployerAlert(
        account_id=account_id,
        event=number,
        number=award.number,
        kind=kind,
        status=_OF_COPIES.get(kind, _status_of(award)).value,
        effective_on=event.effective_on,
        noted_at=now,
    )
    session.add(alert)
    session.flush()
    hooks = select(Webhook).where(Webhook.account_id == account_id, Webhook.ended_at.is_(None))
    for hook in session.scalars(hooks):
        session.add(
            WebhookDelivery(
                webhook_id=hook.id,
                alert_id=alert.id,
                key=str(uuid.uuid4()),
                body=json.dumps(_body(alert), ensure_ascii=False),
                next_at=now,
            )
        )
    return 1


def _status_of(award: Award) -> Status:
    known = {status.value: status for status in Status}
    return known.get(award.status, Status.UNKNOWN)


def _body(alert: EmployerAlert) -> dict[str, str]:
    return {
        "type": "certificate.changed",
        "id": str(alert.id),
        "number": alert.number,
        "event": LifeKind(alert.kind).name.lower(),
        "status": alert.status,
        "effective_on": alert.effective_on.isoformat(),
        "noted_at": format_instant(alert.noted_at),
    }


def _remember(room: EmployersRoom, event: int) -> None:
    with transaction(room.desks) as session:
        row = session.get(ChangesTold, _ONLY, with_for_update=True)
        if row is None:
            session.add(ChangesTold(id=_ONLY, event=event))
        elif row.event != event:
            row.event = event


def alerts_of(
    room: EmployersRoom, account_id: int, *, offset: int, limit: int
) -> tuple[Sequence[EmployerAlert], int]:
    """Return some alerts of an employer, the latest first, and how many there are."""
    own = EmployerAlert.account_id == account_id
    query = select(EmployerAlert).where(own).order_by(EmployerAlert.id.desc())
    with reading(room.desks) as session:
        rows = session.scalars(query.offset(offset).limit(limit)).all()
        total = session.scalar(select(func.count(EmployerAlert.id)).where(own)) or 0
    return rows, total


def overtaken(room: EmployersRoom, account_id: int, alerts: Sequence[EmployerAlert]) -> set[int]:
    """Return those of an employer's alerts whose certificate changed once more after them."""
    query = select(EmployerAlert.number, func.max(EmployerAlert.id)).where(
        EmployerAlert.account_id == account_id,
        EmployerAlert.number.in_({one.number for one in alerts}),
    )
    with reading(room.desks) as session:
        latest = dict(iter(session.execute(query.group_by(EmployerAlert.number))))
    return {one.id for one in alerts if one.id != latest[one.number]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A certificate of a list that changed after the list was handed in.

    Args:
        alert: the latest on it.
        rows: of the list, those that have its number.
    """

    alert: EmployerAlert
    rows: Sequence[int]


def changed_since(
    room: EmployersRoom, check: EmployerCheck, watched: Sequence[tuple[int, str]]
) -> Sequence[Changed]:
    """Return what of a checked list changed since, the certificate that changed last first.

    Args:
        check: of the list.
        watched: row and number of each certificate of the list that is watched.
    """
    rows: dict[str, list[int]] = {}
    for row, number in watched:
        rows.setdefault(number, []).append(row)
    later = EmployerAlert.noted_at >= check.made_at
    query = select(EmployerAlert).where(EmployerAlert.account_id == check.account_id, later)
    latest: dict[str, EmployerAlert] = {}
    with reading(room.desks) as session:
        for alert in session.scalars(query.order_by(EmployerAlert.id.desc())):
            if alert.number in rows:
                latest.setdefault(alert.number, alert)
    return [Changed(alert=alert, rows=rows[number]) for number, alert in latest.items()]


def unseen_alerts(room: EmployersRoom, account_id: int) -> int:
    """Return how many alerts an employer has not looked at."""
    query = select(func.count(EmployerAlert.id)).where(
        EmployerAlert.account_id == account_id, EmployerAlert.seen_at.is_(None)
    )
    with reading(room.desks) as session:
        return session.scalar(query) or 0


def mark_seen(room: EmployersRoom, account_id: int, *, up_to: int) -> None:
    """Mark an employer's alerts up to one as looked at."""
    with transaction(room.desks) as session:
        session.execute(
            update(EmployerAlert)
            .where(
                EmployerAlert.account_id == account_id,
                EmployerAlert.id <= up_to,
                EmployerAlert.seen_at.is_(None),
            )
            .values(seen_at=room.clock())
        )
