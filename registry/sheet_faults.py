"""Why a spreadsheet or a text file of rows cannot be read; its reader finds the words for it."""

from __future__ import annotations

from enum import StrEnum


class SheetFault(StrEnum):
    """What is wrong with a file of rows as a whole."""

    DAMAGED = "damaged"
    NO_SHEET = "no_sheet"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_WIDE = "too_wide"
    TOO_MANY_MERGED = "too_many_merged"
    UNDECODABLE = "undecodable"
    BROKEN_QUOTING = "broken_quoting"
    NO_TEXT = "no_text"


class SheetRefused(Exception):
    """The file cannot be read.

    Args:
        fault: what is wrong.
        sheet: the sheet at fault, where there is one.
        row: the row at fault, from 1, where there is one.
        cell: the cell at fault (`C5`), where there is one.
        encoding: the encoding that does not fit, where the bytes are at fault.
    """

    def __init__(
        self,
        fault: SheetFault,
        *,
        sheet: str | None = None,
        row: int | None = None,
        cell: str | None = None,
        encoding: str | None = None,
    ) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.sheet = sheet
        self.row = row
        self.cell = cell
        self.encoding = encoding
