"""Drill: each commit, write, sync and rename of a batch breaks; disk full; database stopped."""

from __future__ import annotations

import random
import resource
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import TypeVar

from tests.drills.batches import BatchSeries
from tests.drills.databases import Database, database_environment, start_again, stop_at_once
from tests.drills.disk_full import Budget, FileLimit
from tests.drills.drill import Drill, Facts, Figure, Part, add_facts, require
from tests.drills.fault_points import Act, Breaker, Place, Way
from tests.drills.issue_process import Breaking, wait
from tests.drills.office import desk_of, make_office

T = TypeVar("T")
_ROWS = {Figure.FULL: 20, Figure.SHORT: 2}
_LEVELS = {Figure.FULL: 25, Figure.SHORT: 1}  # of each of the two ways to fill a disk
_STOPS = {Figure.FULL: 50, Figure.SHORT: 1}
_FAULTS_OF_OFFICE = 4  # then a new one, so that looking at all of it stays quick
_SMALLEST_LIMIT = 1 << 12
_LARGEST_LIMIT = 1 << 22
_LONGEST_SECONDS = 600.0
_MOST_RECOVERY_SECONDS = 5.0
_SHORT_PART = "one of each"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """The act to break: the one with this number among the acts of its kind (in its place)."""

    act: Act
    number: int
    way: Way
    place: Place | None = None


def _parts(figure: Figure, seed: int) -> list[Part]:
    """Every act for each way, every level, every stop; in short, a few of each kind."""
    rows = _ROWS[figure]
    full = partial(_fill_disk, levels=_LEVELS[figure], rows=rows, seed=seed)
    stops = partial(_stop_server, stops=_STOPS[figure], rows=rows, seed=seed)
    rest = [Part(name="disk full", run=full), Part(name="postgresql stopped", run=stops)]
    if figure is Figure.SHORT:
        run = partial(_run, kind=Database.SQLITE, faults=_some(seed), rows=rows, seed=seed)
        return [Part(name=_SHORT_PART, run=run), *rest]
    each = [
        Part(
            name=f"{kind.value}, {act}, {way}",
            run=partial(_run, kind=kind, faults=[_every(act, way)], rows=rows, seed=seed),
        )
        for kind, acts in ((Database.SQLITE, list(Act)), (Database.POSTGRESQL, [Act.COMMIT]))
        for act in acts
        for way in Way
    ]
    return [*reversed(each), *rest]  # what breaks files goes first: it has the most to break


def _every(act: Act, way: Way) -> Iterator[_Fault]:
    return (_Fault(act=act, number=number, way=way) for number in count())


def _some(seed: int) -> list[Iterator[_Fault]]:
    chance = random.Random(seed)
    faults = [
        _Fault(act=Act.WRITE, number=0, way=Way.LOST, place=Place.LOG_MEMORY),
        _Fault(act=Act.WRITE, number=0, way=Way.DEAD_BEFORE, place=Place.TRAIL),
        _Fault(act=Act.COMMIT, number=chance.randrange(8), way=Way.REPORTED_LOST),
        _Fault(act=Act.RENAME, number=chance.randrange(3), way=Way.DEAD_BEFORE, place=Place.LOG),
        _Fault(act=Act.SYNC, number=chance.randrange(4), way=Way.DEAD_AFTER, place=Place.STORE),
        _Fault(act=Act.RENAME, number=0, way=Way.REPORTED_LOST, place=Place.STATUS),
    ]
    return [iter(faults)]


def _run(
    folder: Path, *, kind: Database, faults: Sequence[Iterator[_Fault]], rows: int, seed: int
) -> Facts:
    """Break one batch after another; a fault that is not reached ends its row of faults."""
    facts: Counter[str] = Counter()

    def break_one(office: _Office, fault: _Fault) -> bool:
        breaker = Breaker(
            fault.act,
            fault.number,
            fault.way,
            office.mark,
            home=office.home,
            place=fault.place,
        )
        place = office.break_batch(breaker, f"{fault.act} {fault.way}")
        if place is not None:
            facts[f"{fault.act} in {place}: {fault.way}"] += 1
        return place is not None

    looked: list[Facts] = []
    for row in faults:
        looked += _in_offices(folder, kind, row, break_one, rows=rows, seed=seed)
    require(bool(facts), "no act was ever reached")
    return {**dict(sorted(facts.items())), **add_facts(looked)}


def _fill_disk(folder: Path, *, levels: int, rows: int, seed: int) -> Facts:
    """Let the disk fill up at levels spread over a run, in each of the two ways."""
    facts: Counter[str] = Counter()
    asked: list[int] = []

    def fill(office: _Office, share: float) -> bool:
        if not asked:
            office.break_batch(Budget(None, office.mark), "a disk with room")
            asked.append(int(office.mark.read_text(encoding="ascii")))
        budget = Budget(int(asked[0] * share), office.mark)
        reached = office.break_batch(budget, f"a disk full at {share:.0%}")
        require(reached is not None, f"the disk was not full at {share:.0%}")
        facts["disk full (ENOSPC) at a level of its own"] += 1
        size = int(_SMALLEST_LIMIT * (_LARGEST_LIMIT / _SMALLEST_LIMIT) ** share)
        reached = office.break_batch(FileLimit(size=size), f"no file over {size} bytes")
        facts[f"no file may grow past a size: {'broke' if reached else 'let through'}"] += 1
        return True

    shares = ((level + 0.5) / levels for level in range(levels))
    looked = _in_offices(folder, Database.SQLITE, shares, fill, rows=rows, seed=seed)
    return {**dict(sorted(facts.items())), **add_facts(looked)}


def _stop_server(folder: Path, *, stops: int, rows: int, seed: int) -> Facts:
    """Stop the database server at once in the middle of batches."""
    facts: Counter[str] = Counter()
    chance = random.Random(seed)
    usual: list[float] = []

    def stop(office: _Office, _: int) -> bool:
        if not usual:
            office.break_batch(None, "an untouched run")
            usual.append(office.seconds)
        code = office.stop_server(chance.uniform(0.05, 0.95) * usual[0])
        facts["server stopped at once" + (", the run was through" if code == 0 else "")] += 1
        return True

    looked = _in_offices(folder, Database.POSTGRESQL, range(stops), stop, rows=rows, seed=seed)
    return {**dict(sorted(facts.items())), **add_facts(looked)}


class _Office:
    """One office whose batches are broken, mended and looked at.

    Args:
        series: its batches.
        folder: where its home is, and its database server.
    """

    def __init__(self, series: BatchSeries, folder: Path) -> None:
        self._series = series
        self._folder = folder
        self.mark = folder / "mark"
        self.home = series.desk.home.path
        self.seconds = 0.0  # that the last run took

    def finish(self) -> Facts:
        """Look at everything once more and say what there is."""
        return self._series.finish()

    def break_batch(self, breaker: Breaking | None, what: str) -> str | None:
        """Run a new batch under a breaker, run it again, and look; return what the mark says.

        A run that ended well is looked at before anything is run again.
        """
        self.mark.unlink(missing_ok=True)
        self._series.begin()
        command = self._series.command(breaker=breaker)
        start = time.monotonic()
        ended = wait(command.start(), _LONGEST_SECONDS)
        self.seconds = time.monotonic() - start
        require(ended is not None, f"{what}: yanzhen does not end")
        if ended == 0:
            self._series.look_at_batch()
            require(isinstance(breaker, Budget) or not self.mark.exists(), f"{what}: all was well?")
            return None
        if isinstance(breaker, Breaker | Budget):
            require(self.mark.exists(), f"{what}: yanzhen ended with {ended} and nothing broke")
        self._mend(what)
        return self.mark.read_text(encoding="utf-8") if self.mark.exists() else "broke"

    def stop_server(self, seconds: float) -> int:
        """Stop the server some time into a new batch, start it, run again; return the first end."""
        self._series.begin()
        pid = self._series.command().start()
        ended = wait(pid, seconds)
        stop_at_once(self._folder)
        if ended is None:
            ended = wait(pid, _LONGEST_SECONDS)
        require(ended is not None, "yanzhen does not end without its database")
        start_again(self._folder)
        self._series.desk.engine.dispose()
        self._mend("server stopped")
        assert ended is not None
        return ended

    def _mend(self, what: str) -> None:
        """Run the same command again, as anybody would, and look at all there is."""
        self._series.look_at_wreck()
        before = _seconds_of_children()
        self._series.command().finish()
        seconds = _seconds_of_children() - before
        require(seconds <= _MOST_RECOVERY_SECONDS, f"{what}: mending took {seconds:.1f} s")
        self._series.look_at_batch()


def _seconds_of_children() -> float:
    """Return the processor time of all runs so far; other work on the machine has no part in it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _in_offices(
    folder: Path,
    kind: Database,
    faults: Iterable[T],
    break_one: Callable[[_Office, T], bool],
    *,
    rows: int,
    seed: int,
) -> list[Facts]:
    """Break batch after batch until a fault is not reached, a few of them in each office."""
    found: list[Facts] = []
    waiting = iter(faults)
    while some := list(islice(waiting, _FAULTS_OF_OFFICE)):
        place = folder / f"office-{len(found)}"
        place.mkdir()
        with _office(place, kind, rows=rows, seed=seed) as office:
            through = all(break_one(office, fault) for fault in some)
            found.append(office.finish())
        shutil.rmtree(place)
        if not through:
            break
    return found


@contextmanager
def _office(folder: Path, kind: Database, *, rows: int, seed: int) -> Iterator[_Office]:
    with database_environment(kind, folder) as environment:
        home = make_office(folder, environment)
        for number in range(256):  # else the acts of a run would depend on its files' names
            (home.path / "store" / f"{number:02x}").mkdir(parents=True)
        with desk_of(home) as desk:
            series = BatchSeries(folder, environment, desk, seed=seed, rows=rows)
            yield _Office(series, folder)


DRILL = Drill(
    name="fault",
    promise="Break any one step of issuing, lost or done, fill the disk, stop the database: the "
    "run says so, the next one mends it.",
    method="""A batch of 20 is issued by the real `yanzhen issue`, and one of its acts breaks: each
        database commit, file write, file sync and rename in turn, wherever it writes (store, public
        log and its memory, status lists, memory of the trail, certificates written out), each in
        four ways (lost and an error told; done but an error told; the process dead before it; dead
        after it). On SQLite every act, on PostgreSQL every commit. Then the disk is full at 50
        levels spread over a run: 25 by letting only so many bytes into the product's files and
        refusing the rest with ENOSPC, 25 by the kernel's limit on the size of any file, which the
        database's own writes meet too; neither needs to be root, and neither is a full file system
        to the last detail. Then PostgreSQL is stopped at once, as `pg_ctl stop -m immediate` does,
        50 times in the middle of a run, and started again. The broken run must not say that all is
        well. The same command is run again, unbroken, within 5 seconds of processor time, and all
        that the kill drill looks at is looked at: the register and its store, the log derived anew
        and compared with every row, one issue leaf and one stapled proof for each award, the status
        lists, the trail, and every checkpoint that was ever given its name.""",
    parts=_parts,
    defect="A file is written under its own name at once, instead of beside it and then renamed.",
    defect_part=_SHORT_PART,
    at_once=2,
)
