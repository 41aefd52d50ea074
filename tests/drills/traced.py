"""Runs a command under strace and sees every byte it and its children write to files and terminals.

What is written to a file that has no name, or is deleted at once, is seen too. Pipes and sockets
between the command and its own children are memory, not storage, and are left out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.drills.drill import DrillFailed, ToolMissing

_CALL = re.compile(
    rb"(?:write|pwrite64|writev|pwritev|pwritev2)\(\d+<(?P<path>[^>]*)>, (?P<data>.*)"
)
_STRING = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
_NOT_STORED = (b"pipe:", b"socket:", b"anon_inode:", b"UNIX", b"TCP", b"NETLINK", b"/dev/null")
_LONGEST = 64 << 20
PRINTED = "traced.out"


_TRACER = (
    *("strace", "-f", "--seccomp-bpf", "-y", "-xx"),
    *("-e", "trace=write,pwrite64,writev,pwritev,pwritev2"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a traced command ended.

    Args:
        code: its exit code.
        out: what it printed.
        written: how many bytes it wrote to files and terminals.
    """

    code: int
    out: str
    written: int


def run_traced(
    command: Sequence[str],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    given: bytes = b"",
    seen: Callable[[str, bytes], None],
) -> Ended:
    """Run a command to its end and show every piece it writes.

    Args:
        command: program and arguments.
        cwd: where it runs.
        environment: all of it.
        given: its standard input.
        seen: told the path and the bytes of each write.

    Raises:
        ToolMissing: there is no strace here, or it may not trace.
    """
    if shutil.which("strace") is None:
        raise ToolMissing("strace, which sees what is written, is not installed")
    fifo, out = cwd / "trace.fifo", cwd / PRINTED
    os.mkfifo(fifo)
    reader = _Reader(fifo, seen)
    tracer = [*_TRACER, "-s", str(_LONGEST), "-o", str(fifo)]
    try:
        with out.open("wb") as printed:
            reader.start()
            done = subprocess.run(
                [*tracer, *command],
                cwd=cwd,
                env=dict(environment),
                input=given,
                stdout=printed,
                stderr=subprocess.STDOUT,
                check=False,
            )
        reader.join()
    finally:
        fifo.unlink()
    text = out.read_text(encoding="utf-8", errors="replace")
    out.unlink()
    if "ptrace" in text and not reader.written:
        raise ToolMissing("strace may not trace on this machine")
    if reader.cut:
        raise DrillFailed("strace cut a write short: not every byte was seen")
    return Ended(code=done.returncode, out=text, written=reader.written)


class _Reader(threading.Thread):
    """Takes what strace tells, line by line."""

    def __init__(self, fifo: Path, seen: Callable[[str, bytes], None]) -> None:
        super().__init__(daemon=True)
        self._fifo, self._seen = fifo, seen
        self.written, self.cut = 0, False

    def run(self) -> None:
        with self._fifo.open("rb") as lines:
            for line in lines:
                found = _CALL.search(line)
                if found is None:
                    continue
                path = bytes.fromhex(found["path"].replace(b"\\x", b"").decode())
                if path.startswith(_NOT_STORED):
                    continue
                for text, more in _STRING.findall(found["data"]):
                    content = bytes.fromhex(text.replace(b"\\x", b"").decode())
                    self.cut = self.cut or bool(more)
                    self.written += len(content)
                    self._seen(path.decode("utf-8", "replace"), content)
