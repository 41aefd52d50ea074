"""Worker processes: the same pages as from one process, and no harm done where one of them dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from select import select as wait_for

import pytest
from sqlalchemy import select, update

from codes.wording import Text
from issuer.copy_rows import BatchCopies, chunks_of_ids, count_copies, undrawn, unrecorded
from issuer.crew import Crew, crew_size
from issuer.crew_messages import Task, decode_answer, encode_failure
from issuer.desk import Desk
from issuer.errors import IssuerError, WorkerFailed
from issuer.faces import draw_recorded
from issuer.issuing import Phase, finish_copies
from issuer.log_desk import office_of, put_in_log
from issuer.reserving import open_batch, reserve
from registry.errors import RegistryUnavailable, StoreError
from registry.models import Copy
from registry.session import reading, transaction
from templates.fonts import FontChain
from tests.drills.office import PASSPHRASE, desk_of, make_office, people
from tests.drills.register import award_faults, files_named, files_stored

COPIES = 400
SOME = 160
CHUNK = 20


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_of(make_office(tmp_path, {})) as desk:
        yield desk


@pytest.fixture
def any_desk(tmp_path: Path, any_database: dict[str, str]) -> Iterator[Desk]:
    with desk_of(make_office(tmp_path, any_database)) as desk:
        yield desk


def reserved(desk: Desk, count: int) -> BatchCopies:
    """Reserve an award for so many people."""
    batch_id = open_batch(desk, "一")
    rows = [person.candidate(row) for row, person in enumerate(islice(people(1), count), start=2)]
    reserve(desk, batch_id, rows)
    return BatchCopies(batch_id=batch_id)


def record_and_draw(
    desk: Desk, scope: BatchCopies, size: int, progress: Callable[[int], None] = lambda _: None
) -> None:
    with Crew(desk, FontChain(), size) as crew:
        crew.wait_until_ready()
        crew.do(Task.RECORD, chunks_of_ids(desk, scope, unrecorded, size=CHUNK), lambda _: None)
        put_in_log(desk, office_of(desk), scope)
        crew.do(Task.DRAW, chunks_of_ids(desk, scope, undrawn, size=CHUNK), progress)


def children() -> list[int]:
    """Return the worker processes there are, dead ones that nobody waited for included."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        pids = map(int, (task / "children").read_text().split())
        found += [pid for pid in pids if _is_worker_or_zombie(pid)]
    return found


def _is_worker_or_zombie(pid: int) -> bool:
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    return not command or b"issuer.crew_worker" in command


def pages(desk: Desk) -> dict[int, str | None]:
    with reading(desk.engine) as session:
        return {copy.id: copy.pdf_stored for copy in session.scalars(select(Copy))}


def test_two_processes_make_each_page_once_and_with_the_bytes_of_one(any_desk: Desk) -> None:
    scope = reserved(any_desk, COPIES)
    told: list[int] = []
    seen: set[int] = set()

    def progress(count: int) -> None:
        told.append(count)
        seen.update(children())

    record_and_draw(any_desk, scope, 2, progress)

    assert len(seen) == 1
    assert sum(told) == COPIES
    assert award_faults(any_desk) == []
    assert files_stored(any_desk) == files_named(any_desk)
    by_two = pages(any_desk)
    with transaction(any_desk.engine) as session:
        session.execute(update(Copy).values(pdf_stored=None))
    assert draw_recorded(any_desk, scope.batch_id, FontChain(), lambda _: None) == COPIES
    # A stored file's name is the hash of its sealed bytes: no new name, no other byte.
    assert pages(any_desk) == by_two
    assert children() == []


def test_a_killed_worker_is_told_and_the_next_run_finishes(desk: Desk) -> None:
    scope = reserved(desk, SOME)

    def kill(_: int) -> None:
        for pid in children():
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(WorkerFailed, match="signal 9") as failed:
        record_and_draw(desk, scope, 3, kill)

    assert failed.value.code == "worker_failed"
    assert children() == []
    assert 0 < count_copies(desk, scope, undrawn) < SOME
    desk.home.store.sweep()  # as every run of the command begins
    record_and_draw(desk, scope, 2)
    assert award_faults(desk) == []
    assert files_stored(desk) == files_named(desk)


def test_an_interrupted_run_leaves_no_process_and_nothing_half(desk: Desk) -> None:
    scope = reserved(desk, SOME)
    told = 0

    def stop(count: int) -> None:
        nonlocal told
        told += count
        if told == count:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record_and_draw(desk, scope, 3, stop)

    assert children() == []
    assert count_copies(desk, scope, undrawn) == SOME - told
    assert files_stored(desk) >= files_named(desk)
    assert not [name for name in files_stored(desk) if name.startswith(".")]
    record_and_draw(desk, scope, 2)
    assert award_faults(desk) == []


def test_what_a_worker_meets_is_told_as_if_there_were_none(desk: Desk) -> None:
    scope = reserved(desk, 4 * CHUNK)
    with Crew(desk, FontChain(), 2) as crew:
        crew.do(Task.RECORD, chunks_of_ids(desk, scope, unrecorded, size=CHUNK), lambda _: None)
    put_in_log(desk, office_of(desk), scope)
    for path in (desk.home.path / "store").glob("*/*"):
        path.unlink()
    with Crew(desk, FontChain(), 2) as crew:
        crew.wait_until_ready()
        only = islice(chunks_of_ids(desk, scope, undrawn, size=CHUNK), 1)
        with pytest.raises(StoreError, match="stored_file_missing"):
            crew.do(Task.DRAW, only, lambda _: None)
    assert children() == []


def test_a_worker_that_cannot_open_its_desk_says_why(desk: Desk) -> None:
    scope = reserved(desk, SOME)
    shut = replace(desk, opening=replace(desk.opening, passphrase=b"not the passphrase"))
    with pytest.raises(Exception, match="passphrase_wrong"):
        record_and_draw(shut, scope, 2)
    assert children() == []


def test_the_passphrase_is_neither_in_command_line_nor_environment(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANZHEN_PASSPHRASE", PASSPHRASE.decode())
    monkeypatch.setenv("YANZHEN_DATABASE_URL", "postgresql://who:secret@nowhere/none")
    with Crew(desk, FontChain(), 2) as crew:
        crew.wait_until_ready()
        (pid,) = children()
        shown = (
            Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
        )
    assert PASSPHRASE not in shown
    assert b"YANZHEN_PASSPHRASE" not in shown
    assert b"secret" not in shown
    assert PASSPHRASE.decode() not in repr(desk.opening)


def test_a_worker_runs_nothing_from_the_current_folder(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap, mark = tmp_path / "trap", tmp_path / "sprung"
    trap.mkdir()
    for name in ("json", "click", "issuer", "sitecustomize"):
        (trap / f"{name}.py").write_text(f"open({str(mark)!r}, 'w')\n", encoding="utf-8")
    monkeypatch.chdir(trap)
    with Crew(desk, FontChain(), 2) as crew:
        crew.wait_until_ready()
    assert not mark.exists()


def test_workers_end_with_a_run_that_was_killed(desk: Desk, tmp_path: Path) -> None:
    program = f"""
import os, time
from pathlib import Path
from issuer.crew import Crew
from registry.home import Home
from templates.fonts import FontChain
from tests.drills.office import desk_of
with desk_of(Home.open(Path({str(desk.home.path)!r}), environment={{}})) as desk:
    with Crew(desk, FontChain(), 2) as crew:
        crew.wait_until_ready()
        task = Path("/proc/self/task").joinpath(str(os.getpid()), "children")
        print(task.read_text().split()[0], flush=True)
        time.sleep(60)
"""
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        worker = os.pidfd_open(int(run.stdout.readline()))
        run.kill()
    try:
        ended, _, _ = wait_for([worker], [], [], 30)
        assert ended
    finally:
        os.close(worker)


def test_few_copies_are_left_to_one_process(desk: Desk) -> None:
    four = replace(desk, workers=4)
    assert [crew_size(four, copies) for copies in (0, 499, 500, 50_000)] == [1, 1, 4, 4]
    assert crew_size(desk, 50_000) == 1


def test_a_long_run_signs_and_draws_with_workers(desk: Desk) -> None:
    scope = reserved(desk, 500)
    told: dict[Phase, tuple[int, int]] = {}
    seen: set[int] = set()

    def progress(phase: Phase, done: int, total: int) -> None:
        told[phase] = (done, total)
        seen.update(children())

    finish_copies(replace(desk, workers=2), scope, FontChain(), progress)
    assert told == {Phase.SIGN: (500, 500), Phase.DRAW: (500, 500)}
    assert len(seen) == 1
    assert award_faults(desk) == []


@pytest.mark.parametrize(
    "error",
    [
        IssuerError("no_active_key", Text("没有", "none")),
        RegistryUnavailable("registry_unreachable", Text("没有", "none")),
        OSError(28, "No space left on device", "/somewhere"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_comes_back_as_what_it_was(error: Exception) -> None:
    with pytest.raises(type(error)) as back:
        decode_answer(encode_failure(error))
    assert type(back.value) is type(error)
    assert str(back.value) == str(error)
    assert getattr(back.value, "text", None) == getattr(error, "text", None)


def test_an_unforeseen_error_comes_back_as_a_failed_worker_and_tells_no_secret() -> None:
    line = encode_failure(KeyError("王小明"))
    assert "王小明" not in json.dumps(json.loads(line), ensure_ascii=False)
    with pytest.raises(WorkerFailed, match="KeyError"):
        decode_answer(line)
