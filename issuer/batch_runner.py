"""Works on batches beside the web server: `python -m issuer.batch_runner`, started by its parent.

The rows of the desks' database are the truth: the runner asks them again and again what there is to
do, and nobody has to tell it. One runs for a home at a time (a lock says so); killed at any moment
it leaves rows that the next one goes on with.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from sqlalchemy import or_, select

from issuer.batch_checks import check
from issuer.batch_issue import issue
from issuer.batch_printing import PRINTING, make_next
from issuer.batch_room import FILES_FOLDER, BatchRoom
from issuer.batch_states import EDITABLE, RUNNABLE, DraftState
from issuer.batch_sweeping import sweep
from issuer.publishing import PUBLIC_URL_VARIABLE
from registry.batch_models import BatchDraft
from registry.desk_database import open_desks
from registry.errors import RegistryError
from registry.held_file import hold, is_held
from registry.home import Home
from registry.session import open_engine, reading
from registry.store import make_folder
from registry.trail import remembering

LOOK_SECONDS = 0.5
SWEPT_SECONDS = 3600.0
_LOCK = ".runner"

_LOG = logging.getLogger("yanzhen.batches")


def run_waiting(room: BatchRoom) -> bool:
    """Do the next thing that waits; return whether there was anything that could be done."""
    unchecked, runnable, printing = _waiting(room)
    # What a person waits for at the screen comes before what runs for an hour.
    if any(check(room, prefix, draft_id) for draft_id, prefix in unchecked):
        return True
    if any(issue(room, draft_id) for draft_id in runnable):
        return True
    return any(make_next(room, draft_id) for draft_id in printing)


def is_waiting(room: BatchRoom) -> bool:
    """Return whether anything waits for a runner."""
    return any(_waiting(room))


def _waiting(room: BatchRoom) -> tuple[list[tuple[int, str]], list[int], list[int]]:
    """Return the batches to be checked, with their bodies, to be issued, and to be printed."""
    unchecked = select(BatchDraft.id, BatchDraft.prefix).where(
        BatchDraft.state.in_(EDITABLE),
        or_(
            (BatchDraft.rows > 0) & (BatchDraft.checked < BatchDraft.revision),
            BatchDraft.awaiting > 0,
        ),
    )
    runnable = select(BatchDraft.id).where(BatchDraft.state.in_(RUNNABLE))
    printing = select(BatchDraft.id).where(
        BatchDraft.state == DraftState.ISSUED, BatchDraft.phase == PRINTING
    )
    with reading(room.desks) as session:
        return (
            [(row.id, row.prefix) for row in session.execute(unchecked.order_by(BatchDraft.id))],
            list(session.scalars(runnable.order_by(BatchDraft.decided_at, BatchDraft.id))),
            list(session.scalars(printing.order_by(BatchDraft.id))),
        )


@contextmanager
def only_runner(home: Home, folder: str = FILES_FOLDER) -> Iterator[bool]:
    """Be the one runner of a home in a folder of it; yields False where there is one already."""
    make_folder(home.path / folder)
    with hold(home.path / folder / _LOCK) as alone:
        yield alone


def has_runner(home: Home) -> bool:
    """Return whether a runner works for a home at this moment."""
    return is_held(home.path / FILES_FOLDER / _LOCK)


def open_room(home: Home, passphrase: bytes) -> BatchRoom:
    """Open the evaluators' side of a home; raises as `Home.vault` and `open_engine`."""
    return BatchRoom(
        home=home,
        passphrase=passphrase,
        vault=home.vault(passphrase),
        desks=open_desks(home),
        register=remembering(open_engine(home.database_url), home.trail_memory),
        public_url=os.environ.get(PUBLIC_URL_VARIABLE, ""),
        clock=lambda: datetime.now(UTC),
    )


def run(home: Home, passphrase: bytes, parent: int) -> None:
    """Work until the parent process is gone, or this one is told to end."""
    while os.getppid() == parent:
        with only_runner(home) as alone:
            if alone:
                _work(home, passphrase, parent)
        time.sleep(LOOK_SECONDS)


def _work(home: Home, passphrase: bytes, parent: int) -> None:
    room, swept_at = open_room(home, passphrase), -SWEPT_SECONDS
    while os.getppid() == parent:
        try:
            # The vault is opened anew each time: its key may have been changed since.
            if time.monotonic() - swept_at > SWEPT_SECONDS:
                swept_at = time.monotonic()
                sweep(replace(room, vault=home.vault(passphrase)))
            if is_waiting(room) and run_waiting(replace(room, vault=home.vault(passphrase))):
                continue
        except (RegistryError, OSError) as error:  # a database that is away comes back
            _LOG.warning("batch_runner code=%s", getattr(error, "code", type(error).__name__))
        time.sleep(LOOK_SECONDS)


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def main() -> None:
    """Read where the home is and its passphrase from standard input, and work."""
    signal.signal(signal.SIGTERM, _end)
    order = json.loads(sys.stdin.readline())
    run(Home.open(Path(order["home"])), order["passphrase"].encode(), order["parent"])


if __name__ == "__main__":
    main()
