"""Builds a verifier on a home folder, the same for the public site and the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from registry.errors import RegistryDamaged, RegistryUnavailable
from registry.home import Home
from registry.log_reader import LogReader
from registry.schema import check_schema
from registry.session import open_engine, reading
from verifier.file_slots import FileSlots
from verifier.key_source import KeyDocumentFile
from verifier.service import Verifier


def utc_now() -> datetime:
    """Return the present time, aware UTC."""
    return datetime.now(UTC)


def open_verifier(
    home: Home, *, clock: Callable[[], datetime] = utc_now, slots: FileSlots | None = None
) -> Verifier:
    """Return a verifier that reads the key document and the register of `home`.

    A database that cannot be reached now may be reached later: the verifier is opened, and says so
    in each verdict.

    Raises:
        HomeError: the look-up pepper is missing, or the database is of another version
            (`schema_outdated`, `schema_mismatch`).
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
    source = KeyDocumentFile(home.key_document_path)
    log = LogReader(home.log_folder)
    return Verifier(source, partial(reading, engine), home.pepper(), clock, log=log, slots=slots)
