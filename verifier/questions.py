"""What the process that reads files is asked: to read one, to glance at one, to compare two.

A question says what kind of file it is about; the child never guesses it anew.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum

_HEAD = struct.Struct(">II")  # which page, and how long the file is


class Task(Enum):
    """What is to be done; the value is how a question for it begins."""

    READ_PDF = b"\0pdf\0"
    READ_PICTURE = b"\0picture\0"
    GLANCE = b"\0glance\0"
    COMPARE = b"\0compare\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question.

    Args:
        data: the file in question; untrusted.
        issued: the page it is compared with; empty unless the task is COMPARE.
        page: the page that is compared, counted from 0.
    """

    task: Task
    data: bytes
    issued: bytes = b""
    page: int = 0


def pack(question: Question) -> bytes:
    """Return a question as it is sent."""
    match question.task:
        case Task.READ_PDF | Task.READ_PICTURE | Task.GLANCE:
            return _start(question.task) + question.data
        case Task.COMPARE:
            head = _HEAD.pack(question.page, len(question.data))
            return _start(question.task) + head + question.data + question.issued


def _start(task: Task) -> bytes:
    start: bytes = task.value
    return start


def unpack(sent: bytes) -> Question:
    """Undo `pack`.

    Raises:
        ValueError: it is no question.
    """
    for task in Task:
        if sent.startswith(task.value):
            rest = sent[len(task.value) :]
            if task is not Task.COMPARE:
                return Question(task=task, data=rest)
            page, length = _HEAD.unpack_from(rest)
            end = _HEAD.size + length
            return Question(task=task, data=rest[_HEAD.size : end], issued=rest[end:], page=page)
    raise ValueError("no question")
