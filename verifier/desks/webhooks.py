"""Webhooks of employers: set up, signed, sent again until acknowledged.

What is signed is the moment, the delivery's key and the body, joined by full stops, by HMAC-SHA256
under the webhook's secret. A delivery is never given up while its webhook stands.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from codes.wording import Text
from registry.employer_models import (
    WEBHOOK_SECRET,
    Webhook,
    WebhookDelivery,
    WebhookMessage,
    WebhookTest,
)
from registry.session import reading, transaction
from registry.vault import Vault
from verifier.desks.employers_room import EmployersRoom
from verifier.desks.webhook_address import (
    NOT_OPEN,
    NotSent,
    Resolve,
    read_target,
    resolve,
    safe_address,
)
from verifier.errors import KeyRefused

MOST_WEBHOOKS: Final = 5
SHORTEST: Final = timedelta(seconds=30)
LONGEST: Final = timedelta(hours=6)
_LEAST_SECONDS: Final = 1.0
_LEASE: Final = timedelta(minutes=2)
_AT_ONCE: Final = 100
_OF_ONE: Final = 20
_SLOW_SECONDS: Final = 2.0
_SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - how secrets begin, not one
_ACKNOWLEDGED: Final = range(200, 300)
_ANSWERED: Final = "http_"
_TROUBLES: Final = {
    "no_answer": Text("没有应答", "no answer"),
    NOT_OPEN: Text(
        "查不到该主机在互联网上的地址，未发送",
        "no address of the host on the open internet, not sent",
    ),
    "webhook_url": Text(
        "地址已不符合要求，未发送；请停用后另设地址",
        "no address that may be sent to any more; disable this webhook and set up another",
    ),
}
_NOT_SENT: Final = Text(
    "未能送达，将自动重发；如一直不成功，请停用后重新设置，或联系系统管理员",
    "not delivered; it is sent again by itself. If it never arrives, disable this webhook and "
    "set it up anew, or tell the administrator",
)

_Due = tuple[type[WebhookMessage], int, int]
"""Table and row of a message, and the webhook that it is for."""
Send = Callable[[str, Mapping[str, str], bytes], int]
"""Posts a body to an address and returns the HTTP status; raises NotSent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """A webhook just set up; `secret` is shown now and never again."""

    id: int
    secret: str = field(repr=False)


def read_url(url: str, ask: Resolve = resolve, *, least_seconds: float = _LEAST_SECONDS) -> str:
    """Return the address of a new webhook; its host is resolved, which may take a while.

    A host that cannot be is refused no sooner than after `least_seconds`: how long a name takes
    tells whether this network knows it.

    Args:
        url: as typed, untrusted.

    Raises:
        KeyRefused: it may not lead there, as `webhook_address` says.
    """
    given = url.strip()
    target, began = read_target(given), monotonic()
    try:
        safe_address(target, ask)
    except KeyRefused:
        sleep(max(0.0, began + least_seconds - monotonic()))
        raise
    return given


def add_webhook(
    session: Session, vault: Vault, account_id: int, url: str, *, now: datetime
) -> NewWebhook:
    """Set a webhook up.

    Args:
        session: on the desks' database.
        url: as `read_url` returned it.

    Raises:
        KeyRefused: there are as many as may be (`webhooks_full`).
    """
    own = select(func.count(Webhook.id)).where(
        Webhook.account_id == account_id, Webhook.ended_at.is_(None)
    )
    if (session.scalar(own) or 0) >= MOST_WEBHOOKS:
        raise KeyRefused(
            "webhooks_full",
            Text(
                f"回调地址已达 {MOST_WEBHOOKS} 个，请先停用一个",
                f"there are {MOST_WEBHOOKS} webhooks; disable one first",
            ),
        )
    secret = _SECRET_PREFIX + secrets.token_urlsafe(32)
    row = Webhook(account_id=account_id, url=url, made_at=now)
    session.add(row)
    WEBHOOK_SECRET.put(row, vault, secret.encode())
    session.flush()
    return NewWebhook(id=row.id, secret=secret)


def webhooks_of(session: Session, account_id: int) -> Sequence[Webhook]:
    """Return the webhooks of an employer that stand."""
    query = select(Webhook).where(Webhook.account_id == account_id, Webhook.ended_at.is_(None))
    return session.scalars(query.order_by(Webhook.id)).all()


def find_webhook(session: Session, account_id: int, webhook_id: int) -> Webhook | None:
    """Return a standing webhook of an employer; None where there is none of this employer's."""
    row = session.get(Webhook, webhook_id)
    return row if row in webhooks_of(session, account_id) else None


def waiting_of(session: Session, webhook_id: int) -> int:
    """Return how many deliveries of a webhook are not acknowledged."""
    query = select(func.count(WebhookDelivery.id)).where(
        WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.delivered_at.is_(None)
    )
    return session.scalar(query) or 0


def sign(secret: bytes, *, timestamp: str, key: str, body: bytes) -> str:
    """Return the signature of a delivery, as its header says it."""
    signed = f"{timestamp}.{key}.".encode() + body
    return "v1=" + hmac.new(secret, signed, hashlib.sha256).hexdigest()


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts that failed."""
    return min(LONGEST, SHORTEST * (1 << min(attempts - 1, 20)))


def trouble_words(trouble: str) -> Text:
    """Return what the page of a webhook says of what went wrong with a delivery."""
    if trouble.startswith(_ANSWERED):
        status = trouble.removeprefix(_ANSWERED)
        return Text(f"对方应答 {status}", f"answered {status}")
    return _TROUBLES.get(trouble, _NOT_SENT)


def deliver_due(room: EmployersRoom, post: Send) -> int:
    """Send what is due once, in turn to each address; return how many were tried.

    An address that does not answer, or only slowly, is left alone for the rest of this call: it
    keeps nobody else waiting.
    """
    vault = None
    silent: set[int] = set()
    tried = 0
    for kind, message_id, webhook_id in (*_tests_due(room), *_due(room)):
        taken = None if webhook_id in silent else _take(room, kind, message_id)
        if taken is None:
            continue
        vault = vault or room.open_vault()
        delivery, hook = taken
        tried += 1
        _settle(room, delivery, _post(post, hook, delivery, vault, room.clock(), silent))
    return tried


def _tests_due(room: EmployersRoom) -> Sequence[_Due]:
    """Return the test messages that were asked for: each is tried once."""
    query = (
        select(WebhookTest.id, WebhookTest.webhook_id)
        .join(Webhook, Webhook.id == WebhookTest.webhook_id)
        .where(WebhookTest.attempts == 0, Webhook.ended_at.is_(None))
    )
    with reading(room.desks) as session:
        found = session.execute(query.order_by(WebhookTest.id).limit(_AT_ONCE))
        return [(WebhookTest, row.id, row.webhook_id) for row in found]


def _due(room: EmployersRoom) -> Sequence[_Due]:
    """Return the deliveries that are due, a few of each webhook: first of each its first."""
    in_turn = func.row_number().over(
        partition_by=WebhookDelivery.webhook_id,
        order_by=(WebhookDelivery.next_at, WebhookDelivery.id),
    )
    due = (
        select(WebhookDelivery.id, WebhookDelivery.webhook_id, in_turn.label("turn"))
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(
            WebhookDelivery.delivered_at.is_(None),
            WebhookDelivery.next_at <= room.clock(),
            Webhook.ended_at.is_(None),
        )
        .subquery()
    )
    query = select(due.c.id, due.c.webhook_id).where(due.c.turn <= _OF_ONE)
    with reading(room.desks) as session:
        found = session.execute(query.order_by(due.c.turn, due.c.id).limit(_AT_ONCE))
        return [(WebhookDelivery, row.id, row.webhook_id) for row in found]


def _take(
    room: EmployersRoom, kind: type[WebhookMessage], message_id: int
) -> tuple[WebhookMessage, Webhook] | None:
    """Take a message for this process: no other sends it until the lease is over."""
    now = room.clock()
    with transaction(room.desks) as session:
        delivery = session.get(kind, message_id, with_for_update=True)
        if delivery is None or delivery.delivered_at is not None or delivery.next_at > now:
            return None
        delivery.attempts += 1
        delivery.next_at = now + _LEASE
        return delivery, session.get_one(Webhook, delivery.webhook_id)


def _post(
    post: Send,
    hook: Webhook,
    delivery: WebhookMessage,
    vault: Vault,
    now: datetime,
    silent: set[int],
) -> str | None:
    """Send a message; return what went wrong, or None once it is acknowledged."""
    secret = WEBHOOK_SECRET.read(hook, vault)
    assert secret is not None
    timestamp, body = str(int(now.timestamp())), delivery.body.encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "yanzhen-webhook/1",
        "Yanzhen-Delivery": delivery.key,
        "Yanzhen-Timestamp": timestamp,
        "Yanzhen-Signature": sign(secret, timestamp=timestamp, key=delivery.key, body=body),
    }
    began = monotonic()
    try:
        status = post(hook.url, headers, body)
    except NotSent as failed:
        silent.add(hook.id)
        return failed.word
    if monotonic() - began > _SLOW_SECONDS:
        silent.add(hook.id)
    return None if status in _ACKNOWLEDGED else f"{_ANSWERED}{status}"


def _settle(room: EmployersRoom, delivery: WebhookMessage, trouble: str | None) -> None:
    now = room.clock()
    with transaction(room.desks) as session:
        row = session.get_one(type(delivery), delivery.id, with_for_update=True)
        row.trouble = trouble
        if trouble is None:
            row.delivered_at = now
        else:
            row.next_at = now + back_off(row.attempts)
