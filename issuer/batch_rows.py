"""The rows of a batch being prepared: how they lie sealed in the desks' database, and come back."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.columns import Column
from issuer.lint import LintReport
from issuer.problems import FileNotice, RowNotice, RowProblem
from issuer.roster import RosterRow, RosterTable
from registry.batch_models import BatchDraft, BatchRow
from registry.vault import seal, unseal

_SHEET = "batch-sheet"
_COLUMNS = {column.value: column for column in Column}
_NAMED = {column.name: column for column in Column}
_REPEATING = frozenset(
    (Column.DOCUMENT_TYPE, Column.SEX, Column.OCCUPATION, Column.SPECIALTY, Column.LEVEL)
)
_WRITTEN_AT_ONCE = 5000
_MARK_DIGITS = 24
_WRITE_FINDINGS = update(BatchRow).where(
    BatchRow.draft_id == bindparam("of_draft"), BatchRow.row == bindparam("of_row")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What was found about a row, for the grid.

    Args:
        column: at fault, or None where it is the row as a whole.
        stops: whether the row cannot be issued as it stands.
        code: stable identifier.
        text: what is wrong and what to do.
    """

    column: Column | None
    stops: bool
    code: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    """One row of the grid.

    Args:
        row: its number.
        cells: the text in each column that is not empty.
        faults: cells that were not readable as they stood in the spreadsheet.
        remarks: what the lints said, such faults included.
        award: the certificate number it was given.
    """

    row: int
    cells: Mapping[Column, str] = field(repr=False)
    faults: tuple[Remark, ...]
    remarks: tuple[Remark, ...]
    award: str | None

    def text(self, column: Column) -> str:
        """Return the text in `column`, empty where there is none."""
        return self.cells.get(column, "")

    @property
    def mark(self) -> str:
        """What tells the row as it stands from what it was before, for a form that changes it."""
        cells = sorted((column.name, text) for column, text in self.cells.items())
        return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:_MARK_DIGITS]

    def about(self, column: Column | None) -> tuple[Remark, ...]:
        """Return what was found about a cell, or about the row as a whole."""
        return tuple(remark for remark in self.remarks if remark.column is column)

    @property
    def faulty(self) -> bool:
        """Whether anything keeps the row from being issued."""
        return any(remark.stops for remark in self.remarks)


def seal_sheet(cipher: AESGCM, table: RosterTable) -> bytes:
    """Return how a spreadsheet was read, sealed: where its columns stood, and what to tell."""
    about = {
        "file": table.file,
        "sheet": table.sheet,
        "header_row": table.header_row,
        "positions": {column.name: place for column, place in table.positions.items()},
        "notices": [[one.code, one.text.zh, one.text.en] for one in table.notices],
    }
    return seal(cipher, _SHEET, json.dumps(about, ensure_ascii=False).encode())


def seal_cells(
    cipher: AESGCM, row: int, cells: Mapping[Column, str], faults: Iterable[Remark]
) -> bytes:
    """Return a row's cells, sealed."""
    packed = {
        "cells": {column.name: text for column, text in cells.items()},
        "faults": _pack(faults),
    }
    return seal(cipher, f"batch-row {row}", json.dumps(packed, ensure_ascii=False).encode())


def table_values(cipher: AESGCM, draft_id: int, table: RosterTable) -> Iterator[dict[str, Any]]:
    """Yield the database's rows for a roster, in order."""
    faults: dict[int, list[Remark]] = {}
    for problem in table.problems:
        faults.setdefault(problem.row, []).append(remark_of(problem, stops=True))
    for row in table.rows:
        yield {
            "draft_id": draft_id,
            "row": row.row,
            "cells_sealed": seal_cells(cipher, row.row, row.cells, faults.get(row.row, ())),
            "findings_sealed": None,
            "faulty": False,
            "unpictured": False,
            "noticed": False,
        }


def load_table(
    session: Session, cipher: AESGCM, draft: BatchDraft, rows: Sequence[int] | None = None
) -> RosterTable:
    """Return the roster of a batch as it stands now, with all that was mended in it.

    Args:
        rows: numbers of those to take; None for all.
    """
    about = _sheet_of(cipher, draft)
    query = select(BatchRow.row, BatchRow.cells_sealed).where(BatchRow.draft_id == draft.id)
    if rows is not None:
        query = query.where(BatchRow.row.in_(rows))
    people: list[RosterRow] = []
    problems: list[RowProblem] = []
    for number, sealed in session.execute(query.order_by(BatchRow.row)):
        cells, faults = _open_cells(cipher, number, sealed)
        people.append(RosterRow(row=number, cells=cells))
        problems += [
            RowProblem(
                row=number,
                column=None if fault.column is None else fault.column.value,
                cell=None,
                code=fault.code,
                text=fault.text,
            )
            for fault in faults
        ]
    return RosterTable(
        file=about["file"],
        sheet=about["sheet"],
        header_row=about["header_row"],
        positions={Column[name]: place for name, place in about["positions"].items()},
        rows=tuple(people),
        problems=tuple(problems),
        notices=sheet_notices(cipher, draft),
    )


def sheet_notices(cipher: AESGCM, draft: BatchDraft) -> tuple[FileNotice, ...]:
    """Return what is worth knowing of how the spreadsheet was read."""
    notices = _sheet_of(cipher, draft)["notices"]
    return tuple(FileNotice(code=code, text=Text(zh, en)) for code, zh, en in notices)


def sheet_columns(cipher: AESGCM, draft: BatchDraft) -> tuple[Column, ...]:
    """Return the columns the spreadsheet had, in its order."""
    positions: dict[str, int] = _sheet_of(cipher, draft)["positions"]
    return tuple(Column[name] for name in sorted(positions, key=positions.__getitem__))


def _sheet_of(cipher: AESGCM, draft: BatchDraft) -> dict[str, Any]:
    about: dict[str, Any] = json.loads(unseal(cipher, _SHEET, draft.sheet_sealed or b""))
    return about


def open_row(cipher: AESGCM, row: BatchRow) -> DraftRow:
    """Return a row as the grid shows it."""
    cells, faults = _open_cells(cipher, row.row, row.cells_sealed)
    remarks = faults
    if row.findings_sealed is not None:
        remarks = open_findings(cipher, row.row, row.findings_sealed)
    return DraftRow(row=row.row, cells=cells, faults=faults, remarks=remarks, award=row.award)


def _open_cells(
    cipher: AESGCM, row: int, sealed: bytes | None
) -> tuple[dict[Column, str], tuple[Remark, ...]]:
    packed = json.loads(unseal(cipher, f"batch-row {row}", sealed or b""))
    cells: dict[Column, str] = {}
    for name, text in packed["cells"].items():
        column = _NAMED[name]
        # What rows have in common is kept once: a roster may have fifty thousand of them.
        cells[column] = sys.intern(text) if column in _REPEATING else text
    return cells, _unpack(packed["faults"])


@dataclass(frozen=True, slots=True)
class RowFindings:
    """What the lints said of a row, as `BatchRow` keeps it."""

    row: int
    sealed: bytes | None
    faulty: bool
    unpictured: bool
    noticed: bool


def seal_findings(cipher: AESGCM, table: RosterTable, report: LintReport) -> list[RowFindings]:
    """Return what the lints said of every row, sealed."""
    found: dict[int, list[Remark]] = {}
    for problem in report.problems:
        found.setdefault(problem.row, []).append(remark_of(problem, stops=True))
    for notice in report.notices:
        found.setdefault(notice.row, []).append(remark_of(notice, stops=False))
    return [seal_remarks(cipher, row.row, found.pop(row.row, ())) for row in table.rows]


def seal_remarks(cipher: AESGCM, row: int, remarks: Sequence[Remark]) -> RowFindings:
    """Return what was found about one row, sealed."""
    if not remarks:
        return RowFindings(row, None, faulty=False, unpictured=False, noticed=False)
    packed = json.dumps(_pack(remarks), ensure_ascii=False).encode()
    return RowFindings(
        row,
        seal(cipher, f"batch-findings {row}", packed),
        faulty=any(one.stops and one.column is not Column.PHOTO for one in remarks),
        unpictured=any(one.stops and one.column is Column.PHOTO for one in remarks),
        noticed=any(not one.stops for one in remarks),
    )


def write_findings(session: Session, draft_id: int, findings: Sequence[RowFindings]) -> None:
    """Write what the lints said of rows of a batch, in place of what they said before."""
    connection = session.connection()  # the rows are no objects of the session
    for start in range(0, len(findings), _WRITTEN_AT_ONCE):
        connection.execute(
            _WRITE_FINDINGS,
            [
                {
                    "of_draft": draft_id,
                    "of_row": one.row,
                    "findings_sealed": one.sealed,
                    "faulty": one.faulty,
                    "unpictured": one.unpictured,
                    "noticed": one.noticed,
                }
                for one in findings[start : start + _WRITTEN_AT_ONCE]
            ],
        )


def open_findings(cipher: AESGCM, row: int, sealed: bytes) -> tuple[Remark, ...]:
    """Return what the lints said of a row."""
    return _unpack(json.loads(unseal(cipher, f"batch-findings {row}", sealed)))


def remark_of(found: RowProblem | RowNotice, *, stops: bool) -> Remark:
    """Return a finding of the engine as the grid shows it."""
    column = None if found.column is None else _COLUMNS[found.column]
    return Remark(column=column, stops=stops, code=found.code, text=found.text)


def _pack(remarks: Iterable[Remark]) -> list[list[Any]]:
    return [
        [None if r.column is None else r.column.name, r.stops, r.code, r.text.zh, r.text.en]
        for r in remarks
    ]


def _unpack(packed: Iterable[Sequence[Any]]) -> tuple[Remark, ...]:
    return tuple(
        Remark(
            column=None if name is None else Column[name],
            stops=stops,
            code=code,
            text=Text(zh, en),
        )
        for name, stops, code, zh, en in packed
    )
