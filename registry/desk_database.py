"""The desks' own database: accounts, batches being prepared, cases; apart from the register.

It is a SQLite file of the home unless YANZHEN_DESK_DATABASE_URL names another. That it does is
remembered in the home (`desks-elsewhere`): whoever forgets the setting neither goes on with an
empty database nor leaves the real one behind when the vault key changes. Whatever identifies a
candidate stands in it sealed by the vault, as in the register. Nothing in it can change an award:
those are made and changed by the office's acts alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from sqlalchemy import Engine
from sqlalchemy.orm import DeclarativeBase

from codes.wording import Text
from registry.errors import HomeError
from registry.home import Home
from registry.side_tables import open_with_tables
from registry.store import write_durably

DESK_DATABASE_VARIABLE = "YANZHEN_DESK_DATABASE_URL"
DESK_DATABASE_FILE = "desk.sqlite3"
ELSEWHERE_FILE = "desks-elsewhere"
_MAKING_TABLES = 0x79616E7A68656F


class DeskBase(DeclarativeBase):
    """Base of the tables that the desks write."""


def desk_database_url(home: Home, environment: Mapping[str, str] = os.environ) -> str:
    """Return where the desks' own database of a home is.

    Raises:
        HomeError: it is not in the home, and nothing says where (`desk_database_elsewhere`).
    """
    named = environment.get(DESK_DATABASE_VARIABLE)
    if named:
        return named
    mark = home.path / ELSEWHERE_FILE
    if mark.exists():
        raise HomeError(
            "desk_database_elsewhere",
            Text(
                f"本数据目录的工作台使用目录外的数据库，请设置 {DESK_DATABASE_VARIABLE}"
                f"（已改回目录内的，请删除 {mark}）",
                f"the desks of this home keep their data in a database outside it: set "
                f"{DESK_DATABASE_VARIABLE} (or remove {mark} if they do no longer)",
            ),
        )
    return f"sqlite:///{(home.path / DESK_DATABASE_FILE).absolute()}"


def has_desks(home: Home, environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether desks were ever opened on a home, wherever their database is."""
    here = home.path / DESK_DATABASE_FILE
    mark = home.path / ELSEWHERE_FILE
    return here.exists() or mark.exists() or bool(environment.get(DESK_DATABASE_VARIABLE))


def open_desks(home: Home, environment: Mapping[str, str] = os.environ) -> Engine:
    """Return an engine for the desks' own database of a home; remember where it is not the home's.

    Raises:
        HomeError: as `desk_database_url` and `open_with_tables`.
    """
    engine = open_desk_engine(desk_database_url(home, environment))
    mark = home.path / ELSEWHERE_FILE
    if environment.get(DESK_DATABASE_VARIABLE) and not mark.exists():
        write_durably(mark, b"")
    return engine


def open_desk_engine(url: str) -> Engine:
    """Return an engine for the desks' own database; raises as `open_with_tables`."""
    import registry.account_models  # their tables belong to it
    import registry.batch_models
    import registry.case_models
    import registry.certificate_models
    import registry.complaint_models
    import registry.desk_secret
    import registry.employer_models
    import registry.exam_models
    import registry.filing_desk_models  # noqa: F401 - and so do these

    return open_with_tables(url, DeskBase, making=_MAKING_TABLES)
