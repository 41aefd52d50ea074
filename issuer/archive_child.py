"""The child process that reads the directory of a ZIP of photos: `python -m issuer.archive_child`.

The parent holds keys, so it opens nothing a stranger packed: this child lists where each picture's
packed bytes lie, under limits of time and memory, and is gone. The parent then only copies such a
stretch of the file, and the photo child unpacks and decodes it. So the photo child needs no file
and no state: when a picture brings it down, the next one starts without reading the directory of
50 000 entries again. Nothing is ever unpacked to disk.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from issuer.archive_listing import ArchiveEntry, ArchiveFault, Listing, encode_listing
from issuer.archive_names import read_names
from issuer.photo_exchange import Packing
from issuer.photo_names import is_picture_name
from registry.child import serve

MAX_ENTRIES = 200_000
MAX_RATIO = 10  # photos are compressed already; a ZIP of them hardly shrinks
FREE_BYTES = 64 << 20  # small archives may shrink more
_ENCRYPTED_FLAGS = 0x1 | 0x40 | 0x2000
_PACKINGS = {zipfile.ZIP_STORED: Packing.STORED, zipfile.ZIP_DEFLATED: Packing.DEFLATED}
_METHODS = {9: "Deflate64", 12: "BZip2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd"}
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_DRIVE = re.compile(r"[A-Za-z]:")
_OTHER_FORMATS = ((0, b"Rar!", "RAR"), (0, b"7z\xbc\xaf", "7z"), (0, b"\x1f\x8b", "GZIP"))
_TAR = (257, b"ustar", "TAR")


class _Refused(Exception):
    def __init__(self, fault: ArchiveFault, detail: str = "") -> None:
        super().__init__(fault.value)
        self.listing = Listing(fault=fault, detail=detail)


def answer(data: bytes) -> bytes:
    """Return the encoded listing of the archive at the path in `data`."""
    return encode_listing(list_archive(Path(os.fsdecode(data))))


def list_archive(path: Path) -> Listing:
    """Return the pictures in the archive; never raises for what it holds."""
    try:
        with path.open("rb") as file:
            _check_format(file)
            with zipfile.ZipFile(file) as archive:
                return Listing(entries=tuple(_list(file, archive)))
    except _Refused as refused:
        return refused.listing
    except MemoryError:
        return Listing(fault=ArchiveFault.TOO_MANY)
    except Exception:  # noqa: BLE001 - zipfile leaks many types on damaged files
        return Listing(fault=ArchiveFault.DAMAGED)


def _check_format(file: IO[bytes]) -> None:
    start = file.read(512)
    for offset, magic, name in (*_OTHER_FORMATS, _TAR):
        if start[offset:].startswith(magic):
            raise _Refused(ArchiveFault.OTHER_FORMAT, name)
    if not start.startswith(b"PK"):
        raise _Refused(ArchiveFault.OTHER_FORMAT)


def _list(file: IO[bytes], archive: zipfile.ZipFile) -> Iterable[ArchiveEntry]:
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise _Refused(ArchiveFault.TOO_MANY)
    pictures = _pictures(infos)
    _check_sizes([info for _, info in pictures], os.fstat(file.fileno()).st_size)
    entries = [_entry(file, name, info) for name, info in pictures]
    _check_places(entries, archive.start_dir)
    return entries


def _pictures(infos: Sequence[zipfile.ZipInfo]) -> list[tuple[str, zipfile.ZipInfo]]:
    """Return the pictures with their bare names; what systems leave beside them is skipped."""
    found = []
    for name, info in zip(read_names(infos), infos, strict=True):
        parts = name.replace("\\", "/").split("/")
        if "\0" in name or ".." in parts or not parts[0] or _DRIVE.match(name):
            raise _Refused(ArchiveFault.NAMES)
        hidden = any(part.startswith(".") and part != "." for part in parts)
        link = stat.S_ISLNK(info.external_attr >> 16)
        if link or hidden or "__MACOSX" in parts or not is_picture_name(parts[-1]):
            continue
        if info.flag_bits & _ENCRYPTED_FLAGS:
            raise _Refused(ArchiveFault.ENCRYPTED)
        if info.compress_type not in _PACKINGS:
            method = _METHODS.get(info.compress_type, str(info.compress_type))
            raise _Refused(ArchiveFault.METHOD, method)
        found.append((parts[-1], info))
    return found


def _check_sizes(infos: Sequence[zipfile.ZipInfo], archive_bytes: int) -> None:
    if sum(info.file_size for info in infos) > MAX_RATIO * archive_bytes + FREE_BYTES:
        raise _Refused(ArchiveFault.BOMB)


def _entry(file: IO[bytes], name: str, info: zipfile.ZipInfo) -> ArchiveEntry:
    file.seek(info.header_offset)
    signature, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    if signature != b"PK\3\4":
        raise _Refused(ArchiveFault.DAMAGED)
    return ArchiveEntry(
        name=name,
        packing=_PACKINGS[info.compress_type],
        offset=info.header_offset + _LOCAL_HEADER.size + name_bytes + extra_bytes,
        packed=info.compress_size,
        length=info.file_size,
        crc32=info.CRC,
    )


def _check_places(entries: Sequence[ArchiveEntry], end: int) -> None:
    """Refuse entries that share bytes: the trick by which small archives unpack to huge ones."""
    last = 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if entry.offset < last:
            raise _Refused(ArchiveFault.BOMB)
        last = entry.offset + entry.packed
    if last > end:
        raise _Refused(ArchiveFault.DAMAGED)


if __name__ == "__main__":
    serve(answer)
