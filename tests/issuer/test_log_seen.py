"""A verifier remembers the greatest checkpoint that it believed, and never goes back behind it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from issuer.log_publishing import LogOffice, publish_log
from issuer.status_publishing import publish_behind, status_office_of
from keys.log_key import sign_checkpoint
from log.errors import LogError
from log.leaves import LifeKind
from registry.home import Home
from registry.log_reader import CHECKPOINT, ListedLogs, LogReader
from registry.log_seen import LogMemory
from tests.conftest import NOW
from tests.issuer.desks import desk_at
from tests.issuer.lives import NUMBER, PERSON, approved, issue_two, proposed
from tests.issuer.log_offices import append_filings, copy_database, log_office, restore_database
from verifier.opening import open_verifier
from verifier.status_source import VersionMemory
from verifier.verdict import Outcome, Verdict
from wsgi import create_public_app


@pytest.fixture
def office(home: Home) -> Iterator[LogOffice]:
    """A log of three entries."""
    with log_office(home) as made:
        append_filings(made, 3)
        publish_log(made)
        yield made


def reader(office: LogOffice) -> LogReader:
    """What a newly started verifier reads the log with."""
    listed = ListedLogs(keys=frozenset({office.key.vkey}))
    home = office.home
    return LogReader(home.log_folder, lambda: listed, LogMemory(home.log_seen_path))


def grow(office: LogOffice, count: int = 1) -> None:
    """Publish more entries."""
    append_filings(office, count, "more")
    publish_log(office)


def put_back(office: LogOffice, kept: Path) -> None:
    """Put an older log in the place of the published one, its files as they were."""
    shutil.rmtree(office.home.log_folder)
    shutil.copytree(kept, office.home.log_folder)


def refusal(log: LogReader) -> str:
    with pytest.raises(LogError) as caught:
        log.checkpoint()
    return caught.value.code


def test_a_smaller_log_is_refused_by_old_and_new_processes(
    office: LogOffice, tmp_path: Path
) -> None:
    shutil.copytree(office.home.log_folder, tmp_path / "kept")
    running = reader(office)
    assert running.checkpoint().checkpoint.size == 3
    grow(office, 300)
    assert running.checkpoint().checkpoint.size == 303
    put_back(office, tmp_path / "kept")
    for log in (running, reader(office)):
        assert refusal(log) == "log_older"
        with pytest.raises(LogError, match="log_older"):
            log.prover().life_marks()


def test_a_verifier_that_nobody_asked_knows_what_its_own_home_has_published(
    office: LogOffice, tmp_path: Path
) -> None:
    shutil.copytree(office.home.log_folder, tmp_path / "kept")
    grow(office)
    put_back(office, tmp_path / "kept")
    assert refusal(reader(office)) == "log_older"


def test_the_very_file_that_a_worker_has_read_is_refused_once_another_saw_more(
    office: LogOffice,
) -> None:
    folder = office.home.log_folder
    slow, quick = reader(office), reader(office)
    assert slow.checkpoint().checkpoint.size == 3
    kept = folder.with_name("kept")
    shutil.copytree(folder, folder.with_name("newer"))
    folder.rename(kept)  # the inodes and times stay what they are
    folder.with_name("newer").rename(folder)
    grow(office)
    assert quick.checkpoint().checkpoint.size == 4
    folder.rename(folder.with_name("newer"))
    kept.rename(folder)
    assert refusal(slow) == "log_older"


@pytest.mark.parametrize(("more", "code"), [(0, "log_differs_from_seen"), (1, "log_root_differs")])
def test_a_second_history_is_refused_though_the_logs_own_key_signed_it(
    office: LogOffice, more: int, code: str
) -> None:
    assert reader(office).checkpoint().checkpoint.size == 3
    seen = office.home.log_seen_path.read_bytes()
    grow(office)
    office.home.log_seen_path.write_bytes(seen)  # as of a verifier that did not look since
    note = sign_checkpoint(office.key, size=3 + more, root=b"\x07" * 32)
    (office.home.log_folder / CHECKPOINT).write_bytes(bytes(note))
    assert refusal(reader(office)) == code
    told = json.loads(office.home.log_seen_path.read_bytes())
    assert [one["size"] for one in told["logs"].values()] == [3]


def test_nothing_is_written_while_nothing_changes(office: LogOffice) -> None:
    log = reader(office)
    log.checkpoint()
    path = office.home.log_seen_path
    before = path.stat()
    for asked in (log, log, reader(office)):
        asked.checkpoint()
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert path.stat().st_mode & 0o777 == 0o600


def test_without_a_place_to_write_the_process_still_remembers(
    office: LogOffice, tmp_path: Path
) -> None:
    shutil.copytree(office.home.log_folder, tmp_path / "kept")
    grow(office)
    folder = office.home.log_seen_path.parent
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_bytes(b"a file where the folder should be")
    log = reader(office)
    assert log.checkpoint().checkpoint.size == 4
    put_back(office, tmp_path / "kept")
    assert refusal(log) == "log_older"


@pytest.mark.parametrize(
    "damage",
    [b"", b"{}", b"[]", b"[" * 100_000, b'{"format": 1, "logs": {"x": {"size": "1", "root": ""}}}'],
)
def test_a_damaged_memory_gives_no_answer(office: LogOffice, damage: bytes) -> None:
    reader(office).checkpoint()
    office.home.log_seen_path.write_bytes(damage)
    assert refusal(reader(office)) == "log_seen_damaged"
    assert office.home.log_seen_path.read_bytes() == damage


def ask(home: Home) -> Verdict:
    """What a newly started verifier says of the first certificate."""
    verifier = open_verifier(home, clock=lambda: NOW)
    try:
        return verifier.verify_number(NUMBER, name=PERSON.name)
    finally:
        verifier.close()


def register_files_open() -> int:
    """How many descriptors of this process are of the register."""
    links = [one for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    return sum(one.readlink().name.startswith("registry.sqlite3") for one in links)


def test_an_office_put_back_to_before_a_revocation_is_answered_with_nothing(
    home: Home, tmp_path: Path
) -> None:
    """Database, log and status lists fit each other; only the memory knows better."""
    issue_two(home, tmp_path)
    with desk_at(home) as desk:
        publish_behind(status_office_of(desk), every=True)
    copy_database(home, tmp_path / "kept.sqlite3")
    before = register_files_open()
    assert ask(home).outcome is Outcome.VALID
    assert register_files_open() == before  # a verifier that is closed leaves the register
    for folder in (home.log_folder, home.status_folder):
        shutil.copytree(folder, tmp_path / folder.name)
    with desk_at(home) as desk:
        approved(desk, proposed(desk, LifeKind.REVOKE))
    assert ask(home).outcome is Outcome.NOT_CURRENT
    client = create_public_app(home).test_client()
    assert client.get("/status/0").status_code == 200
    (home.path / "registry.sqlite3").unlink()  # what is still open goes on with the file it had
    restore_database(home, tmp_path / "kept.sqlite3")
    for folder in (home.log_folder, home.status_folder):
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / folder.name, folder)
    verdict = ask(home)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "log_older" in {one.code for one in verdict.findings}
    # A process that was started afterwards does not give the old status list out either.
    assert create_public_app(home).test_client().get("/status/0").status_code == 503


def test_the_sites_memory_of_status_lists_outlives_it_and_needs_no_place_to_write(
    tmp_path: Path,
) -> None:
    path = tmp_path / "memory" / "status-lists.json"
    assert VersionMemory(path, must_keep=False).raise_to(0, 7) == 0
    assert VersionMemory(path, must_keep=False).raise_to(0, 3) == 7
    nowhere = tmp_path / "file"
    nowhere.write_bytes(b"")
    memory = VersionMemory(nowhere / "status-lists.json", must_keep=False)
    assert [memory.raise_to(0, version) for version in (5, 4)] == [0, 5]
    with pytest.raises(OSError, match="file"):
        VersionMemory(nowhere / "status-lists.json").raise_to(0, 5)


def test_what_a_killed_writer_left_is_swept_away_by_the_next_publishing(office: LogOffice) -> None:
    left = office.home.log_seen_path.with_name(".yanzhen-unfinished-0123456789abcdef")
    left.write_bytes(b"{")
    grow(office)
    assert not left.exists()
    assert office.home.log_seen_path.exists()
