"""A Chinese name in Latin letters, as bilingual certificates print it: `Ouyang Nayi`.

Surname first, surname and given name apart, each written together and begun with a capital,
without tones; ü is written yu where Latin letters alone are wanted (Lyu, Nyu). The parts of a
minority name, divided by ·, are spelled each by itself: what the holder's own language would
write cannot be known from the characters, nor which of two surnames are meant as one, so the
roster may name the spelling itself.

Source: GB/T 28039-2011, 5.1.1 (order, capitals, compound surnames), 6 (ü as YU); GB/T 16159-2012
(the dividing apostrophe: Xi'an).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final

from codes.datafiles import load_table
from codes.errors import CodesError
from codes.wording import Text

MAX_CHARACTERS: Final = 60
_SEPARATOR: Final = "·"
_SYLLABLE: Final = re.compile(r"[a-z]*[aeiouv][a-z]*")
_BETWEEN: Final = re.compile(r"[ ·.,'’-]+")
_LONG_GIVEN_NAME: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LatinName:
    """How a name is spelled.

    Args:
        text: the spelling; None where a character has no known reading.
        unread: the characters without a reading, each once.
        doubtful: whether another spelling is as likely, so that a person should look.
    """

    text: str | None = field(repr=False)
    unread: tuple[str, ...] = ()
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class _Surnames:
    single: Mapping[str, str]
    compound: Mapping[str, str]
    also: Mapping[str, str]


@cache
def _surnames() -> _Surnames:
    table = load_table("surname_readings")
    return _Surnames(table["single"], table["compound"], table["also"])


def spell(name: str) -> LatinName:
    """Return a name in Latin letters.

    Args:
        name: as normalised by `codes.names`; a name in Latin letters stays as it is.
    """
    if _is_latin(name):
        return LatinName(text=name)
    unread = tuple(dict.fromkeys(c for c in name if c != _SEPARATOR and not _read(c)))
    if unread:
        return LatinName(text=None, unread=unread)
    if _SEPARATOR in name:
        parts = [_joined(_readings(part)) for part in name.split(_SEPARATOR) if part]
        return LatinName(text=" ".join(parts), doubtful=True)
    surname, given = _divide(name)
    spelled = [_joined(_surname_readings(surname)), _joined(_readings(given))]
    several = surname in _surnames().also
    return LatinName(
        text=" ".join(filter(None, spelled)),
        doubtful=several or len(given) >= _LONG_GIVEN_NAME,
    )


def normalise_latin_name(typed: str) -> str:
    """Return a spelling given by hand, its spaces and widths in order.

    Raises:
        CodesError: other characters than Latin letters and what stands between them
            (`latin_name_character`), or too long (`latin_name_too_long`).
    """
    text = " ".join(unicodedata.normalize("NFKC", typed).replace("’", "'").split())
    if not _is_latin(text):
        raise CodesError("latin_name_character", _CHARACTER)
    if len(text) > MAX_CHARACTERS:
        raise CodesError("latin_name_too_long", _TOO_LONG)
    return text


def _is_latin(text: str) -> bool:
    letters = _BETWEEN.sub("", text)
    return bool(letters) and all(
        letter.isalpha() and unicodedata.name(letter, "").startswith("LATIN") for letter in letters
    )


def _divide(name: str) -> tuple[str, str]:
    """Divide a name into surname and given name; a compound surname leaves one for the latter."""
    length = 2 if len(name) > 2 and name[:2] in _surnames().compound else 1
    return name[:length], name[length:]


def _surname_readings(surname: str) -> tuple[str, ...]:
    known = _surnames()
    if surname in known.compound:
        return tuple(known.compound[surname].split())
    return (known.single[surname],) if surname in known.single else _readings(surname)


@lru_cache(maxsize=32_768)
def _read(character: str) -> bool:
    """Whether a character has a reading; asked of every character, of which there are few."""
    known = character in _surnames().single
    return known or _SYLLABLE.fullmatch(_readings(character)[0]) is not None


@lru_cache(maxsize=32_768)
def _readings(characters: str) -> tuple[str, ...]:
    # Its tables take a third of a second to load: only who spells names waits for them.
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(characters, style=Style.NORMAL, errors=lambda _: "-"))


def _joined(syllables: Sequence[str]) -> str:
    """Write syllables as one word; an apostrophe keeps apart what would be read as one."""
    word = ""
    for syllable in syllables:
        word += "'" if word and syllable[0] in "aoe" else ""
        word += syllable.replace("v", "yu")
    return word.capitalize()


_CHARACTER = Text(
    "姓名拼音只能用拉丁字母书写，可以有空格、连字符和隔音符号，如 Ouyang Nayi、Xi'an。",
    "The name in Latin letters may hold letters, spaces, hyphens and apostrophes only, such as "
    "Ouyang Nayi.",
)
_TOO_LONG = Text(
    f"姓名拼音超过 {MAX_CHARACTERS} 个字符，无法打印。",
    f"The name in Latin letters is longer than {MAX_CHARACTERS} characters and cannot be printed.",
)
