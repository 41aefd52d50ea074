"""Drill: hundreds of threads in several processes issue at once; each number exactly once."""

from __future__ import annotations

import json
import multiprocessing
import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from threading import Barrier

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from codes.errors import CodesError
from codes.levels import Level
from issuer.awarding import record_reserved
from issuer.copy_rows import BatchCopies
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.faces import draw_recorded
from issuer.log_desk import office_of, put_in_log
from issuer.reserving import open_batch, reserve
from registry.errors import RegistryError
from registry.home import Home
from registry.models import Award
from registry.session import reading
from templates.errors import TemplatesError
from templates.fonts import FontChain
from tests.drills.databases import Database, database_environment
from tests.drills.drill import Drill, Facts, Figure, Part, require, require_none
from tests.drills.office import LEVELS, Person, desk_of, make_office, people
from tests.drills.register import award_faults, files_named, files_stored, serial_faults

_LARGEST_JOB = 25
_RIVALS = 20  # one person in so many is wanted by a second run at the same time
_SHARED = 5  # one job in so many goes on with the batch of the job before it


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    awards: int
    processes: int
    threads: int


_SIZES = {
    Figure.FULL: _Size(awards=10_000, processes=4, threads=64),
    Figure.SHORT: _Size(awards=80, processes=2, threads=8),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """What one thread issues as one batch."""

    batch: str
    persons: tuple[Person, ...]


def _parts(figure: Figure, seed: int) -> list[Part]:
    size = _SIZES[figure]
    return [
        Part(name=kind.value, run=partial(_run, kind=kind, size=size, seed=seed))
        for kind in Database
    ]


def _run(folder: Path, *, kind: Database, size: _Size, seed: int) -> Facts:
    jobs = _plan(size.awards, seed)
    with database_environment(kind, folder) as environment:
        home = make_office(folder, environment)
        told = _issue_at_once(folder, home, jobs, size)
        with desk_of(home) as desk:
            return _check(desk, jobs, told, size)


def _plan(awards: int, seed: int) -> list[_Job]:
    """Deal the people out to jobs, some of them to two, in an order of chance."""
    chance = random.Random(seed)
    waiting = list(islice(people(seed), awards))
    jobs: list[_Job] = []
    while waiting:
        count = chance.randint(1, _LARGEST_JOB)
        shared = jobs and chance.randrange(_SHARED) == 0
        batch = jobs[-1].batch if shared else f"演练{len(jobs)}"
        jobs.append(_Job(batch=batch, persons=tuple(waiting[:count])))
        del waiting[:count]
    everybody = [person for job in jobs for person in job.persons]
    rivals = chance.sample(everybody, awards // _RIVALS)
    for start in range(0, len(rivals), _LARGEST_JOB):
        persons = tuple(rivals[start : start + _LARGEST_JOB])
        jobs.append(_Job(batch=f"演练争{start}", persons=persons))
    chance.shuffle(jobs)
    return jobs


def _issue_at_once(
    folder: Path, home: Home, jobs: Sequence[_Job], size: _Size
) -> list[dict[str, list[str]]]:
    """Issue every job, each on a thread of one of the processes; return what each thread tells."""
    fork = multiprocessing.get_context("fork")
    answers = [folder / f"answer-{index}.json" for index in range(size.processes)]
    processes = [
        fork.Process(
            target=_issue_in_threads,
            args=(home, jobs[index :: size.processes], size.threads, answer),
        )
        for index, answer in enumerate(answers)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    require(all(process.exitcode == 0 for process in processes), "an issuing process died")
    return [told for answer in answers for told in json.loads(answer.read_bytes())]


def _issue_in_threads(home: Home, jobs: Sequence[_Job], threads: int, answer: Path) -> None:
    fonts = FontChain()
    together = Barrier(threads)

    def work(desk: Desk, own: Sequence[_Job]) -> list[dict[str, list[str]]]:
        together.wait()
        return [_issue(desk, job, fonts) for job in own]

    with desk_of(home) as desk, ThreadPoolExecutor(threads) as pool:
        told = pool.map(partial(work, desk), [jobs[index::threads] for index in range(threads)])
        answer.write_text(json.dumps([one for some in told for one in some]), encoding="utf-8")


def _issue(desk: Desk, job: _Job, fonts: FontChain) -> dict[str, list[str]]:
    """Do one job with the functions every run of issuing is made of."""
    told: dict[str, list[str]] = {"new": [], "taken": [], "recorded": [], "drawn": [], "broke": []}
    try:
        batch_id = open_batch(desk, job.batch)
        rows = [person.candidate(row) for row, person in enumerate(job.persons, start=2)]
        for result in reserve(desk, batch_id, rows):
            told["new" if result.new else "taken"].append(result.number)
        recorded = record_reserved(desk, batch_id, _silent)
        recorded += put_in_log(desk, office_of(desk), BatchCopies(batch_id=batch_id))
        told["recorded"] = ["x"] * recorded
        told["drawn"] = ["x"] * draw_recorded(desk, batch_id, fonts, _silent)
    except (SQLAlchemyError, RegistryError, IssuerError, TemplatesError, CodesError) as error:
        cause = type(error.__cause__).__name__ if error.__cause__ else "no cause"
        told["broke"] = [f"{type(error).__name__} {getattr(error, 'code', '')} from {cause}"]
    return told


def _silent(_: int) -> None:
    """Tell nobody how far it is."""


def _check(
    desk: Desk, jobs: Sequence[_Job], told: Sequence[dict[str, list[str]]], size: _Size
) -> Facts:
    def all_of(kind: str) -> list[str]:
        return [one for answer in told for one in answer[kind]]

    require_none(all_of("broke"), "runs that stopped")
    require_none(serial_faults(desk.engine), "serials")
    new = all_of("new")
    twice = [number for number, times in Counter(new).items() if times > 1]
    require_none(twice, "numbers given twice")
    require(len(new) == size.awards, f"{len(new)} numbers given to {size.awards} people")
    with reading(desk.engine) as session:
        counted = session.execute(select(Award.level, func.count()).group_by(Award.level))
        by_level = {Level(level): count for level, count in counted}
    require(sum(by_level.values()) == size.awards, "a number without a row, or a row without one")
    require(len(all_of("recorded")) == size.awards, "an award recorded twice or never")
    require_none(award_faults(desk), "awards")
    require(files_stored(desk) == files_named(desk), "a stored file that no award names")
    return {
        "processes × threads": f"{size.processes} × {size.threads}",
        "awards issued, each drawn as a page": size.awards,
        "batches": len({job.batch for job in jobs}),
        "people two runs wanted at once, given one number": len(all_of("taken")),
        **{
            f"serials 000001… without gap, level {level.value}": by_level[level] for level in LEVELS
        },
        "numbers given twice": 0,
        "numbers skipped": 0,
    }


DRILL = Drill(
    name="concurrency",
    promise="However many issue at once, each number is given exactly once and none is skipped.",
    method="""On SQLite and on PostgreSQL in turn, 4 processes of 64 threads each issue 10 000
        awards at once, in batches of 1 to 25 people: open the batch, reserve, sign and record, draw
        and store the page. One batch in five is worked on by two threads; one person in twenty is
        wanted by two batches. Then the whole register is gone through: serials of every level and
        print serials run from 1 without gap, every award has one record that verifies and the
        page and photo it names, and the store holds nothing else.""",
    parts=_parts,
    defect="A writer neither waits in line nor takes the lock when its transaction begins.",
    defect_part=Database.SQLITE.value,
)
