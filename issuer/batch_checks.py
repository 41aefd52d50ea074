"""Checks a batch being prepared: every lint of issuing on every row, kept beside the rows.

The findings say which revision they are about. Whoever changes the batch makes them old; a small
batch is checked by the web worker at once, a large one by the runner (`issuer.batch_runner`).
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from traceback import extract_tb
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from codes.errors import CodesError
from codes.wording import Text
from issuer.batch_overlap import inspect_overlap, with_notices
from issuer.batch_photos import judge_waiting
from issuer.batch_room import BatchRoom, find_draft
from issuer.batch_rows import RowFindings, load_table, seal_findings, write_findings
from issuer.batch_states import EDITABLE, DraftState
from issuer.errors import IssuerError
from issuer.issuing import Phase, inspect_batch
from issuer.kept_photos import DraftPhotos
from issuer.lint import LintReport
from issuer.roster import RosterTable
from keys.errors import KeysError
from registry import held_file
from registry.batch_models import BatchDraft, BatchPhoto, BatchRow
from registry.errors import RegistryError
from registry.session import reading, transaction
from registry.store import make_folder
from templates.errors import TemplatesError
from templates.fonts import FontChain

_HELD = ".held"
ROWS_AT_ONCE = 1000
PHOTOS_AT_ONCE = 60
"""What a person waits for; more is left to the runner."""

STOPPING = (CodesError, IssuerError, KeysError, RegistryError, TemplatesError)
"""What says in both languages why work cannot go on."""

JUDGING = "photos"

_TOLD = EDITABLE | {DraftState.SUBMITTED}
"""States in which what another batch brings up is added to what was found."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stopped a check or a run: a stable code and what to do."""

    code: str
    text: Text


_LOG = logging.getLogger("yanzhen.batches")
_TOLD_SECONDS = 0.5


@contextmanager
def holding(room: BatchRoom, draft_id: int) -> Iterator[bool]:
    """Be the only one who checks or issues a batch; yields False where somebody else does.

    The system gives the lock back when a process dies.
    """
    folder = room.folder(draft_id)
    make_folder(folder)
    with held_file.hold(folder / _HELD) as alone:
        yield alone


def is_held(room: BatchRoom, draft_id: int) -> bool:
    """Return whether somebody checks or issues a batch at this moment."""
    return held_file.is_held(room.folder(draft_id) / _HELD)


def needs_check(draft: BatchDraft) -> bool:
    """Return whether what is known of a batch's rows is older than the rows."""
    if DraftState(draft.state) not in EDITABLE:
        return False
    return draft.awaiting > 0 or (draft.rows > 0 and draft.checked < draft.revision)


def check_soon(room: BatchRoom, prefix: str, draft_id: int) -> None:
    """Check a batch now where it is small; a larger one is left to the runner."""
    with reading(room.desks) as session:
        draft = find_draft(session, prefix, draft_id)
    if draft.rows <= ROWS_AT_ONCE and draft.awaiting <= PHOTOS_AT_ONCE:
        check(room, prefix, draft_id)


def check(room: BatchRoom, prefix: str, draft_id: int) -> bool:
    """Judge what photos wait and run every lint; return False where another is at it.

    What hinders it is kept with the batch, for the screen; it is tried again after the next change.
    """
    with holding(room, draft_id) as held:
        if not held:
            return False
        while True:
            with reading(room.desks) as session:
                draft = find_draft(session, prefix, draft_id)
            if not needs_check(draft):
                return True
            try:
                judge_waiting(room, prefix, draft_id, telling(room, draft_id, JUDGING))
                if draft.rows == 0:
                    return True
                _check_once(room, prefix, draft_id)
            except Exception as error:  # noqa: BLE001 - one batch must not keep all others waiting
                _keep_trouble(room, draft, trouble_of(error))
                return True


def _check_once(room: BatchRoom, prefix: str, draft_id: int) -> None:
    with reading(room.desks) as session:
        draft = find_draft(session, prefix, draft_id)
        cipher = room.cipher(draft)
        table = load_table(session, cipher, draft)
        photos = DraftPhotos(room, session, draft)
    tell = telling(room, draft_id, Phase.LINT)
    report = inspect(room, draft, table, photos, lambda _, done, total: tell(done, total))
    with reading(room.desks) as session:
        overlap = inspect_overlap(room, session, draft)
    report = replace(report, notices=report.notices + overlap.notices)
    findings = seal_findings(cipher, table, report)
    with transaction(room.desks) as session:
        now = find_draft(session, prefix, draft_id, locked=True)
        if now.revision != draft.revision or DraftState(now.state) not in EDITABLE:
            return
        _write_changed(session, draft_id, findings)
        now.checked = now.revision
        count_rows(session, now)
        now.trouble = now.trouble_zh = now.trouble_en = now.phase = None
    for other in overlap.others:
        _tell_other(room, prefix, other)


def _tell_other(room: BatchRoom, prefix: str, draft_id: int) -> None:
    """Say in a batch that was checked before whom another batch has too, not only in the other."""
    with transaction(room.desks) as session:
        draft = find_draft(session, prefix, draft_id, locked=True)
        if needs_check(draft) or DraftState(draft.state) not in _TOLD:
            return
        overlap = inspect_overlap(room, session, draft)
        write_findings(session, draft_id, with_notices(room, session, draft, overlap.notices))
        count_rows(session, draft)


def inspect(
    room: BatchRoom,
    draft: BatchDraft,
    table: RosterTable,
    photos: DraftPhotos,
    progress: Callable[[Phase, int, int], None],
) -> LintReport:
    """Return what issuing rows of a batch today would come to; raises as `inspect_batch`."""
    fonts = FontChain.from_environment(os.environ)
    with room.desk(draft.prefix, dry_run=True) as desk:
        return inspect_batch(desk, table, photos, draft.name, fonts, progress, layout=draft.layout)


def _write_changed(session: Session, draft_id: int, findings: list[RowFindings]) -> None:
    """Write what was found; rows about which there was and is nothing to say are left alone."""
    said = set(
        session.scalars(
            select(BatchRow.row).where(
                BatchRow.draft_id == draft_id, BatchRow.findings_sealed.is_not(None)
            )
        )
    )
    changed = [one for one in findings if one.sealed is not None or one.row in said]
    write_findings(session, draft_id, changed)


def count_rows(session: Session, draft: BatchDraft) -> None:
    """Count anew how many rows of a batch are at fault, without a photo, with notices."""
    session.flush()
    flags = (BatchRow.faulty, BatchRow.unpictured, BatchRow.noticed)
    draft.faulty, draft.unpictured, draft.noticed = (
        session.scalar(select(func.count()).where(BatchRow.draft_id == draft.id, flag.is_(True)))
        or 0
        for flag in flags
    )
    handed_in = select(BatchPhoto.id).where(BatchPhoto.draft_id == draft.id).limit(1)
    if session.scalar(handed_in) is None:  # nor has a row whose number is at fault
        draft.unpictured = draft.rows


def check_row(room: BatchRoom, prefix: str, draft_id: int, row: int) -> None:
    """Look at one row of a large batch at once; the others follow when the runner comes to it."""
    with reading(room.desks) as session:
        draft = find_draft(session, prefix, draft_id)
        cipher = room.cipher(draft)
        table = load_table(session, cipher, draft, (row,))
        photos = DraftPhotos(room, session, draft)
    if not table.rows:
        return
    try:
        report = inspect(room, draft, table, photos, lambda _phase, _done, _total: None)
    except STOPPING:
        return  # the check of the whole batch says so
    with transaction(room.desks) as session:
        now = find_draft(session, prefix, draft_id, locked=True)
        if now.revision == draft.revision:
            write_findings(session, draft_id, seal_findings(cipher, table, report))
            count_rows(session, now)


def telling(
    room: BatchRoom,
    draft_id: int,
    phase: str,
    count: Callable[[int, int], tuple[int, int]] = lambda done, total: (done, total),
) -> Callable[[int, int], None]:
    """Return what keeps how far a phase is where the screen finds it, twice a second at most.

    Args:
        count: returns what is kept, where that is not what was told.
    """
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _TOLD_SECONDS and done < total:
            return
        last = now
        done, total = count(done, total)
        keep(room, draft_id, {"phase": phase, "done": done, "total": total})

    return tell


def keep(room: BatchRoom, draft_id: int, values: Mapping[str, Any]) -> None:
    """Set columns of a batch that no decision hangs on."""
    with transaction(room.desks) as session:
        session.execute(update(BatchDraft).where(BatchDraft.id == draft_id).values(**values))


def _keep_trouble(room: BatchRoom, draft: BatchDraft, trouble: Trouble) -> None:
    values = trouble_values(trouble)
    keep(room, draft.id, {**values, "checked": draft.revision, "awaiting": 0, "phase": None})


def trouble_of(error: Exception) -> Trouble:
    """Return what stopped a check or a run, to be kept with the batch.

    What nobody foresaw is among them: a runner that died of it would meet it again at once, and the
    page would say for ever that the batch is being issued.
    """
    if isinstance(error, OSError):
        return Trouble(
            "draft_disk",
            Text(
                "无法写入文件，可能磁盘已满；请联系系统管理员，处理后再继续",
                "a file cannot be written, perhaps the disk is full; ask the administrator",
            ),
        )
    if isinstance(error, STOPPING):
        return Trouble(error.code, error.text)
    place = extract_tb(error.__traceback__)[-1]  # what it says may name somebody
    _LOG.error("batch_unforeseen %s %s:%s", type(error).__name__, place.name, place.lineno)
    return Trouble(
        "draft_unforeseen",
        Text(
            f"程序发生意外故障（{type(error).__name__}），已停止；名册、照片和已赋编号不受影响。"
            "请联系系统管理员查看日志，处理后再继续",
            f"the program met a fault of its own ({type(error).__name__}) and stopped. Roster, "
            "photos and numbers given are safe. Have the administrator look into the log first",
        ),
    )


def trouble_values(trouble: Trouble | None) -> dict[str, str | None]:
    """Return the columns of a batch that keep what stopped it; None for nothing."""
    if trouble is None:
        return dict.fromkeys(("trouble", "trouble_zh", "trouble_en"))
    return {
        "trouble": trouble.code,
        "trouble_zh": trouble.text.zh,
        "trouble_en": trouble.text.en,
    }
