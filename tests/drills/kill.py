"""Drill: `yanzhen issue` is killed again and again; the next run makes everything whole."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from enum import Enum
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from registry.models import Award, Copy
from registry.session import reading
from tests.drills.batches import BatchSeries
from tests.drills.databases import Database, database_environment
from tests.drills.drill import Drill, Facts, Figure, Part, require, shares
from tests.drills.issue_process import IssueCommand, kill, wait
from tests.drills.office import desk_of, make_office
from tests.drills.register import batch_id_of

_FIRST_ROWS = 6
_ALL_ROWS = 9
_MOST_KILLS = 5  # of one batch, before a run of it is let through
_SERIES_KILLS = 50
_POLL_SECONDS = 0.002
_SOON = 3  # power that draws moments towards the first number given
_LONGEST_SECONDS = 600.0
_FIGURES = {
    Figure.FULL: {Database.SQLITE: 500, Database.POSTGRESQL: 100},
    Figure.SHORT: {Database.SQLITE: 4},
}


class _Since(Enum):
    """The moment from which a kill is drawn."""

    START = "the start"
    CHECKED = "the end of the roster's check"
    GIVEN = "the first number given"


_SINCES = (_Since.START, _Since.START, _Since.CHECKED, _Since.GIVEN)
_KILLS = "runs killed"
_ENDED = "runs that ended before the kill"


def _parts(figure: Figure, seed: int) -> list[Part]:
    parts: list[Part] = []
    for kind, kills in _FIGURES[figure].items():
        for index, count in enumerate(shares(kills, max(1, kills // _SERIES_KILLS))):
            run = partial(_run, kind=kind, kills=count, seed=seed + index)
            parts.append(Part(name=f"{kind.value}-{index + 1}", run=run))
    return parts


def _run(folder: Path, *, kind: Database, kills: int, seed: int) -> Facts:
    with database_environment(kind, folder) as environment:
        home = make_office(folder, environment)
        with desk_of(home) as desk:
            series = BatchSeries(folder, environment, desk, seed=seed, rows=_ALL_ROWS)
            killer = _Killer(series, seed)
            while killer.facts[_KILLS] < kills:
                killer.kill_batch(kills)
            return {
                _KILLS: killer.facts[_KILLS],
                **{name: n for name, n in sorted(killer.facts.items()) if name != _KILLS},
                **series.finish(),
            }


class _Killer:
    """Kills runs of a series at moments of chance and counts where that found them."""

    def __init__(self, series: BatchSeries, seed: int) -> None:
        self._series = series
        self._chance = random.Random(seed)
        self.facts: Counter[str] = Counter()
        self._seconds, self._seconds_after_check = self._measure()

    def _measure(self) -> tuple[float, float]:
        """Let one batch through untouched; return its seconds, and those after the check."""
        self._series.begin()
        command = self._series.command()
        start = time.monotonic()
        pid = command.start()
        require(_wait_for(pid, command.checked) is None, "yanzhen issue ended early")
        checked = time.monotonic()
        require(wait(pid, _LONGEST_SECONDS) == 0, "yanzhen issue did not end well")
        end = time.monotonic()
        self._series.look_at_batch()
        return end - start, end - checked

    def kill_batch(self, kills: int) -> None:
        """Kill the runs of one new batch some times, let one through, and look at all it left."""
        self._series.begin()
        grows = self._series.batches % 2 == 1
        rows = _FIRST_ROWS if grows else _ALL_ROWS
        for _ in range(min(_MOST_KILLS, kills - self.facts[_KILLS])):
            if not self._kill_one(self._series.command(rows)):
                break
            rows = min(_ALL_ROWS, rows + self._chance.randint(0, 1))
        self._series.command().finish()
        self._series.look_at_batch()

    def _kill_one(self, command: IssueCommand) -> bool:
        """Start a run and kill it at a random moment; return False where it ended before."""
        since = self._chance.choice(_SINCES) if self.facts[_KILLS] else _Since.GIVEN
        pid = command.start()
        ended = self._wait_since(since, pid, command)
        if ended is None:
            ended = wait(pid, self._seconds_until_kill(since))
        if ended is None and kill(pid):
            self.facts[_KILLS] += 1
            self._series.look_at_wreck()
            self.facts[f"kills that found the batch {self._stage(command)}"] += 1
            return True
        require(ended in (None, 0), f"yanzhen issue ended with {ended}")
        self.facts[_ENDED] += 1
        return False

    def _seconds_until_kill(self, since: _Since) -> float:
        """Draw how long to wait; soon after the first number, for signing and drawing are quick."""
        if since is _Since.START:
            return self._chance.uniform(0, self._seconds)
        if since is _Since.CHECKED:
            return self._chance.uniform(0, self._seconds_after_check)
        return self._seconds_after_check / 2 * self._chance.random() ** _SOON

    def _wait_since(self, since: _Since, pid: int, command: IssueCommand) -> int | None:
        if since is _Since.START:
            return None
        if since is _Since.CHECKED:
            return _wait_for(pid, command.checked)
        return _wait_for(pid, lambda: sum(self._count(command)[:1]) > 0)

    def _count(self, command: IssueCommand) -> tuple[int, int, int]:
        """Return how many of the batch are reserved, on record, drawn."""
        desk = self._series.desk
        batch_id = batch_id_of(desk, command.batch)
        counts = [func.count(of) for of in (Award.id, Award.recorded_at, Copy.pdf_stored)]
        query = select(*counts).select_from(Award).join(Copy, Copy.award_id == Award.id)
        with reading(desk.engine) as session:
            found = session.execute(query.where(Award.batch_id == batch_id)).one()
        return found[0], found[1], found[2]

    def _stage(self, command: IssueCommand) -> str:
        reserved, recorded, drawn = self._count(command)
        if not reserved:
            return "not yet reserved"
        if recorded < reserved:
            return "reserved"
        return "on record" if drawn < recorded else "drawn"


def _wait_for(pid: int, happened: Callable[[], bool]) -> int | None:
    """Wait until something happened in a run; return its exit code if it ends before."""
    while not happened():
        ended = wait(pid, _POLL_SECONDS)
        if ended is not None:
            return ended
    return None


DRILL = Drill(
    name="kill",
    promise="Kill issuing at any moment: the next run leaves no gap, no repeat and nothing half.",
    method="""The real `yanzhen issue ROSTER --sample` runs in a process of its own and is killed
        with signal 9: 500 times on SQLite, 100 times on PostgreSQL; half the time at a moment
        drawn evenly over a whole run, else over what follows the roster's check, or soon after the
        first number given. The same batch is run and killed up to five times, its roster growing in
        between, then once let through. After each kill: every number given before still stands
        with the same date, person, print serial and status index, and no serial is skipped. After
        the run that is let through: each row has one award, on record, with its page; the output
        folder holds exactly these pages; every stored file is named by an award, or is the photo
        of a reservation that never came to be, which no key opens. At the end every certificate is
        valid to the public verifier.""",
    parts=_parts,
    defect="A later run no longer finishes what an earlier run had reserved.",
    defect_part="sqlite-1",
    at_once=2,
)
