"""Lists by the API: a key's rights and quota, one beginning for one request, results in pages."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from registry.api_key_models import ApiBatchRow, ApiKeyRow, WatchRow
from registry.session import reading, transaction
from registry.watches import WatchMarks
from tests.verifier.employer_desk import EmployerDesk, open_employer_desk
from tests.verifier.world import NAME
from verifier.api.batch_body import read_batch
from verifier.api.batches import JOBS_EXTENSION
from verifier.api.keyed import ENGINE_EXTENSION, URL_EXTENSION
from verifier.api_keys import MOST_KEYS, Scope, make_key, revoke_key
from verifier.bulk_jobs import BulkJobs, JobLimits
from verifier.errors import KeyRefused

EMPLOYER = 7
WAIT_SECONDS = 120.0
BATCHES = "/api/v1/batches"


@dataclass
class Asker:
    """A program with a key."""

    desk: EmployerDesk
    secret: str

    def ask(self, method: str, address: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}", **more.pop("headers", {})}
        return self.desk.client().open(address, method=method, headers=headers, **more)

    def hand_in(self, rows: list[Any], word: str | None = None, **members: Any) -> Any:
        headers = {} if word is None else {"Idempotency-Key": word}
        return self.ask("POST", BATCHES, json={"rows": rows, **members}, headers=headers)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmployerDesk]:
    with open_employer_desk(tmp_path_factory.mktemp("batches")) as opened:
        yield opened


def three_rows(desk: EmployerDesk) -> list[dict[str, str]]:
    """A row that matches, one with another's name, and a number that is none."""
    wrong = {"number": desk.number, "name": "李四"}
    return [desk.good_row(), wrong, {"number": "S1", "name": "王"}]


@pytest.fixture(scope="module")
def done(desk: EmployerDesk) -> tuple[Asker, dict[str, Any]]:
    """One list that was checked, of 3 rows."""
    asker = Asker(desk, desk.key(EMPLOYER))
    rows = [
        desk.good_row(),
        {"number": desk.number, "name": "李四"},
        {"number": "S1", "name": "王"},
    ]
    started = asker.hand_in(rows, "first", watch=True)
    assert started.status_code == 202
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        batch = asker.ask("GET", started.headers["Location"]).get_json()
        if batch["state"] != "running":
            return asker, batch
        time.sleep(0.2)
    raise AssertionError("the list was not checked in time")


@pytest.fixture
def no_room(desk: EmployerDesk) -> Iterator[None]:
    """For one test there is no room for lists, so none starts a process."""
    kept = desk.public.extensions[JOBS_EXTENSION]
    home = desk.made.home.path
    desk.public.extensions[JOBS_EXTENSION] = BulkJobs(
        home, home / "none", 1, limits=JobLimits(kept=0)
    )
    yield
    desk.public.extensions[JOBS_EXTENSION] = kept


def test_a_list_is_checked_and_every_row_answered_in_its_place(
    done: tuple[Asker, dict[str, Any]],
) -> None:
    asker, batch = done
    assert batch["state"] == "done"
    assert (batch["rows"], batch["done"], sum(batch["counts"].values())) == (3, 3, 3)
    assert batch["counts"] == {"valid": 1, "not_found": 2}
    address, seen, cursor = f"{BATCHES}/{batch['id']}/results", [], ""
    for _ in range(3):
        page = asker.ask("GET", f"{address}?limit=2{cursor}").get_json()
        seen += page["results"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert [one["index"] for one in seen] == [0, 1, 2]
    assert [one["outcome"] for one in seen[:2]] == ["valid", "not_found"]
    assert NAME not in str(seen)


def test_the_same_request_is_begun_once(desk: EmployerDesk, done: tuple[Asker, Any]) -> None:
    asker, batch = done
    rows = [
        desk.good_row(),
        {"number": desk.number, "name": "李四"},
        {"number": "S1", "name": "王"},
    ]
    again = asker.hand_in(rows, "first", watch=True)
    assert (again.status_code, again.get_json()["id"]) == (202, batch["id"])
    assert again.headers["Idempotency-Replayed"] == "true"
    other = asker.hand_in(rows[:1], "first", watch=True)
    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency_key_reused")
    assert asker.hand_in(rows, "a b").get_json()["code"] == "idempotency_key_invalid"
    with reading(desk.room.public) as session:
        mark = hashlib.sha256(b"first").hexdigest()
        kept = session.scalars(select(ApiBatchRow).where(ApiBatchRow.idempotency == mark)).all()
    assert len(kept) == 1
    assert asker.ask("GET", "/api/v1/usage").get_json()["days"][0]["rows"] == 3


def test_a_request_that_is_still_worked_on_is_told_so(desk: EmployerDesk, no_room: None) -> None:
    asker = Asker(desk, desk.key(EMPLOYER))
    row = [desk.good_row()]
    assert asker.hand_in(row, "busy").get_json()["code"] == "batches_full"
    body = desk.public.test_request_context(BATCHES, method="POST", json={"rows": row})
    with body as context, transaction(desk.room.public) as session:
        read = read_batch(context.request)
        key = session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.id.desc())).first()
        assert key is not None and key.used_at is not None
        begun = ApiBatchRow(
            name="0" * 32,
            key_id=key.id,
            rows=1,
            watch=False,
            made_at=key.used_at,
            keep_until=key.used_at + timedelta(days=1),
            idempotency=hashlib.sha256(b"busy").hexdigest(),
            body_digest=hashlib.sha256(bytes([False]) + read.data).hexdigest(),
        )
        session.add(begun)
    assert asker.hand_in(row, "busy").get_json()["code"] == "idempotency_key_busy"
    assert asker.ask("GET", f"{BATCHES}/{'0' * 32}").get_json()["state"] == "running"
    assert asker.ask("GET", f"{BATCHES}/{'0' * 32}/results").get_json()["code"] == "batch_not_done"
    with transaction(desk.room.public) as session:  # whoever worked on it was killed a while ago
        session.get_one(ApiBatchRow, begun.id).made_at -= timedelta(minutes=5)
    assert asker.hand_in(row, "busy").get_json()["code"] == "batches_full"
    assert asker.ask("GET", "/api/v1/usage").get_json()["rows_left_today"] == 1000


def test_another_key_sees_nothing_of_it(
    desk: EmployerDesk, done: tuple[Asker, dict[str, Any]]
) -> None:
    _, batch = done
    other = Asker(desk, desk.key(EMPLOYER))
    address = f"{BATCHES}/{batch['id']}"
    for method, place in (("GET", address), ("GET", f"{address}/results"), ("DELETE", address)):
        answer = other.ask(method, place)
        assert (answer.status_code, answer.get_json()["code"]) == (404, "batch_not_found")
    assert other.ask("GET", BATCHES).get_json()["batches"] == []


def test_lists_come_page_by_page(done: tuple[Asker, dict[str, Any]]) -> None:
    asker, batch = done
    page = asker.ask("GET", f"{BATCHES}?limit=1").get_json()
    assert [one["id"] for one in page["batches"]] == [batch["id"]]
    assert page["next_cursor"] is None
    for odd in ("limit=0", "limit=501", "limit=x", "cursor=-1", "cursor=%E4%B8%80"):
        assert asker.ask("GET", f"{BATCHES}?{odd}").get_json()["code"] == "cursor_invalid"


def test_only_what_was_found_is_watched_and_no_number_is_kept(
    desk: EmployerDesk, done: tuple[Asker, dict[str, Any]]
) -> None:
    assert done[1]["watch"] is True
    with reading(desk.room.public) as session:
        rows = session.scalars(select(WatchRow).where(WatchRow.employer == EMPLOYER)).all()
    assert [row.mark for row in rows] == [WatchMarks(desk.made.home.pepper()).mark(desk.number)]
    held = (desk.made.home.path / "public.sqlite3").read_bytes()
    held += (desk.made.home.path / "public.sqlite3-wal").read_bytes()
    assert desk.number.encode() not in held


@pytest.mark.parametrize("scope", [Scope.READ, Scope.USAGE])
def test_a_key_may_do_what_it_was_given_and_nothing_else(desk: EmployerDesk, scope: Scope) -> None:
    asker = Asker(desk, desk.key(EMPLOYER, scope))
    assert asker.hand_in([desk.good_row()]).get_json()["code"] == "scope_missing"
    statuses = {
        Scope.READ: asker.ask("GET", BATCHES).status_code,
        Scope.USAGE: asker.ask("GET", "/api/v1/usage").status_code,
    }
    assert {one for one, status in statuses.items() if status == 200} == {scope}


def test_watching_needs_its_own_scope(desk: EmployerDesk) -> None:
    asker = Asker(desk, desk.key(EMPLOYER, Scope.CHECK))
    answer = asker.hand_in([desk.good_row()], watch=True)
    assert (answer.status_code, answer.get_json()["evidence"]) == (403, {"scope": "watches:write"})


def test_no_key_a_wrong_one_and_a_revoked_one_are_refused(desk: EmployerDesk) -> None:
    secret = desk.key(EMPLOYER)
    plain = desk.client().get(BATCHES)
    assert (plain.status_code, plain.get_json()["code"]) == (401, "key_missing")
    assert plain.headers["WWW-Authenticate"].startswith("Bearer")
    assert Asker(desk, secret + "x").ask("GET", BATCHES).get_json()["code"] == "key_invalid"
    assert Asker(desk, secret).ask("GET", BATCHES).status_code == 200
    digest = hashlib.sha256(secret.encode()).hexdigest()
    with transaction(desk.room.public) as session:
        row = session.scalars(select(ApiKeyRow).where(ApiKeyRow.digest == digest)).one()
        assert row.used_at is not None
        revoke_key(row, now=row.used_at)
    assert Asker(desk, secret).ask("GET", BATCHES).get_json()["code"] == "key_invalid"


def test_a_database_that_is_away_is_said_to_be(
    desk: EmployerDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = desk.key(EMPLOYER)
    monkeypatch.delitem(desk.public.extensions, ENGINE_EXTENSION, raising=False)
    nowhere = f"sqlite:///{desk.made.home.path}/nowhere/public.sqlite3"
    with monkeypatch.context() as away:
        away.setitem(desk.public.extensions, URL_EXTENSION, nowhere)
        answer = Asker(desk, secret).ask("GET", BATCHES)
        assert (answer.status_code, answer.get_json()["code"]) == (503, "keys_unavailable")
        assert answer.headers["Retry-After"]
    assert Asker(desk, secret).ask("GET", BATCHES).status_code == 200


def test_no_more_rows_are_taken_than_a_day_allows(desk: EmployerDesk, no_room: None) -> None:
    asker = Asker(desk, desk.key(EMPLOYER))
    answer = asker.hand_in([desk.good_row()] * 1001)
    assert (answer.status_code, answer.get_json()["code"]) == (429, "quota_spent")
    assert answer.get_json()["evidence"] == {"rows_left": "1000"}
    assert "上限" not in answer.get_json()["title"]  # rows are left
    assert "今日还可提交 1000 行，这份名单有 1001 行" in answer.get_json()["detail_zh"]
    assert 0 < int(answer.headers["Retry-After"]) <= 86_401
    assert asker.hand_in([desk.good_row()] * 1000).get_json()["code"] == "batches_full"
    assert asker.ask("GET", "/api/v1/usage").get_json()["rows_left_today"] == 1000


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"rows": []}, "rows_invalid"),
        ({"rows": [1]}, "rows_invalid"),
        ({"rows": [{"number": "S1"}]}, "rows_invalid"),
        ({"rows": [{"number": " ", "name": "a"}]}, "rows_invalid"),
        ({"rows": [{"number": "S1", "name": "a\nb"}]}, "rows_invalid"),
        ({"rows": [{"number": "S1", "name": "a" * 201}]}, "rows_invalid"),
        ({"rows": [{"number": "S1", "name": "a", "x": ""}]}, "rows_invalid"),
        ({"rows": [{"number": "S1", "name": "a"}], "watch": 1}, "rows_invalid"),
        ({"rows": [{"number": "S1", "name": "a"}], "x": 1}, "member_unknown"),
        ({}, "member_missing"),
        ([], "json_not_object"),
    ],
)
def test_a_list_that_is_none_is_refused_by_name(desk: EmployerDesk, body: Any, code: str) -> None:
    answer = Asker(desk, desk.key(EMPLOYER)).ask("POST", BATCHES, json=body)
    assert (answer.status_code, answer.get_json()["code"]) == (400, code)


def test_an_employer_has_so_many_keys_and_not_one_more(desk: EmployerDesk) -> None:
    for _ in range(MOST_KEYS):
        desk.key(99)
    with pytest.raises(KeyRefused, match="keys_full"):
        desk.key(99)
    with reading(desk.room.public) as session, pytest.raises(KeyRefused, match="key_quota"):
        make_key(
            session,
            98,
            name="a",
            scopes=["usage:read"],
            rows_a_day=7,
            now=desk.desks.clock(),
        )


def test_a_list_is_deleted_when_asked(desk: EmployerDesk, done: tuple[Asker, Any]) -> None:
    asker, batch = done
    address = f"{BATCHES}/{batch['id']}"
    assert asker.ask("DELETE", address).status_code == 204
    assert asker.ask("GET", address).status_code == 404
