"""The batch of a resit: who did not pass goes on in it with what still holds.

Carried over are the row, the accepted photo, what was entered on eligibility (judged anew), and the
marks of passed parts as long as they stand; only the other parts are examined again. Each says from
which batch it comes, and is changed like anything of the new batch. Once the first batch is issued,
what it held of people is gone (`issuer.batch_issue`): a resit is made before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from accounts.person import Person
from codes.wording import Text
from issuer.batch_candidates import (
    PERSON_BYTES,
    find_course,
    keep_of,
    kept_of,
    read_candidates,
    read_left_out,
)
from issuer.batch_carried import passed_entries, term_of
from issuer.batch_drafts import begin
from issuer.batch_eligibility import Kept, carry_over, read_kept
from issuer.batch_plan import read_plan
from issuer.batch_room import BatchRoom, find_draft
from issuer.batch_rows import DraftRow, open_row
from issuer.batch_scores import Entry, Scored, Standing, read_scored, scored, seal_scores
from issuer.columns import Column
from issuer.errors import IssuerError
from issuer.kept_photos import (
    DraftPhotos,
    KeptPhoto,
    PhotoAbout,
    new_upload,
    parcel_of,
    seal_about,
)
from issuer.problems import FileNotice, RowProblem
from issuer.roster import RosterRow, RosterTable
from registry.batch_models import BatchDraft, BatchPhoto, BatchRow
from registry.exam_models import BatchCandidate, BatchResit
from registry.session import reading

RESITTING = frozenset({Standing.FAILED, Standing.ABSENT, Standing.RESIT})
"""Who is taken over; who withdrew, or was left out for an objection, is not."""

_FIRST_ROW = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Resitter:
    """Somebody who did not pass, with what still holds of them.

    Args:
        row: in the first batch, with its cells; personal data.
        person: as `Candidate.person` of that batch.
        standing: why they did not pass.
        photo: the accepted one; None where there is none.
        eligibility: what was entered; None where nothing was.
        passed: marks of passed parts that stand.
    """

    row: DraftRow = field(repr=False)
    person: bytes = field(repr=False)
    standing: Standing
    photo: tuple[PhotoAbout, KeptPhoto] | None = field(repr=False)
    eligibility: Kept | None = field(repr=False)
    passed: tuple[Entry, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """As the roster has it; personal data."""
        return self.row.text(Column.NAME)


def read_resitters(room: BatchRoom, draft: BatchDraft) -> list[Resitter]:
    """Return who goes on in a resit, in the order of the roster.

    Nobody before the scores are closed, but where everything is entered and nobody passed: such
    scores are never closed.

    Raises:
        IssuerError: its rows are gone, as it is issued (`draft_emptied`).
    """
    with reading(room.desks) as session:
        course = find_course(session, draft)
        if course is None:
            return []
        if course.scores_closed_at is not None:
            people, rows = _left_out(room, session, draft)
        else:
            people, rows = _of_whom_nobody_passed(room, session, draft)
        kept, photos = kept_of(session, draft), DraftPhotos(room, session, draft)
        term = term_of(session, draft.prefix, room.clock())
        plan = read_plan(room, draft, course)
        from_here = partial(_entry_from, source=draft.name, bank=f"{plan.bank} {plan.version}")
        return [
            Resitter(
                row=row,
                person=one.candidate.person,
                standing=one.standing,
                photo=photos.usable(
                    file=row.text(Column.PHOTO), document_number=row.text(Column.DOCUMENT_NUMBER)
                ),
                eligibility=read_kept(room, draft, kept.get(one.candidate.person)),
                passed=tuple(map(from_here, passed_entries(one, term))),
            )
            for one, row in zip(people, rows, strict=True)
            if one.standing in RESITTING
        ]


def _left_out(
    room: BatchRoom, session: Session, draft: BatchDraft
) -> tuple[list[Scored], list[DraftRow]]:
    kept, cipher = kept_of(session, draft), room.cipher(draft)
    found = read_left_out(room, session, draft)
    stored = [kept[one.person] for one in found]
    rows = [
        BatchRow(draft_id=draft.id, row=one.row, cells_sealed=one.cells_sealed) for one in stored
    ]
    people = [scored(room, draft, one, kept[one.person]) for one in found]
    return people, [open_row(cipher, row) for row in rows]


def _of_whom_nobody_passed(
    room: BatchRoom, session: Session, draft: BatchDraft
) -> tuple[list[Scored], list[DraftRow]]:
    people = read_scored(room, session, draft)
    if {one.standing for one in people} & {Standing.PENDING, Standing.PASSED}:
        return [], []
    query = select(BatchRow).where(BatchRow.draft_id == draft.id).order_by(BatchRow.row)
    cipher = room.cipher(draft)
    return people, [open_row(cipher, row) for row in session.scalars(query)]


def _entry_from(entry: Entry, *, source: str, bank: str) -> Entry:
    """Return a mark as the other batch has it; one carried over before keeps where it is from."""
    if entry.source:
        return replace(entry, attempt=1)
    return replace(entry, attempt=1, source=source, bank=bank.strip())


def begin_resit(room: BatchRoom, person: Person, prefix: str, draft_id: int, name: str) -> int:
    """Begin the batch of a resit, with all that still holds, in one commit; return its id.

    Raises:
        IssuerError: `draft_unknown`; as `read_resitters`; nobody goes on (`resit_nobody`); as
            `begin`.
    """
    with reading(room.desks) as session:
        draft = find_draft(session, prefix, draft_id)
        begun = people_of_resits(session, draft)
    people = [one for one in read_resitters(room, draft) if one.person not in begun]
    if not people:
        raise IssuerError(
            "resit_nobody",
            Text(
                "没有需要补考的人员；成绩确认后，不合格、缺考、待补考的人员可以另建补考批次",
                "nobody is to resit; once the scores are closed, those who failed, were absent or "
                "are to resit can be taken over",
            ),
        )
    return begin(
        room,
        person,
        prefix=prefix,
        name=name,
        layout=draft.layout,
        table=_table(draft, people),
        also=partial(_carry, room, people, draft),
    )


def people_of_resits(session: Session, draft: BatchDraft) -> frozenset[bytes]:
    """Return who of a batch stands in the batch of a resit already."""
    query = select(BatchResit.people).where(BatchResit.source_id == draft.id)
    every = b"".join(people or b"" for people in session.scalars(query))
    places = range(0, len(every), PERSON_BYTES)
    return frozenset(every[place : place + PERSON_BYTES] for place in places)


def list_resits(room: BatchRoom, draft: BatchDraft) -> Sequence[BatchDraft]:
    """Return the batches of resits that were made of a batch, in order."""
    query = select(BatchDraft).join(BatchResit, BatchResit.draft_id == BatchDraft.id)
    with reading(room.desks) as session:
        own = query.where(BatchResit.source_id == draft.id)
        return session.scalars(own.order_by(BatchDraft.id)).all()


def _table(draft: BatchDraft, people: Sequence[Resitter]) -> RosterTable:
    """Return the roster of a resit; what was not readable in a row is said of it again."""
    rows = [
        (RosterRow(row=place, cells=dict(one.row.cells)), one)
        for place, one in enumerate(people, start=_FIRST_ROW)
    ]
    problems = [
        RowProblem(
            row=row.row,
            column=None if fault.column is None else fault.column.value,
            cell=None,
            code=fault.code,
            text=fault.text,
        )
        for row, one in rows
        for fault in one.row.faults
    ]
    notice = FileNotice(
        code="roster_carried",
        text=Text(
            f"名册沿用批次“{draft.name}”中未通过的 {len(people)} 人",
            f"the roster is of those who did not pass in batch “{draft.name}”: {len(people)}",
        ),
    )
    return RosterTable(
        file=f"{draft.name}-未通过.xlsx",
        sheet=None,
        header_row=1,
        positions={column: place for place, column in enumerate(Column)},
        rows=tuple(row for row, _ in rows),
        problems=tuple(problems),
        notices=(notice,),
    )


def _carry(
    room: BatchRoom,
    people: Sequence[Resitter],
    first: BatchDraft,
    session: Session,
    draft: BatchDraft,
) -> None:
    """Put photos, eligibility and passed marks of people into their new batch."""
    session.flush()
    source, who = first.name, b"".join(one.person for one in people)
    session.add(BatchResit(draft_id=draft.id, source_id=first.id, people=who))
    _carry_photos(room, session, draft, people, source)
    cipher = room.cipher(draft)
    kept: dict[bytes, BatchCandidate] = {}
    with reading(room.register) as register:
        for one, known in zip(read_candidates(room, session, draft), people, strict=True):
            facts = known.eligibility
            if facts is None and not known.passed:
                continue
            stored = kept.setdefault(one.person, keep_of(session, draft, kept, one))
            if facts is not None:
                stored.eligibility_sealed = carry_over(room, register, draft, one, facts, source)
            if known.passed:
                stored.scores_sealed = seal_scores(cipher, one.person, known.passed)


def _carry_photos(
    room: BatchRoom,
    session: Session,
    draft: BatchDraft,
    people: Sequence[Resitter],
    source: str,
) -> None:
    found = {one.photo[1].photo_id: one.photo for one in people if one.photo is not None}
    key, cipher, upload = room.key(draft), room.cipher(draft), new_upload()
    parcels = (parcel_of(photo.jpeg, key) for _, photo in found.values())
    values = [
        {
            "draft_id": draft.id,
            "about_sealed": seal_about(
                cipher, replace(about, upload=upload, source=about.source or source)
            ),
            "stored": name,
            "judged": True,
        }
        for (about, _), name in zip(
            found.values(), room.files(draft.id).put_many(parcels), strict=True
        )
    ]
    if values:
        session.execute(insert(BatchPhoto), values)
