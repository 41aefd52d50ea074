"""Simplified for traditional and Japanese characters, by the tables of OpenCC."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from opencc import OpenCC

_STANDARD: Final = "gb2312"
# Source: 通用规范汉字表, 附件1 规范字与繁体字、异体字对照表; in GB 2312, or not in those tables.
_BESIDE: Final = dict(zip("後徵於鉅彊劎玨", "后征于钜强剑珏", strict=True))
_KEPT: Final = 1 << 14


def simplified(text: str) -> str:
    """Return a text with simplified characters for others; for comparison only.

    Characters that mainland names are written with (GB 2312) stay as they are: 乾 is no 干 there,
    芸 no 艺. Each is looked up by itself, for in names no word tells what one stands for.
    """
    return "".join(map(_simplified, text))


@lru_cache(maxsize=_KEPT)
def _simplified(char: str) -> str:
    if char in _BESIDE:
        return _BESIDE[char]
    if not char.isalpha() or _is_standard(char):
        return char
    from_traditional, from_japanese = _converters()
    found = from_traditional.convert(char)
    return str(found if found != char else from_traditional.convert(from_japanese.convert(char)))


@lru_cache(maxsize=1)
def _converters() -> tuple[OpenCC, OpenCC]:
    return OpenCC("t2s"), OpenCC("jp2t")


def _is_standard(char: str) -> bool:
    try:
        char.encode(_STANDARD)
    except UnicodeEncodeError:
        return False
    return True
