"""Acts on the life of awards, many at once and broken off, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from issuer.awarding import read_data_key, record_copies, record_reserved
from issuer.copy_rows import BatchCopies, ChosenCopies
from issuer.copying import preview_reissue, reserve_reissue
from issuer.correcting import parse_correction
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.faces import draw_recorded
from issuer.life_acts import propose, show_act
from issuer.life_approval import approve
from issuer.life_forms import ActForm
from issuer.log_desk import office_of, put_in_log
from issuer.reserving import open_batch, reserve
from issuer.status_publishing import publish_behind, status_office_of
from keys.status_list import LIST_SIZE
from log.leaves import LeafKind, LifeKind
from registry.life import fold_events
from registry.life_models import Ground, LifeEvent, StatusListRow
from registry.life_records import open_events
from registry.log_models import LogEntry
from registry.models import Award, AwardStatus, Copy, CopyKind, ReissueReason
from registry.row_reader import RowReader
from registry.session import reading
from templates.fonts import FontChain
from tests.drills.office import desk_of, make_office, people

BATCH = "一"
FONTS = FontChain()


def silent(_: int) -> None:
    """Tell nobody how far it is."""


@pytest.fixture
def desk(tmp_path: Path, any_database: dict[str, str]) -> Iterator[Desk]:
    """A desk with six finished certificates of one batch."""
    with desk_of(make_office(tmp_path, any_database)) as desk:
        batch_id = open_batch(desk, BATCH)
        rows = [person.candidate(row) for row, person in enumerate(islice(people(1), 6), start=2)]
        reserve(desk, batch_id, rows)
        record_reserved(desk, batch_id, silent)
        put_in_log(desk, office_of(desk), BatchCopies(batch_id=batch_id))
        draw_recorded(desk, batch_id, FONTS, silent)
        yield desk


def numbers(desk: Desk) -> list[str]:
    with reading(desk.engine) as session:
        return list(session.scalars(select(Award.number).order_by(Award.id)))


def proposed(desk: Desk, kind: LifeKind, number: str | None = None) -> int:
    form = ActForm(
        kind=kind,
        number=number,
        batch=BATCH if number is None else None,
        ground=Ground.BOUGHT if kind in (LifeKind.REVOKE, LifeKind.ANNUL) else None,
        reason="经核查属实",
        reference="〔2026〕15号",
        correction=(parse_correction("欧阳思远", None, None) if kind is LifeKind.CORRECT else None),
    )
    return propose(desk, form, proposer="张提出", fonts=FONTS)


def life_faults(desk: Desk) -> list[str]:
    """What of any award's life does not hang together: rows, cache, leaves."""
    faults = []
    with reading(desk.engine) as session, RowReader(desk.engine).reading() as rows:
        for award in session.scalars(select(Award)):
            events = open_events(rows, award.id, award.number, read_data_key(desk, award))
            first = next(c.status_index for c in award.copies if c.kind == CopyKind.ORIGINAL)
            life = fold_events(first, events)
            cached = {c.status_index: c.state for c in award.copies if c.envelope_sealed}
            if (life.status, dict(life.states)) != (award.status, cached):
                faults.append(f"{award.number}: cache and events differ")
            leaves = session.scalar(
                select(func.count(LogEntry.id)).where(
                    LogEntry.award_id == award.id, LogEntry.kind == LeafKind.LIFE
                )
            )
            if leaves != len(events):
                faults.append(f"{award.number}: {leaves} leaves of {len(events)} events")
    return faults


def events_on_record(desk: Desk) -> int:
    with reading(desk.engine) as session:
        return session.scalar(select(func.count(LifeEvent.id))) or 0


def attempt(desk: Desk, act_id: int, hits: int, approver: str) -> str:
    try:
        approve(desk, act_id, approver=approver, hits=hits)
    except IssuerError as error:
        return error.code
    return "approved"


def test_of_many_approvals_at_once_one_counts(desk: Desk) -> None:
    act_id = proposed(desk, LifeKind.ANNUL)
    together = Barrier(4)

    def run(index: int) -> str:
        together.wait()
        return attempt(desk, act_id, 6, f"李审批{index}")

    with ThreadPoolExecutor(4) as pool:
        done = sorted(pool.map(run, range(4)))
    assert done == ["act_decided", "act_decided", "act_decided", "approved"]
    assert events_on_record(desk) == 6
    assert life_faults(desk) == []


def test_two_acts_on_one_award_at_once_are_done_one_after_the_other(desk: Desk) -> None:
    number = numbers(desk)[0]
    acts = [proposed(desk, kind, number) for kind in (LifeKind.SUSPEND, LifeKind.REVOKE)]
    acts.append(proposed(desk, LifeKind.ANNUL))
    together = Barrier(3)

    def run(act_id: int) -> str:
        together.wait()
        return attempt(desk, act_id, show_act(desk, act_id).hits, "李审批")

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(run, acts))
    assert "approved" in done
    assert set(done) <= {"approved", "act_changed"}
    assert life_faults(desk) == []


def test_acts_and_reissues_at_once_leave_one_consistent_life(desk: Desk) -> None:
    first, second, *_ = numbers(desk)
    act_id = proposed(desk, LifeKind.SUSPEND, first)
    replaces = {number: preview_reissue(desk, number).replaces for number in (first, second)}
    together = Barrier(3)

    def reissue(number: str) -> str:
        together.wait()
        try:
            copy = reserve_reissue(
                desk, number, reason=ReissueReason.LOST, replaces=replaces[number]
            )
        except IssuerError as error:
            return error.code
        record_copies(desk, ChosenCopies(ids=(copy.copy_id,)), silent)
        return "reissued"

    def suspend(_: str) -> str:
        together.wait()
        return attempt(desk, act_id, 1, "李审批")

    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(reissue, first), pool.submit(reissue, second), pool.submit(suspend, "")]
        done = [job.result() for job in jobs]
    assert done[1:] == ["reissued", "approved"]
    assert done[0] in ("reissued", "award_not_in_force")
    assert life_faults(desk) == []


class Killed(BaseException):
    """The process died here."""


@pytest.mark.parametrize("kind", [LifeKind.ANNUL, LifeKind.CORRECT])
@pytest.mark.parametrize("kept", [False, True], ids=["lost", "kept"])
def test_a_crash_at_the_commit_leaves_all_or_nothing(
    desk: Desk, kind: LifeKind, kept: bool
) -> None:
    number = None if kind is LifeKind.ANNUL else numbers(desk)[0]
    act_id = proposed(desk, kind, number)
    hits = show_act(desk, act_id).hits

    def die(_: object) -> None:
        raise Killed

    moment = "after_commit" if kept else "before_commit"
    event.listen(Session, moment, die)
    try:
        with pytest.raises(Killed):
            approve(desk, act_id, approver="李审批", hits=hits)
    finally:
        event.remove(Session, moment, die)
    happened = hits if kept and kind is LifeKind.ANNUL else 0
    assert events_on_record(desk) == happened
    assert (show_act(desk, act_id).state == "approved") is kept
    assert life_faults(desk) == []
    again = attempt(desk, act_id, hits, "李审批")
    assert again == ("act_decided" if kept and kind is LifeKind.ANNUL else "approved")
    if kind is LifeKind.CORRECT:
        record_reserved(desk, open_batch(desk, BATCH), silent)
        assert events_on_record(desk) == 1
    assert life_faults(desk) == []


def test_many_draw_positions_at_once_and_no_two_the_same(desk: Desk) -> None:
    together = Barrier(4)
    persons = list(islice(people(7), 80))

    def run(index: int) -> int:
        rows = [
            person.candidate(row)
            for row, person in enumerate(persons[20 * index : 20 * index + 20], start=2)
        ]
        batch_id = open_batch(desk, f"并发{index}")
        together.wait()
        return sum(result.new for result in reserve(desk, batch_id, rows))

    with ThreadPoolExecutor(4) as pool:
        made = sum(pool.map(run, range(4)))
    with reading(desk.engine) as session:
        indices = session.scalars(select(Copy.status_index)).all()
        (row,) = session.scalars(select(StatusListRow)).all()
    assert len(set(indices)) == len(indices) == made + 6
    assert row.taken == len(indices)
    assert max(indices) < LIST_SIZE
    assert len({index >> 12 for index in indices}) > 8  # spread over the list, not in order


def test_a_published_list_follows_every_act(desk: Desk) -> None:
    publish_behind(status_office_of(desk))
    assert attempt(desk, proposed(desk, LifeKind.ANNUL), 6, "李审批") == "approved"
    (published,) = publish_behind(status_office_of(desk))
    assert published.contradicted == ()
    assert publish_behind(status_office_of(desk)) == ()
    with reading(desk.engine) as session:
        statuses = set(session.scalars(select(Award.status)))
    assert statuses == {AwardStatus.REVOKED}
