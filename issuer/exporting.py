"""Writes finished certificates out, with what a person checks them by and what the printer needs.

Reads rows and stored pages only, so it can be done again at any time and gives the same bytes; the
one thing put on record is that a copy was delivered, once everything is on disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from codes.levels import Level
from issuer.awarding import read_data_key, read_private
from issuer.copy_rows import Condition, CopyScope, chunks_of, count_copies, drawn
from issuer.delivery import Delivery, certificate_file_name, folder_of, open_delivery
from issuer.desk import Desk, shanghai_day
from issuer.order_list import OrderLine, OrderList
from registry.holder_keys import check_vault_in_force
from registry.models import Award, Copy, CopyKind
from registry.row_marks import check_delivery, mark_of_delivery
from registry.session import reading, transaction
from registry.store import make_folder
from registry.vault import Vault
from templates.contact_sheet import ContactCell, draw_contact_sheet, thumbnail
from templates.fonts import FontChain
from templates.labels import SAMPLE_MARK, format_print_serial

CONTACT_SHEET = "核对样张"
ORDER_LIST = "印制清单"
# A sheet is made in memory; of a large batch there are several, 25 pages each.
CELLS_A_SHEET = 500
_CHUNK = 50
_MARKED_AT_ONCE = 500
_DELIVERIES = select(
    Copy.id, Copy.made_at, Copy.status_index, Copy.delivered_at, Copy.delivered_mark
).join(Award, Copy.award_id == Award.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRun:
    """What is to be written where.

    Args:
        scopes: the copies, in this order.
        condition: which of them, such as `in_force`.
        out: a folder, or a name that ends in `.zip`.
        title: of the sheets, such as the batch.
        stem: what their file names begin with.
        cells_a_sheet: how many certificates one file of the contact sheet holds.
    """

    scopes: Sequence[CopyScope]
    condition: Condition
    out: Path
    title: str
    stem: str
    cells_a_sheet: int = CELLS_A_SHEET


def export(
    desk: Desk, run: ExportRun, fonts: FontChain, progress: Callable[[int], None]
) -> list[tuple[str, Path]]:
    """Write the certificates, the contact sheet and the order list; return (number, file) sorted.

    A ZIP is written whole or not at all, and not where there is nothing to put into it. Memory
    does not grow with the number of certificates, but for a few words on each.

    Args:
        desk: the body's place of work.
        run: what goes where.
        fonts: what the contact sheet is set in.
        progress: told after every few files how many more there are.

    Raises:
        RegistryError: when a copy was delivered was changed behind the office's back
            (`row_altered`); nothing was written.
        StoreError: a page is missing from the store or was altered.
        OSError: something cannot be written; no copy counts as delivered.
    """
    make_folder(folder_of(run.out))
    if not _check_deliveries(desk, run):
        return []
    written: list[tuple[str, Path]] = []
    undelivered: list[int] = []
    orders = OrderList(body_name=desk.site.body.name, title=run.title)
    with open_delivery(run.out, run.stem) as delivery, orders:
        papers = _Papers(desk, run, fonts, delivery, orders)
        for scope in run.scopes:
            for copies in chunks_of(desk, scope, run.condition, drawn, size=_CHUNK):
                written += [papers.add(copy) for copy in copies]
                undelivered += [copy.id for copy in copies if copy.delivered_at is None]
                progress(len(copies))
        papers.finish()
    mark_delivered(desk, undelivered)
    return sorted(written)


def count_exported(desk: Desk, run: ExportRun) -> int:
    """Return how many certificates a run writes out."""
    return sum(count_copies(desk, scope, run.condition, drawn) for scope in run.scopes)


def mark_delivered(desk: Desk, ids: Sequence[int]) -> None:
    """Put on record, in one commit, that these copies were handed out; of those not yet marked.

    Raises:
        RegistryError: a row was changed behind the office's back (`row_altered`).
    """
    if not ids:
        return
    now = desk.clock()
    with transaction(desk.engine) as session:
        check_vault_in_force(session, desk.vault)
        for start in range(0, len(ids), _MARKED_AT_ONCE):
            some = Copy.id.in_(ids[start : start + _MARKED_AT_ONCE])
            query = (
                _DELIVERIES.where(some, Copy.delivered_at.is_(None))
                .order_by(Copy.id)
                .with_for_update(of=Copy)
            )
            values = [
                # The clock may have been set back since.
                _delivered(desk.vault, row.id, row.status_index, max(now, row.made_at))
                for row in session.execute(query).all()
                if _is_sound(session, desk.vault, row)
            ]
            if values:
                session.execute(update(Copy), values)


def _delivered(vault: Vault, copy_id: int, status_index: int, at: datetime) -> dict[str, object]:
    mark = mark_of_delivery(vault, status_index, at)
    return {"id": copy_id, "delivered_at": at, "delivered_mark": mark}


def _check_deliveries(desk: Desk, run: ExportRun) -> int:
    """See that nobody changed when the copies were delivered; return how many there are."""
    with reading(desk.engine) as session:
        return sum(
            _is_sound(session, desk.vault, row)
            for scope in run.scopes
            for row in session.execute(
                _DELIVERIES.where(scope.condition(), run.condition(), drawn()),
                execution_options={"yield_per": _MARKED_AT_ONCE},
            )
        )


def _is_sound(session: Session, vault: Vault, row: Row[*tuple[Any, ...]]) -> bool:
    """Return True for a copy with the mark of its delivery; raises as `check_delivery`."""
    if row.delivered_mark != mark_of_delivery(vault, row.status_index, row.delivered_at):
        check_delivery(session, vault, session.get_one(Copy, row.id))
    return True


class _Papers:
    """Delivers one copy after another and keeps the two lists as they go by."""

    def __init__(
        self,
        desk: Desk,
        run: ExportRun,
        fonts: FontChain,
        delivery: Delivery,
        orders: OrderList,
    ) -> None:
        self._desk = desk
        self._run = run
        self._fonts = fonts
        self._delivery = delivery
        self._orders = orders
        self._cells: list[ContactCell] = []
        self._done = 0
        self._sheets = 0
        self._made_on = date.min

    def add(self, copy: Copy) -> tuple[str, Path]:
        """Deliver one certificate."""
        desk, award = self._desk, copy.award
        key, private = read_data_key(desk, award), read_private(desk, award)
        content = desk.home.store.get(copy.pdf_stored or "", key)
        day = shanghai_day(copy.made_at)
        name = certificate_file_name(award.number, private.name, CopyKind(copy.kind))
        path = self._delivery.add(name, content, day)
        self._done += 1
        self._made_on = max(self._made_on, day)
        self._orders.add(
            OrderLine(
                sequence=self._done,
                year=copy.year,
                print_serial=copy.print_serial,
                number=award.number,
                file_name=name,
                sha256=hashlib.sha256(content).hexdigest(),
                layout=copy.layout,
            )
        )
        self._cells.append(
            ContactCell(
                sequence=self._done,
                name=private.name,
                number=award.number,
                level=Level(award.level).zh,
                print_serial=format_print_serial(copy.year, copy.print_serial),
                photo_jpeg=thumbnail(desk.home.store.get(private.photo_stored, key)),
            )
        )
        if len(self._cells) == self._run.cells_a_sheet:
            self._finish_sheet()
        return award.number, path

    def finish(self) -> None:
        """Deliver what is left of the contact sheets, and the order list."""
        if self._cells:
            self._finish_sheet()
        content = self._orders.finished(self._made_on)
        self._delivery.add(f"{self._run.stem}-{ORDER_LIST}.xlsx", content, self._made_on)

    def _finish_sheet(self) -> None:
        self._sheets += 1
        part = "" if self._sheets == 1 else f"-{self._sheets}"
        mark = f"{SAMPLE_MARK} · " if self._desk.home.demo else ""
        content = draw_contact_sheet(
            self._cells,
            heading=f"{mark}{self._desk.site.body.name} · {self._run.title}",
            made_on=self._made_on,
            fonts=self._fonts,
        )
        self._delivery.add(f"{self._run.stem}-{CONTACT_SHEET}{part}.pdf", content, self._made_on)
        self._cells = []
