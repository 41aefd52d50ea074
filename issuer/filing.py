"""What a site is filed for (备案), and the file that says what was decided elsewhere.

A filing file is JSON:

    {"name": "…", "credit_code": "…", "prefix": "S000012000123", "address": "…",
     "scopes": [{"occupation": "3-02-02-00", "levels": [3, 2, 1],
                 "from": "2024-01-01", "to": "2026-12-31"}],
     "reference": "…", "decided_on": "2023-12-20"}
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.errors import CodesError
from codes.levels import Level
from codes.number import NumberPrefix, parse_prefix
from codes.occupations import Occupation
from codes.wording import Text
from issuer.errors import IssuerError
from issuer.json_form import FormFields, read_json_form
from registry.models import Filing, Site

MAX_NAME = 100
MAX_ADDRESS = 200
MAX_REFERENCE = 100

_FIELDS = {"name", "credit_code", "prefix", "address", "scopes", "reference", "decided_on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledScope:
    """One occupation × levels a site may award, from one day to another (both included)."""

    occupation: Occupation
    levels: tuple[Level, ...]
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingForm:
    """A filing as the authority decided it, parsed.

    Args:
        name: of the body, exactly as filed.
        credit_code: its unified social credit code, if given.
        prefix: of its numbers.
        address: of the site, if given.
        scopes: what it is filed for.
        reference: the number of the authority's document (文号), if given.
        decided_on: the day it was decided, if given.
    """

    name: str
    credit_code: str | None
    prefix: NumberPrefix
    address: str | None
    scopes: tuple[FiledScope, ...]
    reference: str | None = None
    decided_on: date | None = None


def read_filing(path: Path) -> FilingForm:
    """Read and check a filing file.

    Raises:
        IssuerError: `filing_unreadable`, or `filing_field` naming the field and the fault.
    """
    return parse_filing(read_json_form(path))


def parse_filing(entry: object) -> FilingForm:
    """Parse a filing; raises IssuerError naming the first field that is at fault."""
    fields = FormFields.of(entry, _FIELDS)
    scopes = fields.items("scopes")
    return FilingForm(
        name=fields.text("name", MAX_NAME),
        credit_code=None if fields.entry.get("credit_code") is None else fields.credit_code(),
        prefix=read_prefix(fields.text("prefix", 13)),
        address=fields.open_text("address", MAX_ADDRESS),
        scopes=tuple(_parse_scope(scope, f"scopes[{i}]") for i, scope in enumerate(scopes)),
        reference=fields.open_text("reference", MAX_REFERENCE),
        decided_on=fields.open_day("decided_on"),
    )


def read_prefix(typed: str) -> NumberPrefix:
    """Return a prefix as typed; raises IssuerError (`filing_field`)."""
    try:
        return parse_prefix(typed)
    except CodesError as error:
        raise IssuerError(
            "filing_field",
            Text(f"备案文件字段 prefix：{error.text.zh}", f"filing, field prefix: {error.text.en}"),
        ) from error


def find_site(session: Session, prefix: str) -> Site:
    """Return the site with this 13-character prefix.

    Raises:
        IssuerError: none is filed (`body_not_filed`); names the prefixes that are.
    """
    site = session.scalar(select(Site).where(Site.prefix == prefix))
    if site is None:
        known = "、".join(session.scalars(select(Site.prefix).order_by(Site.prefix).limit(5)))
        raise IssuerError(
            "body_not_filed",
            Text(
                f"没有编号前缀为 {prefix} 的备案机构。已备案：{known or '（无）'}",
                f"no body is filed under prefix {prefix}. Filed: {known or '(none)'}",
            ),
        )
    return site


def levels_filed(session: Session, site_id: int, on: date) -> dict[int, tuple[Level, ...]]:
    """Return the levels a site may award on a day, by occupation index, as on record now."""
    filed: dict[int, set[Level]] = {}
    for filing in session.scalars(select(Filing).where(Filing.site_id == site_id)):
        if filing.valid_from <= on and (filing.valid_to is None or on <= filing.valid_to):
            filed.setdefault(filing.occupation, set()).add(Level(filing.level))
    return {index: tuple(sorted(levels)) for index, levels in filed.items()}


def _parse_scope(entry: object, where: str) -> FiledScope:
    fields = FormFields.of(entry, {"occupation", "levels", "from", "to"}, where)
    occupation, levels = fields.occupation_and_levels()
    scope = FiledScope(
        occupation=occupation,
        levels=levels,
        valid_from=fields.day("from"),
        valid_to=fields.open_day("to"),
    )
    if scope.valid_to is not None and scope.valid_to < scope.valid_from:
        raise fields.error("to", "早于起始日期", "is before the first day")
    return scope
