"""Publishes status lists: whole, signed, each time under a greater version than ever before.

The files come first and the database's note after: a run that is killed between leaves a list that
the next run replaces. One publisher works at a time.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.desk import Desk, shanghai_day
from issuer.errors import IssuerError
from issuer.reserving import in_one_commit
from issuer.status_values import gather_values
from keys.errors import KeysError
from keys.status_list import ListForm, StatusList, key_name, pack, read_status_list
from keys.status_signing import StatusKey, sign_status_list
from registry.home import Home
from registry.life_models import StatusListRow
from registry.models import PublicHost
from registry.row_marks import check_list
from registry.session import reading
from registry.status_lists import changing_list
from registry.store import sweep_unfinished, write_durably
from registry.vault import Vault

LIFETIME = timedelta(hours=24)
RENEWED_BEFORE = timedelta(hours=12)
TTL_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusOffice:
    """What publishing works with.

    Args:
        home: the installation.
        engine: its database.
        vault: its vault, open.
        key: of its status lists.
        clock: returns now, aware UTC.
    """

    home: Home
    engine: Engine
    vault: Vault
    key: StatusKey
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedList:
    """One list that was published.

    Args:
        contradicted: what the register says of it that cannot be so; see `status_values`.
    """

    list_id: int
    version: int
    contradicted: tuple[str, ...]


def status_office_of(desk: Desk) -> StatusOffice:
    """Return what publishes the status lists of a desk's home; makes its key where missing."""
    return StatusOffice(
        home=desk.home,
        engine=desk.engine,
        vault=desk.vault,
        key=desk.cabinet.status_key(shanghai_day(desk.clock())),
        clock=desk.clock,
    )


def publish_behind(office: StatusOffice, *, every: bool = False) -> tuple[PublishedList, ...]:
    """Publish every list that is behind its copies, not there, or soon to expire.

    Args:
        office: what it works with.
        every: publish all of them.

    Raises:
        IssuerError: no public address is known yet (`status_host_missing`).
        RegistryError: the row of a list was changed behind the office's back (`row_altered`).
        VaultError: the vault key is being changed, or was since the vault was opened.
        RegistryUnavailable, OSError: broken off; the next call goes on.
    """
    with _alone(office.home):
        return tuple(_publish(office, list_id) for list_id in _behind(office, every=every))


def _behind(office: StatusOffice, *, every: bool) -> list[int]:
    soon, folder = office.clock() + RENEWED_BEFORE, office.home.status_folder
    with reading(office.engine) as session:
        rows = session.scalars(select(StatusListRow).order_by(StatusListRow.id)).all()
        for row in rows:
            check_list(session, office.vault, row)
    return [
        row.id
        for row in rows
        if every
        or row.published_changes < row.changes
        or row.expires_at is None
        or row.expires_at < soon
        or not all((folder / f"{row.id}.{form}").exists() for form in ListForm)
    ]


def _publish(office: StatusOffice, list_id: int) -> PublishedList:
    previous = _previous(office, list_id)
    # Before the reading: of what happened after this moment the list need not know.
    issued_at = office.clock().astimezone(UTC).replace(microsecond=0)
    with reading(office.engine) as session:
        row = session.get_one(StatusListRow, list_id)
        check_list(session, office.vault, row)
        changes, before = row.changes, row.version
        uri = _address(session, office.home, list_id)
        found = gather_values(session, office.vault, list_id, previous)
    made = StatusList(
        uri=uri,
        version=max(before, 0 if previous is None else previous.version) + 1,
        issued_at=issued_at,
        expires_at=issued_at + LIFETIME,
        ttl_seconds=TTL_SECONDS,
        packed=pack(found.values.items()),
    )
    for form, token in sign_status_list(office.key, made).items():
        write_durably(office.home.status_folder / f"{list_id}.{form}", token, mode=0o644)
    in_one_commit(office, lambda session: _note(session, office.vault, made, list_id, changes))
    return PublishedList(list_id=list_id, version=made.version, contradicted=found.contradicted)


def _note(session: Session, vault: Vault, made: StatusList, list_id: int, changes: int) -> None:
    with changing_list(session, vault, list_id) as row:
        row.version, row.published_changes = made.version, changes
        row.expires_at = made.expires_at


def _previous(office: StatusOffice, list_id: int) -> StatusList | None:
    """Return the list as it was published last; None where there is none that is genuine."""
    path = office.home.status_folder / f"{list_id}.{ListForm.JWT}"
    public = office.key.public
    try:
        return read_status_list(path.read_bytes(), {key_name(public): public})
    except (FileNotFoundError, KeysError):
        return None


def _address(session: Session, home: Home, list_id: int) -> str:
    host = session.scalar(select(PublicHost.host).order_by(PublicHost.id.desc()).limit(1))
    if host is None:
        raise IssuerError(
            "status_host_missing",
            Text(
                "尚无公开网址，状态列表无法公布；签发第一批证书时会登记网址",
                "no public address is known yet, so no status list can be published; issuing the "
                "first batch records it",
            ),
        )
    return f"{'http' if home.demo else 'https'}://{host}/status/{list_id}"


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Be the only publisher of status lists until the block ends."""
    descriptor = os.open(home.status_key_folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        sweep_unfinished(home.status_folder)
        yield
    finally:
        os.close(descriptor)
