"""Finds the files in folders and ZIP archives that are to be verified, one after the other.

Nothing is written anywhere: a member of an archive is unpacked into memory, up to the size a
certificate file may have, and archives inside archives stay closed.
"""

from __future__ import annotations

import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from codes.typed import visible_line
from codes.wording import Text
from verifier.document import MAX_FILE_BYTES
from verifier.errors import UsageError

MAX_FILES = 2_000
MAX_DEPTH = 8
MAX_ARCHIVE_BYTES = 1 << 30
MAX_UNPACKED_BYTES = 4 << 30  # of one archive, all members together
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_SHOWN_CHARACTERS = 200
_OFFICE = "[Content_Types].xml"
_UTF8_NAMES = 0x800
_ENCRYPTED = 0x1
_NOT_OURS = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
_ARCHIVE_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    LookupError,
    OverflowError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """One file to verify.

    Args:
        name: its path under what was asked for, safe to print.
        data: its first bytes, one more than a certificate file may have at most.
        trouble: why there are no bytes; `data` is empty then.
    """

    name: str
    data: bytes = field(repr=False, default=b"")
    trouble: Text | None = None


def find_files(paths: Sequence[Path]) -> Iterator[FoundFile]:
    """Yield every file that the paths name: files, those in folders and those in ZIP archives.

    Raises:
        UsageError: there are more than may be verified at once (`files_too_many`), or none
            (`files_none`).
    """
    count = 0
    for path in paths:
        for found in _below(path, path.name or str(path), MAX_DEPTH):
            count += 1
            if count > MAX_FILES:
                raise _too_many()
            yield found
    if not count:
        raise UsageError("files_none", Text("其中没有文件", "there is no file in it"))


def _too_many() -> UsageError:
    return UsageError(
        "files_too_many",
        Text(
            f"文件超过 {MAX_FILES} 个；请分次核验",
            f"there are more than {MAX_FILES} files; verify them in parts",
        ),
    )


def is_archive(path: Path) -> bool:
    """Say whether a regular file is a ZIP archive, and no office document."""
    try:
        if not path.is_file():  # a pipe would be waited for without end
            return False
        with path.open("rb") as stream:
            if stream.read(4) not in _ZIP:
                return False
        with zipfile.ZipFile(path) as archive:
            return _OFFICE not in archive.namelist()
    except _ARCHIVE_FAULTS:
        return True  # what reads it says that it is damaged


def _below(path: Path, name: str, depth: int) -> Iterator[FoundFile]:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            yield from _in_folder(path, name, depth)
        elif not stat.S_ISREG(mode):
            yield FoundFile(name=shown(name), trouble=_NOT_REGULAR)
        elif is_archive(path):
            yield from _in_archive(path, name)
        else:
            with path.open("rb") as stream:
                yield FoundFile(name=shown(name), data=stream.read(MAX_FILE_BYTES + 1))
    except OSError:
        yield FoundFile(name=shown(name), trouble=_UNREADABLE)


def _in_folder(path: Path, name: str, depth: int) -> Iterator[FoundFile]:
    if not depth:
        yield FoundFile(name=shown(name), trouble=_TOO_DEEP)
        return
    with os.scandir(path) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        # A link may lead out of the folder, and round in a ring.
        if not entry.name.startswith(".") and entry.name not in _NOT_OURS:
            below = f"{name}/{entry.name}"
            if entry.is_symlink():
                yield FoundFile(name=shown(below), trouble=_LINK)
            else:
                yield from _below(Path(entry.path), below, depth - 1)


def _in_archive(path: Path, name: str) -> Iterator[FoundFile]:
    if path.stat().st_size > MAX_ARCHIVE_BYTES:
        yield FoundFile(name=shown(name), trouble=_ARCHIVE_TOO_LARGE)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _members(archive, name)
    except _ARCHIVE_FAULTS:
        yield FoundFile(name=shown(name), trouble=_ARCHIVE_DAMAGED)


def _members(archive: zipfile.ZipFile, name: str) -> Iterator[FoundFile]:
    named = [(member, _name_of(member)) for member in archive.infolist() if not member.is_dir()]
    wanted = [(member, own) for member, own in named if not _NOT_OURS & set(own.split("/"))]
    if len(wanted) > MAX_FILES:  # said by the directory, before the first is unpacked
        raise _too_many()
    left = MAX_UNPACKED_BYTES
    for member, own in wanted:
        found = _unpack(archive, member, shown(f"{name}/{own}"))
        left -= len(found.data)
        if left < 0:
            yield FoundFile(name=shown(name), trouble=_ARCHIVE_TOO_LARGE)
            return
        yield found


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> FoundFile:
    if member.flag_bits & _ENCRYPTED:
        return FoundFile(name=name, trouble=_MEMBER_LOCKED)
    try:
        with archive.open(member) as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except _ARCHIVE_FAULTS:
        return FoundFile(name=name, trouble=_MEMBER_DAMAGED)
    if data.startswith(_ZIP):
        return FoundFile(name=name, trouble=_NESTED)
    return FoundFile(name=name, data=data)


def _name_of(member: zipfile.ZipInfo) -> str:
    """Return a member's name; Chinese programs write it in GBK without saying so."""
    if member.flag_bits & _UTF8_NAMES:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return member.filename


def shown(name: str) -> str:
    """Return a name from outside on one line, with nothing in it that a terminal obeys."""
    plain = visible_line(name)
    if len(plain) <= _SHOWN_CHARACTERS:
        return plain
    return f"{plain[: _SHOWN_CHARACTERS // 2]}…{plain[-_SHOWN_CHARACTERS // 2 :]}"


_NOT_REGULAR = Text("不是普通文件，未核验。", "Not a regular file; not verified.")
_UNREADABLE = Text("文件无法读取，请核对权限。", "The file cannot be read; check its permissions.")
_LINK = Text("是符号链接，未跟随；请直接给出文件。", "A symbolic link, not followed.")
_TOO_DEEP = Text(
    f"文件夹超过 {MAX_DEPTH} 层，未再深入。", f"Folders deeper than {MAX_DEPTH} are left out."
)
_ARCHIVE_TOO_LARGE = Text(
    "压缩包过大，其余文件未核验；请解压后分次核验。",
    "The archive is too large; what is left of it was not verified. Unpack it and verify in parts.",
)
_ARCHIVE_DAMAGED = Text(
    "压缩包已损坏，其余文件未核验。", "The archive is damaged; what is left was not verified."
)
_MEMBER_LOCKED = Text(
    "设有密码，未核验；请解压后再核验。", "Locked by a password; unpack it first."
)
_MEMBER_DAMAGED = Text("在压缩包中已损坏，未核验。", "Damaged in the archive; not verified.")
_NESTED = Text(
    "是压缩包中的压缩包或表格文档，未打开；请解压后再核验。",
    "An archive or office document inside the archive, not opened; unpack it first.",
)
