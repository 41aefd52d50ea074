"""What the pages of accounts work with: the two databases, the desks' secret, the clock."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from flask import Flask, current_app
from sqlalchemy import Engine

from registry.desk_database import open_desks
from registry.desk_secret import DeskSecret, open_desk_secret
from registry.home import Home
from registry.schema import open_registry
from registry.session import transaction
from registry.trail import note

_EXTENSION: Final = "yanzhen_accounts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bureau:
    """Where accounts are kept.

    Args:
        desks: the desks' own database.
        register: the register, whose audit trail notes what is done to accounts.
        secret: the secret of the desks.
        clock: returns now, aware UTC.
    """

    desks: Engine
    register: Engine
    secret: DeskSecret = field(repr=False)
    clock: Callable[[], datetime]

    def digest(self, kind: str, value: str) -> str:
        """Return how a secret of one kind is kept: nobody guesses it without the desks' secret."""
        key = self.secret.for_purpose(kind).encode()
        return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()

    def note(self, actor: str, act: str, subject: str, ground: str) -> None:
        """Add an act to the audit trail, on disk before the act is done."""
        with transaction(self.register) as session:
            note(
                session,
                actor=actor,
                act=act,
                subject=subject,
                ground=ground,
                reference="",
                at=self.clock(),
            )


@contextmanager
def open_bureau(home: Home, passphrase: bytes) -> Iterator[Bureau]:
    """Open the bureau of a home for a command.

    Raises:
        HomeError, RegistryUnavailable: the home is not fit for work.
        VaultError: the passphrase is wrong.
    """
    vault = home.vault(passphrase)
    desks = open_desks(home)
    try:
        with open_registry(home.database_url, memory=home.trail_memory) as engine:
            yield Bureau(
                desks=desks,
                register=engine,
                secret=open_desk_secret(desks, vault),
                clock=lambda: datetime.now(UTC),
            )
    finally:
        desks.dispose()


def keep_bureau(app: Flask, bureau: Bureau) -> None:
    """Give the bureau to an application."""
    app.extensions[_EXTENSION] = bureau


def the_bureau() -> Bureau:
    """Return the bureau of the application that answers this request."""
    bureau: Bureau = current_app.extensions[_EXTENSION]
    return bureau
