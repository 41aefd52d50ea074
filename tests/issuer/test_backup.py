"""A backup is one consistent, encrypted file; what is restored from it was checked first."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import islice
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from sqlalchemy import select

from issuer.awarding import read_data_key, read_private
from issuer.backing_up import back_up
from issuer.backup_stream import BackupKey, BackupLock, SealedReader, SealedWriter
from issuer.copy_rows import BatchCopies
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.fsck.run import fsck
from issuer.issuing import finish_copies
from issuer.log_desk import office_of
from issuer.log_reconciling import reconcile
from issuer.operator import Operator, note_act_now
from issuer.restoring import LogStanding, Restored, restore
from log.reading import FolderSource, read_checkpoint_file
from registry.errors import RegistryError
from registry.home import Home
from registry.home_lock import alone_with_keys
from registry.models import Award
from registry.schema import open_registry
from registry.session import reading
from registry.trail import check_trail
from templates.fonts import FontChain
from tests.arch.sources import ROOT
from tests.conftest import NOW
from tests.drills.office import desk_of, make_office, people, put_on_record
from tests.issuer.vault_homes import Issued, issue_to_some

LOCK = BackupLock(passphrase=b"of the backup")
KEY = BackupKey(passphrase=b"of the backup")


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    issued = issue_to_some(tmp_path_factory.mktemp("issued"))
    with issued.engine() as engine:
        note_act_now(engine, Operator(name="甲"), "issue", "一", at=NOW)
    return issued


@pytest.fixture(scope="module")
def backup(issued: Issued, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    out = tmp_path_factory.mktemp("backup") / "backup"
    being_checked = issued.home.employer_checks_folder / "checks"
    being_checked.mkdir(parents=True)
    (being_checked / "list").write_bytes(b"sealed")
    with issued.engine() as engine:
        back_up(engine, issued.home, out, LOCK, with_root=False, now=NOW)
    return out.read_bytes()


def restored(backup: bytes, to: Path, checkpoint: bytes | None = None) -> Restored:
    return restore(io.BytesIO(backup), to, KEY, checkpoint=checkpoint, environment={})


def names(home: Home) -> list[str]:
    """Open every award and its page."""
    found = []
    with desk_of(home) as desk, reading(desk.engine) as session:
        for award in session.scalars(select(Award).order_by(Award.id)):
            page = desk.home.store.get(award.copies[0].pdf_stored or "", read_data_key(desk, award))
            assert page.startswith(b"%PDF-")
            found.append(read_private(desk, award).name)
    return found


def test_a_restored_home_is_the_one_backed_up(
    issued: Issued, backup: bytes, tmp_path: Path
) -> None:
    done = restored(backup, tmp_path / "home")
    home = Home.open(tmp_path / "home", environment={})
    assert names(home) == [person.name for person in issued.persons]
    with open_registry(home.database_url) as engine:
        assert check_trail(engine, home.trail_memory).faults == ()
    assert (done.trail, done.log, done.altered) == (1, LogStanding.NOT_COMPARED, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    assert not (home.path / "log-memory" / "checkpoint").exists()
    assert not home.employer_checks_folder.exists()


def test_what_the_public_side_keeps_is_restored_though_it_was_being_written(
    issued: Issued, tmp_path: Path
) -> None:
    kept = issued.home.path / "public.sqlite3"
    with closing(sqlite3.connect(kept)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE reports (number TEXT)")
        writer.execute("INSERT INTO reports VALUES ('R1')")
        writer.commit()
        writer.execute("INSERT INTO reports VALUES ('not committed')")
        out = tmp_path / "backup"
        with issued.engine() as engine:
            back_up(engine, issued.home, out, LOCK, with_root=False, now=NOW)
    kept.unlink()
    restored(out.read_bytes(), tmp_path / "home")
    assert {path.name for path in (tmp_path / "home").glob("public*")} == {
        "public.sqlite3",
        "public",
    }
    with closing(sqlite3.connect(tmp_path / "home" / "public.sqlite3")) as reader:
        assert reader.execute("SELECT number FROM reports").fetchall() == [("R1",)]


def test_nothing_of_it_stands_in_clear(issued: Issued, backup: bytes) -> None:
    vault = issued.home.vault_path.read_bytes()
    assert b'"scrypt"' in backup
    assert vault not in backup
    assert b"manifest.json" not in backup
    assert b"SQLite format 3" not in backup


@pytest.mark.parametrize("position", [20, 200, 70_000, -1, -40_000])
def test_a_changed_backup_restores_nothing(backup: bytes, tmp_path: Path, position: int) -> None:
    changed = bytearray(backup)
    changed[position] ^= 1
    with pytest.raises(IssuerError, match=r"backup_damaged|backup_key_wrong"):
        restored(bytes(changed), tmp_path / "home")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("keep", [0, 10, 150, 100_000])
def test_a_backup_cut_short_restores_nothing(backup: bytes, tmp_path: Path, keep: int) -> None:
    with pytest.raises(IssuerError, match=r"backup_damaged|backup_key_wrong"):
        restored(backup[:keep], tmp_path / "home")
    assert list(tmp_path.iterdir()) == []


def test_a_header_of_nested_brackets_restores_nothing(backup: bytes, tmp_path: Path) -> None:
    magic, _, rest = backup.partition(b"\n")
    with pytest.raises(IssuerError, match="backup_damaged"):
        restored(magic + b"\n" + b"[" * 4000 + b"\n" + rest, tmp_path / "home")


def test_bytes_after_the_end_are_refused(backup: bytes, tmp_path: Path) -> None:
    with pytest.raises(IssuerError, match="backup_damaged"):
        restored(backup + b"x", tmp_path / "home")


def test_another_passphrase_does_not_open_it(backup: bytes, tmp_path: Path) -> None:
    with pytest.raises(IssuerError, match="backup_key_wrong"):
        restore(
            io.BytesIO(backup),
            tmp_path / "home",
            BackupKey(passphrase=b"another"),
            checkpoint=None,
            environment={},
        )


def test_a_home_is_never_overwritten(issued: Issued, backup: bytes) -> None:
    with pytest.raises(IssuerError, match="restore_exists"):
        restored(backup, issued.home.path)
    assert names(issued.home)


def test_the_published_checkpoint_is_compared(
    issued: Issued, backup: bytes, tmp_path: Path
) -> None:
    published = read_checkpoint_file(FolderSource(issued.home.log_folder))
    done = restored(backup, tmp_path / "home", published)
    assert done.log is LogStanding.UP_TO_DATE
    assert done.log_size == done.published_size == _size_of(published) > 0


def test_a_backup_behind_the_published_log_is_said_to_be(
    issued: Issued, backup: bytes, tmp_path: Path
) -> None:
    later = issued.copy_to(tmp_path / "later")
    with later.desk() as desk:
        rows = [person.candidate(2) for person in islice(people(7), 10, 11)]
        put_on_record(desk, rows, "二")
        _publish(desk)
    published = read_checkpoint_file(FolderSource(later.home.log_folder))
    done = restored(backup, tmp_path / "home", published)
    assert done.log is LogStanding.BEHIND
    assert done.published_size == _size_of(published) > done.log_size


def _size_of(checkpoint: bytes) -> int:
    return int(checkpoint.splitlines()[1])


def _publish(desk: Desk) -> None:
    finish_copies(desk, BatchCopies(batch_id=2), FontChain(), lambda *_: None)


def test_a_checkpoint_of_another_log_is_refused(
    issued: Issued, backup: bytes, tmp_path: Path
) -> None:
    published = read_checkpoint_file(FolderSource(issued.home.log_folder))
    size = _size_of(published)
    published = published.replace(b"\n%d\n" % size, b"\n%d\n" % (size - 1), 1)
    with pytest.raises(IssuerError, match="restore_log_differs"):
        restored(backup, tmp_path / "home", published)


def test_a_trail_that_was_tampered_with_is_not_restored(issued: Issued, tmp_path: Path) -> None:
    home = issued.copy_to(tmp_path / "source")
    with home.engine() as engine:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER trail_no_update")
            connection.exec_driver_sql("UPDATE trail SET actor = 'x'")
        back_up(engine, home.home, tmp_path / "backup", LOCK, with_root=False, now=NOW)
    with pytest.raises(IssuerError, match="restore_trail"):
        restored((tmp_path / "backup").read_bytes(), tmp_path / "home")


def test_what_was_changed_before_the_backup_is_still_told_after_it(
    issued: Issued, tmp_path: Path
) -> None:
    home = issued.copy_to(tmp_path / "source")
    with home.engine() as engine:
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE filings SET valid_from = '2020-01-01'")
        back_up(engine, home.home, tmp_path / "backup", LOCK, with_root=False, now=NOW)
    done = restored((tmp_path / "backup").read_bytes(), tmp_path / "home")
    assert done.altered > 0
    with desk_of(Home.open(tmp_path / "home", environment={})) as desk:
        assert "filings" in {fault.table for fault in fsck(desk.home, desk.engine, desk.vault)}
        with pytest.raises(RegistryError, match="row_altered"):
            reconcile(office_of(desk), "恢复之后")


def test_a_lost_page_is_noticed(issued: Issued, tmp_path: Path) -> None:
    home = issued.copy_to(tmp_path / "source")
    shutil.rmtree(home.home.path / "store")
    with home.engine() as engine:
        back_up(engine, home.home, tmp_path / "backup", LOCK, with_root=False, now=NOW)
    with pytest.raises(IssuerError, match="restore_pages_missing"):
        restored((tmp_path / "backup").read_bytes(), tmp_path / "home")


def test_no_backup_is_made_while_keys_are_replaced(issued: Issued, tmp_path: Path) -> None:
    with (
        issued.engine() as engine,
        alone_with_keys(issued.home),
        pytest.raises(Exception, match="home_keys_busy"),
    ):
        back_up(engine, issued.home, tmp_path / "backup", LOCK, with_root=False, now=NOW)
    assert not (tmp_path / "backup").exists()


def test_a_recipient_opens_it_with_the_private_key_alone() -> None:
    own = X25519PrivateKey.generate()
    public = own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    private = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = io.BytesIO()
    writer = SealedWriter(file, BackupLock(recipient=public))
    content = bytes(range(256)) * 10_000  # three chunks
    writer.write(content)
    writer.finish()
    file.seek(0)
    reader = SealedReader(file, BackupKey(private_key=private))
    assert reader.read() == content
    file.seek(0)
    with pytest.raises(IssuerError, match="backup_key_wrong"):
        SealedReader(file, KEY)


def test_a_postgresql_registry_is_restored_into_another_database(
    postgres_url: str, postgres_server: str, tmp_path: Path
) -> None:
    home = make_office(tmp_path, {"YANZHEN_DATABASE_URL": postgres_url})
    with desk_of(home) as desk:
        rows = [person.candidate(row) for row, person in enumerate(islice(people(7), 3), start=2)]
        numbers = put_on_record(desk, rows)
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        note_act_now(engine, Operator(name="甲"), "issue", "一", at=NOW)
        back_up(engine, home, tmp_path / "backup", LOCK, with_root=False, now=NOW)
    name = f"t{uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    head, _, query = postgres_server.partition("?")
    other = head.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")
    backup = io.BytesIO((tmp_path / "backup").read_bytes())
    environment = {"YANZHEN_DATABASE_URL": other}
    done = restore(backup, tmp_path / "new", KEY, checkpoint=None, environment=environment)
    again = Home.open(tmp_path / "new", environment=environment)
    with desk_of(again) as desk:
        with reading(desk.engine) as session:
            awards = session.scalars(select(Award).order_by(Award.id)).all()
            assert [award.number for award in awards] == numbers
            assert all(read_private(desk, award).name for award in awards)
        more = [person.candidate(9) for person in islice(people(7), 20, 21)]
        assert put_on_record(desk, more, "二")[0] not in numbers
    assert done.trail == 1


def test_a_pipe_is_not_waited_for_as_a_backup(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "backup")
    given = ["restore", str(tmp_path / "backup"), "--to", str(tmp_path / "home")]
    done = subprocess.run(
        [sys.executable, "-c", "import yanzhen; yanzhen.main()", *given],
        env=os.environ | {"YANZHEN_BACKUP_PASSPHRASE": "one of its own"},
        cwd=ROOT,
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 64
    assert "不是普通文件" in done.stderr.decode()
