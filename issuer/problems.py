"""What can be said about one row, one file: problems that stop an award, notices that do not."""

from __future__ import annotations

from dataclasses import dataclass

from codes.wording import Text
from issuer.errors import IssuerError


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """A reason for which this row is not issued; a row shows all of its problems at once.

    Args:
        row: the row's number as the spreadsheet program shows it, from 1.
        column: the column's heading in the product's own words (姓名 …), where one is at fault.
        cell: the cell's name (`C5`), where one is at fault.
        code: stable identifier, lower case with underscores.
        text: what is wrong and what to do; never repeats a name or a document number.
    """

    row: int
    column: str | None
    cell: str | None
    code: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RowNotice:
    """Something the operator should look at in this row; it does not stop the award.

    The fields are those of `RowProblem`.
    """

    row: int
    column: str | None
    cell: str | None
    code: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProblem:
    """A reason for which the whole file cannot be read as a roster.

    Args:
        code: stable identifier, lower case with underscores.
        text: what is wrong and what to do.
        row: the row at fault, from 1, where there is one.
        cell: the cell at fault (`C5`), where there is one.
    """

    code: str
    text: Text
    row: int | None = None
    cell: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileNotice:
    """Something the operator should know about how the file was read."""

    code: str
    text: Text


class RosterError(IssuerError):
    """The file is not a roster that can be read; nothing of it was taken.

    Args:
        file: the file's name, without its folder.
        problems: every fault found, at least one; the first gives the error its code.
    """

    def __init__(self, file: str, *problems: FileProblem) -> None:
        zh = "".join(problem.text.zh for problem in problems)
        en = " ".join(problem.text.en for problem in problems)
        super().__init__(problems[0].code, Text(f"{file}：{zh}", f"{file}: {en}"))
        self.file = file
        self.problems = problems
