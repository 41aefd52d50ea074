"""What a run and its worker processes say to one another: one JSON object a line, over pipes.

The order comes first and holds the passphrase; a pipe is the one way to hand it over that shows
neither in the list of processes nor in an environment. Tasks follow, and each is answered.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from codes.errors import CodesError
from codes.wording import Text
from issuer.copy_rows import ChosenCopies
from issuer.desk import Desk
from issuer.errors import IssuerError, WorkerFailed
from keys.errors import KeysError
from registry.errors import (
    ConflictError,
    HomeError,
    RegistryContended,
    RegistryError,
    RegistryUnavailable,
    StoreError,
    VaultError,
)
from registry.home import Home
from templates.errors import TemplatesError
from templates.fonts import FontChain

_KINDS: dict[str, type[Exception]] = {
    kind.__name__: kind
    for kind in (
        CodesError,
        ConflictError,
        HomeError,
        IssuerError,
        KeysError,
        RegistryContended,
        RegistryError,
        RegistryUnavailable,
        StoreError,
        TemplatesError,
        VaultError,
    )
}


class Task(StrEnum):
    """What is to be done with some copies."""

    RECORD = "record"
    DRAW = "draw"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """What a worker opens its own desk with.

    Args:
        home: the installation.
        prefix: of the body, 13 characters.
        passphrase: opens vault and private keys.
        now: what the clock of the run says, aware UTC; the worker's goes on from there.
        operator_fonts, system_fonts: the folders of the run's fonts.
    """

    home: Home
    prefix: str
    passphrase: bytes = field(repr=False)
    now: datetime
    operator_fonts: Path | None
    system_fonts: tuple[Path, ...]


def order_for(desk: Desk, fonts: FontChain) -> WorkOrder:
    """Return the order that lets a worker do what this desk does."""
    return WorkOrder(
        home=desk.home,
        prefix=desk.opening.prefix,
        passphrase=desk.opening.passphrase,
        now=desk.clock(),
        operator_fonts=fonts.operator_dir,
        system_fonts=fonts.system_dirs,
    )


def encode_order(order: WorkOrder) -> bytes:
    """Return an order as one line."""
    operator = order.operator_fonts
    return _line(
        {
            "home": str(order.home.path),
            "demo": order.home.demo,
            "database_url": order.home.database_url,
            "prefix": order.prefix,
            "passphrase": order.passphrase.hex(),
            "now": order.now.isoformat(),
            "operator_fonts": None if operator is None else str(operator),
            "system_fonts": [str(folder) for folder in order.system_fonts],
        }
    )


def decode_order(line: bytes) -> WorkOrder:
    """Undo `encode_order`."""
    told = json.loads(line)
    operator = told["operator_fonts"]
    return WorkOrder(
        home=Home(path=Path(told["home"]), demo=told["demo"], database_url=told["database_url"]),
        prefix=told["prefix"],
        passphrase=bytes.fromhex(told["passphrase"]),
        now=datetime.fromisoformat(told["now"]),
        operator_fonts=None if operator is None else Path(operator),
        system_fonts=tuple(Path(folder) for folder in told["system_fonts"]),
    )


def encode_task(task: Task, copies: ChosenCopies) -> bytes:
    """Return a task as one line."""
    return _line({"task": task, "ids": copies.ids})


def decode_task(line: bytes) -> tuple[Task, ChosenCopies]:
    """Undo `encode_task`."""
    told = json.loads(line)
    return Task(told["task"]), ChosenCopies(ids=tuple(told["ids"]))


def encode_done(count: int) -> bytes:
    """Return the answer that so many copies were finished, as one line."""
    return _line({"done": count})


def encode_failure(error: Exception) -> bytes:
    """Return the answer that a task failed, as one line; nothing of it names a person."""
    for kind in type(error).__mro__:
        if kind.__name__ in _KINDS:
            code, text = getattr(error, "code", ""), getattr(error, "text", Text("", ""))
            return _line({"kind": kind.__name__, "code": code, "zh": text.zh, "en": text.en})
    if isinstance(error, OSError) and error.errno is not None:
        name = None if error.filename is None else str(error.filename)
        return _line({"errno": error.errno, "strerror": error.strerror, "filename": name})
    return _line({"unforeseen": type(error).__name__})


def decode_answer(line: bytes) -> int:
    """Return how many copies a task finished.

    Raises:
        IssuerError, KeysError, RegistryError, TemplatesError, CodesError, OSError: what the worker
            met, of the same kind and with the same code as where there is no worker.
        WorkerFailed: it met what nobody foresaw.
    """
    told: dict[str, Any] = json.loads(line)
    if "done" in told:
        return int(told["done"])
    if "kind" in told:
        raise _KINDS[told["kind"]](told["code"], Text(told["zh"], told["en"]))
    if "errno" in told:
        raise OSError(told["errno"], told["strerror"], told["filename"])
    raise worker_failed(told["unforeseen"])


def worker_failed(reason: str) -> WorkerFailed:
    """Return the error of a worker that came to an end of its own; `reason` is for experts."""
    return WorkerFailed(
        "worker_failed",
        Text(
            f"一个工作进程未能完成（{reason}）。已登记的内容不受影响，重新运行同一条命令即可续办；"
            "如内存不足，请加 --workers 1",
            f"a worker process did not finish ({reason}). What is on record is safe; run the same "
            "command again. Where memory is short add --workers 1",
        ),
    )


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"
