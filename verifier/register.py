"""The public register of filed bodies: who may award what, until when, by the signed list alone.

It is computed from the trust list and from nothing else, so it cannot say what the authority's root
keys did not sign. The list knows windows only; the acts that made them stand beside it, as the
public log has them (`verifier.filed_acts`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from codes.levels import Level
from codes.number import parse_prefix
from codes.occupations import Occupation, occupation_by_index, occupations
from codes.regions import Region, find_province
from codes.wording import Text
from keys.document import BodyEntry, KeyDocument
from keys.ring import Scope, Standing
from keys.trust_list import TrustList
from verifier.filed_acts import FiledActs, act_as_dict

MOST_WORDS: Final = 100
_DAY: Final = timedelta(days=1)
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r")


class BodyState(StrEnum):
    """Where a body stands on a day."""

    FILED = "filed"
    TO_COME = "to_come"
    INTERRUPTED = "interrupted"
    OVER = "over"
    NONE = "none"


STATE_NAMES: Final = {
    BodyState.FILED: Text("备案有效", "filed"),
    BodyState.TO_COME: Text("备案尚未生效", "not in force yet"),
    BodyState.INTERRUPTED: Text("备案中断，日后恢复", "interrupted, to go on"),
    BodyState.OVER: Text("备案到期、暂停或撤销", "expired, suspended or withdrawn"),
    BodyState.NONE: Text("尚未备案", "not filed yet"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledRight:
    """One occupation with the levels filed for the same days, windows that meet joined.

    Args:
        last: last day, None while open.
        in_force: whether the day asked for lies in it.
    """

    occupation: Occupation
    levels: tuple[Level, ...]
    first: date
    last: date | None
    in_force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """One body as the list has it, on a day.

    Args:
        state: on that day.
        since: for a body that is not filed now, the first day it was not; else None.
        until: for one that is filed, the last day of the right that lasts longest; None where one
            is open.
        again_from: for one that is not filed now, the first day it is to be, else None.
        signs: whether it has a key that may sign on that day.
    """

    prefix: str
    name: str
    employer: bool
    province: Region | None
    state: BodyState
    since: date | None
    until: date | None
    again_from: date | None
    signs: bool
    rights: tuple[FiledRight, ...]

    @property
    def state_text(self) -> Text:
        """Where it stands, in words."""
        return STATE_NAMES[self.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterQuery:
    """What a reader looks for; an empty member asks for nothing.

    Args:
        words: part of a name or prefix.
        occupation: its code.
        level: its digit; of a right that is in force.
        province: two digits.
        state: of `BodyState`.
    """

    words: str = ""
    occupation: str = ""
    level: str = ""
    province: str = ""
    state: str = ""


def register_of(document: KeyDocument, on: date) -> tuple[RegisterEntry, ...]:
    """Return every body of a list as it stands on a day: those filed now first, then by prefix."""
    entries = [_entry(body, on) for body in document.bodies]
    return tuple(sorted(entries, key=lambda one: (one.state is not BodyState.FILED, one.prefix)))


def inspect_query(query: RegisterQuery) -> tuple[str, ...]:
    """Return the names of what a query asks for that there is not: no body can fit it."""
    known = {
        "words": len(query.words) <= MOST_WORDS,
        "occupation": query.occupation in {one.code for one in occupations()},
        "level": query.level in {str(int(level)) for level in Level},
        "province": find_province(query.province) is not None,
        "state": query.state in set(BodyState),
    }
    return tuple(name for name, is_known in known.items() if getattr(query, name) and not is_known)


def search(entries: Iterable[RegisterEntry], query: RegisterQuery) -> tuple[RegisterEntry, ...]:
    """Return the bodies that fit all of a query."""
    return tuple(one for one in entries if _fits(one, query))


def as_json(
    trust: TrustList, entries: Sequence[RegisterEntry], acts: FiledActs | None, on: date
) -> bytes:
    """Return the register as one JSON object; `docs/api.md` describes its members.

    Args:
        acts: on the filing of each body, by its prefix; None while the log cannot be read.
    """
    document = trust.document
    value = {
        "on": on.isoformat(),
        "trust_list": {
            "version": document.version,
            "published_at": document.published_at.isoformat(),
            "expires_at": document.expires_at.isoformat(),
            "sha256": trust.sha256.hex(),
            "root_pin": trust.pin,
            "demo": document.demo,
        },
        "bodies": [{**_as_dict(one), "acts": _acts_of(one, acts)} for one in entries],
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def as_csv(entries: Iterable[RegisterEntry]) -> bytes:
    """Return the register as CSV, UTF-8 with a byte order mark: a line for each right and level."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(CSV_COLUMNS)
    for one in entries:
        head = (one.prefix, _safe(one.name), one.province.code if one.province else "", one.state)
        if not one.rights:
            rows.writerow((*head, "", "", "", "", "", ""))
        for right in one.rights:
            for level in right.levels:
                days = (right.first.isoformat(), right.last.isoformat() if right.last else "")
                force = "yes" if right.in_force else "no"
                job = right.occupation
                rows.writerow((*head, job.code, job.zh, int(level), *days, force))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


CSV_COLUMNS: Final = (
    "prefix",
    "name",
    "province",
    "state",
    "occupation",
    "occupation_name",
    "level",
    "from",
    "to",
    "in_force",
)


def _as_dict(one: RegisterEntry) -> dict[str, Any]:
    return {
        "prefix": one.prefix,
        "name": one.name,
        "category": "Y" if one.employer else "S",
        "province": one.province.code if one.province else None,
        "state": one.state.value,
        "since": _day(one.since),
        "until": _day(one.until),
        "again_from": _day(one.again_from),
        "signs": one.signs,
        "rights": [
            {
                "occupation": right.occupation.code,
                "occupation_name": right.occupation.zh,
                "levels": [int(level) for level in right.levels],
                "from": right.first.isoformat(),
                "to": _day(right.last),
                "in_force": right.in_force,
            }
            for right in one.rights
        ],
    }


def _acts_of(
    one: RegisterEntry, acts: FiledActs | None
) -> list[dict[str, str | int | None]] | None:
    return None if acts is None else [act_as_dict(act) for act in acts.get(one.prefix, ())]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _safe(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_RISKY) else text


def _fits(one: RegisterEntry, query: RegisterQuery) -> bool:
    words = query.words.casefold().strip()
    if words not in one.name.casefold() and words not in one.prefix.casefold():
        return False
    if query.province and (one.province is None or one.province.code != query.province):
        return False
    if query.state and one.state != query.state:
        return False
    if not (query.occupation or query.level):
        return True
    return any(
        right.in_force
        and query.occupation in ("", right.occupation.code)
        and (not query.level or query.level in {str(int(level)) for level in right.levels})
        for right in one.rights
    )


def _entry(body: BodyEntry, on: date) -> RegisterEntry:
    prefix = parse_prefix(body.prefix)
    rights = tuple(_rights(body.scopes, on))
    ahead = [one.first for one in rights if one.first > on]
    past = [one.last for one in rights if one.last is not None and one.last < on]
    now = [one.last for one in rights if one.in_force]
    ends = [last for last in now if last is not None]
    return RegisterEntry(
        prefix=body.prefix,
        name=body.name,
        employer=prefix.category.value == "Y",
        province=find_province(body.prefix[5:7]),
        state=_state(bool(now), bool(past), bool(ahead)),
        since=max(past) + _DAY if past and not now else None,
        until=max(ends) if ends and len(ends) == len(now) else None,
        again_from=min(ahead) if ahead and not now else None,
        signs=any(key.standing is Standing.ACTIVE and key.covers(on) for key in body.keys),
        rights=rights,
    )


def _state(now: bool, past: bool, ahead: bool) -> BodyState:
    if now:
        return BodyState.FILED
    if ahead:
        return BodyState.INTERRUPTED if past else BodyState.TO_COME
    return BodyState.OVER if past else BodyState.NONE


def _rights(scopes: Iterable[Scope], on: date) -> list[FiledRight]:
    """Return what scopes come to: windows of one level that meet are one, equal ones together."""
    windows: dict[tuple[int, Level], list[tuple[date, date | None]]] = {}
    for scope in scopes:
        for level in scope.levels:
            span = (scope.valid_from, scope.valid_to)
            windows.setdefault((scope.occupation, level), []).append(span)
    grouped: dict[tuple[int, date, date | None], list[Level]] = {}
    for (occupation, level), spans in windows.items():
        for first, last in _joined(spans):
            grouped.setdefault((occupation, first, last), []).append(level)
    rights = [
        FiledRight(
            occupation=occupation_by_index(occupation),
            levels=tuple(sorted(levels, reverse=True)),
            first=first,
            last=last,
            in_force=first <= on and (last is None or on <= last),
        )
        for (occupation, first, last), levels in grouped.items()
    ]
    return sorted(rights, key=lambda one: (not one.in_force, one.occupation.code, one.first))


def _joined(spans: Sequence[tuple[date, date | None]]) -> list[tuple[date, date | None]]:
    joined: list[tuple[date, date | None]] = []
    for first, last in sorted(spans, key=lambda span: span[0]):
        before = joined[-1] if joined else None
        if before is not None and (before[1] is None or first <= before[1] + _DAY):
            ends = (before[1], last)
            joined[-1] = (before[0], None if None in ends else max(filter(None, ends)))
        else:
            joined.append((first, last))
    return joined
