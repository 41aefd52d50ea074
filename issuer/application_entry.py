"""An application as a clerk types it into a page: texts only, whole or not, right or not.

`form_entry` makes of it what `issuer.application_form` reads, so that a page and the file of
`yanzhen filing apply` are judged alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from issuer.json_form import field_error

_MOST_ROWS = 20
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


def check_length(entry: ApplicationEntry) -> None:
    """Refuse an entry from a file that is longer than a form holds: nothing of it is cut.

    Raises:
        FieldError: naming the first field that is too long, or has too many items.
    """
    rows = {"occupations": len(entry.scopes), "sites": len(entry.sites)}
    texts = {
        "name": entry.name,
        "credit_code": entry.credit_code,
        "category": entry.category,
        "staff.examiners": entry.examiners,
        "staff.supervisors": entry.supervisors,
    }
    for at, scope in enumerate(entry.scopes):
        rows[f"occupations[{at}].levels"] = len(scope.levels)
        texts[f"occupations[{at}]"] = scope.occupation
        texts[f"occupations[{at}].levels"] = max(scope.levels, key=len, default="")
    for at, site in enumerate(entry.sites):
        texts[f"sites[{at}].address"] = site.address
        texts[f"sites[{at}].serial"] = site.serial
    for field, count in rows.items():
        if count > _MOST_ROWS:
            zh, en = f"{count} 项，最多 {_MOST_ROWS} 项", f"{count} items; at most {_MOST_ROWS}"
            raise field_error(field, zh, en)
    for field, text in texts.items():
        if len(text) > _MOST_CHARACTERS:
            zh = f"{len(text)} 字，最多 {_MOST_CHARACTERS} 字"
            raise field_error(field, zh, f"{len(text)} characters; at most {_MOST_CHARACTERS}")


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
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    if isinstance(value, str):
        whole = value.encode(errors="replace").decode()  # JSON may bring halves of characters
        return whole.strip()
    return str(value) if type(value) is int else ""
