"""What the employers' desk works with: the register, the public side's database, the desks' own."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import abort, current_app
from sqlalchemy import Engine

from accounts.person import the_person
from registry.desk_secret import DeskSecret
from registry.home import Home
from registry.vault import Vault
from verifier.bulk_jobs import EMPLOYER_LIMITS, BulkJobs

ROOM_EXTENSION: Final = "yanzhen_employers"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployersRoom:
    """The employers' side of one home.

    Args:
        home: the installation.
        register: the register, read only here.
        public: the public side's database, where keys and watches stand.
        desks: the desks' own database.
        secret: of the desks; seals where a running check lies.
        open_vault: returns the vault, open.
        jobs: the checks that run.
        clock: returns now, aware UTC.
        public_url: where the public site is, or empty where nobody said.
    """

    home: Home
    register: Engine
    public: Engine
    desks: Engine
    secret: DeskSecret = field(repr=False)
    open_vault: Callable[[], Vault] = field(repr=False)
    jobs: BulkJobs
    clock: Callable[[], datetime]
    public_url: str = ""

    @property
    def developers(self) -> str:
        """The address where the public site describes the API; empty where it is not known."""
        return f"{self.public_url.rstrip('/')}/developers" if self.public_url else ""

    @property
    def cipher(self) -> AESGCM:
        """Seals where a running check lies."""
        return AESGCM(bytes.fromhex(self.secret.for_purpose("employer checks")))


def open_jobs(home: Home) -> BulkJobs:
    """Return the checks of the employers' desk of a home, shared by all its processes.

    They lie in the home: the temporary folder of a service may go with it when it is started anew.
    """
    folder = home.employer_checks_folder.absolute()
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    half = max(1, (os.cpu_count() or 1) // 2)
    return BulkJobs(home.path.absolute(), folder / "checks", half, limits=EMPLOYER_LIMITS)


def the_room() -> EmployersRoom:
    """Return the room of the application that answers this request."""
    room: EmployersRoom = current_app.extensions[ROOM_EXTENSION]
    return room


def own_id() -> int:
    """Return the account whose keys, lists and alerts this request is about."""
    return the_person().account_id


def found_or_404(found: object | None) -> None:
    """Answer 404 where a thing is not there, or is another employer's."""
    if found is None:
        abort(404)
