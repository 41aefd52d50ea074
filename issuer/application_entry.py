"""An application as a clerk types it into a page: texts only, whole or not, right or not.

`form_entry` makes of it what `issuer.application_form` reads, so that a page and the file of
`yanzhen filing apply` are judged alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

MOST_ROWS = 20
_MOST_CHARACTERS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeEntry:
    """One occupation with levels, as typed."""

    occupation: str = ""
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEntry:
    """One site, as typed."""

    address: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationEntry:
    """Everything of an application but its files, as typed."""

    name: str = ""
    credit_code: str = ""
    category: str = ""
    scopes: tuple[ScopeEntry, ...] = ()
    sites: tuple[SiteEntry, ...] = ()
    examiners: str = ""
    supervisors: str = ""

    def compact(self) -> ApplicationEntry:
        """Return it without empty rows."""
        return replace(
            self,
            scopes=tuple(one for one in self.scopes if one.occupation or one.levels),
            sites=tuple(one for one in self.sites if one.address or one.serial),
        )

    def dump(self) -> str:
        """Return it as JSON; `load_entry` reads it back."""
        value = {
            "name": self.name,
            "credit_code": self.credit_code,
            "category": self.category,
            "occupations": [
                {"occupation": one.occupation, "levels": list(one.levels)} for one in self.scopes
            ],
            "sites": [{"address": one.address, "serial": one.serial} for one in self.sites],
            "staff": {"examiners": self.examiners, "supervisors": self.supervisors},
        }
        return json.dumps(value, ensure_ascii=False, sort_keys=True)


def load_entry(value: object) -> ApplicationEntry:
    """Return what a JSON value says of an application; what is no text of a field is left empty.

    Args:
        value: untrusted: `ApplicationEntry.dump`, or the file of `yanzhen filing apply`.
    """
    fields = _members(value)
    staff = _members(fields.get("staff"))
    return ApplicationEntry(
        name=_text(fields.get("name")),
        credit_code=_text(fields.get("credit_code")),
        category=_text(fields.get("category")),
        scopes=tuple(_scope(one) for one in _items(fields.get("occupations"))),
        sites=tuple(_site(one) for one in _items(fields.get("sites"))),
        examiners=_text(staff.get("examiners")),
        supervisors=_text(staff.get("supervisors")),
    )


def form_entry(entry: ApplicationEntry, materials: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return an entry as the application file would say it.

    Args:
        materials: titles and file names.
    """
    return {
        "name": entry.name,
        "credit_code": entry.credit_code,
        "category": entry.category,
        "occupations": [
            {"occupation": one.occupation, "levels": list(one.levels)} for one in entry.scopes
        ],
        "sites": [{"address": one.address, "serial": one.serial or None} for one in entry.sites],
        "staff": {"examiners": _count(entry.examiners), "supervisors": _count(entry.supervisors)},
        "materials": [{"title": title, "file": file} for title, file in materials],
    }


def _count(typed: str) -> int | str:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else typed


def _scope(value: object) -> ScopeEntry:
    fields = _members(value)
    levels = tuple(filter(None, map(_text, _items(fields.get("levels")))))
    return ScopeEntry(occupation=_text(fields.get("occupation")), levels=levels)


def _site(value: object) -> SiteEntry:
    fields = _members(value)
    return SiteEntry(address=_text(fields.get("address")), serial=_text(fields.get("serial")))


def _members(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> list[object]:
    return value[:MOST_ROWS] if isinstance(value, list) else []


def _text(value: object) -> str:
    if isinstance(value, str):
        whole = value.encode(errors="replace").decode()  # JSON may bring halves of characters
        return whole.strip()[:_MOST_CHARACTERS]
    return str(value) if type(value) is int else ""
