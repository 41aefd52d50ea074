"""A workbook's reading as JSON, the form in which the child process hands it back."""

from __future__ import annotations

import json
from typing import Any

from registry.grid import Cell, CellKind, Grid, GridRow, MergedRange, OddCell, WorkbookReading
from registry.sheet_faults import SheetFault, SheetRefused


def encode_reading(reading: WorkbookReading) -> bytes:
    """Return the reading as JSON bytes."""
    grid = reading.grid
    merged = [[m.first_row, m.first_column, m.last_row, m.last_column] for m in grid.merged]
    about = {
        "sheet": grid.sheet,
        "others": reading.other_sheets,
        "alike": reading.alike,
        "merged": merged,
    }
    answer = bytearray(_dump(about).removesuffix(b"}") + b',"rows":[')
    for place, row in enumerate(grid.rows):  # one by one: all at once would take memory twice
        cells = [_encode_cell(position, cell) for position, cell in row.cells.items()]
        answer += (b"," if place else b"") + _dump([row.number, int(row.hidden), cells])
    answer += b"]}"
    return bytes(answer)


def encode_refusal(refused: SheetRefused) -> bytes:
    """Return the refusal as JSON bytes."""
    return _dump(
        {
            "fault": refused.fault.value,
            "sheet": refused.sheet,
            "row": refused.row,
            "cell": refused.cell,
        }
    )


def decode_answer(answer: bytes) -> WorkbookReading:
    """Return the reading the child handed back.

    Raises:
        SheetRefused: the child refused the workbook.
    """
    document = json.loads(answer)
    if "fault" in document:
        raise SheetRefused(
            SheetFault(document["fault"]),
            sheet=document["sheet"],
            row=document["row"],
            cell=document["cell"],
        )
    return WorkbookReading(
        grid=Grid(
            sheet=document["sheet"],
            rows=tuple(
                GridRow(
                    number=number, hidden=bool(hidden), cells=dict(_decode_cell(c) for c in cells)
                )
                for number, hidden, cells in document["rows"]
            ),
            merged=tuple(
                MergedRange(first_row=a, first_column=b, last_row=c, last_column=d)
                for a, b, c, d in document["merged"]
            ),
        ),
        other_sheets=tuple(document["others"]),
        alike=tuple(document["alike"]),
    )


def _dump(document: dict[str, Any] | list[Any]) -> bytes:
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _encode_cell(position: int, cell: Cell) -> list[int | str]:
    if isinstance(cell, OddCell):
        return [position, cell.text, cell.kind.value]
    return [position, cell]


def _decode_cell(fields: list[Any]) -> tuple[int, Cell]:
    if len(fields) == 3:
        return fields[0], OddCell(CellKind(fields[2]), fields[1])
    return fields[0], fields[1]
