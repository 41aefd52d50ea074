"""What is wrong with a log, and exactly where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from codes.printing import one_line
from codes.wording import Text
from log.errors import LogError

MAX_FAULTS = 10_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFault:
    """One thing that is wrong.

    Args:
        code: stable.
        text: what is wrong.
        path: the file it is in, below the log's folder or address.
        index: the leaf, or the hash within its level, from 0; None for the file as a whole.
        offset: where it begins in the file, in bytes; None for the file as a whole.
    """

    code: str
    text: Text
    path: str
    index: int | None = None
    offset: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as a JSON object."""
        return {
            "code": self.code,
            "path": self.path,
            "index": self.index,
            "offset": self.offset,
            "message": self.text.zh,
            "message_en": self.text.en,
        }

    def line(self) -> Text:
        """Return the fault and its place as one line."""
        place = one_line(self.path)  # a name that anyone may have chosen
        if self.index is not None:
            place += f" #{self.index}"
        if self.offset is not None:
            place += f" @{self.offset}"
        zh, en = one_line(self.text.zh), one_line(self.text.en)
        return Text(f"{place}：{zh}（{self.code}）", f"{place}: {en} [{self.code}]")


@dataclass(slots=True)
class FaultList:
    """Faults in the order they were found, up to a number nobody reads beyond."""

    found: list[LogFault] = field(default_factory=list)
    truncated: bool = False

    def add(self, fault: LogFault) -> None:
        """Keep one more."""
        if len(self.found) < MAX_FAULTS:
            self.found.append(fault)
        else:
            self.truncated = True


def file_fault(path: str, error: LogError) -> LogFault:
    """Return the fault of a file that could not be taken."""
    return LogFault(code=error.code, text=error.text, path=path)


def entry_fault(path: str, index: int, offset: int) -> LogFault:
    """Return the fault of an entry that is not the one the log committed to."""
    return LogFault(
        code="log_entry_changed",
        text=Text("条目与日志哈希不符", "The entry is not the one that the log has the hash of"),
        path=path,
        index=index,
        offset=offset,
    )


def hash_fault(path: str, index: int, offset: int) -> LogFault:
    """Return the fault of a hash that is not derived from what lies below it."""
    return LogFault(
        code="log_hash_wrong",
        text=Text("哈希与其下的条目不符", "The hash is not the one of what lies below it"),
        path=path,
        index=index,
        offset=offset,
    )


def root_fault(path: str, size: int) -> LogFault:
    """Return the fault of a checkpoint whose root is not that of the entries."""
    return LogFault(
        code="log_root_wrong",
        text=Text(
            f"检查点的根哈希与前{size}个条目不符",
            f"The root of the checkpoint is not that of the first {size} entries",
        ),
        path=path,
    )


def rewritten_fault(path: str, index: int, offset: int) -> LogFault:
    """Return the fault of an entry that was another one when it was last read."""
    return LogFault(
        code="log_rewritten",
        text=Text(
            "此前读到的条目已被改写",
            "The entry is not the one that was read here before",
        ),
        path=path,
        index=index,
        offset=offset,
    )


def stray_fault(path: str) -> LogFault:
    """Return the fault of a file that is no tile."""
    return LogFault(
        code="log_stray_file",
        text=Text("日志目录中有不属于日志的文件", "A file among the tiles is no tile"),
        path=path,
    )


def lost_fault(path: str) -> LogFault:
    """Return the fault of a place beyond which nothing can be derived."""
    return LogFault(
        code="log_underivable",
        text=Text(
            "条目与哈希均无法读取，其后的内容无从核对",
            "Neither entries nor hashes can be read here; nothing after it can be checked",
        ),
        path=path,
    )
