"""The desks' own database: accounts, batches being prepared, cases; apart from the register.

It is a SQLite file of the home unless YANZHEN_DESK_DATABASE_URL names another. Whatever identifies
a candidate stands in it sealed by the vault, as in the register. Nothing in it can change an award:
those are made and changed by the office's acts alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from sqlalchemy import Engine
from sqlalchemy.orm import DeclarativeBase

from registry.home import Home
from registry.side_tables import open_with_tables

DESK_DATABASE_VARIABLE = "YANZHEN_DESK_DATABASE_URL"
DESK_DATABASE_FILE = "desk.sqlite3"
_MAKING_TABLES = 0x79616E7A68656F


class DeskBase(DeclarativeBase):
    """Base of the tables that the desks write."""


def desk_database_url(home: Home, environment: Mapping[str, str] = os.environ) -> str:
    """Return where the desks' own database of a home is."""
    default = f"sqlite:///{(home.path / DESK_DATABASE_FILE).absolute()}"
    return environment.get(DESK_DATABASE_VARIABLE) or default


def open_desk_engine(url: str) -> Engine:
    """Return an engine for the desks' own database; raises as `open_with_tables`."""
    import registry.account_models  # their tables belong to it
    import registry.batch_models
    import registry.certificate_models
    import registry.desk_secret
    import registry.employer_models
    import registry.filing_desk_models  # noqa: F401 - and so do these

    return open_with_tables(url, DeskBase, making=_MAKING_TABLES)
