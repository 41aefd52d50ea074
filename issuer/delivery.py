"""Where finished files go: a folder, or one ZIP file that is there whole or not at all."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Protocol

from codes.wording import Text
from issuer.errors import IssuerError
from registry.models import CopyKind
from registry.store import make_folder, sweep_unfinished, write_durably, writing_durably

ZIP_SUFFIX = ".zip"
# What Windows refuses in a file name, whoever is named so.
_RESERVED = frozenset('<>:"/\\|?*')
_NAME_BYTES = 160  # of the 255 that a file system takes, beside number, kind and ending
_KIND_SUFFIX = {
    CopyKind.ORIGINAL: "",
    CopyKind.REISSUE: "",
    CopyKind.ARCHIVE: "-存档副本",
    CopyKind.CORRECTION: "",
}


class Delivery(Protocol):
    """Takes files one after another; none of them is kept in memory."""

    def add(self, name: str, content: bytes, day: date) -> Path:
        """Deliver one file and return where it is, or will be inside the ZIP.

        Args:
            name: without folders.
            content: the whole file.
            day: its date where a date is kept, so that the same delivery has the same bytes.
        """
        ...


def check_out(out: Path, stem: str) -> None:
    """See that a ZIP that would be replaced is an earlier delivery of the same things.

    Args:
        out: a folder, or a ZIP where it ends in `.zip`.
        stem: what the names of the delivery's lists begin with.

    Raises:
        IssuerError: another file of this name is there (`out_exists`).
    """
    if is_zip(out) and out.exists() and _comment_of(out) != _comment(stem):
        raise IssuerError(
            "out_exists",
            Text(
                f"“{out}”已存在，且不是本次内容此前的输出，未覆盖；请换一个文件名",
                f"{out} is there already and is no earlier output of the same things; it was left "
                "alone. Choose another name",
            ),
        )


def _comment(stem: str) -> bytes:
    return f"Yanzhen {hashlib.sha256(stem.encode()).hexdigest()[:16]}".encode("ascii")


def _comment_of(path: Path) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.comment
    except (zipfile.BadZipFile, OSError):
        return b""


@contextmanager
def open_delivery(out: Path, stem: str) -> Iterator[Delivery]:
    """Open a folder (made where it is missing), or a ZIP where `out` ends in `.zip`.

    Args:
        out: where to.
        stem: as `check_out` takes it.

    Raises:
        IssuerError: as `check_out`.
        OSError: it cannot be written. A folder keeps what was delivered before; of a ZIP nothing
            is left, and one that stood there before is untouched.
    """
    if not is_zip(out):
        make_folder(out)
        sweep_unfinished(out)
        yield _Folder(out)
        return
    check_out(out, stem)
    make_folder(out.parent)
    sweep_unfinished(out.parent)
    with (
        writing_durably(out) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive,
    ):
        archive.comment = _comment(stem)
        yield _Zip(archive, out)


def is_zip(out: Path) -> bool:
    """Return whether files for `out` go into one ZIP: by its name, unless it is a folder."""
    return out.suffix.lower() == ZIP_SUFFIX and not out.is_dir()


def folder_of(out: Path) -> Path:
    """Return the folder that what is not for the printer goes to: `out`, or where the ZIP lies."""
    return out.parent if is_zip(out) else out


def batch_stem(batch: str) -> str:
    """Return what the file names of a batch's lists begin with, never the same for two batches."""
    safe = "".join(char if char.isalnum() or char in "-_." else "_" for char in batch)
    if safe == batch and not batch.startswith("."):
        return batch
    return f"{safe.lstrip('.')}-{hashlib.sha256(batch.encode()).hexdigest()[:6]}"


def certificate_file_name(number: str, holder_name: str, kind: CopyKind) -> str:
    """Return a readable file name that every file system takes, never one of two certificates.

    The number makes it single; of the name everything is kept that a file name may hold, the `·`
    of minority names included.
    """
    name = "".join(
        "_" if char in _RESERVED or not char.isprintable() else char for char in holder_name
    )
    short = name.encode()[:_NAME_BYTES].decode(errors="ignore").rstrip(" .")
    return f"{number}-{short}{_KIND_SUFFIX[kind]}.pdf"


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, name: str, content: bytes, day: date) -> Path:
        """Write the file, unless it stands there with the same bytes."""
        path = self._folder / name
        if not (path.is_file() and path.read_bytes() == content):
            write_durably(path, content)
        return path


class _Zip:
    def __init__(self, archive: zipfile.ZipFile, out: Path) -> None:
        self._archive = archive
        self._out = out

    def add(self, name: str, content: bytes, day: date) -> Path:
        """Append the file; certificates hold compressed parts already, so none is compressed."""
        entry = zipfile.ZipInfo(name, date_time=(max(day.year, 1980), day.month, day.day, 0, 0, 0))
        entry.external_attr = 0o600 << 16
        self._archive.writestr(entry, content)
        return self._out / name
