"""Where the files of photos lie: in a folder, or packed in a ZIP that is never unpacked to disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Protocol

from codes.wording import Text
from issuer.archive_listing import ArchiveEntry, ArchiveFault, Listing, decode_listing
from issuer.errors import IssuerError
from issuer.photo_exchange import Question
from issuer.photo_names import find_name, fold_name, is_picture_name
from issuer.photo_reading import MAX_PHOTO_BYTES
from registry.child import Child, ChildFailed

_LISTING_SECONDS = 60.0
_LISTING_MEMORY_BYTES = 1 << 30


class TooLarge(Exception):
    """The picture is larger than any photo; it was not read."""


class Placed(Protocol):
    """A file that was found."""

    @property
    def name(self) -> str:
        """Its own name, without folders; may hold personal data."""

    def load(self) -> Question:
        """Return the picture, to be judged.

        Raises:
            OSError: it cannot be read.
            TooLarge: it is larger than a photo may be.
        """


class Shelf(Protocol):
    """The files among which photos are looked for; their names are read once."""

    def find(self, wanted: str) -> Sequence[Placed]:
        """Return the pictures of this name, the extension and case left open."""

    def close(self) -> None:
        """Let go of the files."""


def open_shelf(place: Path | None) -> Shelf:
    """Return the photos at `place`.

    Args:
        place: a folder or a ZIP; a place that is not there, or None, holds no photos.

    Raises:
        IssuerError: the file is no ZIP that can be used (`photos_zip_…`).
    """
    if place is not None and place.is_file():
        return ArchiveShelf(place)
    return FolderShelf(place)


class FolderShelf:
    """Photos in a folder; folders inside it and links are not followed."""

    def __init__(self, folder: Path | None) -> None:
        self._names: dict[str, list[_FolderFile]] = {}
        if folder is None:
            return
        try:
            with os.scandir(folder) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    if is_picture_name(entry.name) and entry.is_file(follow_symlinks=False):
                        places = self._names.setdefault(fold_name(entry.name), [])
                        places.append(_FolderFile(folder, entry.name))
        except OSError:
            self._names = {}

    def find(self, wanted: str) -> Sequence[Placed]:
        """Return the pictures of this name."""
        return find_name(self._names, wanted)

    def close(self) -> None:
        """Do nothing: no file stays open."""


class _FolderFile:
    __slots__ = ("_folder", "name")

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self.name = name

    def load(self) -> Question:
        with (self._folder / self.name).open("rb") as file:
            if os.fstat(file.fileno()).st_size > MAX_PHOTO_BYTES:
                raise TooLarge
            return Question(data=file.read(MAX_PHOTO_BYTES + 1))


class ArchiveShelf:
    """Photos in a ZIP, in whatever folders inside it.

    The directory is read in a child process, and pictures are unpacked in another
    (`issuer.archive_child` says why); here their packed bytes are only copied.

    Raises:
        IssuerError: it is no ZIP, is damaged, locked, or looks made to harm (`photos_zip_…`).
    """

    def __init__(self, archive: Path) -> None:
        try:
            self._file = archive.open("rb")
        except OSError as error:
            raise _error(Listing(fault=ArchiveFault.DAMAGED)) from error
        try:
            self._names: dict[str, list[_ArchivedFile]] = {}
            for entry in _list(archive):
                places = self._names.setdefault(fold_name(entry.name), [])
                places.append(_ArchivedFile(self._file, entry))
        except BaseException:
            self._file.close()
            raise

    def find(self, wanted: str) -> Sequence[Placed]:
        """Return the pictures of this name, in any folder of the archive."""
        return find_name(self._names, wanted)

    def all(self) -> Iterator[Placed]:
        """Yield every picture."""
        for places in self._names.values():
            yield from places

    def close(self) -> None:
        """Close the archive."""
        self._file.close()


class _ArchivedFile:
    __slots__ = ("_entry", "_file")

    def __init__(self, file: IO[bytes], entry: ArchiveEntry) -> None:
        self._file = file
        self._entry = entry

    @property
    def name(self) -> str:
        return self._entry.name

    def load(self) -> Question:
        entry = self._entry
        if max(entry.length, entry.packed) > MAX_PHOTO_BYTES:
            raise TooLarge
        return Question(
            packing=entry.packing,
            length=entry.length,
            crc32=entry.crc32,
            data=os.pread(self._file.fileno(), entry.packed, entry.offset),
        )


def _list(archive: Path) -> Sequence[ArchiveEntry]:
    with Child(
        "issuer.archive_child", seconds=_LISTING_SECONDS, memory_bytes=_LISTING_MEMORY_BYTES
    ) as child:
        try:
            listing = decode_listing(child.ask(os.fsencode(archive.absolute())))
        except (ChildFailed, ValueError) as error:
            raise _error(Listing(fault=ArchiveFault.TOO_MANY)) from error
    if listing.fault is not None:
        raise _error(listing)
    return listing.entries


def _error(listing: Listing) -> IssuerError:
    assert listing.fault is not None
    code, text = _FAULTS[listing.fault]
    detail_zh = f"（检测到 {listing.detail}）" if listing.detail else ""
    detail_en = f" (found: {listing.detail})" if listing.detail else ""
    return IssuerError(code, Text(text.zh + detail_zh, text.en + detail_en))


_FAULTS = {
    ArchiveFault.OTHER_FORMAT: (
        "photos_zip_other",
        Text(
            "照片文件不是 ZIP 压缩包；请改用 ZIP 格式重新打包，或解压为文件夹后指定该文件夹",
            "the file of photos is no ZIP; pack them again as a ZIP, or unpack them and name the "
            "folder",
        ),
    ),
    ArchiveFault.DAMAGED: (
        "photos_zip_damaged",
        Text(
            "照片压缩包不完整或已损坏，也可能是分卷压缩的一部分；请重新复制，或重新打包为单个 ZIP",
            "the ZIP of photos is incomplete or damaged, or one part of several; copy it again, or "
            "pack it again as a single ZIP",
        ),
    ),
    ArchiveFault.ENCRYPTED: (
        "photos_zip_encrypted",
        Text(
            "照片压缩包设有密码；请解压为文件夹，或不设密码重新打包",
            "the ZIP of photos has a password; unpack it into a folder, or pack it again without",
        ),
    ),
    ArchiveFault.METHOD: (
        "photos_zip_method",
        Text(
            "照片压缩包使用了不支持的压缩方法；请以“存储”或标准（Deflate）方法重新打包",
            "the ZIP of photos uses a compression that is not supported; pack it again with "
            "“store” or the standard method (Deflate)",
        ),
    ),
    ArchiveFault.NAMES: (
        "photos_zip_names",
        Text(
            "照片压缩包内有指向包外的文件名（如“../”或盘符），来源可疑；请核实来源并重新打包",
            "the ZIP of photos holds names that lead out of it (such as “../” or a drive); find "
            "out where it comes from and pack the photos again",
        ),
    ),
    ArchiveFault.TOO_MANY: (
        "photos_zip_too_many",
        Text(
            "照片压缩包内文件过多，或无法在规定时限和内存内读取；请按批次分开打包",
            "the ZIP of photos holds too many files, or cannot be read within limits of time and "
            "memory; pack the photos of each batch separately",
        ),
    ),
    ArchiveFault.BOMB: (
        "photos_zip_bomb",
        Text(
            "照片压缩包解压后的大小异常，疑为恶意文件；请核实来源并重新打包",
            "the ZIP of photos would unpack to a size no photos have and may be hostile; find out "
            "where it comes from and pack the photos again",
        ),
    ),
}
