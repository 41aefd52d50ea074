"""What the auditor remembers between runs: the tree it saw, and what its rules need.

One JSON file, kept by the auditor and by nobody else; replaced as a whole. Whoever can change it
can make the auditor forget, so it belongs on the auditor's own machine.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from audit.errors import AuditError
from audit.faults import SENTENCES, AuditFault
from audit.filing import IssuedOn, LoggedAct
from audit.rules import KeyUse, LoggedList, RuleState
from codes.levels import Level
from codes.wording import Text
from keys.errors import KeysError
from keys.filing_windows import FilingEvent, FilingStep, Window
from keys.strict_json import load_strict_json
from log.edge import TreeEdge
from log.lines import decode_base64, encode_base64
from log.merkle import HASH_BYTES

FORMAT_VERSION = 3
_WITHOUT_ISSUES = 2
MAX_MEMORY_BYTES = 512 * 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Memory:
    """What is remembered of one log.

    Args:
        vkey: of the log.
        origin: of the log.
        edge: of the tree that was seen.
        rules: what the rules remember.
        trust_version: of the newest trust list seen.
        trust_dated: when that one was drawn up, None before the first.
        faults: of leaves, found in all runs: what was wrong once stays wrong.
        whole: whether the rules remember all they need; else the old leaves are judged again.
    """

    vkey: str
    origin: str
    edge: TreeEdge = field(default_factory=TreeEdge)
    rules: RuleState = field(default_factory=RuleState)
    trust_version: int = 0
    trust_dated: datetime | None = None
    faults: list[AuditFault] = field(default_factory=list)
    whole: bool = True


def load_memory(path: Path) -> Memory | None:
    """Return what is remembered in a file; None where there is none yet.

    Raises:
        AuditError: `audit_memory_damaged`.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return _read(load_strict_json(data, max_bytes=MAX_MEMORY_BYTES))
    except (KeysError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise AuditError(
            "audit_memory_damaged",
            Text(
                "核对记忆文件已损坏，拒绝使用；如确需重新开始，请先移走该文件",
                "The auditor's memory is damaged; move the file away to begin anew",
            ),
        ) from error


def save_memory(path: Path, memory: Memory) -> None:
    """Replace the file as a whole: after a crash there is the old one or the new one."""
    data = json.dumps(_dump(memory), ensure_ascii=False, separators=(",", ":")).encode()
    replace_file(path, data)


def replace_file(path: Path, data: bytes) -> None:
    """Write a file so that it is all there, on the disk, or as it was before."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with beside.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _dump(memory: Memory) -> dict[str, Any]:
    rules = memory.rules
    return {
        "format": FORMAT_VERSION,
        "vkey": memory.vkey,
        "origin": memory.origin,
        "size": memory.edge.size,
        "levels": [encode_base64(b"".join(level)) for level in memory.edge.levels],
        "trust_version": memory.trust_version,
        "trust_dated": _seconds(memory.trust_dated),
        "logged_at": _seconds(rules.logged_at),
        "serials": [[*stream, serial] for stream, serial in sorted(rules.serials.items())],
        "keys": [
            [*key, use.index, int(use.logged_at.timestamp())]
            for key, use in sorted(rules.keys.items())
        ],
        "marks": [encode_base64(mark) for mark in sorted(rules.marks)],
        "lists": [
            [version, one.index, int(one.logged_at.timestamp()), encode_base64(one.digest)]
            for version, one in sorted(rules.lists.items())
        ],
        "acts": [
            [prefix, act.index, int(act.logged_at.timestamp()), *_dump_step(act.step)]
            for prefix, acts in sorted(rules.acts.items())
            for act in acts
        ],
        "issued": [
            [prefix, occupation, level, on.isoformat(), days.count, days.first, days.last]
            for (prefix, occupation, level, on), days in sorted(rules.issued.items())
        ],
        "faults": [[fault.code, fault.index, fault.about] for fault in memory.faults],
    }


def _read(value: Any) -> Memory:
    whole = value["format"] == FORMAT_VERSION
    if not whole and value["format"] != _WITHOUT_ISSUES:
        raise ValueError("a memory of another format")
    rules = RuleState(
        logged_at=_open_moment(value["logged_at"]),
        serials={(str(p), int(y), int(n)): int(s) for p, y, n, s in value["serials"]},
        keys={
            (str(prefix), int(key_id)): KeyUse(index=int(index), logged_at=_moment(at))
            for prefix, key_id, index, at in value["keys"]
        },
        marks={_bytes(mark) for mark in value["marks"]},
        lists={
            int(version): LoggedList(index=int(i), logged_at=_moment(at), digest=_bytes(digest))
            for version, i, at, digest in value["lists"]
        },
    )
    for prefix, index, at, *step in value["acts"]:
        act = LoggedAct(index=int(index), logged_at=_moment(at), step=_read_step(step))
        rules.acts.setdefault(str(prefix), []).append(act)
    for prefix, occupation, level, on, count, first, last in value["issued"] if whole else ():
        key = (str(prefix), int(occupation), int(level), date.fromisoformat(on))
        rules.issued[key] = IssuedOn(count=int(count), first=int(first), last=int(last))
    faults = [
        AuditFault(code=code, index=index, about=str(a)) for code, index, a in value["faults"]
    ]
    if any(fault.code not in SENTENCES for fault in faults):
        raise ValueError("a fault nobody knows")
    return Memory(
        vkey=str(value["vkey"]),
        origin=str(value["origin"]),
        edge=TreeEdge([_split(_bytes(level)) for level in value["levels"]], int(value["size"])),
        rules=rules,
        trust_version=int(value["trust_version"]),
        trust_dated=_open_moment(value["trust_dated"]),
        faults=faults,
        whole=whole,
    )


def _dump_step(step: FilingStep) -> list[Any]:
    windows = [
        [one.occupation, int(one.level), one.first.isoformat(), one.last and one.last.isoformat()]
        for one in step.windows
    ]
    return [step.event.value, step.effective_on.isoformat(), windows]


def _read_step(value: Any) -> FilingStep:
    event, effective_on, windows = value
    return FilingStep(
        event=FilingEvent(event),
        effective_on=date.fromisoformat(effective_on),
        windows=tuple(
            Window(
                occupation=int(occupation),
                level=Level(level),
                first=date.fromisoformat(first),
                last=None if last is None else date.fromisoformat(last),
            )
            for occupation, level, first, last in windows
        ),
    )


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _open_moment(seconds: Any) -> datetime | None:
    return None if seconds is None else _moment(seconds)


def _bytes(text: str) -> bytes:
    data = decode_base64(text)
    if data is None:
        raise ValueError("not Base 64")
    return data


def _split(data: bytes) -> list[bytes]:
    if len(data) % HASH_BYTES:
        raise ValueError("not whole hashes")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
