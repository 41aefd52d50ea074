"""Drill: every commit, write, sync and rename of a batch breaks once in each way."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from tests.drills.batches import BatchSeries
from tests.drills.databases import Database, database_environment
from tests.drills.drill import Drill, Facts, Figure, Part, require
from tests.drills.fault_points import Act, Breaker, Way
from tests.drills.issue_process import wait
from tests.drills.office import desk_of, make_office

_ROWS = 2
_LONGEST_SECONDS = 600.0
_SHORT_PART = "one of each"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """The act to break: the one with this number among the acts of its kind."""

    act: Act
    number: int
    way: Way


def _parts(figure: Figure, seed: int) -> list[Part]:
    """Every act for each way; in short, one of each kind."""
    if figure is Figure.SHORT:
        run = partial(_run, kind=Database.SQLITE, faults=_some(seed), seed=seed)
        return [Part(name=_SHORT_PART, run=run)]
    return [
        Part(
            name=f"{kind.value}, {way}",
            run=partial(_run, kind=kind, faults=[_every(act, way) for act in acts], seed=seed),
        )
        for kind, acts in ((Database.SQLITE, list(Act)), (Database.POSTGRESQL, [Act.COMMIT]))
        for way in Way
    ]


def _every(act: Act, way: Way) -> Iterator[_Fault]:
    return (_Fault(act=act, number=number, way=way) for number in count())


def _some(seed: int) -> list[Iterator[_Fault]]:
    chance = random.Random(seed)
    page = _ROWS + chance.randrange(_ROWS)  # the photos are written before the pages
    faults = [
        _Fault(act=Act.WRITE, number=page, way=Way.LOST),
        _Fault(act=Act.COMMIT, number=chance.randrange(8), way=Way.REPORTED_LOST),
        _Fault(act=Act.RENAME, number=chance.randrange(3 * _ROWS), way=Way.DEAD_BEFORE),
        _Fault(act=Act.SYNC, number=chance.randrange(6 * _ROWS), way=Way.DEAD_AFTER),
    ]
    return [iter(faults)]


def _run(folder: Path, *, kind: Database, faults: Sequence[Iterator[_Fault]], seed: int) -> Facts:
    """Break one batch after another; a fault that is not reached ends its row of faults."""
    facts: Counter[str] = Counter()
    with database_environment(kind, folder) as environment:
        home = make_office(folder, environment)
        for number in range(256):  # else the acts of a run would depend on its files' names
            (home.path / "store" / f"{number:02x}").mkdir(parents=True)
        with desk_of(home) as desk:
            series = BatchSeries(folder, environment, desk, seed=seed, rows=_ROWS)
            for row in faults:
                for fault in row:
                    if not _break(series, fault, folder / "mark"):
                        break
                    facts[f"{fault.act}: {fault.way}"] += 1
            require(bool(facts), "no act was ever reached")
            return {**dict(sorted(facts.items())), **series.finish()}


def _break(series: BatchSeries, fault: _Fault, mark: Path) -> bool:
    """Break one act of a new batch's run, run it again, and look; return whether it was reached."""
    mark.unlink(missing_ok=True)
    series.begin()
    breaker = Breaker(fault.act, fault.number, fault.way, mark)
    ended = wait(series.command(breaker=breaker).start(), _LONGEST_SECONDS)
    reached = mark.exists()
    require((ended == 0) is not reached, f"{fault.act} {fault.way}: yanzhen ended with {ended}")
    series.look_at_wreck()
    series.command().finish()
    series.look_at_batch()
    return reached


DRILL = Drill(
    name="fault",
    promise="Break any one step of issuing, lost or done: the run says so, the next one mends it.",
    method="""A batch of 2 is issued by the real `yanzhen issue`, and one of its acts breaks: each
        database commit, file write, file sync and rename in turn, each in four ways (lost and an
        error told; done but an error told; the process dead before it; dead after it). On SQLite
        every act, on PostgreSQL every commit. The broken run must not say that all is well. Then
        the same command is run again, unbroken, and all that the kill drill looks at is looked
        at.""",
    parts=_parts,
    defect="A file is written under its own name at once, instead of beside it and then renamed.",
    defect_part=_SHORT_PART,
    at_once=2,
)
