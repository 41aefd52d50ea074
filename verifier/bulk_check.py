"""Checks every row of a list by the same steps as the look-up of one certificate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from codes.wording import Text
from verifier.bulk_columns import Column
from verifier.bulk_table import BulkRow, BulkTable
from verifier.bulk_words import (
    advice_of,
    changed_meanwhile,
    not_asked,
    read_otherwise,
    reason_of,
    said_of_sheets,
    same_number,
)
from verifier.conclusion import local_day
from verifier.errors import UsageError
from verifier.finding_codes import Code
from verifier.service import Verifier
from verifier.typed import read_day, read_number
from verifier.verdict import Outcome, PrintedFields, Status, TrustShown, Verdict

_HELD_ROWS = 100  # asked while the register is held open; a second at most
_STANDS_FOR = timedelta(seconds=10)  # what was found on record before is read once more at the end
OnFailed = Callable[[int], None]
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkResult:
    """What became of one row.

    Args:
        row: as it was handed in.
        outcome: of its verdict; None where it could not be asked about.
        status: where the certificate stands now, as far as that may be said.
        summary: the outcome in words.
        reason: what the outcome rests on.
        advice: what to do.
        checked_at: aware UTC.
        certificate: what the certificate shows when it is genuine; only for a row that matches.
    """

    row: BulkRow
    outcome: Outcome | None
    status: Status
    summary: Text
    reason: Text
    advice: Text
    checked_at: datetime
    certificate: PrintedFields | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkReport:
    """What became of a list.

    Args:
        trust: the trust list the first verdict rests on; None where there was none.
        demo: the site works with demonstration keys.
        finished_at: aware UTC.
        read_again: how many rows were found on record so long before the end that they were
            checked once more at the end; their results are those of the second time.
        changed: how many of them came to something else then.
        repeated: the rows whose certificate number another row has, too.
    """

    table: BulkTable
    results: tuple[BulkResult, ...]
    trust: TrustShown | None
    demo: bool
    finished_at: datetime
    read_again: int = 0
    changed: int = 0
    repeated: frozenset[int] = frozenset()

    @property
    def of_sheets(self) -> Text | None:
        """Which sheet was checked; None where there is no other."""
        table = self.table
        if table.sheet is None or not table.other_sheets:
            return None
        return said_of_sheets(table.sheet, table.other_sheets)

    @property
    def counts(self) -> Mapping[Outcome | None, int]:
        """How many rows came to each outcome that came up; None counts those not asked about."""
        found = Counter(result.outcome for result in self.results)
        return {outcome: found[outcome] for outcome in (*Outcome, None) if found[outcome]}

    @property
    def counts_in_words(self) -> Mapping[tuple[Outcome | None, Text], int]:
        """How many rows came to each outcome as it is worded in the row, in the same order."""
        found = Counter((result.outcome, result.summary) for result in self.results)
        return {key: found[key] for one in self.counts for key in found if key[0] is one}


def exit_code_of(outcomes: Sequence[Outcome | None]) -> int:
    """Return the process exit code for many outcomes: 0 all valid, 1 one is not so, else 2.

    What was proved not to be in order weighs more than what could not be checked.
    """
    if all(outcome is Outcome.VALID for outcome in outcomes):
        return 0
    unsure = (Outcome.VALID, Outcome.INCONCLUSIVE, None)
    return 2 if all(outcome in unsure for outcome in outcomes) else 1


def check_bulk(
    verifier: Verifier,
    table: BulkTable,
    clock: Callable[[], datetime],
    *,
    on: str | None = None,
    headless: bool = False,
    on_failed: OnFailed,
    on_progress: OnProgress,
) -> BulkReport:
    """Return what became of every row of a list.

    Args:
        on: a day whose status is asked for beside the present one, as `verify_number` takes it.
        headless: it came as rows without headings, so that words count from the first of them.
        on_failed: told after some rows for how many nothing was found: each counts as one failed
            look-up of the asker. A number that is none was not asked about and costs nothing. It
            may take its time, and what it raises ends the run.
        on_progress: told how many of how many rows are done.

    Raises:
        UsageError: `on` is no day that has come.
    """
    today = local_day(clock())
    read_day(on, today)
    alike = _alike(table, today)
    results: list[BulkResult] = []
    trust: TrustShown | None = None
    demo = False
    total = len(table.rows)
    on_progress(0, total)
    for start in range(0, total, _HELD_ROWS):
        failed = 0
        with verifier.held() as held:
            for row in table.rows[start : start + _HELD_ROWS]:
                result, verdict = _check_row(held, row, clock, on)
                results.append(_noted(result, verdict, alike, headless))
                if verdict is not None:
                    failed += any(one.code == Code.NOT_FOUND for one in verdict.findings)
                    trust, demo = trust or verdict.trust, demo or verdict.demo
        if failed:
            on_failed(failed)
        on_progress(len(results), total)
    read_again, changed = _read_again(verifier, results, alike, clock, on, headless)
    return BulkReport(
        table=table,
        results=tuple(results),
        trust=trust,
        demo=demo,
        finished_at=clock(),
        read_again=read_again,
        changed=changed,
        repeated=frozenset(alike),
    )


def _alike(table: BulkTable, today: date) -> Mapping[int, int]:
    """Return, for each row whose number another row has too, the first such row.

    For that first row it is the next one: either may be the one at fault.
    """
    rows: dict[str, list[int]] = {}
    for row in table.rows:
        if row.fault is None:
            number = read_number(row.asked.get(Column.NUMBER, ""), today).number
            if number is not None:
                rows.setdefault(str(number), []).append(row.row)
    return {
        one: places[place == 0]
        for places in rows.values()
        if len(places) > 1
        for place, one in enumerate(places)
    }


def _read_again(
    verifier: Verifier,
    results: list[BulkResult],
    alike: Mapping[int, int],
    clock: Callable[[], datetime],
    on: str | None,
    headless: bool,
) -> tuple[int, int]:
    """Check once more what was found on record a while ago, so that a long run ends as of its end.

    Args:
        results: of every row; gains the second result of such rows in their places.
        alike: as `_alike` returns it.

    Returns:
        How many rows those were, and how many came to something else.
    """
    before = clock() - _STANDS_FOR
    found = (Outcome.VALID, Outcome.NOT_CURRENT)
    old = [
        place
        for place, result in enumerate(results)
        if result.outcome in found and result.checked_at < before
    ]
    changed = 0
    for start in range(0, len(old), _HELD_ROWS):
        with verifier.held() as held:
            for place in old[start : start + _HELD_ROWS]:
                first = results[place]
                result, verdict = _check_row(held, first.row, clock, on)
                other = (result.outcome, result.status) != (first.outcome, first.status)
                notes = (changed_meanwhile(),) if other else ()
                results[place] = _noted(result, verdict, alike, headless, notes)
                changed += other
    return len(old), changed


def _check_row(
    verifier: Verifier, row: BulkRow, clock: Callable[[], datetime], on: str | None
) -> tuple[BulkResult, Verdict | None]:
    if row.fault is not None:
        fault, cell = row.fault.text, row.fault.cell
        reason = Text(f"单元格 {cell}：{fault.zh}", f"Cell {cell}: {fault.en}")
        return _not_asked(row, reason, clock()), None
    try:
        verdict = verifier.verify_number(
            row.asked[Column.NUMBER],
            name=row.asked.get(Column.NAME),
            document_number=row.asked.get(Column.DOCUMENT),
            on=on,
        )
    except UsageError as error:
        return _not_asked(row, Text(f"{error.text.zh}。", f"{error.text.en}."), clock()), None
    result = BulkResult(
        row=row,
        outcome=verdict.outcome,
        status=verdict.status,
        summary=verdict.summary,
        reason=reason_of(verdict),
        advice=advice_of(verdict),
        checked_at=verdict.checked_at,
        certificate=verdict.certificate,
    )
    return result, verdict


def _noted(
    result: BulkResult,
    verdict: Verdict | None,
    alike: Mapping[int, int],
    headless: bool,
    more: tuple[Text, ...] = (),
) -> BulkResult:
    """Return a result that also says what was read otherwise and which row has its number too.

    Args:
        alike: as `_alike` returns it.
        headless: as of `check_bulk`.
        more: to be said beside that.
    """
    if verdict is None:
        return result
    notes = (*more, *read_otherwise(verdict))
    other = alike.get(result.row.row)
    if other is not None:
        notes = (*notes, same_number(other - headless))
    reason = Text(
        "".join((result.reason.zh, *(note.zh for note in notes))),
        " ".join((result.reason.en, *(note.en for note in notes))),
    )
    return replace(result, reason=reason)


def _not_asked(row: BulkRow, reason: Text, now: datetime) -> BulkResult:
    return BulkResult(
        row=row,
        outcome=None,
        status=Status.UNKNOWN,
        summary=not_asked(),
        reason=reason,
        advice=advice_of(None),
        checked_at=now,
        certificate=None,
    )
