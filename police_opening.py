"""Opens the police desk for the application that serves the desks, and for the runner beside it.

The desk belongs to the verifier's room, which imports neither the issuer's nor the sealer's. What
it needs of theirs is handed to it here as functions. `python -m police_opening`, started by its
parent, judges the papers that wait; killed at any moment it leaves them waiting for the next one.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from issuer.console.office import Office
    from registry.home import Home
    from verifier.cases.room import PoliceRoom
    from verifier.file_slots import FileSlots

_PATIENCE = 15.0  # seconds an officer's file waits for another's
_LOOK_SECONDS = 1.0
_REFUSED_SECONDS = 15.0  # until what could not be judged is tried again
_FOLDER = "desk-police"
_LOG = logging.getLogger("yanzhen.police")


def add_police(app: Flask, office: Office) -> None:
    """Add the police desk, and the pages on which bodies answer its questions."""
    from issuer.console.questions import add_questions
    from verifier.desks.police_desk import add_police_desk

    add_police_desk(app, open_police_room(office))
    add_questions(app)


def open_police_room(office: Office) -> PoliceRoom:
    """Return the police desk's room of an office; nothing is started before it is used."""
    from issuer.console.police_lent import note_for_police, read_full_record
    from registry.desk_secret import open_desk_secret
    from sealer.at_once import seal_at_once, sign_list
    from verifier.cases.room import Lent, PoliceRoom, marks_child
    from verifier.issued_pages import IssuedPages
    from verifier.opening import open_verifier
    from verifier.readers import Readers
    from verifier.report_desk import ReportDesk
    from verifier.seal_trust import home_seals

    home = office.home
    slots = _slots(home)
    verifier = open_verifier(home, clock=office.clock, slots=slots)
    return PoliceRoom(
        home=home,
        vault=office.vault,
        register=office.engine,
        desks=office.desks,
        verifier=verifier,
        readers=Readers(slots, IssuedPages(home.store), home_seals(home)),
        marks=marks_child(),
        reports=ReportDesk(home, verifier),
        secret=open_desk_secret(office.desks, office.vault()).for_purpose("case-names").encode(),
        lent=Lent(
            note=partial(note_for_police, office),
            read_record=partial(read_full_record, office),
            seal_report=partial(seal_at_once, home, passphrase=office.passphrase),
            seal_list=partial(sign_list, home, passphrase=office.passphrase),
        ),
        clock=office.clock,
    )


def _slots(home: Home) -> FileSlots:
    """Return a place of the police's own, so that its files wait for one another alone."""
    from verifier.file_slots import FileSlots

    mark = hashlib.sha256(str(home.path).encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"yanzhen-police-{os.getuid()}-{mark}"
    return FileSlots(folder, 1, patience_seconds=_PATIENCE)


def run(home: Home, passphrase: bytes, parent: int) -> None:
    """Judge what waits until the parent process is gone, or this one is told to end."""
    from issuer.batch_runner import only_runner

    while os.getppid() == parent:
        with only_runner(home, _FOLDER) as alone:
            if alone:
                _work(home, passphrase, parent)
        time.sleep(_LOOK_SECONDS)


def _work(home: Home, passphrase: bytes, parent: int) -> None:
    """Judge what waits; what reads papers is opened only once one waits."""
    from registry.desk_database import open_desks
    from registry.errors import RegistryError
    from registry.session import reading
    from verifier.cases.examining import judge_waiting
    from verifier.cases.waiting import papers_to_judge

    desks = open_desks(home)
    room: PoliceRoom | None = None
    while os.getppid() == parent:
        pause = _LOOK_SECONDS
        try:
            with reading(desks) as session:
                waits = bool(papers_to_judge(session, datetime.now(UTC)))
            if waits:
                room = room or _room_of(home, passphrase)
                pause = _REFUSED_SECONDS if judge_waiting(room) else _LOOK_SECONDS
        except (RegistryError, OSError) as error:  # a database that is away comes back
            _LOG.warning("police_runner code=%s", getattr(error, "code", type(error).__name__))
        time.sleep(pause)


def _room_of(home: Home, passphrase: bytes) -> PoliceRoom:
    from issuer.console.opening import make_office

    return open_police_room(make_office(home, passphrase, clock=lambda: datetime.now(UTC)))


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _main() -> None:
    from registry.home import Home

    signal.signal(signal.SIGTERM, _end)
    order = json.loads(sys.stdin.readline())
    run(Home.open(Path(order["home"])), order["passphrase"].encode(), order["parent"])


if __name__ == "__main__":
    _main()
