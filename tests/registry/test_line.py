"""Writers wait in order of arrival; nobody waits for the dead, nor for ever."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread

import pytest

from registry.errors import RegistryUnavailable
from registry.line import WritersLine

_TAKES_A_TURN = """
import sys
from registry.line import WritersLine
with WritersLine(sys.argv[1], most_seconds=60).turn():
    print("in", flush=True)
    sys.stdin.read()
"""


def line_at(folder: Path, most_seconds: float = 60) -> WritersLine:
    return WritersLine(str(folder / "line"), most_seconds=most_seconds)


@contextmanager
def another_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process whose turn it is."""
    with subprocess.Popen(
        [sys.executable, "-c", _TAKES_A_TURN, str(folder / "line")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in\n"
        yield process
        process.kill()


def test_threads_are_let_in_in_order_of_arrival(tmp_path: Path) -> None:
    line = line_at(tmp_path)
    order: list[int] = []

    def write(index: int) -> None:
        with line.turn():
            order.append(index)

    threads = [Thread(target=write, args=(index,)) for index in range(8)]
    with line.turn():
        for thread in threads:
            thread.start()
            time.sleep(0.02)  # so that each arrives after the one before
        assert order == []
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_one_at_a_time_is_let_in(tmp_path: Path) -> None:
    lines = [line_at(tmp_path), line_at(tmp_path)]
    together = Barrier(8)
    inside = 0

    def write(index: int) -> int:
        nonlocal inside
        together.wait()
        seen = 0
        for _ in range(50):
            with lines[index % 2].turn():
                inside += 1
                seen = max(seen, inside)
                inside -= 1
        return seen

    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(write, range(8))) == 1


def test_who_waited_too_long_is_told_and_the_line_goes_on(tmp_path: Path) -> None:
    line = line_at(tmp_path, most_seconds=0.05)
    with line.turn(), ThreadPoolExecutor(1) as pool:

        def write() -> None:
            with line.turn():
                raise AssertionError("it is not our turn")

        with pytest.raises(RegistryUnavailable, match="registry_busy"):
            pool.submit(write).result()
    with line.turn():
        pass


def test_a_turn_ends_with_an_error_in_it(tmp_path: Path) -> None:
    line = line_at(tmp_path)
    with pytest.raises(RuntimeError), line.turn():
        raise RuntimeError
    with line.turn():
        pass


def test_processes_take_turns(tmp_path: Path) -> None:
    def write() -> None:
        with line_at(tmp_path).turn():
            pass

    with another_process(tmp_path) as process, ThreadPoolExecutor(1) as pool:
        ours = pool.submit(write)
        time.sleep(0.1)
        assert not ours.done()
        assert process.stdin is not None
        process.stdin.close()
        ours.result(timeout=30)


def test_nobody_waits_for_a_process_that_was_killed(tmp_path: Path) -> None:
    with another_process(tmp_path) as process:
        process.kill()
        process.wait()
        with line_at(tmp_path).turn():
            pass


def test_a_missing_folder_holds_nobody_up(tmp_path: Path) -> None:
    with line_at(tmp_path / "none").turn():
        assert not (tmp_path / "none").exists()
