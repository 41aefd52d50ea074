"""How long the law keeps a certificate's file: dated rules, from a data file that may be replaced.

`retention.json` in the home folder takes the place of the rules that come with the program. Within
the period nothing is erased on a holder's request; the data are kept and not otherwise used.

Source: Personal Information Protection Law, article 47. The period of the rule that comes along is
taken from a working procedure and not confirmed, which every sentence about it says.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from codes.wording import Text
from issuer.errors import IssuerError
from registry.home import Home

RETENTION_FILE = "retention.json"
_MOST_YEARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """One rule and the days it is in force.

    Args:
        id: stable.
        valid_from: first day in force.
        valid_to: last day in force, or None.
        years: how long after the holder's last date of issue the file is kept.
        source: where it stands.
        confirmed: whether somebody has seen to it that it does.
    """

    id: str
    valid_from: date
    valid_to: date | None
    years: int
    source: Text
    confirmed: bool

    def covers(self, day: date) -> bool:
        """Return whether the rule is in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def kept_until(self, last_issue: date) -> date:
        """Return the first day on which a file may go, its last certificate being of that date."""
        try:
            return last_issue.replace(year=last_issue.year + self.years)
        except ValueError:  # 29 February
            return date(last_issue.year + self.years, 3, 1)

    def named(self) -> Text:
        """Return the rule's source, with what is not sure of it."""
        if self.confirmed:
            return self.source
        return Text(f"{self.source.zh}（本系统未核实）", f"{self.source.en} (not confirmed)")


def read_rules(home: Home) -> tuple[RetentionRule, ...]:
    """Return the rules of a home: its own file, else those that come with the program.

    Raises:
        IssuerError: the home's file is damaged (`retention_damaged`).
    """
    own = home.path / RETENTION_FILE
    if own.exists():
        return parse_rules(own.read_bytes(), name=str(own))
    inside = files("issuer") / "data" / RETENTION_FILE
    return parse_rules(inside.read_bytes(), name=RETENTION_FILE)


def parse_rules(data: bytes, *, name: str) -> tuple[RetentionRule, ...]:
    """Return the rules of a file; raises IssuerError (`retention_damaged`)."""
    try:
        return tuple(_parse(rule) for rule in json.loads(data)["rules"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IssuerError(
            "retention_damaged",
            Text(
                f"保管期限规则文件 {name} 有误，未删除任何资料",
                f"the file of retention rules {name} is at fault; nothing was erased",
            ),
        ) from error


def rule_on(rules: Sequence[RetentionRule], day: date) -> RetentionRule | None:
    """Return the rule in force on a day that keeps a file longest; None where there is none."""
    return max((rule for rule in rules if rule.covers(day)), key=_years, default=None)


def _years(rule: RetentionRule) -> int:
    return rule.years


def _parse(rule: Any) -> RetentionRule:
    years, confirmed, source = rule["years"], rule["confirmed"], rule["source"]
    if type(years) is not int or not 0 <= years <= _MOST_YEARS or type(confirmed) is not bool:
        raise ValueError("years or confirmed")
    return RetentionRule(
        id=str(rule["id"]),
        valid_from=date.fromisoformat(rule["from"]),
        valid_to=None if rule["to"] is None else date.fromisoformat(rule["to"]),
        years=years,
        source=Text(str(source["zh"]), str(source["en"])),
        confirmed=confirmed,
    )
