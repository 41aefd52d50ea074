"""The figures of the filing procedure (备案), from a dated table that says how sure each is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from codes.datafiles import day, day_or_open, load_table


class RuleName(StrEnum):
    """What is ruled by a figure."""

    MOST_OCCUPATIONS = "most_occupations"
    NOTICE_WORKING_DAYS = "notice_working_days"
    LATE_ENTRY_DAYS = "late_entry_days"
    LONGEST_TERM_YEARS = "longest_term_years"
    COMPLAINT_DAYS = "complaint_days"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingRule:
    """One figure, from one day to another.

    Args:
        name: what it rules.
        value: the figure.
        confirmed: whether a published notice says so; else it is to be checked by the operator.
        valid_from: first day it holds.
        valid_to: last day it holds, or None while it is in force.
    """

    name: RuleName
    value: int
    confirmed: bool
    valid_from: date
    valid_to: date | None


def filing_rule(name: RuleName, on: date) -> FilingRule:
    """Return the figure that holds on a day.

    Raises:
        LookupError: the table has none for that day.
    """
    for rule in _rules():
        ended = rule.valid_to is not None and rule.valid_to < on
        if rule.name is name and rule.valid_from <= on and not ended:
            return rule
    raise LookupError(f"no figure of {name} for {on}")


@cache
def _rules() -> tuple[FilingRule, ...]:
    return tuple(
        FilingRule(
            name=RuleName(entry["name"]),
            value=entry["value"],
            confirmed=entry["standing"] != "?",
            valid_from=day(entry["valid_from"]),
            valid_to=day_or_open(entry["valid_to"]),
        )
        for entry in load_table("filing_rules")["rules"]
    )
