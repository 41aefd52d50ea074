"""Finds each person's photo in a folder and turns it into the one form that is printed.

Pictures are decoded in a child process with limits; a picture that brings the child down is a
problem of its row, and the next row gets a new child.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

from codes.notices import Notice, Problem
from codes.wording import Text
from issuer.photo_reading import (
    FORMAT_HEIGHT,
    FORMAT_WIDTH,
    LEAST_HEIGHT,
    LEAST_WIDTH,
    PhotoReading,
    Verdict,
)
from registry.child import Child, ChildFailed

EXTENSIONS = (".jpg", ".jpeg", ".png")
MAX_PHOTO_BYTES = 20 << 20
_CHILD_SECONDS = 20.0
_CHILD_MEMORY_BYTES = 1 << 30
_SPOOL_MEMORY_BYTES = 32 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledPhoto:
    """A printable photo kept in its folder's spool, so that 50 000 of them need no memory."""

    sha256: bytes
    spool: PhotoSpool = field(repr=False, compare=False)
    offset: int
    length: int

    @property
    def jpeg(self) -> bytes:
        """The baseline sRGB JPEG that is printed and stored."""
        return self.spool.read(self.offset, self.length)


class PhotoSpool:
    """Keeps prepared photos in a temporary file without a name; it is gone with the process."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="yanzhen-photos-")  # noqa: SIM115 - closed by close()
        self._length = 0

    def add(self, jpeg: bytes) -> SpooledPhoto:
        """Keep these bytes and return the photo that reads them back."""
        offset = self._length
        view = memoryview(jpeg)
        while view:
            written = os.pwrite(self._file.fileno(), view, self._length)
            self._length += written
            view = view[written:]
        return SpooledPhoto(
            sha256=hashlib.sha256(jpeg).digest(), spool=self, offset=offset, length=len(jpeg)
        )

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes kept before; safe from several threads at once."""
        return os.pread(self._file.fileno(), length, offset)

    def close(self) -> None:
        """Let go of every photo."""
        self._file.close()


class PhotoFolder:
    """The photos of one roster; use it as a context manager for as long as its photos are used.

    Args:
        folder: where the pictures lie, or None where the operator named no folder; the names in
            it are read once.
        seconds: how long one picture may take.
    """

    def __init__(self, folder: Path | None, *, seconds: float = _CHILD_SECONDS) -> None:
        self._folder = folder
        self._names = _list_pictures(folder) if folder is not None else {}
        self._spool = PhotoSpool()
        self._child = Child("issuer.photo_child", seconds=seconds, memory_bytes=_CHILD_MEMORY_BYTES)

    def __enter__(self) -> PhotoFolder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child process and let go of the photos."""
        self._child.close()
        self._spool.close()

    def read(self, *, file: str, document_number: str) -> PhotoReading:
        """Return the photo named `file`, or else the one named like the document number.

        Never raises for a bad photo or a bad name; names that lead out of the folder are refused.
        """
        if (file and Path(file).name != file) or "\\" in file or file in (".", ".."):
            return _refused(_OUTSIDE)
        names = self._find(file or document_number)
        if self._folder is None or not names:
            return _refused(_MISSING_FILE if file else _MISSING)
        if len(names) > 1:
            return _refused(_AMBIGUOUS)
        try:
            path = self._folder / names[0]
            if path.stat().st_size > MAX_PHOTO_BYTES:
                return _refused(_PROBLEMS[Verdict.TOO_LARGE])
            data = path.read_bytes()
        except OSError:
            return _refused(_PROBLEMS[Verdict.UNREADABLE])
        return self._decode(data)

    def _find(self, wanted: str) -> list[str]:
        """Return the pictures of this name in the folder, the extension and case left open."""
        folded = _fold(wanted)
        if not folded:
            return []
        exact = self._names.get(folded)
        return exact or [
            name for extension in EXTENSIONS for name in self._names.get(folded + extension, ())
        ]

    def _decode(self, data: bytes) -> PhotoReading:
        try:
            head, _, jpeg = self._child.ask(data).partition(b"\n")
            verdict = Verdict(head.decode())
        except (ChildFailed, ValueError):
            verdict, jpeg = Verdict.UNREADABLE, b""
        if verdict in _PROBLEMS:
            return _refused(_PROBLEMS[verdict])
        notices = (_NOTICES[verdict],) if verdict in _NOTICES else ()
        return PhotoReading(photo=self._spool.add(jpeg), notices=notices, problems=())


def _list_pictures(folder: Path) -> dict[str, list[str]]:
    """Return the real names of the pictures in `folder` by their folded names."""
    names: dict[str, list[str]] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                folded = _fold(entry.name)
                if folded.endswith(EXTENSIONS) and entry.is_file(follow_symlinks=False):
                    names.setdefault(folded, []).append(entry.name)
    except OSError:
        return {}
    return names


def _fold(name: str) -> str:
    """Return the form in which file names are compared: some systems decompose accents."""
    return unicodedata.normalize("NFC", name).casefold()


def _refused(problem: Problem) -> PhotoReading:
    return PhotoReading(photo=None, notices=(), problems=(problem,))


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(code=code, text=Text(zh, en))


_OUTSIDE = _problem(
    "photo_name",
    "照片列只能填写照片文件夹内的文件名，不能带路径。",
    "The photo column takes the name of a file in the photo folder, without any path.",
)
_MISSING = _problem(
    "photo_missing",
    "照片文件夹中没有以证件号码命名的照片（.jpg 或 .png）；请补上，或在“照片”列写明文件名。",
    "The photo folder has no picture named like the document number (.jpg or .png); add it, or "
    "write its file name into the photo column.",
)
_MISSING_FILE = _problem(
    "photo_missing",
    "照片文件夹中没有“照片”列所写的文件（.jpg 或 .png）；请核对文件名。",
    "The photo folder has no picture of the name in the photo column (.jpg or .png); check it.",
)
_AMBIGUOUS = _problem(
    "photo_ambiguous",
    "照片文件夹中有不止一张同名照片；请删去多余的，或在“照片”列写明完整文件名。",
    "The photo folder has more than one picture of this name; delete the others, or write the full "
    "file name into the photo column.",
)
_PROBLEMS = {
    Verdict.UNREADABLE: _problem(
        "photo_unreadable",
        "照片无法读取，可能已损坏或不是 .jpg、.png 图片；请重新导出。",
        "The photo cannot be read; it may be damaged or no .jpg or .png picture; export it again.",
    ),
    Verdict.TOO_SMALL: _problem(
        "photo_too_small",
        f"照片小于 {LEAST_WIDTH}×{LEAST_HEIGHT} 像素，打印后看不清；应为 "
        f"{FORMAT_WIDTH}×{FORMAT_HEIGHT} 像素以上。",
        f"The photo is smaller than {LEAST_WIDTH}×{LEAST_HEIGHT} pixels; it should have at least "
        f"{FORMAT_WIDTH}×{FORMAT_HEIGHT}.",
    ),
    Verdict.TOO_LARGE: _problem(
        "photo_too_large",
        f"照片过大（超过 {MAX_PHOTO_BYTES >> 20} MB 或 4000 万像素）；请缩小后再试。",
        f"The photo is too large (over {MAX_PHOTO_BYTES >> 20} MB or 40 million pixels); make it "
        "smaller.",
    ),
    Verdict.ANIMATED: _problem(
        "photo_animated",
        "照片含有多帧（动图）；请使用单幅照片。",
        "The photo has several frames; use a single picture.",
    ),
    Verdict.NOT_PORTRAIT: _problem(
        "photo_not_portrait",
        "照片不是一寸照的竖幅比例（25×35 毫米）；请按一寸照裁剪。",
        "The photo is not an upright one-inch picture (25 × 35 mm); crop it.",
    ),
}
_NOTICES = {
    Verdict.TAKEN_SMALL: Notice(
        code="photo_small",
        text=Text(
            f"照片小于 {FORMAT_WIDTH}×{FORMAT_HEIGHT} 像素，已放大，打印可能不够清晰。",
            f"The photo is smaller than {FORMAT_WIDTH}×{FORMAT_HEIGHT} pixels and was enlarged; "
            "it may print unclear.",
        ),
    ),
    Verdict.TAKEN_GREY: Notice(
        code="photo_grey",
        text=Text(
            "照片似为黑白，证书应使用彩色照片。",
            "The photo seems to be grey; it should be in colour.",
        ),
    ),
}
