"""Two sequencers on one log at the same moment, on one database or on two that part ways."""

from __future__ import annotations

import dataclasses
import multiprocessing
import random
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path

from issuer.errors import LogRefused
from issuer.log_desk import office_of
from issuer.log_publishing import publish_log
from log.fsck import fsck as check_published
from log.reading import FolderSource
from registry.home import Home
from registry.log_reader import LogReader
from registry.snapshot import SQLITE_FILE
from tests.drills.checkpoints import Ledger
from tests.drills.drill import Facts, require, require_none
from tests.drills.office import desk_of, make_office
from tests.issuer.log_offices import append_filings

_LONGEST_SECONDS = 120.0
_REFUSED = 3
_BEHIND = ("log_database_behind", "log_database_differs")


def rival(folder: Path, *, rounds: int, seed: int) -> Facts:
    """Let two sequencers publish one log at a time, on one database and on two that part ways."""
    home = make_office(folder, {})
    ledger, other = Ledger(path=folder / "ledger"), folder / "rival.sqlite3"
    with desk_of(home) as desk:
        publish_log(office_of(desk))
    chance = random.Random(seed)
    facts: Counter[str] = Counter()
    for number in range(rounds):
        apart = number % 2 == 1
        rival = home
        if apart:
            _copy(home.path / SQLITE_FILE, other)
            rival = dataclasses.replace(home, database_url=f"sqlite:///{other}")
        leaves = [chance.randint(1, 300) for _ in range(2)]
        ends = _publish_at_once([home, rival], leaves, ledger, f"{number}")
        refused = sum(end != 0 for end in ends)
        require(set(ends) <= {0, _REFUSED}, f"a sequencer ended with {ends}")
        require(refused == int(apart), f"{refused} of two sequencers were refused")
        require_none(ledger.forks(), "checkpoints")
        if apart and ends[0] != 0:
            # The database of the one who was refused is the one to give up.
            _copy(other, home.path / SQLITE_FILE)
        facts["two on databases that part ways" if apart else "two on one database"] += 1
        facts["refused, the database being another"] += refused
    with desk_of(home) as desk:
        publish_log(office_of(desk))
    report = check_published(FolderSource(home.log_folder), LogReader(home.log_folder).vkey())
    require_none([str(fault) for fault in report.faults], "the log of two sequencers")
    return {
        **{f"rounds: {name}": n for name, n in facts.items()},
        "checkpoints, no two of one size with different roots": ledger.checkpoints(),
        "leaves": report.entries,
    }


def _copy(source: Path, target: Path) -> None:
    """Copy a database, and what is remembered of its rows beside it."""
    copy_database(source, target)
    shutil.copy(f"{source}-rows", f"{target}-rows")


def _publish_at_once(
    homes: Sequence[Home], leaves: Sequence[int], ledger: Ledger, mark: str
) -> list[int]:
    """Append and publish from two processes that begin together; return how each ended."""
    fork = multiprocessing.get_context("fork")
    together = fork.Barrier(len(homes))
    processes = [
        fork.Process(target=_publish, args=(home, count, ledger, f"{mark}/{index}", together))
        for index, (home, count) in enumerate(zip(homes, leaves, strict=True))
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(_LONGEST_SECONDS)
    ends = [process.exitcode for process in processes]
    require(None not in ends, "a sequencer hangs")
    return [end for end in ends if end is not None]


def _publish(home: Home, count: int, ledger: Ledger, mark: str, together: Barrier) -> None:
    """Be a sequencer: append leaves of one's own, and publish at the same moment as the other."""
    with desk_of(home) as desk:
        office = office_of(desk)
        append_filings(office, count, mark)
        ledger.install()
        together.wait()
        try:
            publish_log(office)
        except LogRefused as error:
            sys.exit(_REFUSED if error.code in _BEHIND else str(error))


def copy_database(source: Path, target: Path) -> None:
    """Put a copy of one SQLite database in the place of another."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
