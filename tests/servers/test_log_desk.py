"""Another run puts serials on record while this one gets its own logged, at every moment of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, delete, event, select
from sqlalchemy.orm import Session

from codes.levels import Level
from issuer import log_desk
from issuer.awarding import record_copies, record_reserved
from issuer.copy_rows import BatchCopies, ChosenCopies
from issuer.copying import preview_reissue, reserve_reissue
from issuer.desk import Desk
from issuer.errors import LogRefused
from issuer.faces import draw_recorded
from issuer.log_desk import office_of, put_in_log
from issuer.log_files import LogFiles
from issuer.log_publishing import LogOffice, Published, publish_log
from issuer.reserving import open_batch, reserve
from registry.log_models import LogEntry
from registry.models import Award, Copy, ReissueReason
from registry.session import reading, transaction
from templates.fonts import FontChain
from tests.drills.office import Person, desk_of, make_office, people

_SECONDS = 60.0
_Act = Callable[[], object]


@pytest.fixture
def desk(tmp_path: Path, any_database: dict[str, str]) -> Iterator[Desk]:
    with desk_of(make_office(tmp_path, any_database)) as desk:
        yield desk


def silent(_: int) -> None:
    """Tell nobody how far it is."""


def reserve_one(desk: Desk, batch: str, person: Person) -> int:
    """Reserve one award, of the one level that is given here; return the id of its batch."""
    batch_id = open_batch(desk, batch)
    reserve(desk, batch_id, [person.candidate(2, Level.THREE)])
    return batch_id


def reserve_two(desk: Desk) -> tuple[int, int]:
    """Reserve two awards, one after the other, and put the later one on record alone."""
    one, other = islice(people(1), 2)
    earlier, own = reserve_one(desk, "先", one), reserve_one(desk, "后", other)
    record_reserved(desk, own, silent)
    return earlier, own


def log_batch(desk: Desk, batch_id: int) -> int:
    return put_in_log(desk, office_of(desk), BatchCopies(batch_id=batch_id))


def draw(desk: Desk, batch_id: int) -> int:
    return draw_recorded(desk, batch_id, FontChain(), silent)


class Moments:
    """Has something done between two questions that the desk asks to know what holds it up."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._left = 0
        self._act: _Act | None = None
        monkeypatch.setattr(log_desk, "reading", self._reading)

    def set(self, moment: int, act: _Act) -> None:
        """Have `act` done before the question of this index, counted from now on."""
        self._left, self._act = moment, act

    @property
    def passed(self) -> bool:
        """Whether the moment came."""
        return self._act is None

    @contextmanager
    def _reading(self, engine: Engine) -> Iterator[Session]:
        with reading(engine) as session:
            event.listen(session.connection(), "before_cursor_execute", self._asked)
            yield session

    def _asked(self, *_: object) -> None:
        if self._left == 0 and self._act is not None:
            act, self._act = self._act, None
            act()
        self._left -= 1


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> Moments:
    return Moments(monkeypatch)


@pytest.mark.parametrize("published", [False, True])
def test_pages_are_drawn_whenever_an_earlier_serial_goes_on_record(
    desk: Desk, moments: Moments, published: bool
) -> None:
    persons = people(1)
    for moment in count():
        earlier = reserve_one(desk, f"先{moment}", next(persons))
        own = reserve_one(desk, f"后{moment}", next(persons))
        record_reserved(desk, own, silent)

        def other_run(batch_id: int = earlier) -> None:
            record_reserved(desk, batch_id, silent)
            if published:
                publish_log(office_of(desk))

        moments.set(moment, other_run)
        log_batch(desk, own)
        assert draw(desk, own) == 1
        if not moments.passed:
            break
    assert moment >= 3


def test_pages_wait_for_a_checkpoint_that_another_run_is_about_to_publish(
    desk: Desk, moments: Moments, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier, own = reserve_two(desk)
    indexed, asked = Event(), Event()
    extend = LogFiles.extend

    def extend_later(files: LogFiles, size: int, entries: list[bytes]) -> None:
        indexed.set()
        assert asked.wait(_SECONDS)
        extend(files, size, entries)

    def publish_too(office: LogOffice) -> Published:
        asked.set()
        return publish_log(office)

    with ThreadPoolExecutor(1) as pool:

        def other_run() -> None:
            record_reserved(desk, earlier, silent)
            monkeypatch.setattr(LogFiles, "extend", extend_later)
            monkeypatch.setattr(log_desk, "publish_log", publish_too)
            pool.submit(publish_log, office_of(desk))
            assert indexed.wait(_SECONDS)

        moments.set(0, other_run)
        try:
            log_batch(desk, own)
            drawn = draw(desk, own)
        finally:
            asked.set()
    assert moments.passed
    assert drawn == 1


def test_a_reissue_that_goes_on_record_meanwhile_is_logged_too(
    desk: Desk, moments: Moments
) -> None:
    own = reserve_one(desk, "一", next(people(1)))
    record_reserved(desk, own, silent)
    log_batch(desk, own)
    draw(desk, own)
    with reading(desk.engine) as session:
        number = session.scalars(select(Award.number)).one()

    def other_run() -> None:
        replaces = preview_reissue(desk, number).replaces
        copy = reserve_reissue(desk, number, reason=ReissueReason.LOST, replaces=replaces)
        record_copies(desk, ChosenCopies(ids=(copy.copy_id,)), silent)

    moments.set(0, other_run)
    log_batch(desk, own)
    assert draw(desk, own) == 1


def test_what_was_put_on_record_for_others_to_be_logged_is_counted(desk: Desk) -> None:
    earlier, own = reserve_two(desk)
    assert log_batch(desk, own) == 1
    assert record_reserved(desk, earlier, silent) == 0
    assert log_batch(desk, earlier) == 0


@pytest.mark.parametrize("gone", ["the earlier award", "its entry", "the own entry"])
def test_a_gap_that_nothing_will_fill_is_refused(desk: Desk, gone: str) -> None:
    earlier, own = reserve_two(desk)
    if gone != "the earlier award":
        record_reserved(desk, earlier, silent)
    with transaction(desk.engine) as session:
        batch_id = own if gone == "the own entry" else earlier
        award_id = session.scalars(select(Award.id).where(Award.batch_id == batch_id)).one()
        if gone == "the earlier award":
            session.execute(delete(Copy).where(Copy.award_id == award_id))
            session.execute(delete(Award).where(Award.id == award_id))
        else:
            session.execute(delete(LogEntry).where(LogEntry.award_id == award_id))
    missing = 2 if gone == "the own entry" else 1
    with pytest.raises(LogRefused, match=f"log_held_up.*serial 00000{missing} "):
        log_batch(desk, own)
