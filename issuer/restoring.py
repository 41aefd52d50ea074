"""Restores a backup into a new home, and believes nothing of it before it is checked.

    1. every chunk is authenticated, every file read back from disk and compared with the manifest
    2. the database is whole, its rows belong together, and it is of this version; the databases
       that the sides keep for themselves are whole
    3. the audit trail is whole and not behind its memory
    4. every page that the register names is in the store
    5. the log of the backup is compared with the published checkpoint, where one is given

The home appears under its name at the very end. Restored behind the published log it refuses to
publish until it is reconciled, which is the sequencer's own rule.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from sqlalchemy import Engine, select

from codes.wording import Text
from issuer.backing_up import DATABASE, FILES, MANIFEST
from issuer.backup_stream import BackupKey, SealedReader, backup_damaged
from issuer.errors import IssuerError
from issuer.root_custody import holds_root_key
from log.checkpoint import open_checkpoint
from log.errors import LogError
from registry.home import Home
from registry.log_reader import LogReader, frontier_of
from registry.models import Copy
from registry.row_memory import inspect_rows, remember_all
from registry.schema import check_schema
from registry.session import database as open_database
from registry.session import open_engine, reading
from registry.snapshot import (
    SQLITE_FILE,
    check_database,
    check_side_database,
    load_snapshot,
    side_databases,
)
from registry.store import make_folder
from registry.trail import FaultKind, check_trail, remember_again


class LogStanding(StrEnum):
    """Where the restored log stands beside the published one."""

    NOT_COMPARED = "not_compared"
    UP_TO_DATE = "up_to_date"
    BEHIND = "behind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was restored and how it compares.

    Args:
        home: where it is.
        files: how many files were compared with the manifest.
        trail: rows of the audit trail.
        log: where its log stands.
        log_size: leaves of the restored log.
        published_size: leaves of the published one, where it was compared.
        altered: how many of the office's rows had been changed behind its back; restored as they
            were.
        root_key: whether a root key that counts came with it.
    """

    home: Path
    files: int
    trail: int
    log: LogStanding
    log_size: int
    published_size: int | None
    root_key: bool
    altered: int = 0


def restore(
    backup: BinaryIO,
    to: Path,
    key: BackupKey,
    *,
    checkpoint: bytes | None,
    environment: Mapping[str, str],
) -> Restored:
    """Restore a backup as a new home at `to`, whole or not at all.

    Args:
        backup: the file, untrusted.
        to: where nothing is yet.
        key: what opens it.
        checkpoint: the published checkpoint of its log, untrusted; None where none is at hand.
        environment: names the database, as for every home.

    Raises:
        IssuerError: something is there (`restore_exists`); `backup_damaged`, `backup_key_wrong`;
            a check failed (`restore_file_differs`, `restore_trail`, `restore_pages_missing`,
            `restore_log_differs`).
        RegistryError: the database is not whole, of another version, or not empty.
    """
    if to.exists():
        raise IssuerError(
            "restore_exists",
            Text(f"{to} 已存在，未作任何改动", f"{to} is already there; nothing was changed"),
        )
    make_folder(to.absolute().parent)
    draft = to.with_name(f".{to.name}.{secrets.token_hex(4)}.draft")
    draft.mkdir(mode=0o700)
    try:
        manifest = _unpack(backup, key, draft)
        files = _check_files(draft, manifest)
        done = _check(draft, manifest, checkpoint, environment)
        draft_home, database = draft / FILES, draft / DATABASE / SQLITE_FILE
        if database.exists():
            database.replace(draft_home / SQLITE_FILE)
            done = replace(done, altered=_look_at_rows(draft_home))
        os.sync()  # what was checked is on disk before it is called a home
        draft_home.replace(to)
        return replace(done, home=to, files=files)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _look_at_rows(home: Path) -> int:
    """Return how many of the office's rows are not as the backup's memory has them.

    They are restored as they are, and go on being told of. A backup of an earlier version has no
    memory: its rows are remembered as they come.
    """
    known = (home / f"{SQLITE_FILE}-rows").exists()
    with open_database(f"sqlite:///{home / SQLITE_FILE}") as engine:
        if not known:
            remember_all(engine)
        with reading(engine) as session:
            return len(inspect_rows(session))


def _unpack(backup: BinaryIO, key: BackupKey, draft: Path) -> dict[str, Any]:
    """1. Write every member below `draft`; return the manifest."""
    sealed = SealedReader(backup, key)
    manifest: Any = None
    try:
        with tarfile.open(mode="r|", fileobj=cast(BinaryIO, sealed)) as archive:
            for member in archive:
                content = archive.extractfile(member)
                if not member.isreg() or content is None:
                    raise backup_damaged()
                if member.name == MANIFEST:
                    manifest = json.loads(content.read())
                else:
                    path = draft / _safe(member.name)
                    make_folder(path.parent)
                    with path.open("wb") as file:
                        shutil.copyfileobj(content, file)
                    path.chmod(0o600)
        sealed.finish()
        if manifest["format"] != 1 or not isinstance(manifest["files"], dict):
            raise backup_damaged()
    except (tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise backup_damaged() from error
    return cast(dict[str, Any], manifest)


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or path.parts[0] not in (DATABASE, FILES):
        raise backup_damaged()
    return path


def _check_files(draft: Path, manifest: Mapping[str, Any]) -> int:
    found = {path.relative_to(draft).as_posix() for path in draft.rglob("*") if path.is_file()}
    for name, digest in manifest["files"].items():
        if name not in found or _sha256(draft / name) != digest:
            raise IssuerError(
                "restore_file_differs",
                Text(
                    f"备份中的文件 {name} 与清单不符，未恢复",
                    f"the file {name} is not the one of the manifest; nothing was restored",
                ),
            )
    if found != set(manifest["files"]):
        raise backup_damaged()
    return len(found)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(
    draft: Path,
    manifest: Mapping[str, Any],
    checkpoint: bytes | None,
    environment: Mapping[str, str],
) -> Restored:
    home = Home.open(draft / FILES, environment=environment)
    on_file = manifest["database"] == "sqlite"
    # 2. The database.
    own = f"sqlite:///{draft / DATABASE / SQLITE_FILE}"
    engine = open_engine(own if on_file else home.database_url)
    try:
        if not on_file:
            load_snapshot(engine, draft / DATABASE)
        check_schema(engine)
        check_database(engine)
        # 3. The audit trail.
        trail = check_trail(engine, home.trail_memory)
        faults = [one for one in trail.faults if one.kind is not FaultKind.ADDED]
        if faults:
            raise IssuerError(
                "restore_trail",
                Text(
                    f"备份中的审计记录在第 {faults[0].id} 条处有问题，未恢复",
                    f"the backup's audit trail is wrong at entry {faults[0].id}; "
                    "nothing was restored",
                ),
            )
        # What was noted between the copies of the trail's memory and of the database.
        remember_again(engine, home.trail_memory, trail)
        # 4. The stored pages.
        _check_pages(engine, home)
    finally:
        engine.dispose()
    for path in (draft / DATABASE).glob(f"{SQLITE_FILE}-*"):
        path.unlink()  # of the look just taken
    for path in side_databases(home.path):
        check_side_database(path)
    # 5. The log.
    standing, size, published = _compare_log(home, checkpoint)
    return Restored(
        home=home.path,
        files=0,
        trail=trail.entries,
        log=standing,
        log_size=size,
        published_size=published,
        root_key=holds_root_key(home),
    )


def _check_pages(engine: Engine, home: Home) -> None:
    with reading(engine) as session:
        query = select(Copy.pdf_stored).where(Copy.pdf_stored.is_not(None), Copy.pdf_stored != "")
        names = map(str, session.scalars(query.execution_options(yield_per=1000)))
        missing = [name for name in names if not home.store.holds(name)]
    if missing:
        raise IssuerError(
            "restore_pages_missing",
            Text(
                f"备份缺少 {len(missing)} 份证书文件，未恢复",
                f"{len(missing)} certificate files are missing; nothing was restored",
            ),
        )


def _compare_log(home: Home, data: bytes | None) -> tuple[LogStanding, int, int | None]:
    if not (home.log_folder / "checkpoint").exists():
        return LogStanding.NOT_COMPARED, 0, None
    reader = LogReader(home.log_folder)
    try:
        own = reader.checkpoint().checkpoint
        if frontier_of(reader.tree(), own.size).root() != own.root:
            raise _log_differs()
        if data is None:
            return LogStanding.NOT_COMPARED, own.size, None
        published = open_checkpoint(data, reader.vkey()).checkpoint
        if published.size > own.size:
            return LogStanding.BEHIND, own.size, published.size
        if frontier_of(reader.tree(), published.size).root() != published.root:
            raise _log_differs()
    except LogError as error:
        raise _log_differs() from error
    return LogStanding.UP_TO_DATE, own.size, published.size


def _log_differs() -> IssuerError:
    return IssuerError(
        "restore_log_differs",
        Text(
            "备份中的公开日志与已公布的检查点不一致，未恢复",
            "the backup's log does not agree with the published checkpoint; nothing was restored",
        ),
    )
