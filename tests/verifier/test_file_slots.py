"""Only so many files are read at once; who holds a place and dies gives it back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.verifier.world import NOW, trusted
from verifier.bulk_jobs import BulkJobs, JobOrder
from verifier.file_slots import FileSlots, NoFreeSlot
from verifier.service import Verifier
from verifier.verdict import Outcome


def test_one_more_file_than_there_are_places_is_refused(tmp_path: Path) -> None:
    slots = FileSlots(tmp_path / "slots", 2, patience_seconds=0)
    with slots.taken(), slots.taken(), pytest.raises(NoFreeSlot), slots.taken():
        raise AssertionError("a third place was given")


def test_a_place_given_back_is_given_again(tmp_path: Path) -> None:
    slots = FileSlots(tmp_path, 1, patience_seconds=0)
    for _ in range(3):
        with slots.taken():
            assert list(tmp_path.iterdir()) == [tmp_path / "slot-0"]


def test_a_killed_worker_gives_its_place_back(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from verifier.file_slots import FileSlots\n"
        "with FileSlots(Path(sys.argv[1]), 1).taken(): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        slots = FileSlots(tmp_path, 1, patience_seconds=0)
        with pytest.raises(NoFreeSlot), slots.taken():
            raise AssertionError("the place was given twice")
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        with slots.taken():
            assert holder.returncode == -signal.SIGKILL


def test_a_file_that_found_no_place_is_inconclusive(tmp_path: Path) -> None:
    slots = FileSlots(tmp_path, 1, patience_seconds=0)
    verifier = Verifier(trusted, None, b"p" * 32, lambda: NOW, slots=slots)
    try:
        with slots.taken():
            verdict = verifier.verify_file(b"%PDF-1.7", "x.pdf")
    finally:
        verifier.close()
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "files_waiting" in {finding.code for finding in verdict.findings}


@pytest.mark.parametrize("trap", ["open", "link", "nowhere", "file", "stranger"])
def test_a_folder_that_another_may_have_made_is_left_alone(
    tmp_path: Path, trap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, other = tmp_path / "slots", tmp_path / "other"
    other.mkdir(mode=0o700)
    match trap:
        case "open":
            folder.mkdir()
            folder.chmod(0o777)
        case "link":
            folder.symlink_to(other)
        case "nowhere":
            folder.symlink_to(tmp_path / "nowhere")
        case "file":
            folder.write_bytes(b"")
        case _:
            folder.mkdir(mode=0o700)
            me = os.getuid()
            monkeypatch.setattr(os, "getuid", lambda: me + 1)
    slots = FileSlots(folder, 1, patience_seconds=0)
    for _ in range(2):
        with slots.taken(), pytest.raises(NoFreeSlot), slots.taken():
            raise AssertionError("the place was given twice")
    assert list(other.iterdir()) == []
    assert not folder.is_dir() or list(folder.iterdir()) == []


def test_who_checks_a_list_first_leaves_the_folder_fit_for_files(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "yanzhen-0"
    BulkJobs(tmp_path, folder / "batches", 1).prepare(b"", JobOrder(file="名单.csv"))
    assert folder.stat().st_mode & 0o777 == 0o700
    with FileSlots(folder, 1).taken():
        assert (folder / "slot-0").exists() and caplog.text == ""


def test_a_folder_that_is_not_used_is_named_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "slots").mkdir(mode=0o755)
    with FileSlots(tmp_path / "slots", 1).taken():
        assert f"folder={tmp_path / 'slots'}" in caplog.text and "TMPDIR" in caplog.text


def test_without_any_place_for_locks_a_file_waits_and_nothing_falls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    slots = FileSlots(tmp_path / "file" / "slots", 1)
    verifier = Verifier(trusted, None, b"p" * 32, lambda: NOW, slots=slots)
    try:
        verdict = verifier.verify_file(b"%PDF-1.7", "x.pdf")
    finally:
        verifier.close()
    assert "files_waiting" in {finding.code for finding in verdict.findings}
