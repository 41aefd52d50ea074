"""Alerts of certificates that changed, and webhooks: signed, sent until acknowledged, none lost."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import delete, func, select, update

from accounts.roles import Role
from issuer.batch_supervisor import runner_beside
from log.leaves import LifeKind
from registry.account_models import AccountRoleRow, AccountRow
from registry.api_key_models import ApiKeyRow, WatchRow
from registry.employer_models import EmployerAlert, Webhook, WebhookDelivery
from registry.life_models import LifeEvent
from registry.models import Award, AwardStatus
from registry.session import open_engine, reading, transaction
from registry.watches import WATCHED_FOR, WatchMarks, watch
from tests.accounts.sign_in_ways import Clock
from tests.verifier.employer_desk import PASSPHRASE, EmployerDesk, open_employer_desk
from verifier.conclusion import local_day
from verifier.desks.employer_changes import alerts_of, tell_changes, unseen_alerts
from verifier.desks.employer_runner import end_for_former, tend
from verifier.desks.employers_room import EmployersRoom
from verifier.desks.webhook_address import NotSent
from verifier.desks.webhooks import (
    LONGEST,
    SHORTEST,
    add_webhook,
    back_off,
    deliver_due,
    trouble_words,
)

URL = "https://hr.example.com/hook?a=1"
DELIVERIES = 1000


@dataclass
class Receiver:
    """An employer's server that fails at random, sees each signature and drops what came twice."""

    secret: bytes
    chance: random.Random
    kept: dict[str, str] = field(default_factory=dict)
    attempts: int = 0
    doubles: int = 0

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.attempts += 1
        fate = self.chance.random()
        if fate < 0.1:
            raise NotSent("no_answer")
        if fate < 0.4:
            return 503
        self._keep(headers, body)
        if fate < 0.5:
            raise NotSent("no_answer")  # it was taken in, but nobody heard so
        return 204

    def _keep(self, headers: Mapping[str, str], body: bytes) -> None:
        key = headers["Yanzhen-Delivery"]
        signed = f"{headers['Yanzhen-Timestamp']}.{key}.".encode() + body
        mark = hmac.new(self.secret, signed, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(headers["Yanzhen-Signature"], f"v1={mark}")
        self.doubles += key in self.kept
        assert self.kept.setdefault(key, body.decode()) == body.decode()


@dataclass
class Scene:
    """The room of an opened desk, and what a test does in it."""

    desk: EmployerDesk
    room: EmployersRoom

    @property
    def clock(self) -> Clock:
        return self.desk.desks.clock

    def happen(self, *kinds: LifeKind) -> None:
        """Put events on record for the certificate, now."""
        engine = open_engine(self.room.home.database_url)
        with transaction(engine) as session:
            award = session.scalars(select(Award)).one()
            last = session.scalar(select(func.max(LifeEvent.n))) or 0
            for n, kind in enumerate(kinds, start=last + 1):
                session.add(
                    LifeEvent(
                        award_id=award.id,
                        n=n,
                        kind=kind,
                        effective_on=local_day(self.clock.now),
                        at=self.clock.now,
                        sealed=b"",
                    )
                )
        engine.dispose()

    def watching(self) -> int:
        """Return a new employer who watches the certificate from now on."""
        account_id, _ = self.desk.employer()
        mark = WatchMarks(self.room.home.pepper()).mark(self.desk.number)
        with transaction(self.room.public) as session:
            watch(session, account_id, [mark], since=self.clock.now)
        self.clock.go_on(minutes=1)
        return account_id

    def hook(self, account_id: int) -> bytes:
        """Set a webhook up; return its secret."""
        with transaction(self.room.desks) as session:
            vault = self.room.open_vault()
            return add_webhook(session, vault, account_id, URL, now=self.clock.now).secret.encode()

    def waiting(self, account_id: int) -> int:
        """Return how many deliveries of an employer are not acknowledged."""
        query = select(func.count(WebhookDelivery.id)).join(Webhook)
        open_ones = (Webhook.account_id == account_id, WebhookDelivery.delivered_at.is_(None))
        with reading(self.room.desks) as session:
            return session.scalar(query.where(*open_ones)) or 0


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with open_employer_desk(tmp_path_factory.mktemp("webhooks")) as desk:
        vault = desk.made.home.vault(PASSPHRASE)  # opened once: scrypt takes its time
        scene = Scene(desk=desk, room=replace(desk.room, open_vault=lambda: vault))
        tell_changes(scene.room)  # what was before is not told
        yield scene


@pytest.fixture(autouse=True)
def nobody_else(scene: Scene) -> Iterator[None]:
    """Leave no watch and no webhook to the next test."""
    yield
    with transaction(scene.room.public) as session:
        session.execute(delete(WatchRow))
    with transaction(scene.room.desks) as session:
        session.execute(update(Webhook).values(ended_at=scene.clock.now))


@pytest.mark.parametrize(
    ("trouble", "words"),
    [("http_503", "对方应答 503"), ("no_answer", "没有应答"), ("later_one", "未能送达")],
)
def test_what_went_wrong_with_a_delivery_is_said_in_words(trouble: str, words: str) -> None:
    said = trouble_words(trouble)
    assert words in said.zh and trouble not in said.zh + said.en


def test_a_thousand_deliveries_reach_a_receiver_that_fails_at_random(scene: Scene) -> None:
    account_id = scene.watching()
    receiver = Receiver(secret=scene.hook(account_id), chance=random.Random(7))
    scene.happen(*[LifeKind.SUSPEND, LifeKind.LIFT] * (DELIVERIES // 2))
    assert tell_changes(scene.room) == DELIVERIES
    assert tell_changes(scene.room) == 0
    for _ in range(5_000):
        if not deliver_due(scene.room, receiver):
            if not scene.waiting(account_id):
                break
            scene.clock.go_on(minutes=10)
    assert scene.waiting(account_id) == 0
    ids = [json.loads(body)["id"] for body in receiver.kept.values()]
    assert len(receiver.kept) == len(set(ids)) == DELIVERIES
    assert receiver.doubles > 0
    assert receiver.attempts > DELIVERIES * 1.5
    with reading(scene.room.desks) as session:
        keys = session.scalars(
            select(WebhookDelivery.key).join(Webhook).where(Webhook.account_id == account_id)
        ).all()
    assert set(keys) == set(receiver.kept)


def test_an_alert_says_what_happened_and_waits_to_be_seen(scene: Scene) -> None:
    account_id = scene.watching()
    engine = open_engine(scene.room.home.database_url)
    with transaction(engine) as session:
        session.scalars(select(Award)).one().status = AwardStatus.REVOKED
    engine.dispose()
    scene.happen(LifeKind.ARCHIVE_COPY, LifeKind.REVOKE)
    tell_changes(scene.room)
    (alert,), total = alerts_of(scene.room, account_id, offset=0, limit=10)
    assert (total, unseen_alerts(scene.room, account_id)) == (1, 1)
    assert (alert.number, alert.kind, alert.status) == (
        scene.desk.number,
        LifeKind.REVOKE,
        "revoked",
    )


def test_what_was_before_the_check_and_after_the_year_is_not_told(scene: Scene) -> None:
    scene.happen(LifeKind.SUSPEND)
    scene.clock.go_on(minutes=1)
    account_id = scene.watching()
    tell_changes(scene.room)
    assert unseen_alerts(scene.room, account_id) == 0
    began = scene.clock.now
    scene.clock.now = began + WATCHED_FOR
    scene.happen(LifeKind.LIFT)
    tell_changes(scene.room)
    assert unseen_alerts(scene.room, account_id) == 0


def test_what_a_killed_process_had_in_hand_is_sent_again_with_the_same_key(scene: Scene) -> None:
    account_id = scene.watching()
    scene.hook(account_id)
    scene.happen(LifeKind.SUSPEND)
    tell_changes(scene.room)
    sent: list[str] = []

    def killed(url: str, headers: Mapping[str, str], body: bytes) -> int:
        sent.append(headers["Yanzhen-Delivery"])
        raise KeyboardInterrupt

    def again(url: str, headers: Mapping[str, str], body: bytes) -> int:
        sent.append(headers["Yanzhen-Delivery"])
        return 200

    with pytest.raises(KeyboardInterrupt):
        deliver_due(scene.room, killed)
    assert deliver_due(scene.room, again) == 0  # another process leaves it alone for a while
    scene.clock.go_on(minutes=3)
    assert deliver_due(scene.room, again) == 1
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert deliver_due(scene.room, again) == 0


def test_two_processes_at_once_send_nothing_twice(scene: Scene) -> None:
    account_id = scene.watching()
    scene.hook(account_id)
    scene.happen(*[LifeKind.SUSPEND, LifeKind.LIFT] * 3)
    tell_changes(scene.room)
    sent: list[str] = []

    def take(url: str, headers: Mapping[str, str], body: bytes) -> int:
        sent.append(headers["Yanzhen-Delivery"])
        return 200

    def with_another(url: str, headers: Mapping[str, str], body: bytes) -> int:
        deliver_due(scene.room, take)
        return take(url, headers, body)

    deliver_due(scene.room, with_another)
    assert len(sent) == len(set(sent)) == 6


def test_a_failure_waits_longer_each_time_and_says_why(scene: Scene) -> None:
    account_id = scene.watching()
    scene.hook(account_id)
    scene.happen(LifeKind.SUSPEND)
    tell_changes(scene.room)

    def redirects(url: str, headers: Mapping[str, str], body: bytes) -> int:
        return 302

    query = select(WebhookDelivery).join(Webhook).where(Webhook.account_id == account_id)
    for attempts in (1, 2, 3):
        assert deliver_due(scene.room, redirects) == 1
        with reading(scene.room.desks) as session:
            row = session.scalars(query).one()
        assert (row.attempts, row.trouble) == (attempts, "http_302")
        assert row.next_at - scene.clock.now == SHORTEST * 2 ** (attempts - 1)
        scene.clock.now = row.next_at
    assert back_off(1000) == LONGEST


def test_an_address_that_fails_or_is_slow_keeps_no_other_employer_waiting(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = scene.watching(), scene.watching()
    secrets_of = {scene.hook(account_id): account_id for account_id in (first, second)}
    scene.happen(*[LifeKind.SUSPEND, LifeKind.LIFT] * 75)
    tell_changes(scene.room)
    told: list[int] = []
    now = [0.0]

    def whose(headers: Mapping[str, str], body: bytes) -> int:
        signed = f"{headers['Yanzhen-Timestamp']}.{headers['Yanzhen-Delivery']}.".encode() + body
        return next(
            account_id
            for secret, account_id in secrets_of.items()
            if headers["Yanzhen-Signature"].endswith(
                hmac.new(secret, signed, hashlib.sha256).hexdigest()
            )
        )

    def answer(url: str, headers: Mapping[str, str], body: bytes) -> int:
        told.append(whose(headers, body))
        now[0] += 15 if told[-1] == first else 0
        return 500

    monkeypatch.setattr("verifier.desks.webhooks.monotonic", lambda: now[0])
    deliver_due(scene.room, answer)
    assert told.count(first) == 1
    assert told.count(second) == 20


@pytest.mark.parametrize("how", ["disabled", "no employer any more"])
def test_a_former_employer_has_no_keys_and_no_webhooks(scene: Scene, how: str) -> None:
    account_id = scene.watching()
    scene.hook(account_id)
    scene.desk.key(account_id)
    end_for_former(scene.room)
    with reading(scene.room.public) as session:
        own = select(ApiKeyRow.revoked_at).where(ApiKeyRow.employer == account_id)
        assert session.scalars(own).one() is None
    with transaction(scene.room.desks) as session:
        row = session.get_one(AccountRow, account_id)
        if how == "disabled":
            row.active = False
        else:
            row.roles = [AccountRoleRow(role=Role.AUDITOR)]
    end_for_former(scene.room)
    with reading(scene.room.public) as session:
        own = select(ApiKeyRow.revoked_at).where(ApiKeyRow.employer == account_id)
        assert session.scalars(own).one() is not None
    with reading(scene.room.desks) as session:
        hook = session.scalars(select(Webhook).where(Webhook.account_id == account_id)).one()
    assert hook.ended_at is not None


def test_the_runner_does_all_that_waits(scene: Scene) -> None:
    account_id = scene.watching()
    secret = scene.hook(account_id)
    receiver = Receiver(secret=secret, chance=random.Random(1))
    scene.happen(LifeKind.REISSUE)
    for _ in range(100):
        tend(scene.room, receiver)
        scene.clock.go_on(minutes=30)
    (body,) = receiver.kept.values()
    assert json.loads(body)["status"] == "superseded"
    with reading(scene.room.desks) as session:
        assert session.scalars(
            select(EmployerAlert.kind).where(EmployerAlert.account_id == account_id)
        ).all() == [LifeKind.REISSUE]


def test_the_runner_works_beside_the_web_server(scene: Scene) -> None:
    account_id = scene.watching()
    scene.happen(LifeKind.SUSPEND)
    until = time.monotonic() + 120
    with runner_beside(scene.room.home, PASSPHRASE, "verifier.desks.employer_runner"):
        while unseen_alerts(scene.room, account_id) == 0:
            assert time.monotonic() < until
            time.sleep(0.2)
    assert unseen_alerts(scene.room, account_id) == 1
