"""Reads the file names of a ZIP, whatever the system it was made on wrote them in.

A ZIP marks names in UTF-8; without the mark they are in whatever the maker's system used: GBK on
Chinese Windows, UTF-8 all the same on a Mac, code page 437 by the book. An archive is of one
maker, so the choice is made once for all of its unmarked names.

Source: APPNOTE.TXT 6.3.10, sections 4.4.4 (bit 11), 4.6.9 (extra field 0x7075) and appendix D.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from zipfile import ZipInfo

_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075
_FIELD = struct.Struct("<HH")
_PATH_HEAD = struct.Struct("<BL")


def read_names(infos: Sequence[ZipInfo]) -> list[str]:
    """Return the name of every entry, folders included, in the archive's order."""
    read = [_marked_name(info) for info in infos]
    unmarked = [_raw(info) for info, name in zip(infos, read, strict=True) if name is None]
    codec = choose_codec(unmarked)
    return [
        _raw(info).decode(codec) if name is None else name
        for info, name in zip(infos, read, strict=True)
    ]


def choose_codec(names: Iterable[bytes]) -> str:
    """Return the encoding these names are in: UTF-8 or GB 18030 where all fit, else cp437."""
    foreign = [name for name in names if not name.isascii()]
    if _all_decode(foreign, "utf-8"):
        return "utf-8"
    if _all_decode(foreign, "gb18030") and _is_usual_chinese(foreign):
        return "gb18030"
    return "cp437"


def _marked_name(info: ZipInfo) -> str | None:
    """Return the name where the archive says that it is Unicode."""
    if info.flag_bits & _UTF8_FLAG:
        return info.orig_filename
    extra = info.extra
    while len(extra) >= _FIELD.size:
        kind, size = _FIELD.unpack_from(extra)
        body, extra = extra[_FIELD.size : _FIELD.size + size], extra[_FIELD.size + size :]
        if kind == _UNICODE_PATH and len(body) > _PATH_HEAD.size:
            version, crc32 = _PATH_HEAD.unpack_from(body)
            if version == 1 and crc32 == zlib.crc32(_raw(info)):
                return body[_PATH_HEAD.size :].decode("utf-8", "replace")
    return None


def _raw(info: ZipInfo) -> bytes:
    """Return the bytes of an unmarked name; `zipfile` reads them as cp437, which loses nothing."""
    if info.flag_bits & _UTF8_FLAG:
        return info.orig_filename.encode("utf-8", "surrogatepass")
    return info.orig_filename.encode("cp437")


def _all_decode(names: Sequence[bytes], codec: str) -> bool:
    try:
        for name in names:
            name.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _is_usual_chinese(names: Sequence[bytes]) -> bool:
    """Return whether these, read as GBK, are mostly the characters of everyday names.

    Western names in cp437 often pass as GBK too, but then give characters nobody uses.
    """
    text = "".join(name.decode("gb18030") for name in names)
    foreign = [char for char in text if not char.isascii()]
    usual = sum(1 for char in foreign if char.encode("gb2312", "ignore"))
    return 2 * usual >= len(foreign)
