"""What the private application holds open: one home, its passphrase, the two databases."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from flask import current_app
from sqlalchemy import Engine

from accounts.person import Person, the_person
from issuer.desk import Desk
from issuer.opening import open_desk
from issuer.operator import Operator
from registry.home import Home
from registry.vault import Vault

OFFICE_EXTENSION = "yanzhen_office"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The private side of one home.

    Args:
        home: the installation.
        passphrase: opens vault and private keys; in memory only, never in a log or an answer.
        engine: the register, for writing.
        desks: the desks' own database.
        public_url: the address printed in QR codes, or empty.
        clock: returns now, aware UTC.
    """

    home: Home
    passphrase: bytes = field(repr=False)
    engine: Engine
    desks: Engine
    public_url: str
    clock: Callable[[], datetime]

    def vault(self) -> Vault:
        """Return the vault, open."""
        return self.home.vault(self.passphrase)

    def desk(self, prefix: str, *, dry_run: bool = False) -> AbstractContextManager[Desk]:
        """Open the desk of a body for one block; as `issuer.opening.open_desk`."""
        return open_desk(
            self.home,
            prefix=prefix,
            passphrase=self.passphrase,
            public_url=self.public_url,
            sample=self.home.demo,
            dry_run=dry_run,
            clock=self.clock,
        )


def the_office() -> Office:
    """Return the office of the application that answers this request."""
    office: Office = current_app.extensions[OFFICE_EXTENSION]
    return office


def operator_of(person: Person, *, ground: str, reference: str = "") -> Operator:
    """Return who acts, for the audit trail.

    Args:
        ground: why, as typed into the form.
        reference: the paper it rests on.

    Raises:
        IssuerError: as `read_operator`.
    """
    from issuer.operator import read_operator

    return read_operator(name=person.name, ground=ground, reference=reference)


def the_operator(*, ground: str, reference: str = "") -> Operator:
    """Return the person of this request as who acts; raises as `operator_of`."""
    return operator_of(the_person(), ground=ground, reference=reference)
