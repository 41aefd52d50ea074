"""Builds a verifier on a home folder, the same for the public site and the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from registry.errors import RegistryDamaged, RegistryUnavailable
from registry.home import Home
from registry.log_reader import LogReader
from registry.log_seen import LogMemory
from registry.row_reader import RowReader
from registry.schema import check_schema
from registry.session import open_engine
from verifier.file_slots import FileSlots
from verifier.holder import HolderLook
from verifier.issued_pages import IssuedPages
from verifier.key_source import TrustSource, home_source, listed_logs
from verifier.lookup import Register
from verifier.seal_trust import home_seals
from verifier.service import Verifier
from verifier.status_fetch import named_source
from verifier.status_source import StatusSource, VersionMemory, fetch_from_folder


def utc_now() -> datetime:
    """Return the present time, aware UTC."""
    return datetime.now(UTC)


def open_verifier(
    home: Home,
    *,
    clock: Callable[[], datetime] = utc_now,
    slots: FileSlots | None = None,
    source: TrustSource | None = None,
    status_list: str | None = None,
) -> Verifier:
    """Return a verifier that reads the trust list and the register of `home`.

    A database that cannot be reached now may be reached later: the verifier is opened, and says so
    in each verdict. Status lists of the home itself are only compared with the register; one that
    is named decides.

    Args:
        home: the installation.
        clock: returns the reference time, aware UTC.
        slots: how many files may be read at once.
        source: gives the trust list; that of the home under its own pin unless given.
        status_list: file, folder or address of status lists, as `fetch_from` takes it.

    Raises:
        HomeError: the look-up pepper is missing, or the database is of another version
            (`schema_outdated`, `schema_mismatch`).
        UsageError: `status_list` is no such place.
        RegistryDamaged: the database is none, or a damaged one.
    """
    engine = open_engine(home.database_url, read_only=True)
    try:
        check_schema(engine)
    except RegistryDamaged:
        raise
    except RegistryUnavailable:
        pass
    finally:
        engine.dispose()  # no connection is shared with the processes a server forks
    trust = source or home_source(home)
    return Verifier(
        trust,
        RowReader(engine).reading,
        home.pepper(),
        clock,
        log=LogReader(home.log_folder, listed_logs(trust, clock), LogMemory(home.log_seen_path)),
        status_lists=_status_source(home, status_list),
        slots=slots,
        issued_pages=IssuedPages(home.store),
        seals=home_seals(home),
        release=engine.dispose,
    )


def open_holder_look(home: Home, verifier: Verifier) -> HolderLook:
    """Return what opens certificates of `home` for holders who were let in."""
    engine = open_engine(home.database_url, read_only=True)
    register = Register(RowReader(engine).reading, home.pepper(), None)
    return HolderLook(verifier, register, IssuedPages(home.store), engine.dispose)


def _status_source(home: Home, named: str | None) -> StatusSource:
    if named is not None:
        return named_source(named, home.status_memory_path)
    return StatusSource(
        fetch=fetch_from_folder(home.status_folder),
        memory=VersionMemory(home.lists_seen_path, must_keep=False),
        decides=False,
    )
