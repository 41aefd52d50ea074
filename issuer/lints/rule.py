"""What a lint is: an identified, dated rule that looks at the whole batch and yields findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from codes.notices import Notice, Problem
from codes.wording import Text
from issuer.columns import Column
from issuer.lint_context import LintContext
from issuer.subjects import Subject

ALWAYS = date.min  # for rules without a day of their own: no clock may switch them off


class Weight(StrEnum):
    """Whether a finding stops the award."""

    PROBLEM = "problem"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one lint says about one row."""

    row: int
    column: Column | None
    code: str
    text: Text
    weight: Weight = Weight.PROBLEM


@dataclass(slots=True, kw_only=True)
class LintBatch:
    """The rows under inspection.

    Args:
        subjects: every row of the roster, in order.
        context: what the lints may ask.
        faulty: rows with a problem so far; the runner fills it as the lints run.
        unprintable: rows with a character no font at hand has.
        done: rows that repeat an award of this batch; nothing will be issued for them.
    """

    subjects: Sequence[Subject]
    context: LintContext
    faulty: set[int] = field(default_factory=set)
    unprintable: set[int] = field(default_factory=set)
    done: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lint:
    """One rule.

    Args:
        code: stable identifier of the rule; its findings may carry more specific codes.
        source: clause, notice or decision it follows from.
        effective_from: first day of issue it holds for, `ALWAYS` where no day is known.
        effective_to: last day, or None while it holds.
        inspect: yields what it finds in the batch.
    """

    code: str
    source: str
    inspect: Callable[[LintBatch], Iterable[Finding]]
    effective_from: date = ALWAYS
    effective_to: date | None = None

    def in_force(self, on: date) -> bool:
        """Return whether the rule holds on the day `on`."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


def each_row(
    inspect: Callable[[Subject, LintContext], Iterable[Finding]],
) -> Callable[[LintBatch], Iterator[Finding]]:
    """Return the batch inspection that looks at one row after the other."""

    def inspect_batch(batch: LintBatch) -> Iterator[Finding]:
        for subject in batch.subjects:
            yield from inspect(subject, batch.context)

    return inspect_batch


def problem(subject: Subject, column: Column | None, code: str, text: Text) -> Finding:
    """Return a finding that stops the award of this row."""
    return Finding(row=subject.row.row, column=column, code=code, text=text)


def notice(subject: Subject, column: Column | None, code: str, text: Text) -> Finding:
    """Return a finding that does not stop the award of this row."""
    return Finding(row=subject.row.row, column=column, code=code, text=text, weight=Weight.NOTICE)


def report(
    subject: Subject, column: Column, problems: Iterable[Problem], notices: Iterable[Notice] = ()
) -> Iterator[Finding]:
    """Yield what a reading of `codes` found, as findings on this row."""
    for fault in problems:
        yield problem(subject, column, fault.code, fault.text)
    for remark in notices:
        yield notice(subject, column, remark.code, remark.text)
