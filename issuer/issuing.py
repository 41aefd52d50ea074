"""The whole act of issuing: a roster goes in, numbered and printed certificates come out.

    1. parse the batch, run every lint on every row     (issuer.roster, issuer.lint)
    2. reserve                                          (issuer.reserving)
    3.–6. prepare, sign, verify, record                 (issuer.awarding)
    7. publish, then faces                              (issuer.log_publishing, issuer.faces)

Rows reserved by an earlier, broken run are finished first, by the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from codes.documents import DocumentType
from codes.levels import Level
from issuer.awarding import read_private, record_copies
from issuer.candidates import Candidate
from issuer.copy_rows import (
    BatchCopies,
    CopyScope,
    chunks_of_ids,
    count_copies,
    in_force,
    undrawn,
    unfinished,
    unrecorded,
)
from issuer.crew import DEALT_COPIES, Crew, crew_size
from issuer.crew_messages import Task
from issuer.delivery import batch_stem, check_out
from issuer.desk import Desk, shanghai_day
from issuer.exporting import ExportRun, count_exported, export
from issuer.faces import draw_copies
from issuer.filing import levels_filed
from issuer.filing_changes import why_not_filed
from issuer.lint import LintReport, lint_rows
from issuer.lint_context import BatchAward, LintContext
from issuer.log_desk import office_of, put_in_log
from issuer.log_publishing import (
    LogOffice,
    adopt_all,
    check_log,
    log_is_settled,
    publish_log,
)
from issuer.photo_reading import PhotoSource
from issuer.printing import inspect_fit, make_printer
from issuer.reserving import Reservation, live_key, open_batch, reserve
from issuer.roster import RosterTable
from registry.counters import serials_left
from registry.holder_keys import check_vault_in_force
from registry.models import Award, Batch
from registry.session import reading
from templates.certificate import CertificatePrinter
from templates.fonts import FontChain, explain_missing
from templates.layout_files import DEFAULT_LAYOUT, load_layout

_RESERVE_CHUNK = 500
_LIVE_AWARDS = select(Award.__table__.c.live_key, Award.__table__.c.id).where(
    Award.__table__.c.live_key.in_(bindparam("keys", expanding=True))
)
_AwardKey = tuple[DocumentType, str, int, Level]


class Phase(StrEnum):
    """The stretches of a run that a person waits for."""

    LINT = "lint"
    RESERVE = "reserve"
    SIGN = "sign"
    DRAW = "draw"
    EXPORT = "export"
    SEAL = "seal"


Progress = Callable[[Phase, int, int], None]
"""Told (phase, done, total); total 0 means it is not known."""

Inspected = Callable[[LintReport], None]
"""Told what the lints said, before a single number is spent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOutcome:
    """What one run came to.

    Args:
        report: what the lints said.
        reserved: the rows given a number in this run.
        taken: rows that turned out, at the last moment, to hold a live award already.
        files: (number, path) of every certificate of the batch now in the output folder.
        issued: False where nothing new was issued: a dry run, or rows at fault.
    """

    report: LintReport
    reserved: tuple[Reservation, ...]
    taken: tuple[Reservation, ...]
    files: tuple[tuple[str, Path], ...]
    issued: bool


def inspect_batch(
    desk: Desk,
    table: RosterTable,
    photos: PhotoSource,
    batch: str,
    fonts: FontChain,
    progress: Progress,
    *,
    layout: str = DEFAULT_LAYOUT,
) -> LintReport:
    """Step 1: say what issuing this roster as this batch would do; changes nothing."""
    # Numbers are spent only where a key is at hand to sign what they are given to.
    desk.cabinet.key_for(shanghai_day(desk.clock()))
    progress(Phase.LINT, 0, len(table.rows))
    printer = CertificatePrinter(fonts)
    with reading(desk.engine) as session:
        batch_id = session.scalar(
            select(Batch.id).where(Batch.site_id == desk.site.id, Batch.name == batch)
        )
        check_vault_in_force(session, desk.vault)
        awards = _LiveAwards(session, desk, batch_id)
        today = shanghai_day(desk.clock())
        context = LintContext(
            today=today,
            scopes=levels_filed(session, desk.site.id, today),
            not_filed=why_not_filed(session, desk.site, today),
            live_award=awards.elsewhere,
            batch_award=awards.here,
            serials_left=lambda level: serials_left(
                session, site_id=desk.site.id, year=today.year, level=int(level)
            ),
            missing_characters=fonts.missing_characters,
            explain_missing=explain_missing,
            check_fit=lambda candidate: inspect_fit(desk, printer, candidate, layout),
            bilingual=load_layout(layout).bilingual,
            expect=awards.expect,
        )
        report = lint_rows(
            table,
            photos,
            context,
            progress=lambda done: progress(Phase.LINT, done, len(table.rows)),
        )
    progress(Phase.LINT, len(table.rows), len(table.rows))
    return report


def issue_batch(
    desk: Desk,
    table: RosterTable,
    photos: PhotoSource,
    *,
    batch: str,
    out: Path,
    fonts: FontChain,
    skip_bad: bool,
    progress: Progress,
    layout: str = DEFAULT_LAYOUT,
    inspected: Inspected | None = None,
) -> BatchOutcome:
    """Issue every row of a roster that has no award of this batch yet.

    Args:
        desk: the body's place of work.
        table: the roster as read.
        photos: where its photos are.
        batch: the batch's name; the same name continues the same batch.
        out: folder the certificates are written into, or a ZIP file.
        fonts: what the pages are set in.
        skip_bad: issue the good rows although others are at fault.
        progress: told how far each phase is.
        layout: what new certificates are drawn in, for ever.
        inspected: told what the lints said before any number is spent.

    Raises:
        IssuerError, KeysError, RegistryError, TemplatesError: issuing stopped; a later run goes
            on from where it stopped, with the same numbers and dates.
    """
    check_out(out, batch_stem(batch))
    desk.home.store.sweep()
    batch_id = open_batch(desk, batch)
    scope = BatchCopies(batch_id=batch_id)
    finish_copies(desk, scope, fonts, progress)
    report = inspect_batch(desk, table, photos, batch, fonts, progress, layout=layout)
    if inspected is not None:
        inspected(report)
    check_log(office_of(desk))  # before any number is spent
    wanted = report.candidates if skip_bad or not report.problems else ()
    results = list(_reserve_all(desk, batch_id, wanted, layout, progress))
    finish_copies(desk, scope, fonts, progress)
    return BatchOutcome(
        report=report,
        reserved=tuple(result for result in results if result.new),
        taken=tuple(result for result in results if not result.new),
        files=export_batch(desk, batch_id, batch, out, fonts, progress),
        issued=bool(wanted) or not report.problems,
    )


def finish_copies(desk: Desk, scope: CopyScope, fonts: FontChain, progress: Progress) -> None:
    """Steps 3 to 7 for whatever copies of a scope are reserved or recorded but not finished.

    Where there are many, worker processes do it, by the same functions and with the same bytes. At
    the end everything there is to log is published.

    Raises:
        LogRefused: the public log cannot go on (see `publish_log`), or waits for an award that
            cannot be finished (`log_held_up`).
        WorkerFailed: a worker process came to an end of its own (`worker_failed`).
        IssuerError, KeysError, RegistryError, TemplatesError: as `record_copies`, `draw_copies`.
    """
    if not count_copies(desk, scope, unfinished) and log_is_settled(desk.engine):
        return
    office = office_of(desk)
    check_log(office)
    adopt_all(office)
    # Another run may put copies of this scope on record while this one draws: hence again.
    while total := count_copies(desk, scope, unfinished):
        _finish_once(desk, office, scope, fonts, progress, total)
    publish_log(office)


def _finish_once(
    desk: Desk,
    office: LogOffice,
    scope: CopyScope,
    fonts: FontChain,
    progress: Progress,
    total: int,
) -> None:
    signed, drawn = (counting(phase, total, progress) for phase in (Phase.SIGN, Phase.DRAW))
    size = crew_size(desk, total)
    if size == 1:
        record_copies(desk, scope, signed)
        put_in_log(desk, office, scope)
        draw_copies(desk, scope, make_printer(desk, fonts), drawn)
        return
    with Crew(desk, fonts, size) as crew:
        crew.do(Task.RECORD, chunks_of_ids(desk, scope, unrecorded, size=DEALT_COPIES), signed)
        put_in_log(desk, office, scope)
        crew.do(Task.DRAW, chunks_of_ids(desk, scope, undrawn, size=DEALT_COPIES), drawn)


def export_batch(
    desk: Desk, batch_id: int, batch: str, out: Path, fonts: FontChain, progress: Progress
) -> tuple[tuple[str, Path], ...]:
    """Write the certificates of a batch that are in force; return (number, file) in order.

    A copy that a reissue made void is left out, so that nobody prints it again.
    """
    run = ExportRun(
        scopes=(BatchCopies(batch_id=batch_id),),
        condition=in_force,
        out=out,
        title=batch,
        stem=batch_stem(batch),
    )
    return export_counted(desk, run, fonts, progress)


def export_counted(
    desk: Desk, run: ExportRun, fonts: FontChain, progress: Progress
) -> tuple[tuple[str, Path], ...]:
    """Write a run's certificates out, telling how many of how many; as `export`."""
    total = count_exported(desk, run)
    return tuple(export(desk, run, fonts, counting(Phase.EXPORT, total, progress)))


def counting(phase: Phase, total: int, progress: Progress) -> Callable[[int], None]:
    """Return what adds up the counts of a phase and tells its progress."""
    done = 0

    def tell(count: int) -> None:
        nonlocal done
        done += count
        progress(phase, done, max(total, done))

    return tell


def _reserve_all(
    desk: Desk,
    batch_id: int,
    candidates: tuple[Candidate, ...],
    layout: str,
    progress: Progress,
) -> Iterable[Reservation]:
    for start in range(0, len(candidates), _RESERVE_CHUNK):
        chunk = candidates[start : start + _RESERVE_CHUNK]
        yield from reserve(desk, batch_id, chunk, layout=layout)
        progress(Phase.RESERVE, start + len(chunk), len(candidates))


class _LiveAwards:
    """Answers the lints' question whether a person holds a live award of this body already."""

    def __init__(self, session: Session, desk: Desk, batch_id: int | None) -> None:
        self._session = session
        self._desk = desk
        self._batch_id = batch_id
        self._connection = session.connection()
        self._known: dict[_AwardKey, int | None] = {}  # of every person two questions are asked

    def expect(self, keys: Sequence[_AwardKey]) -> None:
        """Look up together what will be asked about."""
        desk = self._desk
        marks = {
            live_key(desk.vault, desk.site, int(kind), number, occupation, int(level)): key
            for key in keys
            for kind, number, occupation, level in (key,)
            if key not in self._known
        }
        self._known.update(dict.fromkeys(marks.values()))
        if marks:
            for mark, award_id in self._connection.execute(_LIVE_AWARDS, {"keys": list(marks)}):
                self._known[marks[mark]] = award_id

    def elsewhere(
        self, kind: DocumentType, document_number: str, occupation: int, level: Level
    ) -> str | None:
        """Return the number of the person's live award from another batch."""
        award = self._find(kind, document_number, occupation, level)
        return None if award is None or award.batch_id == self._batch_id else award.number

    def here(
        self, kind: DocumentType, document_number: str, occupation: int, level: Level
    ) -> BatchAward | None:
        """Return the person's award of this very batch."""
        award = self._find(kind, document_number, occupation, level)
        if award is None or award.batch_id != self._batch_id:
            return None
        private = read_private(self._desk, award)
        return BatchAward(
            number=award.number,
            name=private.name,
            specialty=private.specialty,
            photo_sha256=private.photo_sha256,
            latin_name=private.latin_name,
        )

    def _find(
        self, kind: DocumentType, document_number: str, occupation: int, level: Level
    ) -> Award | None:
        """Return the person's live award; nearly nobody of a roster has one."""
        key = (kind, document_number, occupation, level)
        if key not in self._known:
            self.expect((key,))
        award_id = self._known[key]
        if award_id is None:
            return None
        query = select(Award).where(Award.id == award_id)
        return self._session.scalar(query.options(joinedload(Award.holder, innerjoin=True)))
