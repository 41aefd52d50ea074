"""Break a reissue at any commit or file: one copy stays in force, and the next run mends it."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

import pytest

from codes.levels import Level
from issuer.copy_list import list_copies
from issuer.copy_run import reissue
from issuer.copying import preview_reissue
from keys.algorithms import Algorithm
from registry.home import Home
from registry.models import CopyState, ReissueReason
from registry.session import database, reading
from templates.fonts import FontChain
from tests.drills.fault_points import Act, Breaker, Way
from tests.drills.issue_process import wait
from tests.issuer.desks import PREFIX, desk_at, file_body, issue, people, write_people

NUMBER = f"{PREFIX}263000001"
_SECONDS = 60.0


class Office:
    """A home with one certificate, reissued over and over, each run in a process of its own."""

    def __init__(self, home: Home, folder: Path) -> None:
        file_body(home, algorithm=Algorithm.ES256)
        with desk_at(home) as desk:
            issue(desk, write_people(folder / "in", people(Level.THREE, 1)), folder / "out")
        self._home = home
        self._out = folder / "again.zip"
        self._mark = folder / "mark"
        self._fonts = FontChain()
        self._fonts.subset(frozenset("补发存档"))  # glyphs are looked for once, not in every run
        self._runs = 0

    def run(self, act: Act | None = None, number: int = 0, way: Way = Way.LOST) -> tuple[bool, int]:
        """Reissue once, one act broken; return whether it was reached, and how the run ended."""
        self._mark.unlink(missing_ok=True)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                if act is not None:
                    Breaker(act, number, way, self._mark, home=self._home.path).install()
                self._reissue()
                code = 0
            finally:  # nothing may get past the fork into the test's own code
                os._exit(code)
        ended = wait(pid, _SECONDS)
        assert ended is not None, "the run hangs"
        return self._mark.exists(), ended

    def _reissue(self) -> None:
        with desk_at(self._home) as desk:
            reissue(
                desk,
                NUMBER,
                reason=ReissueReason.DAMAGED,
                replaces=preview_reissue(desk, NUMBER).replaces,
                out=self._out,
                fonts=self._fonts,
                progress=lambda *_: None,
            )

    def states(self) -> list[CopyState]:
        """Return the state of each copy, the oldest first."""
        with database(self._home.database_url) as engine, reading(engine) as session:
            return [copy.state for copy in list_copies(session, NUMBER).copies]


@pytest.fixture
def office(home: Home, tmp_path: Path) -> Office:
    return Office(home, tmp_path)


def check_states(states: list[CopyState], *, finished: bool) -> None:
    """Assert that one copy is in force, older ones are void, and at most one is begun."""
    assert states.count(CopyState.CURRENT) == 1
    begun = states[states.index(CopyState.CURRENT) + 1 :]
    assert begun in ([], [] if finished else [CopyState.RESERVED])
    assert set(states[: states.index(CopyState.CURRENT)]) <= {CopyState.SUPERSEDED}


@pytest.mark.parametrize(
    ("act", "way"),
    [(Act.COMMIT, Way.DEAD_AFTER), (Act.COMMIT, Way.REPORTED_LOST), (Act.RENAME, Way.LOST)],
)
def test_whatever_breaks_one_copy_is_in_force_and_the_next_run_finishes(
    office: Office, act: Act, way: Way
) -> None:
    broken = 0
    for number in count():
        before = len(office.states())
        reached, ended = office.run(act, number, way)
        if not reached:
            assert ended == 0
            break
        broken += 1
        assert ended != 0
        check_states(office.states(), finished=False)
        assert len(office.states()) <= before + 1
        assert office.run() == (False, 0)
        check_states(office.states(), finished=True)
    assert broken >= 2
