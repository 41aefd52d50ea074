"""Issues a batch that was approved: the engine's own run, with progress, pause and going on.

The engine's rows are the truth. A run that was paused, killed or stopped is gone on with by running
the same batch again: the engine finishes what was reserved and gives nothing twice. Once all is
issued, what the batch held of people is deleted here; it is on record in the register.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Select, select, update

from codes.wording import Text
from issuer.batch_approval import is_as_approved, subject_of
from issuer.batch_checks import (
    Trouble,
    count_rows,
    holding,
    keep,
    telling,
    trouble_of,
    trouble_values,
)
from issuer.batch_drafts import empty, remove_files
from issuer.batch_overlap import check_others_again
from issuer.batch_room import BatchRoom, find_draft
from issuer.batch_rows import load_table, seal_findings, write_findings
from issuer.batch_states import RUNNABLE, DraftState
from issuer.copy_list import find_batch
from issuer.copy_rows import BatchCopies, Condition, count_copies, drawn, in_force, recorded
from issuer.copy_run import export_again
from issuer.crew import usable_cpus
from issuer.delivery import batch_stem
from issuer.desk import Desk, shanghai_day
from issuer.errors import IssuerError
from issuer.exam_binding import RECORDS
from issuer.exam_records import keep_records
from issuer.issuing import Phase
from issuer.kept_photos import DraftPhotos
from issuer.lint import LintReport
from issuer.opening import announce_host
from issuer.operator import note_act_now, read_operator
from issuer.results import RowOutcome
from issuer.roster import RosterTable
from issuer.run import IssueRun, RunSummary, issue_and_report
from issuer.upload_standing import note_due
from registry.batch_models import BatchDraft, BatchRow
from registry.models import Award, Batch, Copy, Site
from registry.session import reading, transaction
from registry.store import make_folder
from templates.fonts import FontChain

GROUND = "批次已审批，后台签发"
RESULTS_SUFFIX = "-结果.xlsx"


MOST_KILLED = 5
"""So many runs of a batch may be killed without getting any further before it is left alone."""


_THROUGH: Mapping[Phase, tuple[Condition, ...]] = {
    Phase.RESERVE: (),
    Phase.SIGN: (recorded,),
    Phase.DRAW: (drawn,),
}
"""What is true of a copy that came through a phase."""


class Paused(Exception):
    """Somebody asked the run to stop; what is on record stays, and going on finishes it."""


def delivery_folder(room: BatchRoom, draft_id: int) -> Path:
    """Return where the files of an issued batch lie for some days, in clear."""
    return room.folder(draft_id) / "out"


def certificates_path(room: BatchRoom, draft: BatchDraft) -> Path:
    """Return where the ZIP of an issued batch is."""
    return delivery_folder(room, draft.id) / f"{batch_stem(draft.name)}.zip"


def issue(room: BatchRoom, draft_id: int) -> bool:
    """Issue a batch, or go on with it; return False where another runner is at it.

    Whatever stops it is kept with the batch for the screen; nothing is raised for it.
    """
    with holding(room, draft_id) as held:
        if not held:
            return False
        draft = _take_up(room, draft_id)
        if draft is None:
            return True
        try:
            _count_attempt(room, draft)
            _issue_held(room, draft)
        except Paused:
            keep(room, draft.id, {"state": DraftState.PAUSED, "pausing": False})
        except Exception as error:  # noqa: BLE001 - the page must not say that it goes on
            _stop(room, draft, trouble_of(error))
        finally:
            _attempts_path(room, draft.id).unlink(missing_ok=True)
        return True


def _attempts_path(room: BatchRoom, draft_id: int) -> Path:
    return room.folder(draft_id) / ".attempts"


def _count_attempt(room: BatchRoom, draft: BatchDraft) -> None:
    """Count a run that begins; only one that was killed leaves its count behind.

    Raises:
        IssuerError: several were killed one after the other, and none came any further
            (`draft_killed`): the next would be too, and other batches would wait for ever.
    """
    path = _attempts_path(room, draft.id)
    killed = len(path.read_bytes()) if path.exists() else 0
    if killed >= MOST_KILLED:
        raise IssuerError(
            "draft_killed",
            Text(
                f"后台签发进程连续 {killed} 次中途被终止，已停止；已赋编号不变。"
                "请联系系统管理员检查服务器内存和日志，处理后再继续",
                f"the process that issues was killed {killed} times in a row and got no further; "
                "it stopped. Numbers given stay as they are. Have the administrator look at the "
                "server's memory and log first",
            ),
        )
    path.write_bytes(b"." * (killed + 1))


def _take_up(room: BatchRoom, draft_id: int) -> BatchDraft | None:
    """Have a batch be under way; None where there is nothing to do, or somebody paused it."""
    with transaction(room.desks) as session:
        draft = session.get(BatchDraft, draft_id, with_for_update=True)
        if draft is None or DraftState(draft.state) not in RUNNABLE:
            return None
        if draft.pausing:
            draft.state, draft.pausing = DraftState.PAUSED, False
            return None
        draft.state = DraftState.ISSUING
        return draft


def _issue_held(room: BatchRoom, draft: BatchDraft) -> None:
    with reading(room.desks) as session:
        if not is_as_approved(room, session, draft):
            _stop(room, draft, _ALTERED)
            return
        table = load_table(session, room.cipher(draft), draft)
        photos = DraftPhotos(room, session, draft)
    operator = read_operator(name=draft.decider, ground=GROUND, reference=None)
    note_act_now(room.register, operator, "issue", subject_of(draft), at=room.clock())
    out = certificates_path(room, draft)
    make_folder(out.parent)
    run = IssueRun(
        roster=Path(table.file),
        prefix=draft.prefix,
        batch=draft.name,
        out=out,
        photos=None,
        layout=draft.layout,
    )
    with room.desk(draft.prefix, workers=usable_cpus()) as desk:
        announce_host(desk, room.public_url, another=False)
        summary = issue_and_report(
            run, desk, table, photos, skip_bad=False, progress=_Progress(room, desk, draft)
        )
        if not summary.refused:
            root = keep_records(room, desk, draft, summary.numbers)
            if root is not None:
                noted, subject = replace(operator, reference=str(root)), subject_of(draft)
                note_act_now(room.register, noted, RECORDS, subject, at=room.clock())
            note_due(room, draft, shanghai_day(room.clock()), summary.numbers.values())
    if summary.refused:
        _keep_refused(room, draft, table, summary.report)
    else:
        _finish(room, draft, summary)


class _Progress:
    """Keeps how far a run is, and stops it where somebody asked for that, between two commits.

    The engine tells what this run does; a batch that is gone on with is counted whole.
    """

    def __init__(self, room: BatchRoom, desk: Desk, draft: BatchDraft) -> None:
        self._room = room
        self._desk = desk
        self._draft = draft
        self._tell = telling(room, draft.id, Phase.LINT)
        self._phase = Phase.LINT
        self._stopped = False

    def __call__(self, phase: Phase, done: int, total: int) -> None:
        """Note that `done` of `total` are done.

        Raises:
            Paused: once, when somebody asked for it.
        """
        if phase is not self._phase:
            self._phase = phase
            room, draft_id = self._room, self._draft.id
            whole = (self._whole,) if phase in _THROUGH else ()
            self._tell = telling(room, draft_id, phase, *whole)
        self._tell(done, total)
        if done and phase in _THROUGH:
            _attempts_path(self._room, self._draft.id).unlink(missing_ok=True)
        if not self._stopped and phase is not Phase.EXPORT and self._is_asked():
            self._stopped = True
            raise Paused

    def _whole(self, _done: int, _total: int) -> tuple[int, int]:
        """Return how many of all rows have come through a phase, in this run or an earlier one."""
        with reading(self._desk.engine) as session:
            scope = BatchCopies(batch_id=find_batch(session, self._desk.site, self._draft.name))
        done = count_copies(self._desk, scope, *_THROUGH[self._phase])
        return done, max(self._draft.rows, done)

    def _is_asked(self) -> bool:
        with reading(self._room.desks) as session:
            query = select(BatchDraft.pausing).where(BatchDraft.id == self._draft.id)
            return bool(session.scalar(query))


def _keep_refused(
    room: BatchRoom, draft: BatchDraft, table: RosterTable, report: LintReport
) -> None:
    """Keep why rows that were good when they were approved are not any more."""
    cipher = room.cipher(draft)
    findings = seal_findings(cipher, table, report)
    with transaction(room.desks) as session:
        write_findings(session, draft.id, findings)
        count_rows(session, session.get_one(BatchDraft, draft.id))
    count = len(report.faulty_rows)
    text = Text(
        f"签发前复查时有 {count} 行不再符合条件，本次未签发；请由审批人退回，改正后重新提交",
        f"rows that no longer pass the checks before issuing: {count}; nothing was issued. Have "
        "the approver return the batch, correct it and submit it again",
    )
    _stop(room, draft, Trouble("draft_refused", text))


def _finish(room: BatchRoom, draft: BatchDraft, summary: RunSummary) -> None:
    """Keep which row was given which number; delete what the batch held of people."""
    if summary.workbook is not None:
        summary.workbook.replace(results_path(room, draft))
    _mark_path(room, draft).write_text(_in_force_now(room, draft))
    awards = [
        {"draft_id": draft.id, "row": row, "award": number}
        for row, number in summary.numbers.items()
    ]
    issued = summary.count(RowOutcome.ISSUED) + summary.count(RowOutcome.DONE_BEFORE)
    with transaction(room.desks) as session:
        now = find_draft(session, draft.prefix, draft.id, locked=True)
        if awards:
            session.execute(update(BatchRow), awards)
        empty(session, now)
        now.state, now.finished_at = DraftState.ISSUED, room.clock()
        check_others_again(session, now)
        now.faulty = now.unpictured = now.noticed = 0
        now.done = now.total = issued
        now.phase = now.trouble = now.trouble_zh = now.trouble_en = None
        now.pausing = False
    remove_files(room, draft.id)


def results_path(room: BatchRoom, draft: BatchDraft) -> Path:
    """Return where the result workbook of an issued batch is."""
    return delivery_folder(room, draft.id) / f"{batch_stem(draft.name)}{RESULTS_SUFFIX}"


def write_again(room: BatchRoom, draft: BatchDraft) -> None:
    """Write the certificates of an issued batch out again, as they are in the register now."""
    out = certificates_path(room, draft)
    make_folder(out.parent)
    _mark_path(room, draft).write_text(_in_force_now(room, draft))
    fonts = FontChain.from_environment(os.environ)
    with room.desk(draft.prefix, dry_run=True) as desk:
        export_again(desk, draft.name, out=out, fonts=fonts, progress=lambda *_: None)


def is_written_as_now(room: BatchRoom, draft: BatchDraft) -> bool:
    """Return whether the certificates written out are those that are in force now."""
    mark = _mark_path(room, draft)
    return mark.is_file() and mark.read_text() == _in_force_now(room, draft)


def _mark_path(room: BatchRoom, draft: BatchDraft) -> Path:
    return delivery_folder(room, draft.id) / ".in-force"


def _in_force_now(room: BatchRoom, draft: BatchDraft) -> str:
    """Return a digest of which copies of an issued batch are in force."""
    digest = hashlib.sha256()
    with reading(room.register) as session:
        for copy_id in session.scalars(_copies_in_force(draft).order_by(Copy.id)):
            digest.update(b"%d;" % copy_id)
    return digest.hexdigest()


def has_in_force(room: BatchRoom, draft: BatchDraft) -> bool:
    """Return whether any certificate of an issued batch is in force."""
    with reading(room.register) as session:
        return session.scalar(_copies_in_force(draft).limit(1)) is not None


def _copies_in_force(draft: BatchDraft) -> Select[int]:
    return (
        select(Copy.id)
        .join(Award, Copy.award_id == Award.id)
        .join(Batch, Award.batch_id == Batch.id)
        .join(Site, Batch.site_id == Site.id)
        .where(Site.prefix == draft.prefix, Batch.name == draft.name, in_force())
    )


def clear_delivery(room: BatchRoom, draft_id: int) -> None:
    """Remove the files of an issued batch that lie in clear; they can be written out again."""
    shutil.rmtree(delivery_folder(room, draft_id), ignore_errors=True)


_ALTERED = Trouble(
    "draft_altered",
    Text(
        "名册、照片或考核记录与审批时不一致，未签发；请由审批人退回后重新检查，并查明原因",
        "rows, photos or examination are not those that were approved; nothing was issued. Have "
        "the approver return the batch, and find out why",
    ),
)


def _stop(room: BatchRoom, draft: BatchDraft, trouble: Trouble) -> None:
    values = {"state": DraftState.STOPPED, "pausing": False, **trouble_values(trouble)}
    keep(room, draft.id, values)
