"""The five skill levels and every way people write them."""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum

from codes.errors import CodesError
from codes.wording import Text

_NUMERALS = ("一", "二", "三", "四", "五")
_ROMAN = ("i", "ii", "iii", "iv", "v")
_TITLES_ZH = ("高级技师", "技师", "高级工", "中级工", "初级工")
_TITLES_EN = (
    "Senior technician",
    "Technician",
    "Senior worker",
    "Intermediate worker",
    "Junior worker",
)
# Words of the certificates before 2019; 高级 alone could mean two levels and is not accepted.
_FORMER_TITLES = {"高级技能": 3, "中级技能": 4, "初级技能": 5}
_SEPARATORS = re.compile(r"[/()、,]+")


class Level(IntEnum):
    """A skill level as the certificate number writes it: 1 is the highest, 5 the lowest."""

    ONE = 1
    TWO = 2
    THREE = 3
    FOUR = 4
    FIVE = 5

    @property
    def zh(self) -> str:
        """The level as certificates print it, such as `三级/高级工`."""
        return f"{_NUMERALS[self - 1]}级/{_TITLES_ZH[self - 1]}"

    @property
    def en(self) -> str:
        """The level in English, such as `Level 3 / Senior worker`."""
        return f"Level {self.value} / {_TITLES_EN[self - 1]}"

    @property
    def text(self) -> Text:
        """The level in both languages."""
        return Text(self.zh, self.en)


def parse_level(text: str) -> Level:
    """Return the level that `text` names in any usual spelling.

    Args:
        text: such as `3`, `3级`, `三级`, `高级工`, `三级/高级工`, `三级（高级工）`; untrusted.

    Returns:
        The one level that every word of `text` agrees on.

    Raises:
        CodesError: `level_unknown` when a word is no level, `level_contradictory` when the
            words name different levels (`三级/技师`).
    """
    folded = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    levels = {_level_of(word) for word in _SEPARATORS.split(folded) if word}
    if not levels:
        raise _unknown()
    if len(levels) > 1:
        raise CodesError(
            "level_contradictory",
            Text(
                "级别前后不一致，请按“三级/高级工”的形式填写。",
                "The words name different skill levels; write it like “三级/高级工”.",
            ),
        )
    return levels.pop()


def level_text(typed: str) -> Text:
    """Return the level that `typed` names, in both languages; `typed` itself where it names none.

    Args:
        typed: as `parse_level` takes it; untrusted.
    """
    try:
        return parse_level(typed).text
    except CodesError:
        return Text(typed, typed)


def _level_of(word: str) -> Level:
    """Return the level one folded word names, or raise."""
    if word in _FORMER_TITLES:
        return Level(_FORMER_TITLES[word])
    for level in Level:
        titles = (_TITLES_ZH[level - 1], "".join(_TITLES_EN[level - 1].split()).casefold())
        numbers = (str(level.value), _NUMERALS[level - 1], _ROMAN[level - 1])
        if word in titles or word in numbers or word == f"level{level.value}":
            return level
        if word.endswith("级") and word[:-1] in numbers:
            return level
    raise _unknown()


def _unknown() -> CodesError:
    return CodesError(
        "level_unknown",
        Text(
            "级别无法识别，请填写一级至五级（如“三级/高级工”）。",
            "The skill level is not recognised; write level 1 to 5, such as “三级/高级工”.",
        ),
    )
