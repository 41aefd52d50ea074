"""Reissues and archive duplicates: one copy in force at every moment, nothing made twice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from codes.levels import Level
from codes.record import decode_record
from issuer.awarding import read_data_key, record_copies
from issuer.copy_list import AwardCopies, list_copies
from issuer.copy_rows import ChosenCopies
from issuer.copy_run import CopyOutcome, archive_batch, archive_numbers, export_again
from issuer.copy_run import reissue as make_reissue
from issuer.copying import preview_reissue, reserve_archives, reserve_reissue
from issuer.custody import retire_key
from issuer.delivery import certificate_file_name
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.faces import face_of
from issuer.filing import find_site
from issuer.issuing import finish_copies
from issuer.publishing import publish
from issuer.root_custody import open_root_keys
from keys.envelope import decode_envelope
from registry.access import unseal_envelope
from registry.home import Home
from registry.log_reader import LogReader
from registry.models import Access, Copy, CopyKind, CopyState, ReissueReason
from registry.row_reader import RowReader
from registry.session import reading, transaction
from templates.fonts import FontChain
from tests.conftest import PASSPHRASE
from tests.issuer.desks import PREFIX, desk_at, issue, people, take_back, write_people
from tests.issuer.lives import issue_two
from verifier.key_source import home_source
from verifier.service import Verifier
from verifier.verdict import Outcome, Status, Verdict

NUMBER = f"{PREFIX}263000001"
SECOND = f"{PREFIX}263000002"
FIRST_SERIAL = "202600000001"
PERSON = people(Level.THREE, 1)[0]
LATER = datetime(2027, 2, 1, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def issued_once(empty_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose home has two certificates of one batch; nothing here changes it."""
    folder = tmp_path_factory.mktemp("issued")
    shutil.copytree(empty_once, folder / "home")
    issue_two(Home.open(folder / "home", environment={}), folder)
    return folder


@pytest.fixture
def issued(issued_once: Path, tmp_path: Path) -> Home:
    """A home with two certificates of one batch."""
    shutil.copytree(issued_once, tmp_path, dirs_exist_ok=True)
    return Home.open(tmp_path / "home", environment={})


@pytest.fixture
def desk(issued: Home) -> Iterator[Desk]:
    """The body's desk, the next year."""
    with desk_at(issued, clock=lambda: LATER) as desk:
        yield desk


@pytest.fixture
def any_desk(any_home: Home, tmp_path: Path) -> Iterator[Desk]:
    """The same on each kind of database in turn."""
    with desk_at(issue_two(any_home, tmp_path), clock=lambda: LATER) as desk:
        yield desk


def silent(*_: object) -> None:
    """Tell nobody how far it is."""


def reissue(desk: Desk, out: Path, replaces: str = FIRST_SERIAL) -> CopyOutcome:
    return make_reissue(
        desk,
        NUMBER,
        reason=ReissueReason.LOST,
        replaces=replaces,
        out=out,
        fonts=FontChain(),
        progress=silent,
    )


def reserve(desk: Desk) -> int:
    return reserve_reissue(desk, NUMBER, reason=ReissueReason.LOST, replaces=FIRST_SERIAL).copy_id


def on_record(desk: Desk, number: str = NUMBER) -> AwardCopies:
    with reading(desk.engine) as session:
        return list_copies(session, number)


def states(desk: Desk) -> list[CopyState]:
    return [copy.state for copy in on_record(desk).copies]


def qr_texts(desk: Desk) -> list[str]:
    query = select(Copy).where(Copy.award.has(number=NUMBER)).order_by(Copy.id)
    with reading(desk.engine) as session:
        return [face_of(desk, copy).qr_text for copy in session.scalars(query)]


def ask(
    desk: Desk, question: str, *, name: str | None = None, file: bytes | None = None
) -> Verdict:
    verifier = Verifier(
        home_source(desk.home),
        RowReader(desk.engine).reading,
        desk.pepper,
        lambda: LATER,
        log=LogReader(desk.home.log_folder),
    )
    try:
        if file is not None:
            return verifier.verify_file(file, question)
        if name is not None:
            return verifier.verify_number(question, name=name)
        return verifier.verify_qr(question)
    finally:
        verifier.close()


def codes_of(verdict: Verdict) -> set[str]:
    return {finding.code for finding in verdict.findings}


def test_the_old_copy_is_void_and_the_new_one_in_force(desk: Desk, tmp_path: Path) -> None:
    before = export_again(desk, "一", out=tmp_path / "before", fonts=FontChain(), progress=silent)
    ((_, first_file), *_) = before.files
    outcome = reissue(desk, tmp_path / "again")
    old, new = qr_texts(desk)

    assert ask(desk, old).outcome is Outcome.NOT_CURRENT
    assert ask(desk, old).status is Status.SUPERSEDED
    assert ask(desk, new).outcome is Outcome.VALID
    by_name = ask(desk, NUMBER, name=PERSON.name)
    assert by_name.outcome is Outcome.VALID
    assert "copy_reissued" in codes_of(by_name)
    assert by_name.certificate is not None
    assert by_name.certificate.print_serial == "202600000003"

    ((number, file),) = outcome.files
    assert number == NUMBER
    assert ask(desk, file.name, file=file.read_bytes()).outcome is Outcome.VALID
    old_file = ask(desk, first_file.name, file=first_file.read_bytes())
    assert (old_file.outcome, old_file.status) == (Outcome.NOT_CURRENT, Status.SUPERSEDED)


def test_a_reissue_says_the_same_under_its_own_serials(desk: Desk, tmp_path: Path) -> None:
    reissue(desk, tmp_path / "again")
    query = select(Copy).where(Copy.award.has(number=NUMBER)).order_by(Copy.id)
    with reading(desk.engine) as session:
        records = []
        for copy in session.scalars(query):
            key = read_data_key(desk, copy.award)
            envelope = decode_envelope(unseal_envelope(key, copy, copy.envelope_sealed or b""))
            records.append(decode_record(envelope.payload))
        faces = [face_of(desk, copy) for copy in session.scalars(query)]
    old, new = records
    for fact in ("number", "record_version", "holder_name", "commitment", "issued_on", "key_id"):
        assert getattr(old, fact) == getattr(new, fact)
    assert old.print_serial != new.print_serial
    assert old.status_index != new.status_index
    assert [face.remark for face in faces] == [
        None,
        f"2027年2月1日补发，原证书（印制流水码 {FIRST_SERIAL}）作废",
    ]


def test_the_ways_in_are_given_once_and_each_copy_has_one(desk: Desk, tmp_path: Path) -> None:
    reissue(desk, tmp_path / "again")
    archive_numbers(desk, [NUMBER], out=tmp_path / "archive", fonts=FontChain(), progress=silent)
    with reading(desk.engine) as session:
        of_award = select(func.count()).where(Access.award_id == 1)
        assert session.scalar(of_award.where(Access.copy_id.is_(None))) == 2
        assert session.scalar(of_award.where(Access.copy_id.is_not(None))) == 3


def test_a_crash_after_any_step_leaves_one_copy_in_force_and_is_finished_by_the_same_call(
    any_desk: Desk, tmp_path: Path
) -> None:
    desk = any_desk
    copy_id = reserve(desk)
    assert states(desk) == [CopyState.CURRENT, CopyState.RESERVED]
    assert ask(desk, NUMBER, name=PERSON.name).outcome is Outcome.VALID
    assert preview_reissue(desk, NUMBER).begun

    record_copies(desk, ChosenCopies(ids=(copy_id,)), silent)
    assert states(desk) == [CopyState.SUPERSEDED, CopyState.CURRENT]
    preview = preview_reissue(desk, NUMBER)
    assert (preview.begun, preview.replaces) == (True, FIRST_SERIAL)

    outcome = reissue(desk, tmp_path / "again")
    assert [(copy.copy_id, copy.new) for copy in outcome.copies] == [(copy_id, False)]
    assert states(desk) == [CopyState.SUPERSEDED, CopyState.CURRENT]
    assert not preview_reissue(desk, NUMBER).begun


def test_a_reissue_begun_and_left_is_finished_with_its_batch(desk: Desk, tmp_path: Path) -> None:
    reserve(desk)
    roster = write_people(tmp_path / "in", people(Level.THREE, 2))
    outcome = issue(desk, roster, tmp_path / "out")
    assert len(outcome.files) == 2
    assert states(desk) == [CopyState.SUPERSEDED, CopyState.CURRENT]


def test_asked_twice_there_is_one_reissue(desk: Desk, tmp_path: Path) -> None:
    first = reissue(desk, tmp_path / "a")
    second = reissue(desk, tmp_path / "b")
    assert [copy.new for copy in first.copies + second.copies] == [True, False]
    assert first.files[0][1].read_bytes() == second.files[0][1].read_bytes()


def test_a_reissue_can_be_reissued_and_only_the_copy_in_force(desk: Desk, tmp_path: Path) -> None:
    (first,) = reissue(desk, tmp_path / "a").copies
    reissue(desk, tmp_path / "b", replaces=first.print_serial)
    assert states(desk) == [CopyState.SUPERSEDED, CopyState.SUPERSEDED, CopyState.CURRENT]
    with pytest.raises(IssuerError, match="copy_not_current"):
        reissue(desk, tmp_path / "c")
    with pytest.raises(IssuerError, match="copy_unknown"):
        reissue(desk, tmp_path / "c", replaces="202600000099")


def test_an_archive_duplicate_is_genuine_and_says_what_it_is(desk: Desk, tmp_path: Path) -> None:
    outcome = archive_numbers(
        desk, [NUMBER], out=tmp_path / "archive", fonts=FontChain(), progress=silent
    )
    assert states(desk) == [CopyState.CURRENT, CopyState.ARCHIVE]
    original, duplicate = (ask(desk, text) for text in qr_texts(desk))
    assert (original.outcome, duplicate.outcome) == (Outcome.VALID, Outcome.VALID)
    assert "copy_archive" in codes_of(duplicate) - codes_of(original)
    by_name = ask(desk, NUMBER, name=PERSON.name)
    assert not {"copy_archive", "copy_reissued"} & codes_of(by_name)
    ((_, file),) = outcome.files
    assert file.name == f"{NUMBER}-{PERSON.name}-存档副本.pdf"
    assert "copy_archive" in codes_of(ask(desk, file.name, file=file.read_bytes()))


def test_a_batch_is_archived_once_however_often_asked(any_desk: Desk, tmp_path: Path) -> None:
    desk = any_desk
    archive_numbers(desk, [SECOND], out=tmp_path / "a", fonts=FontChain(), progress=silent)
    outcome = archive_batch(desk, "一", out=tmp_path / "b", fonts=FontChain(), progress=silent)
    again = archive_batch(desk, "一", out=tmp_path / "c", fonts=FontChain(), progress=silent)
    assert [copy.new for copy in outcome.copies + again.copies] == [True, False, False, False]
    assert [number for number, _ in again.files] == [NUMBER, SECOND]


def test_an_archive_begun_and_left_is_finished(desk: Desk, tmp_path: Path) -> None:
    reserve_archives(desk, [NUMBER], silent)
    assert states(desk) == [CopyState.CURRENT, CopyState.RESERVED]
    archive_numbers(desk, [NUMBER], out=tmp_path / "a", fonts=FontChain(), progress=silent)
    assert states(desk) == [CopyState.CURRENT, CopyState.ARCHIVE]


def test_a_void_copy_is_not_written_out_again(desk: Desk, tmp_path: Path) -> None:
    ((_, new_file),) = reissue(desk, tmp_path / "again").files
    again = export_again(desk, "一", out=tmp_path / "all", fonts=FontChain(), progress=silent)
    assert [(one.why, one.numbers) for one in again.left_out] == [("superseded", (NUMBER,))]
    files = dict(again.files)
    assert set(files) == {NUMBER, SECOND}
    assert files[NUMBER].read_bytes() == new_file.read_bytes()


def test_an_export_has_the_same_bytes_every_time(desk: Desk, tmp_path: Path) -> None:
    for out in ("a", "b", "a.zip", "b.zip"):
        export_again(desk, "一", out=tmp_path / out, fonts=FontChain(), progress=silent)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    first, second = (sorted((tmp_path / name).iterdir()) for name in "ab")
    assert [path.name for path in first] == [path.name for path in second]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@pytest.mark.parametrize("status", ["suspended", "revoked"])
def test_what_is_not_in_force_is_not_copied(desk: Desk, tmp_path: Path, status: str) -> None:
    with transaction(desk.engine) as session:
        session.execute(text("UPDATE awards SET status = :s WHERE id = 1"), {"s": status})
    with pytest.raises(IssuerError, match="award_not_in_force"):
        reissue(desk, tmp_path / "a")
    with pytest.raises(IssuerError, match="award_not_in_force"):
        reserve_archives(desk, [SECOND, NUMBER], silent)
    assert len(on_record(desk, SECOND).copies) == 1


def test_an_unknown_number_is_refused_before_anything_is_reserved(desk: Desk) -> None:
    with pytest.raises(IssuerError, match="award_unknown"):
        preview_reissue(desk, f"{PREFIX}263000099")
    with pytest.raises(IssuerError, match="award_unknown"):
        reserve_archives(desk, [NUMBER, f"{PREFIX}263000099"], silent)
    with pytest.raises(IssuerError, match="award_unknown"):
        on_record(desk, f"{PREFIX}263000099")
    assert len(on_record(desk).copies) == 1


def test_an_unknown_batch_is_refused(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(IssuerError, match="batch_unknown"):
        export_again(desk, "二", out=tmp_path / "a", fonts=FontChain(), progress=silent)
    with pytest.raises(IssuerError, match="batch_unknown"):
        archive_batch(desk, "二", out=tmp_path / "a", fonts=FontChain(), progress=silent)


def test_an_award_that_is_not_finished_is_not_copied(desk: Desk) -> None:
    with transaction(desk.engine) as session:
        session.execute(text("UPDATE copies SET pdf_stored = NULL WHERE award_id = 1"))
    with pytest.raises(IssuerError, match="award_unfinished"):
        preview_reissue(desk, NUMBER)


def test_a_retired_key_makes_no_copy_and_spends_no_serial(issued: Home, tmp_path: Path) -> None:
    with desk_at(issued) as desk, transaction(desk.engine) as session:
        site = find_site(session, PREFIX)
        retire_key(session, site, site.keys[0].key_id, last_day=date(2026, 12, 1))
        publish(session, issued, now=LATER, signers=open_root_keys(issued, PASSPHRASE))
    with desk_at(issued, clock=lambda: LATER) as desk:
        with pytest.raises(IssuerError, match="no_active_key"):
            reissue(desk, tmp_path / "a")
        assert len(on_record(desk).copies) == 1


def test_a_preview_shows_no_name_and_no_document_number(desk: Desk) -> None:
    preview = preview_reissue(desk, NUMBER)
    assert PERSON.name not in preview.holder_masked
    assert PERSON.document_number not in preview.holder_masked
    assert PERSON.name[0] in preview.holder_masked
    assert preview.replaces == FIRST_SERIAL


def test_where_the_folder_cannot_be_written_nothing_becomes_void(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match="file"):
        reissue(desk, tmp_path / "file" / "out")
    assert states(desk) == [CopyState.CURRENT]


def test_a_reissue_that_was_not_delivered_is_delivered_and_not_replaced(
    any_desk: Desk, tmp_path: Path
) -> None:
    desk = any_desk
    again = tmp_path / "again"
    # A folder stands where the certificate's file would go: it cannot be written.
    (again / certificate_file_name(NUMBER, PERSON.name, CopyKind.REISSUE)).mkdir(parents=True)
    with pytest.raises(OSError, match=NUMBER):
        reissue(desk, again)
    assert states(desk) == [CopyState.SUPERSEDED, CopyState.CURRENT]
    preview = preview_reissue(desk, NUMBER)
    assert (preview.begun, preview.replaces) == (True, FIRST_SERIAL)

    outcome = reissue(desk, tmp_path / "elsewhere", replaces=preview.replaces)
    (copy,) = outcome.copies
    assert (copy.print_serial, copy.new, len(outcome.files)) == ("202600000003", False, 1)
    assert states(desk) == [CopyState.SUPERSEDED, CopyState.CURRENT]

    preview = preview_reissue(desk, NUMBER)
    assert (preview.begun, preview.replaces) == (False, copy.print_serial)
    reissue(desk, tmp_path / "third", replaces=preview.replaces)
    assert states(desk) == [CopyState.SUPERSEDED, CopyState.SUPERSEDED, CopyState.CURRENT]


def test_an_undelivered_reissue_that_was_replaced_by_name_is_not_gone_on_with(
    desk: Desk, tmp_path: Path
) -> None:
    (first,) = reissue(desk, tmp_path / "a").copies
    take_back(desk, first.copy_id)
    (second,) = reissue(desk, tmp_path / "b", replaces=first.print_serial).copies
    preview = preview_reissue(desk, NUMBER)
    assert (preview.begun, preview.replaces) == (False, second.print_serial)


def test_writing_a_batch_out_again_delivers_its_reissue(desk: Desk, tmp_path: Path) -> None:
    finish_copies(desk, ChosenCopies(ids=(reserve(desk),)), FontChain(), silent)
    assert preview_reissue(desk, NUMBER).begun
    export_again(desk, "一", out=tmp_path / "all.zip", fonts=FontChain(), progress=silent)
    assert not preview_reissue(desk, NUMBER).begun


def test_pages_already_made_are_left_alone(desk: Desk, tmp_path: Path) -> None:
    before = {path for path in (desk.home.path / "store").rglob("*") if path.is_file()}
    reissue(desk, tmp_path / "a")
    finish_copies(desk, ChosenCopies(ids=(1, 2, 3)), FontChain(), silent)
    after = {path for path in (desk.home.path / "store").rglob("*") if path.is_file()}
    assert len(after - before) == 1
    assert before <= after
