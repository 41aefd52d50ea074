"""One run of `yanzhen issue`: check or issue, write the result workbook, sum it up."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codes.wording import Text
from issuer.delivery import batch_stem, check_out, folder_of
from issuer.desk import SHANGHAI, Desk
from issuer.issuing import BatchOutcome, Inspected, Progress, inspect_batch, issue_batch
from issuer.lint import DoneRow, LintReport
from issuer.photo_reading import PhotoSource
from issuer.problems import RowProblem
from issuer.reserving import Reservation
from issuer.results import ResultSheet, RowOutcome, row_outcomes, write_results
from issuer.roster import RosterTable
from issuer.row_lines import problem_lines
from issuer.status_publishing import publish_behind, status_office_of
from templates.fonts import FontChain
from templates.layout_files import DEFAULT_LAYOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRun:
    """What the operator asked for.

    Args:
        out: a folder, or a ZIP file; the result workbook lies in it, or beside the ZIP.
        layout: what new certificates are drawn in.
    """

    roster: Path
    prefix: str
    batch: str
    out: Path
    photos: Path | None
    layout: str = DEFAULT_LAYOUT

    @property
    def photo_folder(self) -> Path:
        """Where the photos are: named, or `photos` or else `photos.zip` beside the roster."""
        if self.photos is not None:
            return self.photos
        folder = self.roster.parent / "photos"
        archive = folder.with_suffix(".zip")
        return archive if archive.is_file() and not folder.is_dir() else folder


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What a run came to, row by row, for the screen or as JSON.

    Args:
        run: what was asked for.
        dry_run: nothing was meant to be issued.
        qr_url_prefix: what the QR codes begin with.
        table: the roster.
        report: what the lints said.
        outcomes: what became of each row.
        numbers: certificate number by row, from this run or before.
        files: certificate file by number.
        workbook: the result workbook, where one was written.
    """

    run: IssueRun
    dry_run: bool
    qr_url_prefix: str
    table: RosterTable
    report: LintReport
    outcomes: Mapping[int, RowOutcome]
    numbers: Mapping[int, str]
    files: Mapping[str, Path]
    workbook: Path | None

    @property
    def refused(self) -> bool:
        """Whether any row was at fault."""
        return bool(self.report.problems)

    def count(self, outcome: RowOutcome) -> int:
        """Return how many rows came to `outcome`."""
        return sum(1 for found in self.outcomes.values() if found is outcome)

    def as_dict(self) -> dict[str, Any]:
        """Return the summary as one JSON object; names and document numbers stay out of it."""
        return {
            "batch": self.run.batch,
            "dry_run": self.dry_run,
            "qr_url_prefix": self.qr_url_prefix,
            "layout": self.run.layout,
            "counts": {outcome.value: self.count(outcome) for outcome in RowOutcome},
            "rows": [self._row(row.row) for row in self.table.rows],
            "problems": [_problem(problem) for problem in self.report.problems],
            "notices": [_problem(notice) for notice in self.report.notices],
            "file_notices": [
                {"code": notice.code, "message": notice.text.zh, "message_en": notice.text.en}
                for notice in self.table.notices
            ],
            "out": str(self.run.out),
            "results": None if self.workbook is None else str(self.workbook),
        }

    def lines(self) -> list[Text]:
        """Return what the operator reads at the end of a run."""
        lines = [
            Text(f"提示：{notice.text.zh}", f"note: {notice.text.en}")
            for notice in self.table.notices
        ]
        lines += problem_lines(self.report.problems)
        counted = [(outcome.text, self.count(outcome)) for outcome in RowOutcome]
        lines.append(
            Text(
                "，".join(f"{text.zh} {count}" for text, count in counted if count) + "。",
                ", ".join(f"{text.en} {count}" for text, count in counted if count) + ".",
            )
        )
        if self.workbook is not None:
            lines.append(Text(f"结果表：{self.workbook}", f"results: {self.workbook}"))
        if self.dry_run and self.refused:
            lines.append(
                Text(
                    "有行未通过检查。改正后再试运行一次；"
                    "或正式签发时加 --skip-bad，只签发通过检查的行",
                    "some rows were refused. Correct them and try again, or add --skip-bad when "
                    "issuing to leave them out",
                )
            )
        if self.count(RowOutcome.HELD_BACK):
            lines.append(
                Text(
                    "有行未通过检查，因此一张也没有签发。"
                    "改正后用同一批次名重新运行，或加 --skip-bad",
                    "some rows were refused, so nothing was issued. Correct them and run the same "
                    "batch again, or add --skip-bad",
                )
            )
        return lines

    def _row(self, row: int) -> dict[str, Any]:
        number = self.numbers.get(row)
        file = None if number is None else self.files.get(number)
        return {
            "row": row,
            "outcome": self.outcomes[row].value,
            "number": number,
            "pdf": None if file is None else file.name,
        }


def check_only(
    run: IssueRun, desk: Desk, table: RosterTable, photos: PhotoSource, progress: Progress
) -> RunSummary:
    """Lint the roster and say what issuing would do; nothing is written or changed."""
    check_out(run.out, batch_stem(run.batch))
    report = inspect_batch(
        desk,
        table,
        photos,
        run.batch,
        FontChain.from_environment(os.environ),
        progress,
        layout=run.layout,
    )
    return _summary(run, desk, table, report, dry_run=True)


def issue_and_report(
    run: IssueRun,
    desk: Desk,
    table: RosterTable,
    photos: PhotoSource,
    *,
    skip_bad: bool,
    progress: Progress,
    inspected: Inspected | None = None,
) -> RunSummary:
    """Issue the roster and write the result workbook beside the certificates.

    Args:
        inspected: told what the lints said before any number is spent.

    Raises:
        IssuerError, KeysError, RegistryError, TemplatesError: as `issue_batch`.
    """
    outcome = issue_batch(
        desk,
        table,
        photos,
        batch=run.batch,
        out=run.out,
        fonts=FontChain.from_environment(os.environ),
        skip_bad=skip_bad,
        progress=progress,
        layout=run.layout,
        inspected=inspected,
    )
    publish_behind(status_office_of(desk))
    report = _with_taken(outcome)
    numbers = {result.row: result.number for result in outcome.reserved}
    summary = _summary(
        run, desk, table, report, dry_run=False, numbers=numbers, files=dict(outcome.files)
    )
    workbook = folder_of(run.out) / workbook_name(run.batch, run.roster)
    write_results(workbook, table, report, _sheet(run, desk, summary, numbers))
    return dataclasses.replace(summary, workbook=workbook)


def _summary(
    run: IssueRun,
    desk: Desk,
    table: RosterTable,
    report: LintReport,
    *,
    dry_run: bool,
    numbers: Mapping[int, str] | None = None,
    files: Mapping[str, Path] | None = None,
) -> RunSummary:
    summary = RunSummary(
        run=run,
        dry_run=dry_run,
        qr_url_prefix=desk.qr_url_prefix,
        table=table,
        report=report,
        outcomes={},
        numbers={row.row: row.number for row in report.done} | dict(numbers or {}),
        files=files or {},
        workbook=None,
    )
    sheet = _sheet(run, desk, summary, numbers or {})
    return dataclasses.replace(summary, outcomes=row_outcomes(table, report, sheet))


def _sheet(
    run: IssueRun, desk: Desk, summary: RunSummary, numbers: Mapping[int, str]
) -> ResultSheet:
    return ResultSheet(
        body_name=desk.site.body.name,
        batch=run.batch,
        finished_at=desk.clock().astimezone(SHANGHAI),
        dry_run=summary.dry_run,
        numbers=numbers,
        pdf_names={
            row: summary.files[number].name
            for row, number in summary.numbers.items()
            if number in summary.files
        },
    )


def _with_taken(outcome: BatchOutcome) -> LintReport:
    """Add the rows that another run gave an award between lint and reservation.

    An award of this very batch is done; one of another batch is a problem of the row.
    """
    own = {number for number, _ in outcome.files}
    latin_names = {one.row: one.latin_name for one in outcome.report.candidates}
    done = [
        DoneRow(row=result.row, number=result.number, latin_name=latin_names.get(result.row))
        for result in outcome.taken
        if result.number in own
    ]
    problems = [_taken(result) for result in outcome.taken if result.number not in own]
    return dataclasses.replace(
        outcome.report,
        done=(*outcome.report.done, *done),
        problems=(*outcome.report.problems, *problems),
    )


def _taken(result: Reservation) -> RowProblem:
    if result.ended:
        return RowProblem(
            row=result.row,
            column=None,
            cell=None,
            code="award_ended",
            text=Text(
                f"此人在本批次的证书 {result.number} 已撤销或注销，同一批次不再签发；"
                "如须重新发证，请另立批次",
                f"this person's certificate of this batch, {result.number}, was revoked or "
                "cancelled; the same batch gives no other. To award anew, use another batch",
            ),
        )
    return RowProblem(
        row=result.row,
        column=None,
        cell=None,
        code="live_award_elsewhere",
        text=Text(
            f"此人已持有本机构同职业同级别的有效证书 {result.number}",
            f"this person already holds a live award of this body: {result.number}",
        ),
    )


def workbook_name(batch: str, roster: Path) -> str:
    """Return the file name of a roster's result workbook, one for each roster of a batch."""
    return f"{batch_stem(batch)}-{batch_stem(roster.stem)}-结果.xlsx"


def _problem(problem: Any) -> dict[str, Any]:
    return {
        "row": problem.row,
        "column": problem.column,
        "cell": problem.cell,
        "code": problem.code,
        "message": problem.text.zh,
        "message_en": problem.text.en,
    }
