"""Published status lists: fresh, growing, read by others, refused when old, kept by `tend`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from issuer.desk import Desk
from issuer.fsck.run import fsck
from issuer.life_approval import approve
from issuer.status_publishing import publish_behind, status_office_of
from issuer.tending import open_tender
from keys.status_list import (
    LIST_SIZE,
    ListForm,
    read_status_list,
    split_index,
)
from keys.status_signing import generate_status_key, sign_status_list
from log.leaves import LifeKind
from registry.errors import RegistryError
from registry.home import Home
from registry.life_models import StatusListRow
from registry.models import Copy
from registry.session import reading, transaction
from registry.status_lists import MOST_TAKEN, changing_list, draw_status_indices
from tests.arch.sources import ROOT
from tests.conftest import PASSPHRASE
from tests.issuer.desks import PUBLIC_URL, desk_at
from tests.issuer.lives import ask, done, proposed, qr_texts
from verifier.key_source import home_source
from verifier.service import Verifier
from verifier.status_fetch import fetch_from
from verifier.status_source import Fetch, StatusSource, VersionMemory
from verifier.verdict import Outcome, Verdict
from wsgi import create_public_app

LATER = datetime(2027, 2, 1, 2, 0, tzinfo=UTC)
_JWT, _CWT = "application/statuslist+jwt", "application/statuslist+cwt"


@pytest.fixture
def desk(two_issued: Home) -> Iterator[Desk]:
    """A desk that issued two certificates and published their list."""
    with desk_at(two_issued, clock=lambda: LATER) as desk:
        publish_behind(status_office_of(desk))
        yield desk


def list_file(desk: Desk, form: ListForm = ListForm.JWT) -> Path:
    return desk.home.status_folder / f"0.{form}"


def offline(
    desk: Desk, fetch: Fetch, memory: Path | None = None, *, now: datetime = LATER
) -> Verdict:
    """What a verifier without a register says of the first certificate."""
    home = desk.home
    verifier = Verifier(
        home_source(home),
        None,
        desk.pepper,
        lambda: now,
        status_lists=StatusSource(
            fetch=fetch,
            memory=VersionMemory(memory),
            decides=True,
        ),
    )
    try:
        return verifier.verify_qr(qr_texts(desk)[0])
    finally:
        verifier.close()


def codes(verdict: Verdict) -> list[str]:
    return [one.code for one in verdict.findings if one.code.startswith("status_list")]


def test_both_forms_say_the_same_and_versions_grow(desk: Desk) -> None:
    office = status_office_of(desk)
    keys = {office.key.name: office.key.public}
    versions = []
    for kind in (LifeKind.SUSPEND, LifeKind.LIFT, LifeKind.REVOKE):
        done(desk, kind)
        read = [read_status_list(list_file(desk, form).read_bytes(), keys) for form in ListForm]
        assert read[0] == read[1]
        assert read[0].uri == f"{PUBLIC_URL.replace('https', 'http')}/status/0"
        versions.append(read[0].version)
    assert versions == sorted(set(versions))


def test_a_fresh_list_decides_where_there_is_no_register(desk: Desk, tmp_path: Path) -> None:
    memory = tmp_path / "memory.json"
    fetch = fetch_from(str(desk.home.status_folder))
    assert codes(offline(desk, fetch, memory)) == ["status_list_valid"]
    assert offline(desk, fetch, memory).outcome is Outcome.INCONCLUSIVE  # nobody says: registered
    done(desk, LifeKind.REVOKE)
    revoked = offline(desk, fetch_from(str(list_file(desk, ListForm.CWT))), memory)
    assert codes(revoked) == ["status_list_invalid"]
    assert revoked.outcome is Outcome.NOT_CURRENT


def test_an_expired_list_is_not_of_the_present(desk: Desk) -> None:
    fetch = fetch_from(str(desk.home.status_folder))
    assert codes(offline(desk, fetch, now=LATER + timedelta(hours=23))) == ["status_list_valid"]
    for now in (LATER + timedelta(hours=24), LATER - timedelta(days=1)):
        assert codes(offline(desk, fetch, now=now)) == ["status_list_old"]


def test_two_hundred_rollbacks_are_refused(desk: Desk, tmp_path: Path) -> None:
    office, memory = status_office_of(desk), tmp_path / "memory.json"
    kept = [list_file(desk).read_bytes()]
    for _ in range(200):
        (one,) = publish_behind(office, every=True)
        kept.append(list_file(desk).read_bytes())
    assert one.version >= 201
    fetch = fetch_from(str(desk.home.status_folder))
    assert codes(offline(desk, fetch, memory)) == ["status_list_valid"]
    client = create_public_app(desk.home).test_client()
    assert client.get("/status/0").status_code == 200
    said, served = set(), set()
    for old in kept[:-1]:
        list_file(desk).write_bytes(old)
        said.add(tuple(codes(offline(desk, fetch, memory))))
        served.add(client.get("/status/0").status_code)
    assert said == {("status_list_older",)}
    assert served == {503}


def test_a_list_that_cannot_be_had_is_said_so(desk: Desk, tmp_path: Path) -> None:
    for place in (tmp_path / "none", tmp_path / "none.jwt"):
        assert codes(offline(desk, fetch_from(str(place)))) == ["status_list_unavailable"]
    nobody = "http://127.0.0.1:9/status"
    assert codes(offline(desk, fetch_from(nobody))) == ["status_list_unavailable"]


@pytest.mark.parametrize("damage", ["cut", "flip", "other", "stranger"])
def test_a_list_that_is_not_genuine_is_broken(desk: Desk, tmp_path: Path, damage: str) -> None:
    token = list_file(desk).read_bytes()
    office = status_office_of(desk)
    made = read_status_list(token, {office.key.name: office.key.public})
    file = tmp_path / "list.jwt"
    match damage:
        case "cut":
            file.write_bytes(token[:-1])
        case "flip":
            file.write_bytes(token[:200] + bytes([token[200] ^ 1]) + token[201:])
        case "other":
            moved = replace(made, uri=made.uri[:-1] + "7")
            file.write_bytes(sign_status_list(office.key, moved)[ListForm.JWT])
        case _:
            file.write_bytes(sign_status_list(generate_status_key(), made)[ListForm.JWT])
    assert codes(offline(desk, fetch_from(str(file)))) == ["status_list_broken"]


def test_list_and_register_that_disagree_raise_an_alarm(desk: Desk) -> None:
    office = status_office_of(desk)
    (qr,) = qr_texts(desk)
    before = {form: list_file(desk, form).read_bytes() for form in ListForm}
    done(desk, LifeKind.REVOKE)
    read = read_status_list(before[ListForm.JWT], {office.key.name: office.key.public})
    lying = replace(
        read,
        version=read.version + 50,
        issued_at=LATER + timedelta(minutes=5),
        expires_at=LATER + timedelta(hours=5),
    )
    for form, token in sign_status_list(office.key, lying).items():
        list_file(desk, form).write_bytes(token)
    verdict = ask(desk, qr, now=LATER + timedelta(minutes=6))
    assert "status_list_differs" in {one.code for one in verdict.findings}
    assert verdict.outcome is Outcome.NOT_CURRENT


def test_lists_are_served_by_the_type_asked_for_and_cached(desk: Desk) -> None:
    client = create_public_app(desk.home).test_client()
    jwt = client.get("/status/0")
    cwt = client.get("/status/0", headers={"Accept": _CWT})
    assert (jwt.status_code, jwt.content_type) == (200, _JWT)
    assert (cwt.status_code, cwt.content_type) == (200, _CWT)
    assert jwt.data == list_file(desk).read_bytes()
    assert cwt.data == list_file(desk, ListForm.CWT).read_bytes()
    assert jwt.headers["Cache-Control"] == "public, max-age=60"
    assert jwt.headers["Vary"] == "Accept"
    again = client.get("/status/0", headers={"If-None-Match": jwt.headers["ETag"]})
    assert again.status_code == 304
    for none in ("99", "9" * 19, "9" * 300):
        assert client.get(f"/status/{none}").status_code == 404
    list_file(desk).write_bytes(b"junk")
    assert client.get("/status/0").status_code == 503


def test_what_a_killed_run_left_is_published_by_tending(desk: Desk) -> None:
    act_id = proposed(desk, LifeKind.REVOKE)
    approve(desk, act_id, approver="李审批", hits=1)  # … and the process is killed
    with open_tender(desk.home, PASSPHRASE, clock=lambda: LATER) as tender:
        first, second = tender.round(), tender.round()
    assert (first.lists, first.leaves, first.faults) == (1, 1, ())
    assert (second.lists, second.leaves) == (0, 0)
    (qr,) = qr_texts(desk)
    assert ask(desk, qr, now=LATER).outcome is Outcome.NOT_CURRENT


def test_lists_are_signed_anew_before_they_expire(desk: Desk) -> None:
    soon, late = LATER + timedelta(hours=11), LATER + timedelta(hours=13)
    for now, lists in ((soon, 0), (late, 1)):
        with open_tender(desk.home, PASSPHRASE, clock=partial(lambda at: at, now)) as tender:
            assert tender.round().lists == lists


def test_tending_ends_cleanly_when_it_is_told_to(desk: Desk) -> None:
    desk.engine.dispose()
    process = subprocess.Popen(
        [sys.executable, "-c", "from yanzhen import main; main()", "tend", "--every", "1"],
        cwd=ROOT,
        env={
            "YANZHEN_HOME": str(desk.home.path),
            "YANZHEN_PASSPHRASE": PASSPHRASE.decode(),
            "PATH": "/usr/bin:/bin",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    lines = [process.stderr.readline()]
    process.send_signal(signal.SIGTERM)
    rest = process.communicate(timeout=60)[1]
    events = [json.loads(line[line.index("{") :]) for line in (*lines, *rest.splitlines())]
    assert process.returncode == 0
    assert next(event["event"] for event in events) == "begun"
    assert events[-1]["event"] == "ended"


def test_indices_are_random_positions_of_the_open_list_and_lists_fill_to_half(
    desk: Desk,
) -> None:
    with reading(desk.engine) as session:
        indices = session.scalars(select(Copy.status_index)).all()
    assert {split_index(index)[0] for index in indices} == {0}
    with transaction(desk.engine) as session:
        with changing_list(session, desk.vault, 0) as row:
            row.taken = MOST_TAKEN - 3
        numbers = iter(range(10**6))
        drawn = draw_status_indices(session, desk.vault, 10, lambda bound: next(numbers) % bound)
        assert session.scalar(select(func.max(StatusListRow.id))) == 1
    assert [split_index(index)[0] for index in drawn] == [0] * 3 + [1] * 7
    assert len(set(drawn) | set(indices)) == 12
    assert all(split_index(index)[1] < LIST_SIZE for index in drawn)


COUNTED = (
    "UPDATE status_lists SET changes = changes + 1",
    "UPDATE status_lists SET published_changes = published_changes - 1",
    "UPDATE status_lists SET published_changes = published_changes + 1, changes = changes + 1",
    "UPDATE status_lists SET version = version + 5",
    "UPDATE status_lists SET expires_at = replace(expires_at, '2027', '2028')",
    "UPDATE status_lists SET expires_at = NULL",
    "UPDATE status_lists SET row_mark = NULL",
)


@pytest.mark.parametrize("edit", COUNTED)
def test_a_counter_changed_behind_the_offices_back_stops_all_that_goes_by_it(
    desk: Desk, edit: str
) -> None:
    act = proposed(desk, LifeKind.REVOKE)
    before = list_file(desk).read_bytes()
    with transaction(desk.engine) as session:
        session.execute(text(edit))
    faults = fsck(desk.home, desk.engine, desk.vault)
    assert ("status_lists", "row_mark") in {(fault.table, fault.field) for fault in faults}
    for deed in (
        lambda: publish_behind(status_office_of(desk)),
        lambda: publish_behind(status_office_of(desk), every=True),
        lambda: approve(desk, act, approver="李审批", hits=1),
    ):
        with pytest.raises(RegistryError, match="row_altered") as caught:
            deed()
        assert "status_lists" in caught.value.text.en
    with pytest.raises(RegistryError, match="row_altered"), transaction(desk.engine) as session:
        draw_status_indices(session, desk.vault, 1, lambda bound: bound - 1)
    assert list_file(desk).read_bytes() == before


def test_a_list_that_was_deleted_is_not_begun_anew_by_an_act(desk: Desk) -> None:
    act = proposed(desk, LifeKind.REVOKE)
    with transaction(desk.engine) as session:
        session.execute(text("DELETE FROM status_lists"))
    with pytest.raises(RegistryError, match="row_altered"):
        approve(desk, act, approver="李审批", hits=1)


class _Slow(BaseHTTPRequestHandler):
    """Answers as its path says: a redirect, a trickle, or too much."""

    def do_GET(self) -> None:
        if self.path.startswith("/moved"):
            self.send_response(302)
            self.send_header("Location", "/other")
            self.end_headers()
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * (300 << 10))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_an_address_is_not_followed_elsewhere_and_not_read_without_end(desk: Desk) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        assert codes(offline(desk, fetch_from(f"{base}/moved"))) == ["status_list_unavailable"]
        assert codes(offline(desk, fetch_from(f"{base}/big/"))) == ["status_list_broken"]
    finally:
        server.shutdown()
        server.server_close()


def test_a_damaged_memory_is_not_taken_for_an_empty_one(desk: Desk, tmp_path: Path) -> None:
    memory = tmp_path / "memory.json"
    memory.write_bytes(b"{}")
    with pytest.raises(Exception, match="status_memory_damaged"):
        offline(desk, fetch_from(str(desk.home.status_folder)), memory)
    assert memory.read_bytes() == b"{}"
