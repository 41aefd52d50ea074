"""Opens the office of a home for an application that serves its desks."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime

from flask import Flask

from accounts.arriving import open_accounts
from accounts.bureau import Bureau
from accounts.desk_address import read_desk_url
from issuer.console.office import OFFICE_EXTENSION, Office
from issuer.publishing import PUBLIC_URL_VARIABLE
from registry.desk_database import open_desks
from registry.desk_secret import open_desk_secret
from registry.home import Home
from registry.schema import check_schema
from registry.session import open_engine
from registry.trail import remembering


def open_office(
    app: Flask, home: Home, passphrase: bytes, *, clock: Callable[[], datetime]
) -> Office:
    """Open the office of a home and give it, and the accounts of its people, to an application.

    Raises:
        HomeError, RegistryUnavailable, VaultError: as `make_office`.
    """
    office = make_office(home, passphrase, clock=clock)
    secret = open_desk_secret(office.desks, office.vault())
    app.secret_key = secret.for_purpose("signing")
    bureau = Bureau(desks=office.desks, register=office.engine, secret=secret, clock=clock)
    open_accounts(app, bureau, desk_url=read_desk_url())
    app.extensions["yanzhen_home"] = home
    app.extensions[OFFICE_EXTENSION] = office
    app.jinja_env.globals["public_site"] = office.public_url
    return office


def make_office(home: Home, passphrase: bytes, *, clock: Callable[[], datetime]) -> Office:
    """Return the office of a home.

    Raises:
        HomeError, RegistryUnavailable: the home is not fit for work.
        VaultError: the passphrase is wrong.
    """
    home.vault(passphrase)
    engine = open_engine(home.database_url)
    check_schema(engine)
    return Office(
        home=home,
        passphrase=passphrase,
        engine=remembering(engine, home.trail_memory),
        desks=open_desks(home),
        public_url=os.environ.get(PUBLIC_URL_VARIABLE, ""),
        clock=clock,
    )
