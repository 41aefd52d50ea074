"""What a forger writes instead: other people's facts, and numbers that cannot be."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from codes.levels import Level
from templates.labels import Field
from tests.drills.office import LEVELS
from tests.forgery.papers import GIVEN, Paper, invent_name

_DIGITS: Final = "0123456789"
_LOOK_ALIKES: Final = dict(
    zip(
        "0123456789X王张陈周黄朱林何宋唐冯董傅伟敏静勇艳杰明超秀平刚军建国文晓丽春海宇子轩佳",
        "8778569186K玉怅阵围寅未材向末庸泻懂博伪敢净湧滟木朋赵季乎刖车健囯丈哓两舂诲字孑杆住",
        strict=True,
    )
)
_YEAR, _LEVEL, _SERIAL = slice(13, 15), 15, slice(16, 22)


def invent_value(paper: Paper, field: Field, chance: random.Random) -> str:
    """Return another value of a field, such as a forger wants it; never the genuine one."""
    old = paper.values[field]
    while True:
        new = _INVENTED[field](old, paper, chance)
        if new != old:
            return new


def change_digit(paper: Paper, field: Field, chance: random.Random) -> str:
    """Return the value with one digit changed; a level or name with its first character changed."""
    old = paper.values[field]
    if field is Field.LEVEL:
        return invent_value(paper, field, chance)
    if field is Field.HOLDER_NAME:
        other = chance.choice([one for one in GIVEN if one != old[1]])
        return f"{old[:1]}{other}{old[2:]}"
    places = [place for place, character in enumerate(old) if character in _DIGITS]
    if field is Field.ISSUED_ON:
        places = [2, 3] if chance.random() < 0.5 else [places[-1]]
    place = chance.choice(places)
    digit = chance.choice([one for one in _DIGITS[1:] if one != old[place]])
    return f"{old[:place]}{digit}{old[place + 1 :]}"


def look_alike(paper: Paper, field: Field, chance: random.Random) -> str:
    """Return the value with one character exchanged for one that is hardly another to the eye."""
    old = paper.values[field]
    places = [place for place, character in enumerate(old) if character in _LOOK_ALIKES]
    if not places:
        return change_digit(paper, field, chance)
    place = chance.choice(places)
    return f"{old[:place]}{_LOOK_ALIKES[old[place]]}{old[place + 1 :]}"


def _name(old: str, paper: Paper, chance: random.Random) -> str:
    return invent_name(chance)


def _level(old: str, paper: Paper, chance: random.Random) -> str:
    return chance.choice([level.zh for level in LEVELS if level.zh != old])


def _date(old: str, paper: Paper, chance: random.Random) -> str:
    return f"{chance.randint(2019, 2026)}年{chance.randint(1, 12)}月{chance.randint(1, 28)}日"


def _number(old: str, paper: Paper, chance: random.Random) -> str:
    return f"{old[:13]}{chance.randint(19, 26)}{chance.choice('123')}{chance.randint(1, 9999):06d}"


def _document(old: str, paper: Paper, chance: random.Random) -> str:
    day = f"{chance.randint(1, 28):02d}"
    born = f"{chance.randint(1960, 2000)}{chance.randint(1, 12):02d}{day}"
    return f"{old[:6]}{born}{chance.randint(100, 999)}{chance.choice(_DIGITS + 'X')}"


_INVENTED: Final[Mapping[Field, Callable[[str, Paper, random.Random], str]]] = MappingProxyType(
    {
        Field.HOLDER_NAME: _name,
        Field.LEVEL: _level,
        Field.ISSUED_ON: _date,
        Field.NUMBER: _number,
        Field.DOCUMENT_NUMBER: _document,
    }
)


def _with(number: str, at: slice | int, text: str) -> str:
    place = at if isinstance(at, slice) else slice(at, at + 1)
    return number[: place.start] + text + number[place.stop :]


IMPLAUSIBLE_NUMBERS: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {
        "a digit too few": lambda number: number[:-1],
        "a digit too many": lambda number: f"{number}1",
        "a category that is none": lambda number: f"K{number[1:]}",
        "a province that is none": lambda number: _with(number, slice(5, 7), "99"),
        "a level that is none": lambda number: _with(number, _LEVEL, "7"),
        "a level not filed for": lambda number: _with(number, _LEVEL, str(int(Level.FIVE))),
        "serial 0": lambda number: _with(number, _SERIAL, "000000"),
        "a year to come": lambda number: _with(number, _YEAR, "39"),
        "a year before the rule": lambda number: _with(number, _YEAR, "12"),
        "a body that is none": lambda number: _with(number, slice(7, 13), "999999"),
    }
)
"""Numbers that cannot be, by what is wrong with them."""
