"""The occupations certificates can be issued for, from a dated table."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache

from codes.datafiles import day, day_or_open, load_table
from codes.errors import CodesError
from codes.levels import Level
from codes.wording import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupation:
    """One edition of one occupation's national standard.

    Args:
        index: the number signed records hold; never reused.
        code: the code of the national classification, such as `3-02-02-00`.
        zh: the official name.
        en: the name in English.
        edition: the edition of the standard.
        levels: the levels this standard has, lowest first.
        valid_from: first day this edition holds.
        valid_to: last day this edition holds, or None while it is in force.
    """

    index: int
    code: str
    zh: str
    en: str
    edition: str
    levels: tuple[Level, ...]
    valid_from: date
    valid_to: date | None

    def in_force(self, on: date) -> bool:
        """Return whether this edition holds on the day `on`."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@cache
def occupations() -> tuple[Occupation, ...]:
    """Return every edition in the table, by index."""
    entries = (
        Occupation(
            index=entry["index"],
            code=entry["code"],
            zh=entry["zh"],
            en=entry["en"],
            edition=entry["edition"],
            levels=tuple(Level(level) for level in entry["levels"]),
            valid_from=day(entry["valid_from"]),
            valid_to=day_or_open(entry["valid_to"]),
        )
        for entry in load_table("occupations")["occupations"]
    )
    return tuple(sorted(entries, key=lambda occupation: occupation.index))


def occupation_by_index(index: int) -> Occupation:
    """Return the occupation a signed record means by `index`.

    Raises:
        CodesError: `occupation_unknown`.
    """
    for occupation in occupations():
        if occupation.index == index:
            return occupation
    raise _unknown()


def occupation_by_code(code: str) -> Occupation:
    """Return the latest edition of the occupation with the classification code `code`.

    Raises:
        CodesError: `occupation_unknown`.
    """
    editions = [occupation for occupation in occupations() if occupation.code == code]
    if not editions:
        raise _unknown()
    return max(editions, key=lambda occupation: occupation.valid_from)


def parse_occupation(text: str) -> Occupation:
    """Return the occupation that `text` names by code or by Chinese name.

    Args:
        text: such as `保卫管理员`, `3-02-02-00`, `３－０２－０２－００`; untrusted.

    Raises:
        CodesError: `occupation_unknown`.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    dashed = "".join("-" if unicodedata.category(char) == "Pd" else char for char in folded)
    for occupation in occupations():
        if folded == occupation.zh:
            return occupation_by_code(occupation.code)
    return occupation_by_code(dashed)


def _unknown() -> CodesError:
    known = "、".join(dict.fromkeys(f"{item.zh}（{item.code}）" for item in occupations()))
    return CodesError(
        "occupation_unknown",
        Text(
            f"职业不在本系统的职业目录内。目录内职业：{known}。",
            f"The occupation is not in this system's table, which holds: {known}.",
        ),
    )
