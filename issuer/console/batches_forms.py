"""What the forms of the evaluators' desk bring, read into types; nothing is judged here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from werkzeug.datastructures import FileStorage

from codes.typed import visible_line
from codes.wording import Text
from issuer.columns import Column
from issuer.errors import IssuerError
from issuer.roster import RosterTable, open_workbook_child, parse_roster
from templates.layout_files import DEFAULT_LAYOUT, known_layouts

ROW_FIELD: Final = "cell-{row}-{column}"
_ROW_FIELD: Final = re.compile(r"cell-([0-9]{1,7})-([A-Z_]{2,20})")


_NO_FILE = Text("请选择名册文件（.xlsx 或 .csv）", "choose the roster file (.xlsx or .csv)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something wrong in a form.

    Args:
        field: id of the field to go to.
        text: what is wrong.
        count: how many cells it is said of.
    """

    field: str
    text: Text
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was typed to begin a batch, to be shown again in the form."""

    name: str = ""
    layout: str = DEFAULT_LAYOUT


def read_entry(form: Mapping[str, str]) -> Entry:
    """Return the entry; a layout that is none counts as the usual one."""
    layout = form.get("layout", "")
    known = layout if layout in known_layouts() else DEFAULT_LAYOUT
    return Entry(name=form.get("name", "").strip(), layout=known)


def read_cells(form: Mapping[str, str]) -> dict[int, dict[Column, str]]:
    """Return the cells of a grid's form by row; fields of other names are left out."""
    found: dict[int, dict[Column, str]] = {}
    for name, text in form.items():
        match = _ROW_FIELD.fullmatch(name)
        if match is not None and match[2] in Column.__members__:
            found.setdefault(int(match[1]), {})[Column[match[2]]] = text
    return found


def read_revision(form: Mapping[str, str]) -> int:
    """Return the revision a form was made for; -1, which no batch has, where it says none."""
    said = form.get("revision", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 9 else -1


def read_upload(file: FileStorage | None) -> RosterTable:
    """Return the roster of an upload, taken apart in a child process; raises IssuerError."""
    if file is None or not file.filename:
        raise IssuerError("roster_not_chosen", _NO_FILE)
    with open_workbook_child() as child:
        name = visible_line(file.filename.replace("\\", "/").split("/")[-1])
        return parse_roster(file.read(), name, child)
