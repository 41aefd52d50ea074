"""Step 1 of issuing: every lint on every row, before a single number is spent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from codes.wording import Text
from issuer.candidates import Candidate
from issuer.lint_context import LintContext
from issuer.lints.batch_award import repeats_award
from issuer.lints.registry import LINTS
from issuer.lints.rule import Finding, LintBatch, Weight
from issuer.photo_reading import PhotoSource
from issuer.problems import RowNotice, RowProblem
from issuer.roster import RosterTable
from issuer.subjects import Subject, read_subjects

_PROGRESS_ROWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneRow:
    """A row that was issued in this batch before, unchanged.

    Args:
        latin_name: as the row says it now; None where it says none.
    """

    row: int
    number: str
    latin_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LintReport:
    """What the lints say about a roster; facts only.

    Args:
        candidates: rows without a problem that remain to be issued, in order.
        done: rows already issued in this batch, with their numbers.
        problems: every problem of every other row, by row.
        notices: what is worth a look, by row.
    """

    candidates: tuple[Candidate, ...]
    done: tuple[DoneRow, ...]
    problems: tuple[RowProblem, ...]
    notices: tuple[RowNotice, ...]

    @property
    def faulty_rows(self) -> frozenset[int]:
        """The rows that cannot be issued as they stand."""
        return frozenset(problem.row for problem in self.problems)


def lint_rows(
    table: RosterTable,
    photos: PhotoSource,
    context: LintContext,
    *,
    progress: Callable[[int], None] | None = None,
) -> LintReport:
    """Return which rows can be issued, which are done, and everything wrong with the others.

    Every lint in force today runs on every row, so that a row shows all of its faults at once.

    Args:
        table: the roster as read; what its rows hold is untrusted.
        photos: where the photos come from.
        context: what the lints need to know.
        progress: told how many rows have been read, photos included, every hundred rows.
    """
    subjects = _read(table, photos, context, progress)
    done = {s.row.row: s.batch_award.number for s in subjects if s.batch_award and repeats_award(s)}
    batch = LintBatch(subjects=subjects, context=context, done=frozenset(done))
    problems = [problem for problem in table.problems if problem.row not in done]
    batch.faulty.update(problem.row for problem in problems)
    notices: list[RowNotice] = []
    for finding in _findings(batch, table):
        if finding.weight is Weight.PROBLEM:
            batch.faulty.add(finding.row)
            problems.append(_problem(table, finding))
        else:
            notices.append(_notice(table, finding))
    candidates: list[Candidate] = []
    for subject in subjects:
        if subject.row.row in batch.faulty or subject.row.row in done:
            continue
        candidate = subject.candidate()
        if candidate is None:  # no lint may let such a row vanish without a word
            problems.append(_incomplete(subject.row.row))
        else:
            candidates.append(candidate)
    return LintReport(
        candidates=tuple(candidates),
        done=tuple(
            DoneRow(row=one.row.row, number=done[one.row.row], latin_name=one.latin_name)
            for one in subjects
            if one.row.row in done
        ),
        problems=tuple(sorted(problems, key=lambda problem: problem.row)),
        notices=tuple(sorted(notices, key=lambda notice: notice.row)),
    )


def _read(
    table: RosterTable,
    photos: PhotoSource,
    context: LintContext,
    progress: Callable[[int], None] | None,
) -> tuple[Subject, ...]:
    subjects: list[Subject] = []
    for subject in read_subjects(table, photos, context):
        subjects.append(subject)
        if progress is not None and len(subjects) % _PROGRESS_ROWS == 0:
            progress(len(subjects))
    return tuple(subjects)


def _findings(batch: LintBatch, table: RosterTable) -> Iterator[Finding]:
    """Yield what the lints find, but nothing of done rows and of cells that were not readable."""
    unread = {(problem.row, problem.column) for problem in table.problems if problem.column}
    for lint in LINTS:
        if lint.in_force(batch.context.today):
            for finding in lint.inspect(batch):
                column = None if finding.column is None else finding.column.value
                if finding.row not in batch.done and (finding.row, column) not in unread:
                    yield finding


def _incomplete(row: int) -> RowProblem:
    text = Text("该行内容不完整，请逐列核对。", "The row is incomplete; check it column by column.")
    return RowProblem(row=row, column=None, cell=None, code="row_incomplete", text=text)


def _problem(table: RosterTable, finding: Finding) -> RowProblem:
    return RowProblem(
        row=finding.row,
        column=None if finding.column is None else finding.column.value,
        cell=None if finding.column is None else table.cell(finding.row, finding.column),
        code=finding.code,
        text=finding.text,
    )


def _notice(table: RosterTable, finding: Finding) -> RowNotice:
    return RowNotice(
        row=finding.row,
        column=None if finding.column is None else finding.column.value,
        cell=None if finding.column is None else table.cell(finding.row, finding.column),
        code=finding.code,
        text=finding.text,
    )
