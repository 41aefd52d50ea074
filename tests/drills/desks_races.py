"""Two people act on one thing at the same moment: one does, the other is told.

Each of the two has a browser of their own; both requests leave at once, from two threads, into the
real application on real databases.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier
from typing import Any

import psycopg
from sqlalchemy import Engine, Select, func, make_url, select
from werkzeug.test import TestResponse

from accounts.roles import Role
from registry.desk_database import DESK_DATABASE_VARIABLE
from registry.session import reading
from registry.trail_models import TrailEntry
from tests.accounts.desk_app import FORM_SECRET, signed_token
from tests.drills.databases import Database, database_environment
from tests.drills.desks_world import World, open_world
from tests.drills.drill import Facts, require_none
from tests.issuer.desks import PREFIX

SOMEBODY = "*"
"""An effect of which no row says whose it is."""
PEOPLE: Sequence[tuple[str, Role, str | None]] = (
    ("zhou", Role.BODY_CLERK, PREFIX),
    ("wu", Role.BODY_CLERK, PREFIX),
    ("qian", Role.APPROVER, PREFIX),
    ("sun", Role.APPROVER, PREFIX),
    ("zhao", Role.AUTHORITY_CLERK, None),
    ("feng", Role.AUTHORITY_DIRECTOR, None),
    ("chen", Role.AUTHORITY_DIRECTOR, None),
    ("chu", Role.POLICE, None),
    ("wei", Role.POLICE, None),
    ("jiang", Role.POLICE, None),
)


def called(name: str) -> str:
    """Return the name that rows keep of somebody."""
    return f"{name}某"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What one of the two sends."""

    name: str
    path: str
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """One thing to be decided on, and the two who do at once.

    Args:
        deeds: of two people.
        effects: returns whose doing took effect, a name for each time it did.
        told: what the other may be told, one of these.
        acts: names of the acts on the audit trail; what failed stands there as `.failed`.
    """

    deeds: tuple[Deed, Deed]
    effects: Callable[[], Sequence[str]]
    told: tuple[str, ...]
    acts: tuple[str, ...]


Kind = Callable[[World, Path], Iterator[Race]]
"""Sets one thing after another up, each before its race."""


def run_races(folder: Path, kinds: Mapping[str, Kind], *, rounds: int, database: Database) -> Facts:
    """Run so many races, the kinds in turn; return what came of them.

    Args:
        folder: an empty one.
        kinds: by what they are called.
        rounds: at least one of each kind.
        database: of the register and of the desks.
    """
    with _databases(database, folder) as environment:
        world = open_world(folder, environment=environment)
        for name, role, body in PEOPLE:
            world.arrive(name, role, body)
        started = {name: kind(world, folder) for name, kind in kinds.items()}
        faults: list[str] = []
        run: Counter[str] = Counter()
        names = list(kinds)
        with ThreadPoolExecutor(2) as pool:
            for at in range(rounds):
                name = names[at % len(names)]
                run[name] += 1
                faults += [f"{name}: {one}" for one in _race(world, pool, next(started[name]))]
        world.office.engine.dispose()
        world.office.desks.dispose()
    require_none(faults, f"{rounds} races of two persons")
    return {
        f"races on {database.value}": rounds,
        **{f"{name}: done by one, the other told": count for name, count in run.items()},
        "done told to both, or to none": 0,
    }


@contextmanager
def _databases(kind: Database, folder: Path) -> Iterator[Mapping[str, str]]:
    """Yield the environment of a home whose register and desks' database are of a kind."""
    with database_environment(kind, folder) as environment:
        if kind is Database.SQLITE:
            yield environment
            return
        register = make_url(environment["YANZHEN_DATABASE_URL"])
        with psycopg.connect(environment["YANZHEN_DATABASE_URL"], autocommit=True) as connection:
            connection.execute("CREATE DATABASE desks")
        desks = register.set(database="desks").render_as_string(hide_password=False)
        os.environ[DESK_DATABASE_VARIABLE] = desks
        try:
            yield environment
        finally:
            del os.environ[DESK_DATABASE_VARIABLE]


def _race(world: World, pool: ThreadPoolExecutor, race: Race) -> Iterator[str]:
    """Yield every fault of a race."""
    before = _last_entry(world)
    together = Barrier(2)
    token = {"X-CSRFToken": signed_token(world.desks.app, FORM_SECRET)}

    def send(deed: Deed) -> TestResponse:
        browser = world.browsers[deed.name]
        together.wait()
        answer: TestResponse = browser.post(deed.path, data=dict(deed.form), headers=token)
        return answer

    answers = list(pool.map(send, race.deeds))
    done = [
        deed.name
        for deed, answer in zip(race.deeds, answers, strict=True)
        if answer.status_code == 303 and not answer.location.startswith("/sign-in")
    ]
    effects = list(race.effects())
    if len(done) != 1:
        said = ", ".join(answer.status for answer in answers)
        yield f"done told to {len(done)} ({said}), took effect: {len(effects)}"
        return
    if effects not in ([called(done[0])], [SOMEBODY]):
        yield f"{done[0]} was told done, but what took effect is of {effects}"
    (loser,) = (
        answer for deed, answer in zip(race.deeds, answers, strict=True) if deed.name != done[0]
    )
    if loser.status_code not in (404, 409, 422) or not any(one in loser.text for one in race.told):
        yield f"the other is not told why ({loser.status})"
    noted = _noted(world, race.acts, before)
    if noted != 1:
        yield f"the audit trail says that it was done {noted} times"


def names_in(engine: Engine, query: Select[Any]) -> Sequence[str]:
    """Return the names that a query finds."""
    with reading(engine) as session:
        return list(session.scalars(query))


def _last_entry(world: World) -> int:
    with reading(world.office.engine) as session:
        return session.scalar(select(func.max(TrailEntry.id))) or 0


def _noted(world: World, acts: Sequence[str], after: int) -> int:
    """Return how often one of these acts was noted since an entry, without what failed."""
    with reading(world.office.engine) as session:
        found = Counter(session.scalars(select(TrailEntry.act).where(TrailEntry.id > after)))
    return sum(found[act] - found[f"{act}.failed"] for act in acts)
