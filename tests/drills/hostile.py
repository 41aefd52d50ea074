"""Drill: thousands of hostile files and bodies sent to the real public site."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

from registry.home import Home
from tests.drills.drill import (
    Drill,
    Facts,
    Figure,
    Part,
    ToolMissing,
    require,
    require_none,
    shares,
)
from tests.drills.hostile_pieces import Genuine, Piece, ask, genuine_from, pieces, upload
from tests.drills.office import desk_of, faces, make_office, people, put_on_record, utc_now
from tests.drills.results import ROOT
from tests.pdf.page_samples import draw
from tests.verifier.papers import picture_of, printer
from verifier.api.problems import PROBLEM_TYPE, ProblemCode
from verifier.document import READ_MEMORY_BYTES
from verifier.picture import COMPARE_MEMORY_BYTES
from verifier.verdict import Outcome

_PIECES = {Figure.FULL: 10_000, Figure.SHORT: 28}
_PART_PIECES = 1_000
_WORKERS = 2
_WARM_UP = 4
_LONGEST_SECONDS = 10.0
_PATIENCE_SECONDS = 60.0  # of the client, for an answer that comes far too late
_GROWTH_BYTES = 50 << 20
_LOOK_SECONDS = 0.02
_READS_FILES = "verifier.document_child"
_MOST_MEMORY = {_READS_FILES: READ_MEMORY_BYTES, "verifier.picture_child": COMPARE_MEMORY_BYTES}
_CODES = frozenset(code.value for code in ProblemCode)
_OUTCOMES = frozenset(outcome.value for outcome in Outcome)


def _parts(figure: Figure, seed: int) -> list[Part]:
    counts = shares(_PIECES[figure], -(-_PIECES[figure] // _PART_PIECES))
    return [
        Part(name=f"pieces-{index + 1}", run=partial(_run, count=count, seed=seed + index))
        for index, count in enumerate(counts)
    ]


def _run(folder: Path, *, count: int, seed: int) -> Facts:
    if not Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").exists():
        raise ToolMissing("this system does not show the memory of processes under /proc")
    home, genuine = _prepare(folder, seed)
    scratch = folder / "tmp"
    scratch.mkdir()
    with _serving(home, scratch) as (master, port), ThreadPoolExecutor(_WORKERS) as pool:
        send = partial(_send, port)
        workers = _children(master)
        require(len(workers) == _WORKERS, "the server has not as many workers as it should")
        untouched = [upload("file untouched", genuine.pdf), ask("question", genuine.question)]
        warm = list(pool.map(send, untouched * _WARM_UP))
        require_none([answer.piece.kind for answer in warm if answer.status != 200], "refused")
        before = _files(home.path) | _files(scratch)
        memory = {pid: _memory(pid, "VmRSS") for pid in workers}
        with _watching(workers) as peaks:
            answers = list(pool.map(send, pieces(genuine, count, seed)))
        require(_children(master) == workers, "a worker of the server died")
        growth = max(_memory(pid, "VmRSS") - memory[pid] for pid in workers)
        left = sorted(map(str, (_files(home.path) | _files(scratch)) - before))
    require_none([fault for answer in answers if (fault := answer.fault())], "wrong answers")
    require_none(left, "files left behind")
    require(growth <= _GROWTH_BYTES, f"a worker grew by {growth >> 20} MiB")
    for program, peak in peaks.items():
        most = _MOST_MEMORY[program]
        require(peak <= most, f"{program} took {peak >> 20} MiB")
    return _facts(answers)


def _prepare(folder: Path, seed: int) -> tuple[Home, Genuine]:
    home = make_office(folder, {})
    (person,) = islice(people(seed), 1)
    with desk_of(home, utc_now) as desk:
        numbers = put_on_record(desk, [person.candidate(2)])
        pdf = draw(printer(), faces(desk, numbers)[0])
    question = {"number": numbers[0], "name": person.name}
    return home, genuine_from(pdf, picture_of(pdf, dpi=100), question)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What came back: `status` is 0 where the server hung up without a word."""

    piece: Piece
    status: int
    seconds: float
    kind: str
    body: bytes = field(repr=False)

    def fault(self) -> str:
        """Return what is wrong with the answer, or nothing."""
        said = f"{self.piece.kind}: "
        if self.seconds > _LONGEST_SECONDS:
            return f"{said}{self.seconds:.1f} s"
        if not 200 <= self.status < 500:
            return f"{said}status {self.status}"
        value = json.loads(self.body)
        if self.status != 200:
            coded = self.kind == PROBLEM_TYPE and value["code"] in _CODES
            return "" if coded else f"{said}{self.status} without a code"
        if self.piece.refused:
            return f"{said}not refused"
        return "" if value["outcome"] in _OUTCOMES else f"{said}no outcome"


def _send(port: int, piece: Piece) -> _Answer:
    start = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
    status, kind, body = 0, "", b""
    try:
        with suppress(ConnectionError):  # refused before it was sent to the end, yet answered
            connection.request(
                "POST", piece.address, piece.body, {"Content-Type": piece.content_type}
            )
        response = connection.getresponse()
        status, kind = response.status, response.headers.get_content_type()
        body = response.read()
    except (OSError, http.client.HTTPException):
        status = 0
    finally:
        connection.close()
    seconds = time.monotonic() - start
    return _Answer(piece=piece, status=status, seconds=seconds, kind=kind, body=body)


def _facts(answers: list[_Answer]) -> Facts:
    kinds = Counter(answer.piece.kind for answer in answers)
    outcomes = Counter(
        json.loads(answer.body)["outcome"] for answer in answers if answer.status == 200
    )
    statuses = Counter(answer.status for answer in answers)
    return {
        "pieces": len(answers),
        "answers 5xx, or none": 0,
        "answers later than 10 s": 0,
        "child processes that parse beyond 512 MiB, or read print beyond 1 200 MiB": 0,
        "workers grown by more than 50 MiB, or died": 0,
        "files left behind": 0,
        "answers later than 5 s": sum(answer.seconds > 5 for answer in answers),
        **{f"HTTP status {status}": count for status, count in sorted(statuses.items())},
        **{f"outcome {name}": count for name, count in sorted(outcomes.items())},
        **{f"sent: {kind}": count for kind, count in sorted(kinds.items())},
    }


# The server


@contextmanager
def _serving(home: Home, scratch: Path) -> Iterator[tuple[int, int]]:
    """Serve a home as operators do; yield the process and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "wsgi", "serve", "--port", str(port)]
    server = subprocess.Popen(
        [*command, "--workers", str(_WORKERS)],
        cwd=ROOT,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "YANZHEN_HOME": str(home.path), "TMPDIR": str(scratch)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield server.pid, port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(_PATIENCE_SECONDS)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            require(time.monotonic() < deadline, "the server does not listen")
            time.sleep(_LOOK_SECONDS)


# What can be seen from outside


@contextmanager
def _watching(workers: set[int]) -> Iterator[dict[str, int]]:
    """Note the most memory that a child process of each kind ever held, in bytes."""
    peaks: dict[str, int] = {}
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(_LOOK_SECONDS):
            for child in (child for worker in workers for child in _children(worker)):
                program = _program(child)
                peaks[program] = max(peaks.get(program, 0), _memory(child, "VmHWM"))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        stop.set()
        thread.join()


def _children(pid: int) -> set[int]:
    try:
        return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except OSError:  # it has just ended
        return set()


def _program(pid: int) -> str:
    """Return what a child process runs; while it is being started, what reads files."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        words = []
    return next((program for program in _MOST_MEMORY if program in words), _READS_FILES)


def _memory(pid: int, what: str) -> int:
    """Return a process's memory in bytes; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    found = [line.split()[1] for line in lines if line.startswith(f"{what}:")]
    return int(found[0]) << 10 if found else 0


def _files(folder: Path) -> set[Path]:
    """Return all that is in a folder but the locks by which workers count the files being read."""
    return {path for path in folder.rglob("*") if not path.match("yanzhen-*/slot-*")}


DRILL = Drill(
    name="hostile",
    promise="No file and no body, however hostile, brings the public site down or to a halt.",
    method="""10 000 pieces of 28 kinds are sent to a real server with two workers, two at a time:
        certificates cut off, with bits turned over, with places and lengths changed, two kinds of
        file in one, noise, PDF files with loops, deep nesting, bombs of text, pictures and
        attachments, drawing that never ends, pictures that are huge or say so, and JSON bodies
        nested deeply, with names twice, numbers beyond all bounds, odd characters, other media
        types and too great a length. Every answer must be a verdict or a refusal with a code and
        come within 10 s. From outside, the memory of the workers and of the processes that read
        files is watched, and the home and the folder for temporary files are compared with what
        they held before.""",
    parts=_parts,
    defect="JSON that is nested too deeply is no longer caught where it is read.",
    defect_part="pieces-1",
)
