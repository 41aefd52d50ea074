"""Removes what nobody needs any more from the folders of batches: old deliveries, and strays.

A worker stores a picture first and puts it on record afterwards; one that was killed in between has
left a sealed file that nothing names. Its sender hands it in again, and the stray goes here.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from issuer.batch_issue import clear_delivery, delivery_folder
from issuer.batch_room import FILES_FOLDER, BatchRoom
from issuer.batch_states import DraftState
from registry.batch_models import BatchDraft, BatchPhoto
from registry.errors import StoreError
from registry.session import reading
from registry.store import FileStore

KEPT_FOR: Final = timedelta(days=7)
"""How long the files of an issued batch lie ready in clear."""

STRAY_SECONDS: Final = 3600.0
"""How old a file is that nothing names before it counts as a stray: no request takes so long."""


def sweep(room: BatchRoom) -> None:
    """Remove the clear files of batches issued some time ago, and what killed workers left."""
    _clear_deliveries(room)
    for draft_id in _folders(room):
        _remove_strays(room, draft_id)


def _clear_deliveries(room: BatchRoom) -> None:
    with reading(room.desks) as session:
        old = session.scalars(
            select(BatchDraft.id).where(
                BatchDraft.state == DraftState.ISSUED,
                BatchDraft.finished_at < room.clock() - KEPT_FOR,
            )
        ).all()
    for draft_id in old:
        if delivery_folder(room, draft_id).is_dir():
            clear_delivery(room, draft_id)


def _folders(room: BatchRoom) -> list[int]:
    """Return the batches of this database that have a folder, those that were deleted included."""
    with reading(room.desks) as session:
        last = session.scalar(select(func.max(BatchDraft.id))) or 0
    names = (path.name for path in (room.home.path / FILES_FOLDER).glob("*"))
    return sorted(int(name) for name in names if name.isdecimal() and int(name) <= last)


def _remove_strays(room: BatchRoom, draft_id: int) -> None:
    store = room.files(draft_id)
    store.sweep()
    found = list(store.names(written_before=time.time() - STRAY_SECONDS))
    if not found:
        return
    with reading(room.desks) as session:  # after the files: what is old is named by now, or never
        draft = session.get(BatchDraft, draft_id)
        query = select(BatchPhoto.stored).where(BatchPhoto.draft_id == draft_id)
        named = {name for name in session.scalars(query) if name is not None}
    key = None if draft is None or draft.key_sealed is None else room.key(draft)
    for name in _strays(store, found, named, key):
        store.discard(name)


def _strays(
    store: FileStore, found: Collection[str], named: Collection[str], key: bytes | None
) -> Iterator[str]:
    """Yield the files that nothing names; with a key, only those that are this batch's for sure."""
    for name in found:
        if name in named:
            continue
        try:
            if key is not None:
                store.get(name, key)
        except StoreError:
            continue
        yield name
