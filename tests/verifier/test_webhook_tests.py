"""Test messages of a webhook: signed as every other, sent once, listed, and not too often."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from codes.wording import Language
from registry.account_models import SessionRow
from registry.employer_models import Webhook, WebhookTest
from registry.session import reading, transaction
from tests.accounts.desk_app import DeskClient
from tests.verifier.employer_desk import EmployerDesk, open_employer_desk
from verifier.api.openapi import build_document
from verifier.desks.webhook_address import NotSent, send
from verifier.desks.webhook_tests import MOST_KEPT, ask_test
from verifier.desks.webhooks import SHORTEST, add_webhook, deliver_due

URL = "https://hr.example.com/hook"


@dataclass
class Hook:
    """A webhook of an employer, its secret, and the employer's browser."""

    desk: EmployerDesk
    browser: DeskClient
    id: int
    secret: bytes

    @property
    def address(self) -> str:
        return f"/employer/webhooks/{self.id}"

    def ask(self) -> tuple[int, str]:
        answer = self.browser.post(f"{self.address}/test")
        return answer.status_code, answer.text

    def later(self, after: timedelta) -> None:
        """Let time pass, as if every browser had been used meanwhile."""
        self.desk.desks.clock.now += after
        with transaction(self.desk.room.desks) as session:
            session.execute(update(SessionRow).values(seen_at=self.desk.desks.clock.now))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmployerDesk]:
    with open_employer_desk(tmp_path_factory.mktemp("webhook-tests")) as opened:
        yield opened


@pytest.fixture
def hook(desk: EmployerDesk) -> Iterator[Hook]:
    """A webhook of a new employer; no other stands."""
    account_id, browser = desk.employer()
    now, vault = desk.desks.clock(), desk.room.open_vault()
    with transaction(desk.room.desks) as session:
        session.execute(update(Webhook).values(ended_at=now))
        made = add_webhook(session, vault, account_id, URL, now=now)
    yield Hook(desk=desk, browser=browser, id=made.id, secret=made.secret.encode())


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_test_message_is_signed_sent_once_and_listed(hook: Hook) -> None:
    got: list[tuple[Mapping[str, str], bytes]] = []

    def take(url: str, headers: Mapping[str, str], body: bytes) -> int:
        got.append((headers, body))
        return 204

    assert hook.ask()[0] == 303
    assert "待发出" in plain(hook.browser.get(hook.address).text)
    assert (deliver_due(hook.desk.room, take), deliver_due(hook.desk.room, take)) == (1, 0)
    ((headers, body),) = got
    said = json.loads(body)
    assert (said["type"], said["id"]) == ("test", headers["Yanzhen-Delivery"])
    signed = f"{headers['Yanzhen-Timestamp']}.{headers['Yanzhen-Delivery']}.".encode() + body
    mark = hmac.new(hook.secret, signed, hashlib.sha256).hexdigest()
    assert headers["Yanzhen-Signature"] == f"v1={mark}"
    page = plain(hook.browser.get(hook.address).text)
    assert f"{said['id']} 测试" in page and "已送达" in page


@pytest.mark.parametrize(("status", "words"), [(500, "对方应答 500"), (None, "没有应答")])
def test_one_that_fails_says_why_and_is_not_sent_again(
    hook: Hook, status: int | None, words: str
) -> None:
    def fail(url: str, headers: Mapping[str, str], body: bytes) -> int:
        if status is None:
            raise NotSent("no_answer")
        return status

    assert hook.ask()[0] == 303
    assert deliver_due(hook.desk.room, fail) == 1
    page = plain(hook.browser.get(hook.address).text)
    assert "未送达，不重发" in page and words in page
    hook.later(timedelta(hours=7))
    assert deliver_due(hook.desk.room, fail) == 0


def test_a_test_goes_to_no_private_address(hook: Hook) -> None:
    def really(url: str, headers: Mapping[str, str], body: bytes) -> int:
        return send(url, headers, body, lambda host, port: ["10.0.0.7"])

    assert hook.ask()[0] == 303
    assert deliver_due(hook.desk.room, really) == 1
    with reading(hook.desk.room.desks) as session:
        row = session.scalars(select(WebhookTest).order_by(WebhookTest.id.desc())).first()
    assert row is not None
    assert (row.delivered_at, row.attempts) == (None, 1)
    assert "互联网上的地址，未发送" in hook.browser.get(hook.address).text


def test_tests_that_fail_are_no_oftener_than_deliveries(hook: Hook) -> None:
    def fail(url: str, headers: Mapping[str, str], body: bytes) -> int:
        return 503

    for failed in range(1, 4):
        assert hook.ask()[0] == 303
        deliver_due(hook.desk.room, fail)
        wait = SHORTEST * 2 ** (failed - 1)
        hook.later(wait - timedelta(seconds=1))
        status, page = hook.ask()
        assert (status, "之后再发" in page) == (422, True), failed
        hook.later(timedelta(seconds=1))
    assert hook.ask()[0] == 303
    deliver_due(hook.desk.room, lambda url, headers, body: 200)
    hook.later(SHORTEST)
    assert hook.ask()[0] == 303  # one that arrived ends the waiting


def test_a_host_does_not_escape_its_wait_by_a_webhook_set_up_anew(hook: Hook) -> None:
    for _ in range(2):
        assert hook.ask()[0] == 303
        deliver_due(hook.desk.room, lambda url, headers, body: 503)
        hook.later(SHORTEST)
    assert hook.ask()[0] == 422  # two failed: the wait is twice as long
    hook.browser.post(f"{hook.address}/end", data={"sure": "yes"})
    now, vault = hook.desk.desks.clock(), hook.desk.room.open_vault()
    with transaction(hook.desk.room.desks) as session:
        account_id = session.get_one(Webhook, hook.id).account_id
        same = add_webhook(session, vault, account_id, f"{URL}/2", now=now)
        other = add_webhook(session, vault, account_id, "https://other.example.com/", now=now)
    assert replace(hook, id=same.id).ask()[0] == 422
    assert replace(hook, id=other.id).ask()[0] == 303
    hook.later(SHORTEST)
    assert replace(hook, id=same.id).ask()[0] == 303


def test_the_latest_tests_alone_are_kept(hook: Hook) -> None:
    now = hook.desk.desks.clock.now
    for rank in range(MOST_KEPT + 3):
        with transaction(hook.desk.room.desks) as session:
            ask_test(session, hook.id, now=now + timedelta(days=rank))
    own = select(func.count(WebhookTest.id)).where(WebhookTest.webhook_id == hook.id)
    with reading(hook.desk.room.desks) as session:
        assert session.scalar(own) == MOST_KEPT


def test_nobody_else_sends_one(hook: Hook, desk: EmployerDesk) -> None:
    other = replace(hook, browser=desk.employer()[1])
    assert other.ask()[0] == 404
    hook.browser.post(f"{hook.address}/end", data={"sure": "yes"})
    assert hook.ask()[0] == 404


def test_the_document_of_the_api_names_both_types(desk: EmployerDesk) -> None:
    document = build_document(desk.public, Language.EN)
    found = set()
    for name, webhook in document["webhooks"].items():
        assert webhook["post"]["operationId"] == name
        schema = webhook["post"]["requestBody"]["content"]["application/json"]["schema"]
        named = schema["$ref"].rpartition("/")[2]
        found.add(document["components"]["schemas"][named]["properties"]["type"]["const"])
    assert found == {"certificate.changed", "test"}
