"""The font the plain pipeline and the rivals are given: the wheel's, in TrueType outlines.

ReportLab embeds TrueType outlines only. Turning a whole font of 31 000 glyphs takes about a
minute, so the result is kept in build/bench; nothing here is inside any timing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pylopdf_fonts_zh_cn
from fontTools.ttLib import TTFont

from templates.fonts import FontChain

WORKPLACE: Final = Path(__file__).parents[1] / "build" / "bench"
_PLANES: Final = (range(0xA1, 0xF8), range(0xA1, 0xFF))  # symbols and ideographs of GB 2312


def whole_characters() -> frozenset[str]:
    """Return every character of the wheel's font."""
    with TTFont(pylopdf_fonts_zh_cn.serif_path(), lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def everyday_characters() -> frozenset[str]:
    """Return the font's characters of GB 2312, a quarter of all."""
    rows, cells = _PLANES
    pairs = (bytes((row, cell)).decode("gb2312", "ignore") for row in rows for cell in cells)
    wanted = frozenset("".join(pairs)) | frozenset(map(chr, range(0x20, 0x7F)))
    return wanted & whole_characters()


def small_font(characters: Iterable[str]) -> bytes:
    """Return a font of exactly these characters."""
    return FontChain(system_dirs=()).subset(characters)


def kept_font(characters: frozenset[str]) -> Path:
    """Return the file of a font of these characters, made at the first call on a machine."""
    described = version("pylopdf-fonts-zh-cn") + "".join(sorted(characters))
    path = WORKPLACE / f"{sha256(described.encode()).hexdigest()[:16]}.ttf"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(small_font(characters))
        unfinished.replace(path)
    return path
