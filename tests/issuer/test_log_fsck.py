"""`yanzhen log fsck`: whoever changes the database behind its back is noticed, and where."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from codes.levels import Level
from issuer.copy_run import archive_numbers, export_again, reissue
from issuer.copying import preview_reissue
from issuer.desk import Desk
from issuer.fsck.faults import Fault
from issuer.fsck.run import fsck
from keys.algorithms import Algorithm
from registry.home import Home
from registry.models import Award, Copy, ReissueReason
from registry.row_marks import mark_of_delivery, mark_of_recording
from registry.session import reading
from templates.fonts import FontChain
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.desks import desk_at, file_body, issue, people, take_back, write_people


def silent(phase: object, done: int, total: int) -> None:
    assert done <= max(total, done), phase


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Three awards, the first reissued, the second with an archive duplicate."""
    folder = tmp_path_factory.mktemp("fsck")
    home = Home.create(folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    file_body(home, algorithm=Algorithm.EDDSA)
    with desk_at(home) as desk:
        fill(desk, folder)
        yield desk


def fill(desk: Desk, folder: Path) -> None:
    roster = write_people(folder, people(Level.THREE, 3))
    outcome = issue(desk, roster, folder / "out")
    numbers = [number for number, _ in outcome.files]
    reissue(
        desk,
        numbers[0],
        reason=ReissueReason.LOST,
        replaces=preview_reissue(desk, numbers[0]).replaces,
        out=folder / "again",
        fonts=FontChain(),
        progress=silent,
    )
    archive_numbers(desk, numbers[1:2], out=folder / "kept", fonts=FontChain(), progress=silent)


def faults_after(desk: Desk, statement: str) -> list[Fault]:
    """The faults that fsck finds after an insider's statement, which is then undone."""
    path = desk.home.path / "registry.sqlite3"
    desk.engine.dispose()
    kept = path.read_bytes()
    try:
        with closing(sqlite3.connect(path)) as insider:
            assert insider.execute(statement).rowcount > 0
            insider.commit()
        return fsck(desk.home, desk.engine, desk.vault)
    finally:
        desk.engine.dispose()
        path.write_bytes(kept)


def test_what_issuing_leaves_behind_has_no_fault(issued: Desk) -> None:
    assert fsck(issued.home, issued.engine, issued.vault) == []


def test_a_page_handed_out_after_the_clock_was_set_back_has_no_fault(
    home: Home, tmp_path: Path
) -> None:
    file_body(home, algorithm=Algorithm.EDDSA)
    with desk_at(home) as desk:
        issue(desk, write_people(tmp_path / "in", people(Level.THREE, 1)), tmp_path / "out")
        take_back(desk, 1)
    with desk_at(home, clock=lambda: NOW - timedelta(hours=1)) as desk:
        export_again(desk, "一", out=tmp_path / "again", fonts=FontChain(), progress=silent)
        assert fsck(desk.home, desk.engine, desk.vault) == []


def test_a_time_that_cannot_be_is_found_even_under_a_sound_mark(issued: Desk) -> None:
    """A migration marks each row as it finds it."""
    early = NOW - timedelta(days=400)
    vault = issued.vault
    recorded = mark_of_recording(vault, read_number(issued, 1), early).hex()
    delivered = mark_of_delivery(vault, read_index(issued, 1), early).hex()
    at = f"'{early:%Y-%m-%d %H:%M:%S}.000000'"
    for statement, field in (
        (f"awards SET recorded_at = {at}, recorded_mark = x'{recorded}'", "recorded_at"),
        (f"copies SET delivered_at = {at}, delivered_mark = x'{delivered}'", "delivered_at"),
    ):
        faults = faults_after(issued, f"UPDATE {statement} WHERE id = 1")
        assert [(one.field, one.code) for one in faults] == [(field, "differs")]


def read_number(desk: Desk, award_id: int) -> str:
    """Return the number of an award."""
    with reading(desk.engine) as session:
        return session.get_one(Award, award_id).number


def read_index(desk: Desk, copy_id: int) -> int:
    """Return the status index of a copy."""
    with reading(desk.engine) as session:
        return session.get_one(Copy, copy_id).status_index


CHANGES = {
    "awards.number": "UPDATE awards SET number = 'S000012000123263000009' WHERE id = 1",
    "awards.level": "UPDATE awards SET level = 2 WHERE id = 1",
    "awards.year": "UPDATE awards SET year = 2025 WHERE id = 1",
    "awards.serial": "UPDATE awards SET serial = 9 WHERE id = 1",
    "awards.issued_on": "UPDATE awards SET issued_on = '2026-01-01' WHERE id = 1",
    "awards.occupation": "UPDATE awards SET occupation = 2 WHERE id = 1",
    "awards.status": "UPDATE awards SET status = 'revoked' WHERE id = 1",
    "awards.live_key": "UPDATE awards SET live_key = NULL WHERE id = 1",
    "awards.data_key_sealed": "UPDATE awards SET data_key_sealed = 'x' WHERE id = 1",
    "awards.private_sealed": "UPDATE awards SET private_sealed = 'x' WHERE id = 1",
    "awards.public_sealed": "UPDATE awards SET public_sealed = 'x' WHERE id = 1",
    "awards.row_mark": "UPDATE awards SET holder_id = 2 WHERE id = 1",
    "awards.recorded_at": "UPDATE awards SET recorded_at = '2027-01-01 00:00:00' WHERE id = 1",
    "awards.recorded_at, moved": "UPDATE awards SET "
    "recorded_at = strftime('%Y-%m-%d %H:%M:%f000', recorded_at, '-1 minute') WHERE id = 1",
    "copies.state": "UPDATE copies SET state = 'superseded' WHERE id = 2",
    "copies.print_serial": "UPDATE copies SET print_serial = 99 WHERE id = 2",
    "copies.record_version": "UPDATE copies SET record_version = 2 WHERE id = 2",
    "copies.row_mark": "UPDATE copies SET qr_url_prefix = 'https://evil.example/q#' WHERE id = 2",
    "copies.envelope_sealed": "UPDATE copies SET status_index = 7 WHERE id = 2",
    "copies.leaf_index": "UPDATE copies SET leaf_index = leaf_index + 1 WHERE id = 2",
    "copies.file_leaf_index": "UPDATE copies SET file_leaf_index = NULL WHERE id = 2",
    "copies.log_proof": "UPDATE copies SET log_proof = "
    "(SELECT log_proof FROM copies WHERE id = 3) WHERE id = 2",
    "copies.pdf_stored": "UPDATE copies SET pdf_stored = 'ab' WHERE id = 2",
    "copies.pdf_sha256_sealed": "UPDATE copies SET pdf_sha256_sealed = "
    "(SELECT pdf_sha256_sealed FROM copies WHERE id = 3) WHERE id = 2",
    "copies.delivered_at": "UPDATE copies SET delivered_at = '2020-01-01 00:00:00' WHERE id = 2",
    "copies.delivered_at, moved": "UPDATE copies SET "
    "delivered_at = strftime('%Y-%m-%d %H:%M:%f000', delivered_at, '+1 second') WHERE id = 2",
    "copies.delivered_at, taken out": "UPDATE copies SET delivered_at = NULL WHERE id = 2",
    "copies.delivered_at, with its mark": "UPDATE copies SET (delivered_at, delivered_mark) = "
    "(SELECT strftime('%Y-%m-%d %H:%M:%f000', delivered_at, '+1 second'), delivered_mark "
    "FROM copies WHERE id = 3) WHERE id = 2",
    "holders.sealed": "UPDATE holders SET sealed = (SELECT sealed FROM holders WHERE id = 2) "
    "WHERE id = 1",
    "access.locator": "DELETE FROM access WHERE award_id = 1 AND copy_id IS NULL",
    "access.wrapped_key": "UPDATE access SET wrapped_key = zeroblob(40) WHERE award_id = 1",
    "serial_counters.last": "UPDATE serial_counters SET last = 2",
    "print_counters.last": "UPDATE print_counters SET last = 2",
    "log_entries.leaf": "UPDATE log_entries SET leaf = body WHERE leaf_index = 1",
    "log_entries.body": "UPDATE log_entries SET body = (SELECT body FROM log_entries "
    "WHERE leaf_index = 2) WHERE leaf_index = 1",
    "log_entries.row": "DELETE FROM log_entries WHERE leaf_index = 1",
    "log_entries.stream_position": "UPDATE log_entries SET stream_position = 50 "
    "WHERE leaf_index = 1",
    "log_streams.last": "UPDATE log_streams SET last = 1",
    "log_head.published_root": "UPDATE log_head SET published_root = zeroblob(32)",
    "log_head.size": "UPDATE log_head SET size = 2",
    "log_head.adopted": "UPDATE log_head SET adopted = 0",
    "sites.row": "UPDATE filings SET level = 5 WHERE id = 1",
    "bodies.name": "UPDATE bodies SET name = '别的机构'",
    "public_hosts.row": "UPDATE public_hosts SET host = 'evil.example'",
}


@pytest.mark.parametrize("place", CHANGES)
def test_a_change_behind_the_registers_back_is_found_where_it_is(issued: Desk, place: str) -> None:
    found = {f"{fault.table}.{fault.field}" for fault in faults_after(issued, CHANGES[place])}
    assert place.partition(",")[0] in found


def test_a_deleted_award_is_missed_by_its_number(issued: Desk) -> None:
    statement = "DELETE FROM awards WHERE id = 3"
    found = faults_after(issued, statement)
    assert any(one.table == "awards" and one.code == "missing" for one in found)


def test_a_changed_published_file_is_found(issued: Desk) -> None:
    bundle = next((issued.home.log_folder / "tile" / "entries").rglob("*.p/*"))
    largest = max(bundle.parent.iterdir(), key=lambda path: int(path.name))
    kept = largest.read_bytes()
    largest.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    try:
        found = fsck(issued.home, issued.engine, issued.vault)
    finally:
        largest.write_bytes(kept)
    assert any(one.table == "log" for one in found)
