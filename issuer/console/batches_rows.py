"""The rows of a batch on the screen: a grid with every bad cell marked, mended where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from accounts.marked import MarkedCell, MarkedRow
from accounts.next_page_notice import say_done
from accounts.person import the_person
from accounts.roles import Role, allow
from accounts.ticked import SURE, UNTICKED, is_ticked
from accounts.uploads import takes_files
from codes.names import normalise_name
from codes.wording import Text
from issuer.batch_checks import ROWS_AT_ONCE, check_row, check_soon
from issuer.batch_corrections import merge_corrections, write_corrections
from issuer.batch_drafts import mend_cells, mend_row, read_row, read_rows
from issuer.batch_notice import void_notice
from issuer.batch_photo_list import PHOTO_MISSING, photo_texts
from issuer.batch_removing import REASONS, needs_reason, remove_row
from issuer.batch_rows import DraftRow, Remark, sheet_columns, sheet_notices
from issuer.columns import MAX_FILE_BYTES, Column
from issuer.console.batches_forms import ROW_FIELD, Trouble, read_cells, read_upload
from issuer.console.batches_room import (
    DESK,
    blueprint,
    is_editable,
    note_reading,
    own_prefix,
    page,
    the_draft,
    the_room,
)
from issuer.console.batches_sheets import PAGE_ROWS, page_number
from issuer.errors import IssuerError
from issuer.template import column_choices
from registry.batch_models import BatchDraft
from templates.downloads import send_workbook

_SHOWS = ("faulty", "unpictured", "noticed", "all")
_BY_DOCUMENT = frozenset(
    ("document_two_names", "sex_contradicts_document", "birth_date_contradicts_document")
)
_SUSPECT = Text(
    "本行内容与这个证件号码不一致，也可能是号码填错，请先与证件核对",
    "The row does not agree with this number; it may be the number that is wrong: compare it first",
)
_NO_PHOTO_YET = Text("尚无照片", "no photo yet")


@blueprint.get("/<int:draft_id>/rows")
@allow(*DESK)
def rows(draft_id: int) -> str:
    """Show the rows of a batch, those at fault first of all."""
    draft = the_draft(the_room(), draft_id)
    return _grid(draft, ())


def _grid(draft: BatchDraft, troubles: Sequence[Trouble]) -> str:
    room = the_room()
    show = request.args.get("show", "")
    if show not in _SHOWS:
        show = "faulty" if draft.faulty else "all"
    counts = {
        "faulty": draft.faulty,
        "unpictured": draft.unpictured,
        "noticed": draft.noticed,
    }
    total = counts.get(show, draft.rows)
    number, pages = page_number(total)
    found = read_rows(room, draft, show=show, offset=(number - 1) * PAGE_ROWS, limit=PAGE_ROWS)
    note_reading(room, "batch.rows", draft, f"{show} {number}")
    cipher = room.cipher(draft)
    columns = _columns(sheet_columns(cipher, draft), found)
    editable = is_editable(draft)
    return page(
        room,
        draft,
        "batch_rows.html",
        troubles=troubles,
        show=show,
        number=number,
        pages=pages,
        total=total,
        headings=[Text(column.value, column.en) for column in columns],
        rows=[_marked(draft.id, row, columns, editable=editable) for row in found],
        notices=sheet_notices(cipher, draft),
        marks=[(row.row, row.mark) for row in found],
    )


def _columns(own: Sequence[Column], found: Sequence[DraftRow]) -> list[Column]:
    """Return the columns to show, always in the sheet's order; none that has nothing to show."""
    marked = {remark.column for row in found for remark in row.remarks if remark.column}
    filled = {column for row in found for column in row.cells}
    order = [*own, *(column for column in Column if column not in own)]
    return [column for column in order if column in marked or column in filled]


def _marked(
    draft_id: int, row: DraftRow, columns: Sequence[Column], *, editable: bool
) -> MarkedRow:
    whole = row.about(None)
    return MarkedRow(
        number=row.row,
        cells=[_cell(row, column, editable=editable) for column in columns],
        trouble=_joined(whole) if whole else None,
        href=url_for("batches.row", draft_id=draft_id, row=row.row),
    )


def _cell(row: DraftRow, column: Column, *, editable: bool) -> MarkedCell:
    remarks = row.about(column)
    stops = any(remark.stops for remark in remarks)
    suspect = not stops and column is Column.DOCUMENT_NUMBER and _is_suspect(row)
    mendable = editable and (stops or suspect)
    return MarkedCell(
        value=row.text(column),
        trouble=_SUSPECT if suspect else _said(row, column, remarks) if remarks else None,
        warning=not stops or _is_to_come(remarks),
        field=ROW_FIELD.format(row=row.row, column=column.name) if mendable else "",
        options=column_choices().get(column, ()) if mendable else (),
    )


def _is_suspect(row: DraftRow) -> bool:
    """Return whether something in a row does not agree with its document number."""
    return any(remark.stops and remark.code in _BY_DOCUMENT for remark in row.remarks)


def _said(row: DraftRow, column: Column, remarks: Sequence[Remark]) -> Text:
    """Return what is said of a cell: of a photo that is merely not there yet, in few words.

    Of a name that is printed in another form than it was typed also that form.
    """
    if _is_to_come(remarks):
        return _NO_PHOTO_YET
    said = _joined(remarks)
    typed = row.text(column)
    if column is not Column.NAME or any(remark.stops for remark in remarks):
        return said
    name = normalise_name(typed).name
    if name == typed:
        return said
    return Text(f"{said.zh}将印为“{name}”。", f"{said.en} It will be printed as “{name}”.")


def _is_to_come(remarks: Sequence[Remark]) -> bool:
    """Return whether nothing is wrong but that a photo is still to be handed in."""
    return all(remark.code == PHOTO_MISSING for remark in remarks)


def _joined(remarks: Sequence[Remark]) -> Text:
    return Text(
        "".join(remark.text.zh for remark in remarks),
        " ".join(remark.text.en for remark in remarks),
    )


@blueprint.post("/<int:draft_id>/rows")
@allow(Role.BODY_CLERK)
def mend(draft_id: int) -> Response | tuple[str, int]:
    """Change the cells of a page of the grid."""
    room = the_room()
    draft = the_draft(room, draft_id)
    typed = read_cells(request.form)
    try:
        seen = {row: mark for row in typed if (mark := request.form.get(f"held-{row}"))}
        saved = mend_cells(room, own_prefix(), draft_id, typed, seen=seen)
    except IssuerError as error:
        if not error.code.startswith("cell_"):
            raise
        return _grid(draft, (Trouble(field="", text=error.text),)), 422
    if saved.rows:
        note_reading(room, "batch.rows_corrected", draft, str(len(saved.rows)))
    if draft.rows > ROWS_AT_ONCE:
        for number in list(typed)[:PAGE_ROWS]:
            check_row(room, own_prefix(), draft_id, number)
    check_soon(room, own_prefix(), draft_id)
    if saved.left:
        return _grid(the_draft(room, draft_id), (_changed_meanwhile(saved.left),)), 409
    _say_saved(draft_id)
    return _back(draft_id)


def _say_saved(draft_id: int) -> None:
    """Say that a change is kept, and that the notice must be held anew where it is void by that."""
    saved, room = Text("改动已保存", "What was changed is saved"), the_room()
    void = void_notice(room, the_draft(room, draft_id))
    if void is None:
        say_done(saved)
    else:
        say_done(Text(f"{saved.zh}；{void.zh}", f"{saved.en}; {void.en}"), warns=True)


def _changed_meanwhile(rows: Sequence[int]) -> Trouble:
    text = Text(
        f"第 {'、'.join(map(str, rows))} 行在您打开之后已被改动（他人，或您的另一个页面），"
        "这些行的修改没有保存，其余已保存；下面是现在的内容，请核对后再改",
        f"rows changed after you opened the page, by somebody else or on another page of yours: "
        f"{', '.join(map(str, rows))}. What you typed there was not saved, all else was; this is "
        "the roster as it is now",
    )
    return Trouble(field="", text=text)


def _back(draft_id: int) -> Response:
    show = request.args.get("show", "")
    asked = show if show in _SHOWS else None
    return redirect(url_for("batches.rows", draft_id=draft_id, show=asked), 303)


@blueprint.get("/<int:draft_id>/rows/<int:row>")
@allow(*DESK)
def row(draft_id: int, row: int) -> str:
    """Show one row with a field for each column."""
    room = the_room()
    draft = the_draft(room, draft_id)
    found = read_row(room, own_prefix(), draft_id, row)
    note_reading(room, "batch.row", draft, str(row))
    return _row_page(draft, found, {}, ())


def _row_page(
    draft: BatchDraft,
    found: DraftRow,
    typed: dict[Column, str],
    more: Sequence[Trouble],
) -> str:
    room = the_room()
    stopping = [remark for remark in found.remarks if remark.stops]
    troubles = [
        Trouble(field=remark.column.name if remark.column else "", text=remark.text)
        for remark in stopping
        if remark.column is not Column.PHOTO
    ]
    wants_photo = len(troubles) < len(stopping)
    if wants_photo:
        texts = photo_texts(room, draft, found.row)
        troubles += [Trouble(field=Column.PHOTO.name, text=text) for text in texts]
    return page(
        room,
        draft,
        "batch_row.html",
        wants_photo=wants_photo,
        reasons=[(one.value, one.text) for one in REASONS]
        if needs_reason(room, draft, found.row)
        else [],
        why=request.form.get("why", ""),
        found=found,
        troubles=[*more, *troubles],
        notices=[remark.text for remark in found.remarks if not remark.stops],
        fields=[
            (
                column.name,
                Text(column.value, column.en),
                typed.get(column, found.text(column)),
                column.required,
                _options(column, typed.get(column, found.text(column))),
            )
            for column in Column
        ],
        plain=[(Text(column.value, column.en), found.text(column)) for column in Column],
    )


def _options(column: Column, held: str) -> list[tuple[str, str]]:
    """Return what a column is chosen from, with what stands there now; nothing of one typed."""
    choices = column_choices().get(column, [])
    own = [held] if choices and held and held not in choices else []
    return [(one, one) for one in (*own, *choices)]


@blueprint.post("/<int:draft_id>/rows/<int:row>")
@allow(Role.BODY_CLERK)
def mend_one(draft_id: int, row: int) -> Response | tuple[str, int]:
    """Change one row; what was not readable in it counts as read."""
    room = the_room()
    draft = the_draft(room, draft_id)
    typed = {c: request.form[c.name] for c in Column if c.name in request.form}
    try:
        mend_row(room, own_prefix(), draft_id, row, typed, seen=request.form.get("held"))
    except IssuerError as error:
        if not error.code.startswith("cell_") and error.code != "draft_row_changed":
            raise
        found = read_row(room, own_prefix(), draft_id, row)
        if error.code == "draft_row_changed":
            note_reading(room, "batch.row", draft, str(row))
            return _row_page(draft, found, {}, (Trouble(field="", text=error.text),)), 409
        return _row_page(draft, found, typed, (Trouble(field="", text=error.text),)), 422
    note_reading(room, "batch.rows_corrected", draft, f"row {row}")
    if draft.rows > ROWS_AT_ONCE:
        check_row(room, own_prefix(), draft_id, row)
    check_soon(room, own_prefix(), draft_id)
    if read_row(room, own_prefix(), draft_id, row).faulty:
        say_done(
            Text("已保存，本行仍有问题待改正", "Saved; the row still has something to correct")
        )
        return redirect(url_for("batches.row", draft_id=draft_id, row=row), 303)
    _say_saved(draft_id)
    return _back(draft_id)


@blueprint.post("/<int:draft_id>/rows/<int:row>/drop")
@allow(Role.BODY_CLERK)
def drop(draft_id: int, row: int) -> Response | tuple[str, int]:
    """Take a row out of the batch, once that was confirmed."""
    room = the_room()
    draft = the_draft(room, draft_id)
    if not is_ticked():
        return _not_dropped(draft, row, Trouble(field=SURE, text=UNTICKED))
    try:
        remove_row(room, the_person(), own_prefix(), draft_id, row, request.form.get("why", ""))
    except IssuerError as error:
        if error.code != "row_reason":
            raise
        return _not_dropped(draft, row, Trouble(field="why", text=error.text))
    check_soon(room, own_prefix(), draft_id)
    say_done(Text(f"第 {row} 行已移除", f"Row {row} was taken out"))
    return _back(draft_id)


def _not_dropped(draft: BatchDraft, row: int, trouble: Trouble) -> tuple[str, int]:
    room = the_room()
    found = read_row(room, own_prefix(), draft.id, row)
    note_reading(room, "batch.row", draft, str(row))
    return _row_page(draft, found, {}, (trouble,)), 422


@blueprint.get("/<int:draft_id>/corrections.xlsx")
@allow(Role.BODY_CLERK)
def corrections(draft_id: int) -> Response:
    """Send the rows at fault as a workbook to be mended."""
    room = the_room()
    draft = the_draft(room, draft_id)
    found = read_rows(room, draft, show="faulty", offset=0, limit=draft.rows)
    note_reading(room, "batch.corrections", draft)
    name = Text(f"{draft.name}-待改正", f"{draft.name}-to-correct")
    pictured = draft.unpictured < draft.rows
    return send_workbook(write_corrections(found, pictured=pictured), name)


@blueprint.post("/<int:draft_id>/corrections")
@allow(Role.BODY_CLERK)
@takes_files(MAX_FILE_BYTES)
def correct(draft_id: int) -> Response | tuple[str, int]:
    """Take mended rows in, each in the place of the one it is about."""
    room = the_room()
    draft = the_draft(room, draft_id)
    try:
        table = read_upload(request.files.get("corrections"))
        mended = merge_corrections(room, own_prefix(), draft_id, table)
    except IssuerError as error:
        if error.code in ("draft_unknown", "draft_closed"):
            raise
        return _grid(draft, (Trouble(field="corrections", text=error.text),)), 422
    note_reading(room, "batch.rows_corrected", draft, str(mended))
    check_soon(room, own_prefix(), draft_id)
    say_done(Text("改正后的各行已读入", "The corrected rows were read in"))
    return _back(draft_id)
