"""An empty register with one filed body, and its public log: made once, written out for each test.

Laying out the tables of the schema takes longer than most tests that ask something of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, select

from issuer.log_files import LogFiles
from issuer.sequencing import lock_head, sequence
from keys.log_key import LogKey, generate_log_key, sign_checkpoint
from registry.log_models import LogEntry
from registry.models import Base, Batch, Body, Holder, Site
from registry.session import open_engine, transaction

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PREFIX = "S000012000123"
BODY_NAME = "天津市示例职业技能培训学校"
HOST = "yz.example.cn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A register and its public log in one folder.

    Args:
        ids: of the rows that awards refer to.
    """

    engine: Engine
    log: LogFiles
    log_folder: Path
    ids: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """The files of an empty register, by their names in its folder, and the ids of its rows."""

    files: dict[Path, bytes]
    ids: dict[str, int]


def new_register(folder: Path) -> Register:
    """Return an empty register with the filed body, in a folder where there is none."""
    kept = _kept()
    for name, content in kept.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return _open(folder, dict(kept.ids))


@cache
def log_key() -> LogKey:
    """The key of the log."""
    return generate_log_key(f"{HOST}/log")


def publish(engine: Engine, log: LogFiles) -> None:
    """Put what waits into the public log, as the product does."""
    with log.alone():
        last = log.last().checkpoint
        with transaction(engine) as session:
            head = lock_head(session)
            sequence(session, head, NOW)
            query = select(LogEntry.leaf).where(LogEntry.leaf_index >= last.size)
            leaves = [leaf for leaf in session.scalars(query.order_by(LogEntry.leaf_index)) if leaf]
            size = head.size
        log.extend(last.size, leaves)
        root = log.derive(last, size)
        log.publish(sign_checkpoint(log_key(), size=size, root=root))


@cache
def _kept() -> _Kept:
    with TemporaryDirectory() as place:
        folder = Path(place)
        ids = _make(_open(folder, {}))
        found = (path for path in folder.rglob("*") if path.is_file())
        return _Kept(files={path.relative_to(folder): path.read_bytes() for path in found}, ids=ids)


def _make(register: Register) -> dict[str, int]:
    """Lay out tables and log, file the body, close the database; return the ids of the rows."""
    Base.metadata.create_all(register.engine)
    with register.log.alone():
        (register.log_folder / "vkey").write_text(f"{log_key().vkey}\n", encoding="utf-8")
    publish(register.engine, register.log)
    with transaction(register.engine) as session:
        site = Site(prefix=PREFIX, body=Body(name=BODY_NAME, credit_code=None))
        holder = Holder(blind_index=b"i" * 32, sealed=b"")
        session.add_all([site, holder])
        session.flush()
        batch = Batch(site_id=site.id, name="2026-1", created_at=NOW)
        session.add(batch)
        session.flush()
        ids = {"site": site.id, "holder": holder.id, "batch": batch.id}
    register.engine.dispose()
    return ids


def _open(folder: Path, ids: dict[str, int]) -> Register:
    engine = open_engine(f"sqlite:///{folder / 'registry.sqlite3'}", create=True)
    log_folder = folder / "public" / "log"
    log = LogFiles(public=log_folder, memory=folder / "log-memory", vkey=log_key().vkey)
    return Register(engine=engine, log=log, log_folder=log_folder, ids=ids)
