"""The rows of the status lists against the copies on them and against what is published."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from issuer.fsck.faults import Fault
from issuer.fsck.office import FsckOffice
from issuer.status_values import gather_values
from keys.errors import KeysError
from keys.status_list import POSITION_BITS, ListForm, StatusList, key_name, pack, read_status_list
from registry.home import Home
from registry.life_models import StatusListRow
from registry.models import Copy
from registry.row_marks import mark_of_list


def compare_status_lists(session: Session, home: Home, office: FsckOffice) -> Iterator[Fault]:
    """Yield what of the status lists is not as the copies and the published lists say."""
    list_id = Copy.status_index // (1 << POSITION_BITS)
    counted = session.execute(select(list_id, func.count()).group_by(list_id))
    taken = {row[0]: row[1] for row in counted}
    rows = {row.id: row for row in session.scalars(select(StatusListRow))}
    for number in sorted(rows.keys() | taken.keys()):
        row = rows.get(number)
        if row is None or (number not in taken and row.taken):
            code = "missing" if row is None else "unexpected"
            yield Fault(table="status_lists", row=f"#{number}", field="row", code=code)
            continue
        if row.row_mark != mark_of_list(office.vault, row):
            yield _fault(row, "row_mark")
        if number not in taken:
            continue  # opened after a backup was restored, and nothing drawn from it yet
        if row.taken != taken[number]:
            yield _fault(row, "taken")
        yield from _compare_published(session, home, office, row)


def _compare_published(
    session: Session, home: Home, office: FsckOffice, row: StatusListRow
) -> Iterator[Fault]:
    published = _published(home, office, row.id)
    if published is None:
        if row.version or row.published_changes or row.expires_at is not None:
            yield _fault(row, "version")
        return
    if row.version != published.version:
        yield _fault(row, "version")
    if row.expires_at != published.expires_at:
        yield _fault(row, "expires_at")
    if not 0 <= row.published_changes <= row.changes:
        yield _fault(row, "changes")
    found = gather_values(session, office.vault, row.id, published)
    if row.published_changes == row.changes and pack(found.values.items()) != published.packed:
        yield _fault(row, "published_changes")
    for name in found.contradicted:
        yield Fault(table="status_lists", row=f"#{row.id}", field=name, code="differs")


def _published(home: Home, office: FsckOffice, list_id: int) -> StatusList | None:
    path = home.status_folder / f"{list_id}.{ListForm.JWT}"
    keys = {key_name(key.jwk): key.jwk for key in office.document.status_keys}
    try:
        return read_status_list(path.read_bytes(), keys)
    except (OSError, KeysError):
        return None


def _fault(row: StatusListRow, column: str) -> Fault:
    return Fault(table="status_lists", row=f"#{row.id}", field=column, code="differs")
