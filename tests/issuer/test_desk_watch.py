"""What is changed in the desks' own database behind their back is found, and by its name."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, update

from accounts.account_acts import NewAccount, add_account, change_roles
from accounts.bureau import Bureau
from accounts.confirming import confirm_roles, list_waiting
from accounts.roles import Role
from issuer.exam_records import read_exam_record
from issuer.fsck.faults import Fault
from issuer.fsck.run import fsck
from registry.account_models import AccountRow
from registry.desk_database import DESK_DATABASE_FILE
from registry.desk_secret import open_desk_secret
from registry.exam_models import ExamRecord
from registry.holder_keys import open_data_key
from registry.models import Award
from registry.session import reading, transaction
from registry.vault import seal
from tests.issuer.batch_desk import APPROVER, SECOND_APPROVER, BatchDesk
from tests.issuer.exam_desk import Clock, make_examining_home, open_examining, to_notice
from verifier.cases.casework import Officer, open_case
from verifier.desks.police import EXTENSION

THIRD = 5
"""The account of the director who confirmed another."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Desks at which everything was done once: a batch, a setting, accounts, police cases."""

    desk: BatchDesk
    draft: int
    numbers: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The desks' database."""
        return self.desk.room.home.path / DESK_DATABASE_FILE

    def faults(self) -> list[Fault]:
        """What fsck finds."""
        room = self.desk.room
        return fsck(room.home, room.register, room.vault)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder, clock = tmp_path_factory.mktemp("watched"), Clock()
    with pytest.MonkeyPatch.context() as monkeypatch:
        made = make_examining_home(folder / "made")
        desk = open_examining(made, folder / "home", monkeypatch, clock)
        settle(desk)
        manage_accounts(desk, clock)
        police = desk.app.extensions[EXTENSION]
        for number in ("1", "2"):
            officer = Officer(account_id=11, name="周警官")
            open_case(police, officer, reference=f"受案字{number}号", about="证书可疑")
        draft = to_notice(desk, folder, clock)
        clock.now += timedelta(days=9)
        desk.submit(draft)
        desk.approve(draft)
        desk.work()
        with reading(desk.room.register) as session:
            numbers = tuple(session.scalars(select(Award.number).order_by(Award.number)))
        yield Watched(desk, draft, numbers)


def settle(desk: BatchDesk) -> None:
    """Have a step skipped, confirmed, and done here again."""
    form = {"step": "plan", "doing": "skipped", "why": "另有考务系统"}
    assert desk.post("/batches/settings/step", APPROVER, **form).status_code == 303
    assert desk.post("/batches/settings/1/confirm", SECOND_APPROVER).status_code == 303
    form = {"step": "upload", "doing": "skipped", "why": "改由平台直接上传"}
    assert desk.post("/batches/settings/step", APPROVER, **form).status_code == 303
    assert desk.post("/batches/settings/2/confirm", SECOND_APPROVER).status_code == 303
    form = {"step": "plan", "doing": "done", "why": "改在本系统办理"}
    assert desk.post("/batches/settings/step", APPROVER, **form).status_code == 303


def manage_accounts(desk: BatchDesk, clock: Clock) -> None:
    """Add two accounts, and give one of them other roles."""
    room = desk.room
    secret = open_desk_secret(room.desks, room.vault)
    bureau = Bureau(desks=room.desks, register=room.register, secret=secret, clock=clock)
    for username, role in (("first", Role.AUTHORITY_DIRECTOR), ("second", Role.POLICE)):
        new = NewAccount(username=username, name=f"{username} 某", roles=[role], body=None)
        add_account(bureau, new, made_by="测试")
    change_roles(bureau, "second", ["auditor"], None, by="测试")
    for username in ("confirmed", "waiting"):  # given on a page by the first
        new = NewAccount(username=username, name="某警官", roles=["police"], body=None)
        add_account(bureau, new, made_by="first 某", giver=1)
    with transaction(room.desks) as session:  # the one of them set up, as its person does
        own = update(AccountRow).where(AccountRow.username == "confirmed")
        session.execute(own.values(password="x", totp_secret="x"))
    new = NewAccount(username="third", name="另一主任", roles=["authority_director"], body=None)
    add_account(bureau, new, made_by="测试")
    [standing, _] = list_waiting(bureau, THIRD)
    confirm_roles(bureau, "confirmed", THIRD, seen=standing.seen)


def edit(watched: Watched, *statements: str) -> None:
    """Do what an insider does, with the bare driver."""
    with closing(sqlite3.connect(watched.path)) as insider:
        assert all(insider.execute(one).rowcount > 0 for one in statements)
        insider.commit()


@pytest.fixture
def spoilable(watched: Watched) -> Iterator[Watched]:
    """The same desks, as they were again after the test."""
    with spoiled(watched):
        yield watched


@contextmanager
def spoiled(watched: Watched) -> Iterator[None]:
    """Put the desks' database back at the end of a block."""
    desks = watched.desk.room.desks
    desks.dispose()
    with closing(sqlite3.connect(watched.path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = watched.path.read_bytes()
    try:
        yield
    finally:
        desks.dispose()
        for suffix in ("-wal", "-shm"):
            watched.path.with_name(f"{DESK_DATABASE_FILE}{suffix}").unlink(missing_ok=True)
        watched.path.write_bytes(kept)


def test_what_the_desks_leave_behind_has_no_fault(watched: Watched) -> None:
    assert watched.faults() == []


def test_a_mark_changed_after_approval_with_the_passphrase_is_found(spoilable: Watched) -> None:
    desk, number = spoilable.desk, spoilable.numbers[0]
    room = desk.room
    with reading(room.register) as register, transaction(room.desks) as desks:
        award = register.scalars(select(Award).where(Award.number == number)).one()
        record = dict(read_exam_record(desks, room.vault, award))
        record["marks"] = dict.fromkeys(record["marks"], "99")
        record["entries"] = [{**one, "text": "99", "by": "另一人"} for one in record["entries"]]
        key, text = AESGCM(open_data_key(room.vault, award)), json.dumps(record).encode()
        desks.get_one(ExamRecord, number).sealed = seal(key, f"exam-record {number}", text)
    found = [(one.table, one.row, one.code) for one in spoilable.faults()]
    assert found == [("exam_records", number, "desk_differs")]
    page = desk.get(f"/batches/{spoilable.draft}/scores").text
    assert "成绩记录缺失或已被改动" in page and number in page and "99" not in page
    assert desk.post(f"/certificates/{award.id}/open", ground="窗口核对本人").status_code == 302
    page = desk.get(f"/certificates/{award.id}").text
    assert "考核记录缺失，或与签发时审计记录中的摘要不符" in page
    sent = desk.post(f"/batches/{spoilable.draft}/upload/package.zip")
    assert sent.status_code == 409 and f"证书 {number} 的考核记录缺失" in sent.text


def test_deleted_records_are_missed_and_nothing_untrue_is_said(spoilable: Watched) -> None:
    desk = spoilable.desk
    edit(spoilable, "DELETE FROM exam_records", "DELETE FROM exam_record_proofs")
    found = [(one.table, one.row, one.code) for one in spoilable.faults()]
    assert found == [("exam_records", one, "desk_missing") for one in spoilable.numbers]
    page = desk.get(f"/batches/{spoilable.draft}/scores").text
    assert "成绩记录缺失或已被改动" in page and "没有在此录入" not in page


PLANTED = {
    "submitter": ("UPDATE batch_drafts SET submitter = '无名氏'", "batch_drafts", "desk_differs"),
    "decider": ("UPDATE batch_drafts SET decider = '别人'", "batch_drafts", "desk_differs"),
    "decided_at": (
        "UPDATE batch_drafts SET decided_at = '2020-01-01 00:00:00.000000'",
        "batch_drafts",
        "desk_differs",
    ),
    "state": ("UPDATE batch_drafts SET state = 'preparing'", "batch_drafts", "desk_differs"),
    "deleted": ("UPDATE batch_drafts SET state = 'deleted'", "batch_drafts", "desk_differs"),
    "batch": ("DELETE FROM batch_drafts", "batch_drafts", "desk_missing"),
    "setter": (
        "UPDATE body_settings SET setter = '某人' WHERE id = 2",
        "body_settings",
        "desk_unexpected",
    ),
    "setting gone": ("DELETE FROM body_settings WHERE id = 3", "body_settings", "desk_missing"),
    "confirmer": (
        "UPDATE body_settings_confirmed SET confirmer = '另一人' WHERE setting_id = 1",
        "body_settings_confirmed",
        "desk_unexpected",
    ),
    "confirmation gone": (
        "DELETE FROM body_settings_confirmed WHERE setting_id = 2",
        "body_settings_confirmed",
        "desk_missing",
    ),
    "setting planted": (
        "INSERT INTO body_settings (prefix, name, value, ground, set_at, set_by, setter) "
        "SELECT prefix, 'step_scores', 'done', ground, set_at, set_by, setter "
        "FROM body_settings WHERE id = 1",
        "body_settings",
        "desk_unexpected",
    ),
    "role": (
        "INSERT INTO account_roles SELECT id, 'authority_director' FROM accounts "
        "WHERE username = 'second'",
        "accounts",
        "desk_differs",
    ),
    "role withdrawn": (
        "UPDATE account_roles SET role = 'police' WHERE role = 'auditor'",
        "accounts",
        "desk_differs",
    ),
    "role confirmed": (
        "UPDATE account_role_confirmations SET confirmed_by = 5 WHERE confirmed_by IS NULL",
        "accounts",
        "desk_differs",
    ),
    "role no longer to be confirmed": (
        "DELETE FROM account_role_confirmations WHERE confirmed_by IS NULL",
        "accounts",
        "desk_differs",
    ),
    "role confirmed by another": (
        "UPDATE account_role_confirmations SET confirmed_by = 1 WHERE confirmed_by = 5",
        "accounts",
        "desk_differs",
    ),
    "role given by another": (
        "UPDATE account_role_confirmations SET given_by = 5 WHERE confirmed_by IS NULL",
        "accounts",
        "desk_differs",
    ),
    "link shown to another": (
        "UPDATE account_handovers SET made_by = 5",
        "accounts",
        "desk_differs",
    ),
    "link shown to nobody": ("DELETE FROM account_handovers", "accounts", "desk_differs"),
    "name": ("UPDATE accounts SET name = '别人' WHERE id = 1", "accounts", "desk_differs"),
    "account gone": ("DELETE FROM accounts WHERE id = 1", "accounts", "desk_missing"),
    "account planted": (
        "UPDATE accounts SET username = 'other' WHERE id = 1",
        "accounts",
        "desk_unexpected",
    ),
    "case": ("DELETE FROM police_cases WHERE id = 2", "police_cases", "desk_missing"),
    "case planted": ("UPDATE police_cases SET id = 9 WHERE id = 2", "police_cases", "desk_missing"),
}


@pytest.mark.parametrize("place", PLANTED)
def test_a_change_behind_the_desks_back_is_found_where_it_is(
    spoilable: Watched, place: str
) -> None:
    statement, table, code = PLANTED[place]
    edit(spoilable, statement)
    found = spoilable.faults()
    assert (table, code) in {(one.table, one.code) for one in found}
    assert {one.table for one in found} == {table}


def test_a_case_written_anew_in_place_of_a_deleted_one_is_found(spoilable: Watched) -> None:
    edit(
        spoilable,
        "DELETE FROM police_case_events WHERE case_id = 2",
        "DELETE FROM police_cases WHERE id = 2",
    )
    police = spoilable.desk.app.extensions[EXTENSION]
    officer = Officer(account_id=11, name="周警官")
    assert open_case(police, officer, reference="受案字3号", about="另一案") == 2
    found = [(one.table, one.row, one.code) for one in spoilable.faults()]
    assert found == [("police_cases", "#2", "desk_differs")]
