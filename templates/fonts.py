"""The fonts a page may draw on, in order, and the small font made from them for one batch."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from threading import Lock
from typing import Any, Final

import pylopdf_fonts_zh_cn
from fontTools.ttLib import TTCollection, TTLibError
from fontTools.ttLib import TTFont as OpenTypeFont

from codes.wording import Text
from templates.errors import TemplatesError
from templates.glyphs import Outline, build_font, placement_of, read_outline

OPERATOR_FOLDER_SETTING: Final = "YANZHEN_FONTS"
SYSTEM_FONT_DIRS: Final = (Path("/usr/share/fonts/truetype/hanazono"),)
_SYSTEM_FONT_FILES: Final = ("HanaMinA.ttf", "HanaMinB.ttf")
_OPERATOR_SUFFIXES: Final = frozenset({".ttf", ".otf", ".ttc", ".otc"})
_UNSHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_NO_GLYPH: Final = ".notdef"
_FAMILY_NAMES: Final = frozenset({1, 16})  # ids of the name table: family, typographic family


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A run of code points and the font package that is known to hold most of it."""

    first: int
    last: int
    zh: str
    en: str
    package: str | None


_BLOCKS: Final = (
    Block(first=0x20000, last=0x2A6DF, zh="扩展B区", en="Extension B", package="fonts-hanazono"),
    Block(first=0x2A700, last=0x2B73F, zh="扩展C区", en="Extension C", package="fonts-hanazono"),
    Block(first=0x2B740, last=0x2B81F, zh="扩展D区", en="Extension D", package="fonts-hanazono"),
    Block(first=0x2B820, last=0x2CEAF, zh="扩展E区", en="Extension E", package="fonts-hanazono"),
    Block(first=0x2CEB0, last=0x2EBEF, zh="扩展F区", en="Extension F", package="fonts-hanazono"),
    Block(first=0x2EBF0, last=0x2EE5F, zh="扩展I区", en="Extension I", package=None),
    Block(
        first=0x2F800,
        last=0x2FA1F,
        zh="兼容汉字增补区",
        en="Compatibility Supplement",
        package="fonts-hanazono",
    ),
    Block(
        first=0x30000, last=0x3134F, zh="扩展G区", en="Extension G", package="fonts-babelstone-han"
    ),
    Block(
        first=0x31350, last=0x323AF, zh="扩展H区", en="Extension H", package="fonts-babelstone-han"
    ),
    Block(
        first=0xF900,
        last=0xFAFF,
        zh="兼容汉字区",
        en="Compatibility Ideographs",
        package="fonts-hanazono",
    ),
)


@dataclass(slots=True, kw_only=True)
class _Face:
    """One font file, opened when it is first asked for a character."""

    path: Path
    _lock: Lock = field(default_factory=Lock)
    _opened: tuple[OpenTypeFont, Any, Mapping[int, str]] | None = None
    _outlines: dict[str, Outline] = field(default_factory=dict)

    def goes_by(self, families: Iterable[str]) -> bool:
        """Whether the file's name, or its family's in any language, contains one of these."""
        wanted = [family.casefold() for family in families]
        return any(family in name for name in self._names() for family in wanted)

    def _names(self) -> frozenset[str]:
        table = self._open()[0].get("name")
        records = [] if table is None else table.names
        families = (r.toUnicode(errors="replace") for r in records if r.nameID in _FAMILY_NAMES)
        return frozenset(name.casefold() for name in (self.path.stem, *families))

    def glyph_name(self, code_point: int) -> str | None:
        name = self._open()[2].get(code_point)
        return None if name == _NO_GLYPH else name

    def outline(self, name: str) -> Outline:
        """Return a glyph's shape; the same object whatever chain asks."""
        font, glyph_set, _ = self._open()
        with self._lock:
            if name not in self._outlines:
                self._outlines[name] = read_outline(glyph_set, name, placement_of(font))
            return self._outlines[name]

    def _open(self) -> tuple[OpenTypeFont, Any, Mapping[int, str]]:
        with self._lock:
            if self._opened is None:
                self._opened = _open_font(self.path)
            return self._opened


def _open_font(path: Path) -> tuple[OpenTypeFont, Any, Mapping[int, str]]:
    try:
        # Mapped, so that the pages are shared between processes and no file stays open.
        with path.open("rb") as file:
            mapped = mmap(file.fileno(), 0, access=ACCESS_READ)
        if path.suffix.lower() in {".ttc", ".otc"}:
            font = TTCollection(mapped, lazy=True).fonts[0]
        else:
            font = OpenTypeFont(mapped, lazy=True)
        return font, font.getGlyphSet(), font.getBestCmap() or {}
    except (TTLibError, OSError, ValueError, KeyError, struct.error) as error:
        raise TemplatesError(
            "font_unreadable",
            Text(f"字体文件 {path.name} 无法读取。", f"The font file {path.name} cannot be read."),
        ) from error


@lru_cache(maxsize=16)
def _installed(path: Path) -> _Face:
    """Return the one face of an installed font, opened and read once for all chains."""
    return _Face(path=path)


class FontChain:
    """Finds, for every character, the first font that holds it.

    Args:
        operator_dir: a folder of the operator's own fonts (TTF, OTF, TTC), asked first in the
            order of their file names; None where there is none.
        system_dirs: folders that may hold the Hanazono fonts; `()` for a machine without them.
    """

    def __init__(
        self,
        *,
        operator_dir: Path | None = None,
        system_dirs: Sequence[Path] = SYSTEM_FONT_DIRS,
    ) -> None:
        self.operator_dir = operator_dir
        self.system_dirs = tuple(system_dirs)
        self._own = tuple(_Face(path=path) for path in _operator_fonts(operator_dir))
        self._others = tuple(
            _installed(path)
            for path in (
                pylopdf_fonts_zh_cn.serif_path(),
                pylopdf_fonts_zh_cn.sans_path(),
                *_system_fonts(system_dirs),
            )
        )
        self._faces = (*self._own, *self._others)
        self._found: dict[str, tuple[_Face, str] | None] = {}
        self._outlines: dict[str, Outline] = {}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> FontChain:
        """Return the chain of this machine, the operator's folder named in `YANZHEN_FONTS`."""
        folder = environment.get(OPERATOR_FOLDER_SETTING)
        return cls(operator_dir=Path(folder) if folder else None)

    def by_typeface(self, families: Mapping[str, Sequence[str]]) -> Mapping[str, FontChain]:
        """Return the chain of each typeface of a layout.

        Of the operator's fonts a typeface asks those that go by one of its families first, then
        those that no typeface claims; fonts that another one claims are asked last of all, so
        that a character which can be printed at all can be printed in every typeface.

        Args:
            families: names of font families by typeface, as a layout gives them.
        """
        claimed = {
            typeface: tuple(face for face in self._own if face.goes_by(names))
            for typeface, names in families.items()
        }
        all_claimed = {id(face) for faces in claimed.values() for face in faces}
        free = tuple(face for face in self._own if id(face) not in all_claimed)
        return {
            typeface: self._reordered((*own, *free, *self._others)) if all_claimed else self
            for typeface, own in claimed.items()
        }

    def _reordered(self, first: tuple[_Face, ...]) -> FontChain:
        chain = copy(self)
        last = (face for face in self._own if all(face is not other for other in first))
        chain._faces = (*first, *last)
        chain._found, chain._outlines = {}, {}
        return chain

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the font files in the order they are asked."""
        return tuple(face.path.name for face in self._faces)

    def missing_characters(self, text: str) -> tuple[str, ...]:
        """Return the characters of `text` that no font holds, each once, in order."""
        return tuple(dict.fromkeys(c for c in text if self._find(c) is None))

    def source_of(self, character: str) -> str | None:
        """Return the name of the font file that draws `character`, or None."""
        found = self._find(character)
        return found[0].path.name if found else None

    def subset(self, characters: Iterable[str]) -> bytes:
        """Return a small TrueType file of exactly these characters.

        Raises:
            TemplatesError: a character is in no font (`character_missing`).
        """
        wanted = frozenset(characters)
        for character in sorted(wanted):
            if self._find(character) is None:
                raise TemplatesError("character_missing", explain_missing(character))
        return build_font(self._outline, wanted)

    def outline(self, character: str) -> Outline:
        """Return the shape of one character; of "" that of the missing-glyph box."""
        return self._outlines.get(character) or self._outline(character)

    def _find(self, character: str) -> tuple[_Face, str] | None:
        try:
            return self._found[character]
        except KeyError:
            found = self._found[character] = self._search(ord(character))
            return found

    def _search(self, code_point: int) -> tuple[_Face, str] | None:
        named = ((face, face.glyph_name(code_point)) for face in self._faces)
        return next(((face, name) for face, name in named if name is not None), None)

    def _outline(self, character: str) -> Outline:
        cached = self._outlines.get(character)
        if cached is None:
            found = self._find(character) if character else None
            face, name = found if found else (self._last_resort, _NO_GLYPH)
            cached = self._outlines[character] = face.outline(name)
        return cached

    @cached_property
    def _last_resort(self) -> _Face:
        return _installed(pylopdf_fonts_zh_cn.serif_path())


def explain_missing(character: str) -> Text:
    """Say which character no font can print and which package or folder would help."""
    code_point = ord(character)
    point = f"U+{code_point:04X}"
    block = next((b for b in _BLOCKS if b.first <= code_point <= b.last), None)
    shown = "" if unicodedata.category(character) in _UNSHOWN else character
    where_zh = f"（{block.zh}）" if block else ""
    where_en = f" ({block.en})" if block else ""
    folder = OPERATOR_FOLDER_SETTING
    if block and block.package:
        return Text(
            f"现有字体不含“{shown}”（{point}）{where_zh}，无法打印；"
            f"请安装字体包 {block.package}，或将含该字的字体放入 {folder} 所指文件夹。",
            f"No font at hand holds {shown} {point}{where_en}; install the font package "
            f"{block.package}, or put a font that holds it into the folder named by {folder}.",
        )
    return Text(
        f"现有字体不含“{shown}”（{point}）{where_zh}，无法打印；"
        f"暂无已知字体包可用，请将含该字的字体放入 {folder} 所指文件夹。",
        f"No font at hand holds {shown} {point}{where_en}; no font package is known to help, "
        f"so put a font that holds it into the folder named by {folder}.",
    )


def _operator_fonts(folder: Path | None) -> tuple[Path, ...]:
    if folder is None:
        return ()
    if not folder.is_dir():
        raise TemplatesError(
            "font_folder_missing",
            Text(
                f"{OPERATOR_FOLDER_SETTING} 所指的字体文件夹不存在。",
                f"The font folder named by {OPERATOR_FOLDER_SETTING} does not exist.",
            ),
        )
    return tuple(sorted(p for p in folder.iterdir() if p.suffix.lower() in _OPERATOR_SUFFIXES))


def _system_fonts(folders: Sequence[Path]) -> tuple[Path, ...]:
    return tuple(
        path
        for folder in folders
        for name in _SYSTEM_FONT_FILES
        if (path := folder / name).is_file()
    )
