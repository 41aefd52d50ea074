"""What the desks hold under the vault goes over to the next key, and no column is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, LargeBinary, func, select
from sqlalchemy.orm import Session

from issuer.application_drafts import DRAFT_FILE, add_file, start_draft
from issuer.batch_approval import approval_mark
from issuer.batch_drafts import begin
from issuer.batch_room import BATCH_KEY, BatchRoom
from issuer.batch_upload import UPLOAD_REASON
from issuer.complaints import ANSWER as COMPLAINT_ANSWER
from issuer.complaints import FILE as COMPLAINT_FILE
from issuer.complaints import REASON as COMPLAINT_REASON
from issuer.complaints import WORDS as COMPLAINT_WORDS
from issuer.desk_moving import MOVED, move_desks
from issuer.kept_exams import EXAM_KEPT
from issuer.quality_checks import (
    CheckOutcome,
    Finding,
    close_check,
    conclusion_of,
    note_finding,
    words_of,
)
from issuer.vault_rotation import rotate_vault
from registry.batch_models import BatchDraft
from registry.case_models import CaseEvent, CaseItem, CaseQuestion, CaseReading, PoliceCase
from registry.case_sealed import CASE_COLUMNS
from registry.cases import new_key
from registry.complaint_answers import ComplaintOffice
from registry.complaint_models import Complaint, ComplaintHandOver
from registry.desk_database import (
    DESK_DATABASE_VARIABLE,
    DeskBase,
    desk_database_url,
    open_desk_engine,
    open_desks,
)
from registry.desk_sealed import SealedColumn
from registry.desk_secret import open_desk_secret
from registry.employer_models import EMPLOYER_SEALED, EmployerCheck, Webhook
from registry.errors import HomeError, VaultError
from registry.exam_models import BatchExamKept, UploadReceipt
from registry.filing_desk_models import FilingDraft, FilingDraftFile, QualityCheck, QualityItem
from registry.home import Home
from registry.schema import open_registry
from registry.session import reading, transaction
from registry.vault import Vault
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.batch_desk import CLERK
from tests.issuer.desks import PREFIX

NUMBER = "S000012000123263000011"
WORDS, CONCLUSION, CONTENT = "张某的考评记录缺失", "抽查不合格", "营业执照".encode()

# What is sealed or in bytes, yet not under the vault itself, and why it need not be moved.
NOT_MOVED = {
    "desk_secret.sealed": "moved first, by open_desk_secret",
    "batch_drafts.sheet_sealed": "under the key of the batch",
    "batch_drafts.reason_sealed": "under the key of the batch",
    "batch_drafts.mark": "made by the key of the batch",
    "batch_rows.cells_sealed": "under the key of the batch",
    "batch_rows.findings_sealed": "under the key of the batch",
    "batch_photos.about_sealed": "under the key of the batch",
    "batch_courses.plan_sealed": "under the key of the batch",
    "batch_courses.notice_sealed": "under the key of the batch",
    "batch_candidates.person": "made by the key of the batch",
    "batch_candidates.cells_sealed": "under the key of the batch",
    "batch_candidates.eligibility_sealed": "under the key of the batch",
    "batch_candidates.scores_sealed": "under the key of the batch",
    "batch_resits.people": "made by the key of the batch",
    "batch_objections.words_sealed": "under the key of the batch",
    "exam_records.sealed": "under the award's own key, which moves in the register",
    "exam_record_proofs.path": "hashes",
    "employer_checks.token_sealed": "under the desks' secret, for a day",
    "accounts.totp_secret": "under the desks' secret",
    "account_passkeys.credential_id": "public",
    "account_passkeys.public_key": "public",
}


@pytest.fixture
def room(home: Home) -> Iterator[BatchRoom]:
    """The desks of a home, with something of every kind under its vault."""
    desks = open_desk_engine(desk_database_url(home))
    with open_registry(home.database_url) as register:
        room = BatchRoom(
            home=home,
            passphrase=PASSPHRASE,
            vault=home.vault(PASSPHRASE),
            desks=desks,
            register=register,
            public_url="",
            clock=lambda: NOW,
        )
        open_desk_secret(desks, room.vault)
        fill(room, "一")
        yield room
    desks.dispose()


def fill(room: BatchRoom, name: str) -> None:
    """Put something into every column that the vault seals."""
    begin(room, CLERK, prefix=PREFIX, name=name, layout="standard")
    with transaction(room.desks) as session:
        draft = start_draft(session, "赵经办", now=NOW)
        add_file(draft, room.vault, title="营业执照", file="a.pdf", content=CONTENT)
        check = new_check()
        session.add(check)
        session.flush()
        note_finding(check, room.vault, 1, Finding.SERIOUS, WORDS, found_by="赵", now=NOW)
        fill_employers(session, room.vault)
        outcome = CheckOutcome.TO_MEND
        close_check(check, room.vault, outcome, CONCLUSION, closed_by="钱", now=NOW)
        complaint = Complaint(
            receipt_sha256=name,
            office=ComplaintOffice.AUTHORITY,
            kind="other",
            sent_at=NOW,
            taken_at=NOW,
            due_on=NOW.date(),
        )
        session.add(complaint)
        for column in (COMPLAINT_WORDS, COMPLAINT_FILE, COMPLAINT_ANSWER):
            column.put(complaint, room.vault, CONTENT)
        handed = ComplaintHandOver(office="police", handed_by="赵", handed_at=NOW)
        complaint.handed_over.append(handed)
        session.flush()
        COMPLAINT_REASON.put(handed, room.vault, WORDS.encode())
        receipt = UploadReceipt(
            draft_id=1, number=NUMBER, accepted=False, noted_at=NOW, noted_by="王经办"
        )
        session.add(receipt)
        UPLOAD_REASON.put(receipt, room.vault, WORDS.encode())
        exam = BatchExamKept(draft_id=session.scalars(select(func.max(BatchDraft.id))).one())
        session.add(exam)
        EXAM_KEPT.put(exam, room.vault, WORDS.encode())
        fill_case(session, room.vault)


def fill_case(session: Session, vault: Vault) -> None:
    """Put something into every column of a case that the vault seals."""
    case = PoliceCase(
        key=new_key(), reference="一", state="open", opened_by_id=1, opened_by="周", opened_at=NOW
    )
    session.add(case)
    session.flush()
    mine = {"case_id": case.id}
    received = {"received_at": NOW, "received_by": "周", "outcome": ""}
    asked = {"prefix": PREFIX, "number": "1", "asked_by": "周", "asked_at": NOW}
    read = {"number": "1", "account_id": 1, "reader": "周", "ground": "查", "reference": "一"}
    rows: list[Any] = [
        CaseItem(place=1, kind="file", **mine, **received),
        CaseEvent(place=1, sha256="00", **mine),
        CaseQuestion(due_on=NOW.date(), **mine, **asked),
        CaseReading(read_at=NOW, **mine, **read),
    ]
    for row in rows:
        row.key = new_key()
    session.add_all(rows)
    for column in CASE_COLUMNS:
        (row,) = (one for one in (case, *rows) if isinstance(one, column.table))
        column.put(row, vault, b"x")


def fill_employers(session: Session, vault: Vault) -> None:
    """Put something into every column of the employers' desk that the vault seals."""
    kept = EmployerCheck(account_id=1, state="done", made_at=NOW, keep_until=NOW)
    hook = Webhook(account_id=1, url="https://hr.example.com/", made_at=NOW)
    session.add(kept)
    session.flush()  # what is sealed in it is bound to its number
    session.add(hook)
    columns: tuple[SealedColumn[Any], ...] = EMPLOYER_SEALED
    for column in columns:
        row = kept if column.table is EmployerCheck else hook
        column.put(row, vault, f"{column.name} 张某".encode())


def new_check() -> QualityCheck:
    return QualityCheck(
        prefix=PREFIX,
        first_day=NOW.date(),
        last_day=NOW.date(),
        seed="00",
        population=1,
        population_sha256="00",
        drawn_by="赵",
        drawn_at=NOW,
        items=[QualityItem(place=1, number=NUMBER)],
    )


def rotate(room: BatchRoom) -> Vault:
    """Replace the vault key and return the vault that knows the new one alone."""
    rotate_vault(room.register, room.home, PASSPHRASE, lambda _: None)
    keys = room.home.vault_keys(PASSPHRASE)
    assert len(keys.keys) == 1
    return Vault(keys)


def opened(desks: Engine, vault: Vault) -> list[bytes]:
    """Return everything that `vault` opens in the columns that are moved."""
    with reading(desks) as session:
        rows = [(one, row) for one in MOVED for row in session.scalars(select(one.table))]
        return [one.read(row, vault) or b"" for one, row in rows]


def test_all_is_read_afterwards_by_the_new_key_alone(room: BatchRoom) -> None:
    old, before = room.vault, opened(room.desks, room.vault)
    secret = open_desk_secret(room.desks, old)
    new = rotate(room)
    assert len(before) == len(MOVED) and opened(room.desks, new) == before
    assert open_desk_secret(room.desks, new) == secret
    with reading(room.desks) as session:
        file = session.scalars(select(FilingDraftFile)).one()
        assert DRAFT_FILE.read(file, new) == CONTENT
        check = session.scalars(select(QualityCheck)).one()
        assert BATCH_KEY.read(session.scalars(select(BatchDraft)).one(), new) == before[0]
        assert (words_of(new, check.items[0]), conclusion_of(check, new)) == (WORDS, CONCLUSION)
        for column in MOVED:
            with pytest.raises(VaultError, match="sealed_value_altered"):
                column.read(session.scalars(select(column.table)).one(), old)


def test_an_approval_stays_good(room: BatchRoom) -> None:
    def mark(vault: Vault) -> bytes:
        with reading(room.desks) as session:
            draft = session.scalars(select(BatchDraft)).one()
            return approval_mark(replace(room, vault=vault), session, draft)

    before = mark(room.vault)
    assert mark(rotate(room)) == before


@pytest.mark.parametrize("moved", range(len(MOVED) + 1))
def test_killed_anywhere_it_is_gone_on_with_and_all_opens_meanwhile(
    room: BatchRoom, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    before, left = opened(room.desks, room.vault), [moved]
    move = SealedColumn.move

    def die(column: SealedColumn[BatchDraft], desks: Engine, vault: Vault) -> None:
        move(column, desks, vault)
        left[0] -= 1
        if left[0] <= 0:
            raise KeyboardInterrupt

    if moved:
        with monkeypatch.context() as patch:
            patch.setattr(SealedColumn, "move", die)
            with pytest.raises(KeyboardInterrupt):
                rotate(room)
        assert opened(room.desks, room.home.vault(PASSPHRASE)) == before
    assert opened(room.desks, rotate(room)) == before


def test_a_desk_that_opened_the_vault_before_seals_nothing_after(room: BatchRoom) -> None:
    new = rotate(room)
    with pytest.raises(VaultError, match="vault_key_changed"):
        begin(room, CLERK, prefix=PREFIX, name="二", layout="standard")
    with (
        pytest.raises(VaultError, match="vault_key_changed"),
        transaction(room.desks) as session,
    ):
        draft = session.scalars(select(FilingDraft)).one()
        add_file(draft, room.vault, title="二", file="b.pdf", content=CONTENT)
    with reading(room.desks) as session:
        assert len(session.scalars(select(BatchDraft)).all()) == 1
    assert len(opened(room.desks, new)) == len(MOVED)


def test_a_desk_that_runs_on_works_on_by_the_new_key(room: BatchRoom) -> None:
    new = rotate(room)
    fill(replace(room, vault=new), "二")
    assert len(opened(room.desks, new)) == 2 * len(MOVED)


def test_a_home_whose_desks_were_never_opened_stays_without_them(home: Home) -> None:
    with open_registry(home.database_url) as register:
        rotate_vault(register, home, PASSPHRASE, lambda _: None)
    assert not Path(desk_database_url(home).removeprefix("sqlite:///")).exists()
    move_desks(home, home.vault(PASSPHRASE))
    assert not Path(desk_database_url(home).removeprefix("sqlite:///")).exists()


def test_without_the_setting_of_desks_elsewhere_nothing_is_changed(
    home: Home, tmp_path: Path
) -> None:
    elsewhere = {DESK_DATABASE_VARIABLE: f"sqlite:///{tmp_path / 'elsewhere.sqlite3'}"}
    open_desks(home, elsewhere).dispose()
    with (
        open_registry(home.database_url) as register,
        pytest.raises(HomeError, match="desk_database_elsewhere"),
    ):
        rotate_vault(register, home, PASSPHRASE, lambda _: None)
    assert home.vault_keys(PASSPHRASE).generation == 1
    with pytest.raises(HomeError, match="desk_database_elsewhere"):
        open_desks(home, {})
    open_desks(home, elsewhere).dispose()
    assert not (home.path / "desk.sqlite3").exists()


def test_no_column_is_forgotten(home: Home) -> None:
    open_desk_engine(desk_database_url(home)).dispose()  # every table belongs to the base now
    found = {
        f"{table.name}.{column.name}"
        for table in DeskBase.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
        or any(word in column.name for word in ("sealed", "secret"))
    }
    moved = {f"{one.table.__tablename__}.{one.name}" for one in MOVED}
    assert moved.isdisjoint(NOT_MOVED)
    assert found == moved | set(NOT_MOVED)
