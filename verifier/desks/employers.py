"""Puts the employers' desk into an application: its pages, and where they stand in the menu."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from flask import Flask, url_for

from accounts.bureau import the_bureau
from accounts.machine_access import MachineAccess, add_machine_access
from accounts.page_words import Place, add_places
from accounts.person import Person
from accounts.roles import Role
from accounts.waiting import Waiting, add_waiting
from codes.wording import Text
from registry.home import Home
from registry.public_database import open_public_engine, public_database_url
from registry.session import reading, transaction
from registry.vault import Vault
from verifier.api_keys import find_key, keys_of, revoke_key
from verifier.desks import employers_alerts, employers_checks, employers_keys, employers_webhooks
from verifier.desks.employer_changes import unseen_alerts
from verifier.desks.employers_room import (
    ROOM_EXTENSION,
    EmployersRoom,
    open_jobs,
    the_room,
)
from verifier.desks.webhooks import find_webhook, webhooks_of

_PARTS: Final = (employers_alerts, employers_checks, employers_keys, employers_webhooks)
_KEY, _WEBHOOK = "api key ", "webhook "
_EMPLOYER: Final = frozenset({Role.EMPLOYER})
_PLACES: Final = (
    (
        "employer_checks.checks",
        Text("核验名单", "Check lists"),
        Text("上传名单，逐行核验证书", "Hand in a list; every certificate is checked"),
    ),
    (
        "employer_alerts.alerts",
        Text("变动提醒", "Alerts"),
        Text("核验过的证书后来被暂停、撤销等", "What happened later to what you checked"),
    ),
    (
        "employer_keys.keys",
        Text("接口密钥", "API keys"),
        Text("供单位的系统自行核验，由技术人员使用", "For your own systems, and who runs them"),
    ),
    (
        "employer_webhooks.webhooks",
        Text("回调通知", "Webhooks"),
        Text("有变动时自动通知单位的系统，由技术人员使用", "Changes told to your systems at once"),
    ),
)


def add_employers(
    app: Flask, home: Home, open_vault: Callable[[], Vault], *, public_url: str
) -> None:
    """Add the employers' desk to an application whose accounts are open.

    Args:
        open_vault: returns the vault of the home, open.
        public_url: where the public site is, or empty where nobody said.

    Raises:
        RegistryUnavailable: the public side's database does not answer.
    """
    with app.app_context():
        bureau = the_bureau()
    app.extensions[ROOM_EXTENSION] = EmployersRoom(
        home=home,
        register=bureau.register,
        public=open_public_engine(public_database_url(home)),
        desks=bureau.desks,
        secret=bureau.secret,
        open_vault=open_vault,
        jobs=open_jobs(home),
        public_url=public_url,
        clock=bureau.clock,
    )
    for part in _PARTS:
        app.register_blueprint(part.blueprint)
    add_places(
        app,
        [
            Place(endpoint=endpoint, text=text, roles=_EMPLOYER, purpose=why)
            for endpoint, text, why in _PLACES
        ],
    )
    add_waiting(app, _waiting)
    add_machine_access(
        app,
        MachineAccess(
            text=Text("个接口密钥", "API keys"),
            act="employer.key_revoked",
            live=_live_keys,
            end=_end_key,
        ),
        MachineAccess(
            text=Text("个回调地址", "webhooks"),
            act="employer.webhook_ended",
            live=_live_webhooks,
            end=_end_webhook,
        ),
    )


def _live_keys(account_id: int) -> list[str]:
    with reading(the_room().public) as session:
        rows = keys_of(session, account_id)
    return [f"{_KEY}{row.id}" for row in rows if row.revoked_at is None]


def _end_key(account_id: int, named: str) -> None:
    with transaction(the_room().public) as session:
        row = find_key(session, account_id, int(named.removeprefix(_KEY)))
        if row is not None:
            revoke_key(row, now=the_room().clock())


def _live_webhooks(account_id: int) -> list[str]:
    with reading(the_room().desks) as session:
        return [f"{_WEBHOOK}{row.id}" for row in webhooks_of(session, account_id)]


def _end_webhook(account_id: int, named: str) -> None:
    with transaction(the_room().desks) as session:
        row = find_webhook(session, account_id, int(named.removeprefix(_WEBHOOK)))
        if row is not None:
            row.ended_at = the_room().clock()


def _waiting(person: Person) -> Iterable[Waiting]:
    if person.is_one_of(Role.EMPLOYER):
        yield Waiting(
            text=Text("项证书状态变动待查看", "{change|changes} of certificates to look at"),
            count=unseen_alerts(the_room(), person.account_id),
            link=url_for("employer_alerts.alerts"),
        )
