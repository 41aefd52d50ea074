"""Records what an assessment body is filed for (备案): who, where, which levels, which days.

A filing file is JSON:

    {"name": "…", "credit_code": "…", "prefix": "S000012000123", "address": "…",
     "scopes": [{"occupation": "3-02-02-00", "levels": [3, 2, 1],
                 "from": "2024-01-01", "to": "2026-12-31"}]}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.documents import inspect_credit_code
from codes.errors import CodesError
from codes.levels import Level, parse_level
from codes.number import NumberPrefix, parse_prefix
from codes.occupations import Occupation, occupation_by_code
from codes.wording import Text
from issuer.errors import IssuerError
from registry.models import Body, Filing, Site

_MAX_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledScope:
    """One occupation × levels a site may award, from one day to another (both included)."""

    occupation: Occupation
    levels: tuple[Level, ...]
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingForm:
    """A filing as the authority decided it, parsed."""

    name: str
    credit_code: str | None
    prefix: NumberPrefix
    address: str | None
    scopes: tuple[FiledScope, ...]


def read_filing(path: Path) -> FilingForm:
    """Read and check a filing file.

    Raises:
        IssuerError: `filing_unreadable`, or `filing_field` naming the field and the fault.
    """
    try:
        if not path.is_file():  # a pipe or a device would be waited for without end
            raise OSError(f"{path.name} is not a regular file")
        entry = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise IssuerError(
            "filing_unreadable",
            Text(f"{path.name} 不是可读取的 JSON 文件", f"{path.name} is not a readable JSON file"),
        ) from error
    return parse_filing(entry)


def parse_filing(entry: object) -> FilingForm:
    """Parse a filing; raises IssuerError naming the first field that is at fault."""
    if not isinstance(entry, dict):
        raise _field("$", "应为一个对象", "must be an object")
    unknown = sorted(set(entry) - {"name", "credit_code", "prefix", "address", "scopes"})
    if unknown:
        raise _field(unknown[0], "不认识的字段", "is not a known field")
    scopes = entry.get("scopes")
    if not isinstance(scopes, list) or not scopes:
        raise _field("scopes", "至少一项", "needs at least one entry")
    try:
        prefix = parse_prefix(_string(entry, "prefix", 13))
    except CodesError as error:
        raise _field("prefix", error.text.zh, error.text.en) from error
    credit_code = _string(entry, "credit_code", 18, optional=True)
    if credit_code is not None:
        reading = inspect_credit_code(credit_code)
        if reading.problems:
            problem = reading.problems[0].text
            raise _field("credit_code", problem.zh, problem.en)
    return FilingForm(
        name=_required(entry, "name", _MAX_NAME),
        credit_code=credit_code,
        prefix=prefix,
        address=_string(entry, "address", 200, optional=True),
        scopes=tuple(_parse_scope(scope, i) for i, scope in enumerate(scopes)),
    )


def record_filing(session: Session, form: FilingForm) -> Site:
    """Put a filing on record; a site already there gains the scopes it does not have yet.

    Raises:
        IssuerError: the prefix is on record under another body's name (`prefix_taken`).
    """
    site = session.scalar(select(Site).where(Site.prefix == str(form.prefix)))
    if site is None:
        body = session.scalar(select(Body).where(Body.name == form.name))
        if body is None:
            body = Body(name=form.name, credit_code=form.credit_code)
        site = Site(body=body, prefix=str(form.prefix), address=form.address)
        session.add(site)
        session.flush()
    elif site.body.name != form.name:
        raise IssuerError(
            "prefix_taken",
            Text(
                f"编号前缀 {form.prefix} 已备案给另一机构“{site.body.name}”",
                f"prefix {form.prefix} is already filed for another body, “{site.body.name}”",
            ),
        )
    _add_scopes(session, site, form)
    return site


def _add_scopes(session: Session, site: Site, form: FilingForm) -> None:
    known = {(f.occupation, f.level, f.valid_from, f.valid_to) for f in site.filings}
    for scope in form.scopes:
        for level in scope.levels:
            key = (scope.occupation.index, int(level), scope.valid_from, scope.valid_to)
            if key not in known:
                site.filings.append(
                    Filing(occupation=key[0], level=key[1], valid_from=key[2], valid_to=key[3])
                )
    session.flush()


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


def levels_filed(site: Site, on: date) -> dict[int, tuple[Level, ...]]:
    """Return the levels a site may award on a day, by occupation index."""
    filed: dict[int, set[Level]] = {}
    for filing in site.filings:
        if filing.valid_from <= on and (filing.valid_to is None or on <= filing.valid_to):
            filed.setdefault(filing.occupation, set()).add(Level(filing.level))
    return {index: tuple(sorted(levels)) for index, levels in filed.items()}


def _parse_scope(entry: object, index: int) -> FiledScope:
    where = f"scopes[{index}]"
    if not isinstance(entry, dict):
        raise _field(where, "应为一个对象", "must be an object")
    unknown = sorted(set(entry) - {"occupation", "levels", "from", "to"})
    if unknown:
        raise _field(f"{where}.{unknown[0]}", "不认识的字段", "is not a known field")
    levels = entry.get("levels")
    if not isinstance(levels, list) or not levels:
        raise _field(f"{where}.levels", "至少一个级别", "needs at least one level")
    try:
        occupation = occupation_by_code(_string(entry, "occupation", 20))
        parsed = tuple(parse_level(str(level)) for level in levels)
    except CodesError as error:
        raise _field(where, error.text.zh, error.text.en) from error
    outside = [level for level in parsed if level not in occupation.levels]
    if outside:
        raise _field(
            f"{where}.levels",
            f"{occupation.zh}没有{outside[0].zh}",
            f"{occupation.en} has no {outside[0].en}",
        )
    scope = FiledScope(
        occupation=occupation,
        levels=parsed,
        valid_from=_day(entry, "from", where),
        valid_to=None if entry.get("to") is None else _day(entry, "to", where),
    )
    if scope.valid_to is not None and scope.valid_to < scope.valid_from:
        raise _field(f"{where}.to", "早于起始日期", "is before the first day")
    return scope


def _day(entry: Mapping[str, Any], name: str, where: str) -> date:
    try:
        return date.fromisoformat(entry[name])
    except (KeyError, TypeError, ValueError) as error:
        raise _field(
            f"{where}.{name}", "应为日期 2026-01-31", "must be a date, 2026-01-31"
        ) from error


def _string(entry: Mapping[str, Any], name: str, most: int, *, optional: bool = False) -> Any:
    value = entry.get(name)
    if value is None and optional:
        return None
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= most:
        raise _field(name, f"应为 1–{most} 个字符", f"must have 1–{most} characters")
    return value.strip()


def _required(entry: Mapping[str, Any], name: str, most: int) -> str:
    return str(_string(entry, name, most))


def _field(name: str, zh: str, en: str) -> IssuerError:
    return IssuerError(
        "filing_field", Text(f"备案文件字段 {name}：{zh}", f"filing, field {name}: {en}")
    )
