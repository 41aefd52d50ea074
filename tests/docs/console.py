"""Runs the console blocks of a page in one shell, and compares what they print.

A line that begins with `$ ` is a command, the lines after it are what it prints; `...` stands for
anything. Only standard output counts: progress goes to the other stream.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import blocks

_PROMPT = "$ "
_MARK = "\x1e"
_ANYTHING = re.escape("...")
_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command of a page, and what the page says that it prints."""

    command: str
    expected: str


def steps(page: Path) -> list[Step]:
    """Return the commands of a page's console blocks, in order."""
    found: list[Step] = []
    for block in blocks(page):
        if block.language != "console":
            continue
        for line in block.text.splitlines():
            if line.startswith(_PROMPT):
                found.append(Step(command=line.removeprefix(_PROMPT), expected=""))
            else:
                last = found.pop()
                found.append(Step(command=last.command, expected=f"{last.expected}{line}\n"))
    return found


def run(page: Path, folder: Path) -> list[tuple[Step, str]]:
    """Run a page's commands in `folder`, beside the files the page gives; return what each printed.

    The folder gets a `.venv` that is the environment the tests run in.
    """
    (folder / ".venv").symlink_to(sys.prefix)
    for block in blocks(page):
        if block.file is not None:
            (folder / block.file).write_text(block.text, encoding="utf-8")
    todo = steps(page)
    script = "".join(f"printf '{_MARK}'\n{step.command}\n" for step in todo)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YANZHEN_")}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=kept | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    printed = done.stdout.decode().split(_MARK)[1:]
    assert len(printed) == len(todo), done.stderr.decode()
    return list(zip(todo, printed, strict=True))


def agrees(step: Step, printed: str) -> bool:
    """Return whether a command printed what the page says."""
    pattern = re.escape(step.expected).replace(_ANYTHING, ".*")
    return re.fullmatch(pattern, printed) is not None
