"""Test messages of a webhook, asked for by its employer, and the list of what was sent to it.

A test goes the way of every delivery: the same runner sends it, to an address that is looked at
again, signed by the same secret. It is tried once. Where tests fail, the next waits as long as a
delivery would, so that nobody has this server knock at an address as often as they like.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.wording import Text
from registry.employer_models import (
    EmployerAlert,
    Webhook,
    WebhookDelivery,
    WebhookMessage,
    WebhookTest,
)
from verifier.desks.webhooks import SHORTEST, back_off
from verifier.errors import KeyRefused
from verifier.verdict import format_instant

MOST_KEPT: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message of a webhook, as the page lists it.

    Args:
        at: when it was noted or asked for.
        trouble: why the last attempt failed.
        is_test: whether it was asked for as a test, which is not sent again.
    """

    key: str
    at: datetime
    attempts: int
    delivered_at: datetime | None
    trouble: str | None
    is_test: bool


def ask_test(session: Session, webhook_id: int, *, now: datetime) -> None:
    """Have a test message sent to a webhook.

    Raises:
        KeyRefused: the last one to its host was asked for just now, or several failed, also by a
            webhook of this employer that was disabled since (`webhook_test_soon`).
    """
    hook = session.get_one(Webhook, webhook_id, with_for_update=True)  # two at once: one by one
    latest = session.scalars(
        select(WebhookTest)
        .where(WebhookTest.webhook_id.in_(_of_same_host(session, hook)))
        .order_by(WebhookTest.asked_at.desc(), WebhookTest.id.desc())
    ).all()
    _check_not_soon(latest, now)
    own = [one for one in latest if one.webhook_id == webhook_id]
    for old in own[MOST_KEPT - 1 :]:
        session.execute(delete(WebhookTest).where(WebhookTest.id == old.id))
    key = str(uuid.uuid4())
    body = {"type": "test", "id": key, "noted_at": format_instant(now)}
    row = WebhookTest(
        webhook_id=webhook_id, key=key, body=json.dumps(body), asked_at=now, next_at=now
    )
    session.add(row)


def _of_same_host(session: Session, hook: Webhook) -> list[int]:
    """Return the webhooks of an employer, disabled ones too, that lead to the host of this one."""
    query = select(Webhook.id, Webhook.url).where(Webhook.account_id == hook.account_id)
    host = urlsplit(hook.url).hostname
    return [row.id for row in session.execute(query) if urlsplit(row.url).hostname == host]


def _check_not_soon(latest: Sequence[WebhookTest], now: datetime) -> None:
    if not latest:
        return
    failed = next(
        (rank for rank, one in enumerate(latest) if one.delivered_at is not None), len(latest)
    )
    free_at = latest[0].asked_at + (back_off(failed) if failed else SHORTEST)
    if now < free_at:
        when = spoken_day(free_at)
        raise KeyRefused(
            "webhook_test_soon",
            Text(
                f"上一条测试通知刚发出，或此前的没有送达；请在 {when.zh} 之后再发",
                f"the last test was sent just now, or tests did not arrive: try after {when.en}",
            ),
        )


def messages_of(session: Session, webhook_id: int, *, limit: int) -> Sequence[Sent]:
    """Return the latest messages of a webhook, tests among them."""
    told = (
        select(WebhookDelivery, EmployerAlert.noted_at)
        .join(EmployerAlert, EmployerAlert.id == WebhookDelivery.alert_id)
        .where(WebhookDelivery.webhook_id == webhook_id)
        .order_by(WebhookDelivery.id.desc())
    )
    tests = select(WebhookTest).where(WebhookTest.webhook_id == webhook_id)
    tests = tests.order_by(WebhookTest.id.desc())
    found = [_sent(row, at) for row, at in session.execute(told.limit(limit))]
    found += [_sent(row, row.asked_at) for row in session.scalars(tests.limit(limit))]
    return sorted(found, key=lambda one: one.at, reverse=True)[:limit]


def _sent(row: WebhookMessage, at: datetime) -> Sent:
    return Sent(
        key=row.key,
        at=at,
        attempts=row.attempts,
        delivered_at=row.delivered_at,
        trouble=row.trouble,
        is_test=isinstance(row, WebhookTest),
    )
