"""What is entered about somebody's eligibility, from a line of a sheet or a form."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from codes.typed import half_width, ordinary
from issuer.exam_columns import ExamColumn
from issuer.exam_sheets import SheetLine
from issuer.typed_days import read_day

MOST_TYPED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was entered about somebody's eligibility, as typed.

    Args:
        condition: name of the condition relied on, such as `3-1`.
        years: of what the condition names.
        qualification: degree or rank, where the condition asks for one.
        certificate: number of the prior certificate, 22 or 16 characters.
        dated: its date of issue, where the register does not know it.
        evidence: which papers show it.
    """

    condition: str = ""
    years: str = ""
    qualification: str = ""
    certificate: str = field(default="", repr=False)
    dated: str = ""
    evidence: str = field(default="", repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was entered."""
        return not any(asdict(self).values())


def facts_of(line: SheetLine) -> Facts:
    """Return what a line of a sheet says; a condition may be followed by its words."""
    return Facts(
        condition=line.text(ExamColumn.CONDITION).split(" ")[0],
        years=line.text(ExamColumn.YEARS),
        qualification=line.text(ExamColumn.QUALIFICATION),
        certificate=line.text(ExamColumn.CERTIFICATE),
        dated=line.text(ExamColumn.CERTIFIED_ON)[:MOST_TYPED],
        evidence=line.text(ExamColumn.EVIDENCE)[:MOST_TYPED],
    )


def ordinary_facts(facts: Facts) -> Facts:
    """Return facts whose codes and numbers are typed in half width, with plain hyphens.

    A day that can be read is written as forms have it, such as 2023-05-01.
    """
    return Facts(
        condition=ordinary(facts.condition),
        years=ordinary(facts.years),
        qualification=facts.qualification,
        certificate=ordinary(facts.certificate),
        dated=_plain_day(ordinary(facts.dated)),
        evidence=facts.evidence,
    )


def is_full_width(facts: Facts) -> bool:
    """Return whether a code or a number was typed in full width."""
    typed = (facts.condition, facts.years, facts.certificate, facts.dated)
    return any(half_width(text) != text for text in typed)


def _plain_day(text: str) -> str:
    try:
        day = read_day(text)
    except ValueError:
        return text
    return text if day is None else day.isoformat()
