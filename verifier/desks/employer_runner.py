"""Works for employers beside the web server: `python -m verifier.desks.employer_runner`.

It keeps what checks came to, makes alerts of what changed, sends what webhooks are to be told, and
sees that nothing goes on for an account that is no employer's any more. The rows of the databases
are the truth; killed at any moment it leaves rows that the next one goes on with.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Final

from sqlalchemy import select, update

from accounts.roles import Role
from registry.account_models import AccountRoleRow, AccountRow
from registry.api_key_models import ApiKeyRow
from registry.desk_database import desk_database_url, open_desk_engine
from registry.desk_secret import open_desk_secret
from registry.employer_models import Webhook
from registry.errors import RegistryError
from registry.home import Home
from registry.public_database import open_public_engine, public_database_url
from registry.session import open_engine, reading, transaction
from verifier.desks.employer_changes import tell_changes
from verifier.desks.employer_checks import collect_all
from verifier.desks.employers_room import EmployersRoom, open_jobs
from verifier.desks.webhook_address import send
from verifier.desks.webhooks import Send, deliver_due

LOOK_SECONDS: Final = 2.0
_LOG = logging.getLogger("yanzhen.employers")


def tend(room: EmployersRoom, post: Send) -> bool:
    """Do all that waits, once; return whether more webhooks may be due at once."""
    end_for_former(room)
    collect_all(room)
    tell_changes(room)
    return deliver_due(room, post) > 0


def end_for_former(room: EmployersRoom) -> None:
    """Revoke the keys and end the webhooks of accounts that are disabled or no employer's now."""
    now = room.clock()
    employers = (
        select(AccountRow.id)
        .join(AccountRoleRow, AccountRoleRow.account_id == AccountRow.id)
        .where(AccountRow.active, AccountRoleRow.role == Role.EMPLOYER)
    )
    with reading(room.desks) as session:
        standing = set(session.scalars(employers))
        hooks = set(session.scalars(select(Webhook.account_id).where(Webhook.ended_at.is_(None))))
    with reading(room.public) as session:
        alive = select(ApiKeyRow.employer).where(ApiKeyRow.revoked_at.is_(None))
        keys = set(session.scalars(alive.distinct()))
    for account_id in sorted(keys - standing):
        with transaction(room.public) as session:
            own = (ApiKeyRow.employer == account_id, ApiKeyRow.revoked_at.is_(None))
            session.execute(update(ApiKeyRow).where(*own).values(revoked_at=now))
    for account_id in sorted(hooks - standing):
        with transaction(room.desks) as session:
            of_it = (Webhook.account_id == account_id, Webhook.ended_at.is_(None))
            session.execute(update(Webhook).where(*of_it).values(ended_at=now))


def open_room(home: Home, passphrase: bytes) -> EmployersRoom:
    """Open the employers' side of a home; raises as `Home.vault` and `open_engine`."""
    desks = open_desk_engine(desk_database_url(home))
    return EmployersRoom(
        home=home,
        register=open_engine(home.database_url, read_only=True),
        public=open_public_engine(public_database_url(home)),
        desks=desks,
        secret=open_desk_secret(desks, home.vault(passphrase)),
        open_vault=lambda: home.vault(passphrase),
        jobs=open_jobs(home),
        clock=lambda: datetime.now(UTC),
    )


def run(home: Home, passphrase: bytes, parent: int) -> None:
    """Work until the parent process is gone, or this one is told to end."""
    room = open_room(home, passphrase)
    while os.getppid() == parent:
        try:
            if tend(room, send):
                continue
        except (RegistryError, OSError) as error:  # a database that is away comes back
            _LOG.warning("employer_runner code=%s", getattr(error, "code", type(error).__name__))
        time.sleep(LOOK_SECONDS)


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    order = json.loads(sys.stdin.buffer.readline())
    run(Home.open(Path(order["home"])), order["passphrase"].encode(), order["parent"])
