"""The sequencer and publication: what is signed extends what was signed, whatever happens."""

from __future__ import annotations

import os
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from issuer.errors import LogRefused
from issuer.log_custody import ensure_log, open_key_of_log
from issuer.log_publishing import check_log, log_is_settled, publish_log
from log.checkpoint import open_checkpoint
from log.merkle import EMPTY_ROOT, verify_consistency
from registry.home import Home
from registry.log_reader import CHECKPOINT, LogReader
from registry.session import database
from tests.conftest import NOW, PASSPHRASE
from tests.drills.fault_points import Act, Breaker, Way
from tests.drills.issue_process import wait
from tests.issuer.log_offices import (
    HOST,
    append_filings,
    copy_database,
    log_office,
    restore_database,
)

_SECONDS = 60.0


def test_an_empty_log_has_a_checkpoint_too(any_home: Home) -> None:
    with log_office(any_home) as office:
        done = publish_log(office)
    assert (done.checkpoint.size, done.checkpoint.root) == (0, EMPTY_ROOT)
    assert done.checkpoint.origin == f"{HOST}/log"
    assert LogReader(any_home.log_folder).checkpoint().checkpoint == done.checkpoint


def test_each_checkpoint_extends_the_one_before_and_proves_every_leaf(any_home: Home) -> None:
    reader = LogReader(any_home.log_folder)
    with log_office(any_home) as office:
        old = publish_log(office).checkpoint
        for more in (1, 254, 1, 2, 300):
            append_filings(office, more)
            new = publish_log(office).checkpoint
            assert new.size == old.size + more
            if old.size:
                assert verify_consistency(
                    old_size=old.size,
                    old_root=old.root,
                    new_size=new.size,
                    new_root=new.root,
                    proof=reader.tree().prove_consistency(old.size),
                )
            old = new
        assert log_is_settled(office.engine)
    prover = reader.prover()
    assert [prover.prove(index).index for index in range(prover.size)] == list(range(558))


def test_publishing_again_changes_nothing(home: Home) -> None:
    with log_office(home) as office:
        append_filings(office, 3)
        publish_log(office)
        before = (home.log_folder / CHECKPOINT).stat().st_mtime_ns
        done = publish_log(office)
    assert done.added == 0
    assert (home.log_folder / CHECKPOINT).stat().st_mtime_ns == before


def test_a_clock_behind_the_log_signs_nothing(home: Home) -> None:
    with log_office(home) as office:
        append_filings(office, 1)
        publish_log(office)
    with log_office(home, lambda: NOW - timedelta(hours=1)) as office:
        append_filings(office, 1)
        for act in (check_log, publish_log):
            with pytest.raises(LogRefused, match="log_clock_behind"):
                act(office)
    assert LogReader(home.log_folder).checkpoint().checkpoint.size == 1


def test_a_clock_a_moment_behind_logs_at_the_last_time(home: Home) -> None:
    with log_office(home) as office:
        append_filings(office, 1)
        publish_log(office)
    with log_office(home, lambda: NOW - timedelta(seconds=3)) as office:
        append_filings(office, 1)
        assert publish_log(office).checkpoint.size == 2


def test_a_restored_database_is_refused(home: Home, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    with log_office(home) as office:
        append_filings(office, 2)
        publish_log(office)
    copy_database(home, backup)
    with log_office(home) as office:
        append_filings(office, 1)
        publish_log(office)
    restore_database(home, backup)
    with log_office(home) as office:
        append_filings(office, 5, "another")
        for act in (check_log, publish_log):
            with pytest.raises(LogRefused, match="log_database_behind"):
                act(office)


def test_a_second_database_on_one_log_never_forks_it(home: Home, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    with log_office(home) as office:
        append_filings(office, 2)
        publish_log(office)
        append_filings(office, 1, "ours")
    copy_database(home, backup)
    with log_office(home) as office:
        publish_log(office)
    ours = tmp_path / "ours"
    copy_database(home, ours)
    restore_database(home, backup)
    with log_office(home) as office, pytest.raises(LogRefused, match="log_database_behind"):
        append_filings(office, 1, "theirs")
        publish_log(office)
    restore_database(home, ours)
    with log_office(home) as office:
        assert publish_log(office).checkpoint.size == 3


def test_files_older_than_the_database_are_refused(home: Home) -> None:
    with log_office(home) as office:
        append_filings(office, 1)
        publish_log(office)
        old = (home.log_folder / CHECKPOINT).read_bytes()
        append_filings(office, 1)
        publish_log(office)
        for folder in (home.log_folder, home.log_memory):
            (folder / CHECKPOINT).write_bytes(old)
        append_filings(office, 1)
        with pytest.raises(LogRefused, match="log_files_behind"):
            publish_log(office)


def test_a_public_folder_behind_the_memory_is_shown_the_last_checkpoint(home: Home) -> None:
    with log_office(home) as office:
        publish_log(office)
        old = (home.log_folder / CHECKPOINT).read_bytes()
        append_filings(office, 1)
        new = publish_log(office).checkpoint
        (home.log_folder / CHECKPOINT).write_bytes(old)
        assert publish_log(office).checkpoint == new
    assert LogReader(home.log_folder).checkpoint().checkpoint == new


@pytest.mark.parametrize("file", ["tile/0/000.p/3", "tile/entries/000.p/3"])
def test_nothing_is_signed_over_changed_files(home: Home, file: str) -> None:
    with log_office(home) as office:
        append_filings(office, 3)
        publish_log(office)
        path = home.log_folder / file
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        append_filings(office, 1)
        with pytest.raises(LogRefused, match=r"log_files_damaged|log_database_differs"):
            publish_log(office)
    assert LogReader(home.log_folder).checkpoint().checkpoint.size == 3


def test_a_lost_key_is_not_replaced_by_a_new_one(home: Home) -> None:
    with log_office(home) as office:
        append_filings(office, 1)
        publish_log(office)
    home.log_key_path.unlink()
    with (
        database(home.database_url) as engine,
        pytest.raises(LogRefused, match="log_key_missing"),
    ):
        ensure_log(home, engine, HOST, PASSPHRASE)
    assert not home.log_key_path.exists()


def test_a_key_that_is_not_the_logs_is_refused(home: Home) -> None:
    with log_office(home) as office:
        publish_log(office)
    other = home.log_memory / "vkey"
    text = other.read_text(encoding="utf-8")
    other.write_text(text.replace(HOST, "other.example"), encoding="utf-8")
    with pytest.raises(LogRefused, match=r"log_vkey_missing|log_key_mismatch"):
        open_key_of_log(home, PASSPHRASE)


@pytest.mark.parametrize("act", [Act.COMMIT, Act.RENAME, Act.SYNC, Act.WRITE])
@pytest.mark.parametrize("way", list(Way))
def test_whatever_breaks_the_next_publication_goes_on_without_a_fork(
    home: Home, tmp_path: Path, act: Act, way: Way
) -> None:
    roots: dict[int, bytes] = {}
    with log_office(home) as office:
        publish_log(office)
    for number in count():
        mark = tmp_path / "mark"
        mark.unlink(missing_ok=True)
        with log_office(home) as office:
            append_filings(office, 2, f"{number}")
        ended = _publish_in_a_process(home, Breaker(act, number, way, mark, home=home.path))
        _note_roots(home, roots)
        assert (ended == 0) is not mark.exists()
        with log_office(home) as office:
            done = publish_log(office)
            assert log_is_settled(office.engine)
        _note_roots(home, roots)
        assert done.checkpoint.size == 2 * (number + 1)
        prover = LogReader(home.log_folder).prover()
        assert [prover.prove(index).index for index in range(prover.size)] == list(
            range(done.checkpoint.size)
        )
        if not mark.exists():
            break
    assert number >= 2


def _publish_in_a_process(home: Home, breaker: Breaker) -> int:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            with log_office(home) as office:
                breaker.install()
                publish_log(office)
            code = 0
        finally:  # nothing may get past the fork into the test's own code
            os._exit(code)
    ended = wait(pid, _SECONDS)
    assert ended is not None, "the run hangs"
    return ended


def _note_roots(home: Home, roots: dict[int, bytes]) -> None:
    """Assert that of every size there is one root only, published or remembered."""
    vkey = LogReader(home.log_folder).vkey()
    for folder in (home.log_folder, home.log_memory):
        signed = open_checkpoint((folder / CHECKPOINT).read_bytes(), vkey).checkpoint
        assert roots.setdefault(signed.size, signed.root) == signed.root
