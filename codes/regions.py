"""Provinces and identity-card areas, from a dated table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

from stdnum import numdb

from codes.datafiles import day, day_or_open, load_table
from codes.errors import CodesError
from codes.wording import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A province, or an area of identity cards.

    Args:
        code: two digits of a province (GB/T 2260), or six digits of an area.
        zh: the official name.
        en: the name in English.
        valid_from: first day of the code.
        valid_to: last day of the code, or None while it is in force; old codes stay on cards.
        confirmed: False where the code's use is plausible but not confirmed by a notice.
        files_bodies: whether a human resources department there files assessment bodies, so
            that the code can stand in a certificate number.
        identity_area: whether the code can begin an identity card number.
    """

    code: str
    zh: str
    en: str
    valid_from: date
    valid_to: date | None
    confirmed: bool
    files_bodies: bool = False
    identity_area: bool = True

    @property
    def text(self) -> Text:
        """The name in both languages."""
        return Text(self.zh, self.en)


def _region(entry: dict[str, Any]) -> Region:
    return Region(
        code=entry["code"],
        zh=entry["zh"],
        en=entry["en"],
        valid_from=day(entry["valid_from"]),
        valid_to=day_or_open(entry["valid_to"]),
        confirmed=entry["confirmed"],
        files_bodies=entry.get("files_bodies", False),
        identity_area=entry.get("identity_area", True),
    )


@cache
def provinces() -> Mapping[str, Region]:
    """Return every province-level region by its two digits."""
    table = load_table("regions")["provinces"]
    return MappingProxyType({entry["code"]: _region(entry) for entry in table})


@cache
def _areas() -> Mapping[str, Region]:
    table = load_table("regions")["areas"]
    return MappingProxyType({entry["code"]: _region(entry) for entry in table})


def find_province(code: str) -> Region | None:
    """Return the province with the two-digit `code`, or None."""
    return provinces().get(code)


def province_by_code(code: str) -> Region:
    """Return the province with the two-digit `code`.

    Raises:
        CodesError: `province_unknown`.

    Source:
        GB/T 2260.
    """
    found = find_province(code)
    if found is None:
        raise CodesError(
            "province_unknown",
            Text(
                "省级代码不在国家标准 GB/T 2260 之列。",
                "The code is not a province-level code of GB/T 2260.",
            ),
        )
    return found


def area(code6: str) -> Region | None:
    """Return what is known of an identity card's first six digits: the area, or its province.

    Args:
        code6: six digits; untrusted.

    Returns:
        The area itself where our table holds it (abolished counties, residence permits), else
        the province, else None.
    """
    if not _is_six_digits(code6):
        return None
    exact = _areas().get(code6)
    if exact is not None:
        return exact
    province = find_province(code6[:2])
    return province if province is not None and province.identity_area else None


@lru_cache(maxsize=8192)
def area_is_listed(code6: str) -> bool:
    """Return whether six digits are, or ever were, a listed area down to the county.

    The list is python-stdnum's and has gaps, so False is worth a notice and never a refusal.
    """
    if code6 in _areas():
        return True
    if not _is_six_digits(code6):
        return False
    properties = [found for _digits, found in numdb.get("cn/loc").info(code6)]
    return any("county" in found for found in properties)


def _is_six_digits(text: str) -> bool:
    return len(text) == 6 and text.isascii() and text.isdigit()
