"""What an assessment asks for, from a dated table that names its sources and how sure each is.

Conditions of eligibility (申报条件) by level, the parts of the examination with their pass marks,
and figures that a body may set otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from codes.datafiles import day, day_or_open, load_table
from codes.levels import Level
from codes.wording import Text


class Part(StrEnum):
    """A part of an assessment."""

    THEORY = "theory"
    SKILLS = "skills"
    REVIEW = "review"

    @property
    def text(self) -> Text:
        """What it is called."""
        return _PARTS[self]


_PARTS = {
    Part.THEORY: Text("理论知识考试", "theory examination"),
    Part.SKILLS: Text("技能考核", "skills assessment"),
    Part.REVIEW: Text("综合评审", "comprehensive review"),
}


class Figure(StrEnum):
    """What is ruled by a figure."""

    NOTICE_WORKING_DAYS = "notice_working_days"
    CANDIDATES_PER_INVIGILATOR = "candidates_per_invigilator"
    LEAST_INVIGILATORS = "least_invigilators"
    LEAST_EXAMINERS = "least_examiners"
    UPLOAD_DAYS = "upload_days"
    PASSED_PART_MONTHS = "passed_part_months"

    @property
    def text(self) -> Text:
        """What it is called."""
        return _FIGURES[self]


_FIGURES = {
    Figure.NOTICE_WORKING_DAYS: Text("结果公示工作日数", "working days of the public notice"),
    Figure.CANDIDATES_PER_INVIGILATOR: Text(
        "每名监考人员最多监考人数", "most candidates for each invigilator"
    ),
    Figure.LEAST_INVIGILATORS: Text("每个考场最少监考人数", "fewest invigilators in a room"),
    Figure.LEAST_EXAMINERS: Text("每组最少考评员人数", "fewest examiners of a panel"),
    Figure.UPLOAD_DAYS: Text(
        "签发后上传全国平台期限（天）", "days to upload to the national site after issue"
    ),
    Figure.PASSED_PART_MONTHS: Text(
        "单项合格成绩可供补考沿用的月数（0 为不沿用）",
        "months for which a passed part stands for a resit (0: not at all)",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a rule rests on.

    Args:
        standing: S, N, P or ?, as the table's head explains.
        source: where it stands.
        valid_from: first day it holds.
        valid_to: last day it holds, or None while it is in force.
    """

    standing: str
    source: Text
    valid_from: date
    valid_to: date | None

    @property
    def confirmed(self) -> bool:
        """Whether a document of the authorities says so."""
        return self.standing in ("S", "N")

    def holds(self, on: date) -> bool:
        """Return whether it holds on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition of a level; any one of them suffices.

    Args:
        name: such as `3-1`.
        text: what it asks for.
        years: the least number of years of what it names; None where it asks for none.
        qualification: words of which one must be given (degree, rank); empty for none.
        certificate_level: of the prior certificate it asks for; None for none.
        certificate_occupation: of that certificate.
        evidence: what usually shows it.
        basis: what it rests on.
    """

    name: str
    text: Text
    years: int | None
    qualification: tuple[str, ...]
    certificate_level: Level | None
    certificate_occupation: str
    evidence: Text
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRule:
    """A part that a level needs, passed from `pass_mark` of 100 on."""

    part: Part
    pass_mark: int
    basis: Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRule:
    """A figure, and between what a body may set it."""

    value: int
    least: int
    most: int
    basis: Basis


def conditions(occupation: str, level: Level, on: date) -> tuple[Condition, ...]:
    """Return the conditions of a level on a day; none where the table knows none."""
    table = _table()
    general = table["conditions_rule"]
    found = (_condition(one, {**general, **one}) for one in _of(table["conditions"], occupation))
    return tuple(
        one for one in found if one.name.startswith(f"{level.value}-") and one.basis.holds(on)
    )


def parts(occupation: str, level: Level, on: date) -> tuple[PartRule, ...]:
    """Return the parts that a level needs on a day, in order; none where the table knows none."""
    found = (
        PartRule(part=Part(one["part"]), pass_mark=one["pass_mark"], basis=_basis(one))
        for one in _of(_table()["parts"], occupation)
        if one["level"] == level
    )
    return tuple(one for one in found if one.basis.holds(on))


def figure(name: Figure, on: date) -> FigureRule:
    """Return the figure that holds on a day.

    Raises:
        LookupError: the table has none for that day.
    """
    for one in _table()["figures"]:
        if one["name"] == name and _basis(one).holds(on):
            return FigureRule(
                value=one["value"], least=one["least"], most=one["most"], basis=_basis(one)
            )
    raise LookupError(f"no figure of {name} for {on}")


def _of(entries: list[dict[str, Any]], occupation: str) -> Iterator[dict[str, Any]]:
    return (one for one in entries if one["occupation"] == occupation)


def _condition(entry: dict[str, Any], basis: dict[str, Any]) -> Condition:
    certificate = entry.get("certificate")
    return Condition(
        name=entry["id"],
        text=Text(entry["zh"], entry["en"]),
        years=entry.get("years"),
        qualification=tuple(entry.get("qualification", ())),
        certificate_level=None if certificate is None else Level(certificate["level"]),
        certificate_occupation="" if certificate is None else certificate["occupation"],
        evidence=Text(entry["evidence_zh"], entry["evidence_en"]),
        basis=_basis(basis),
    )


def _basis(entry: dict[str, Any]) -> Basis:
    return Basis(
        standing=entry["standing"],
        source=Text(entry["source_zh"], entry["source_en"]),
        valid_from=day(entry["valid_from"]),
        valid_to=day_or_open(entry["valid_to"]),
    )


@cache
def _table() -> dict[str, Any]:
    return load_table("assessment_rules")
