"""What waits for the public log goes in only as the office itself appended it, and only once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from issuer.desk import Desk
from issuer.errors import LogRefused
from issuer.filing_trace import leaf_of
from issuer.fsck.run import fsck
from issuer.log_desk import office_of
from issuer.log_publishing import publish_log
from issuer.vault_rotation import rotate_vault
from log.leaves import CopyLeaf, FilingLeaf, LeafKind, TrustLeaf, decode_body, encode_body
from registry.errors import VaultError
from registry.filing_models import FilingAct
from registry.log_models import LogEntry
from registry.log_reader import LogReader
from registry.logbook import Waiting, append, append_all
from registry.models import Copy, KeyDocumentIssue, Site
from registry.session import reading, transaction
from registry.vault import Vault
from tests.drills.office import NOW
from tests.issuer.vault_homes import Issued, passphrase


@pytest.fixture
def desk(issued: Issued) -> Iterator[Desk]:
    with issued.desk() as desk:
        yield desk


def file_leaf_of(copy: Copy) -> CopyLeaf:
    """Return a leaf of another file of a copy."""
    return CopyLeaf(prefix=copy.award.number[:13], file_sha256=bytes(32))


def append_one(desk: Desk, vault: Vault) -> None:
    """Append a leaf as who holds `vault`."""
    with transaction(desk.engine) as session:
        copy = session.get_one(Copy, 1)
        append_all(session, vault, [Waiting(file_leaf_of(copy), copy.award_id, copy.id)])


def waiting(session: Session) -> LogEntry:
    return session.scalars(select(LogEntry).where(LogEntry.leaf_index.is_(None))).one()


def logged(desk: Desk) -> int:
    return publish_log(office_of(desk)).added


def test_what_the_office_appended_goes_in_and_carries_its_mark_no_longer(desk: Desk) -> None:
    append_one(desk, desk.vault)
    with reading(desk.engine) as session:
        assert waiting(session).row_mark is not None
    assert logged(desk) == 1
    with reading(desk.engine) as session:
        assert set(session.scalars(select(LogEntry.row_mark))) == {None}


def move_to_another_copy(entry: LogEntry) -> None:
    entry.copy_id = 2


def move_to_another_award(entry: LogEntry) -> None:
    entry.award_id = 2


def take_the_mark_away(entry: LogEntry) -> None:
    entry.row_mark = None


def name_another_file(entry: LogEntry) -> None:
    entry.body = encode_body(CopyLeaf(prefix="S000012000123", file_sha256=bytes(31) + b"\1"))


def change_its_kind(entry: LogEntry) -> None:
    entry.kind = LeafKind.ISSUE


@pytest.mark.parametrize(
    "edit",
    [
        move_to_another_copy,
        move_to_another_award,
        take_the_mark_away,
        name_another_file,
        change_its_kind,
    ],
)
def test_an_entry_that_was_edited_is_refused_and_told(
    issued: Issued, desk: Desk, edit: Callable[[LogEntry], None]
) -> None:
    append_one(desk, desk.vault)
    with transaction(desk.engine) as session:
        edit(waiting(session))
    with pytest.raises(LogRefused, match="log_entry_unproved"):
        logged(desk)
    assert ("log_entries", "row_mark") in {
        (fault.table, fault.field) for fault in fsck(issued.home, desk.engine, desk.vault)
    }


def test_an_entry_by_somebody_without_the_vault_is_refused(desk: Desk) -> None:
    append_one(desk, Vault(b"?" * 32))
    with pytest.raises(LogRefused, match="log_entry_unproved"):
        logged(desk)


def test_an_entry_copied_with_its_mark_goes_in_only_once(desk: Desk) -> None:
    append_one(desk, desk.vault)
    with transaction(desk.engine) as session:
        entry = waiting(session)
        row = {
            name: getattr(entry, name)
            for name in ("kind", "body", "award_id", "copy_id", "row_mark")
        }
    assert logged(desk) == 1
    with transaction(desk.engine) as session:
        session.execute(insert(LogEntry), [row])
    with pytest.raises(LogRefused, match="log_entry_unproved"):
        logged(desk)


def test_a_leaf_about_an_award_is_of_a_kind_that_is_marked(desk: Desk) -> None:
    with transaction(desk.engine) as session:
        session.execute(
            insert(LogEntry),
            [
                {
                    "kind": LeafKind.FILING,
                    "body": encode_body(file_leaf_of(session.get_one(Copy, 1))),
                }
            ],
        )
    with pytest.raises(LogRefused, match="log_entry_unproved"):
        logged(desk)


def planted_act(session: Session) -> FilingLeaf:
    """Return the leaf of an act that somebody puts among the acts by SQL, where nothing sees it."""
    act = session.scalars(select(FilingAct)).first()
    assert act is not None
    columns = [column.name for column in FilingAct.__table__.columns if column.name != "id"]
    row = {name: getattr(act, name) for name in columns} | {"reference": "津人社〔2026〕99号"}
    session.execute(insert(FilingAct), [row])
    prefix = session.get_one(Site, act.site_id).prefix
    leaf = leaf_of(act, prefix)
    return dataclasses.replace(leaf, detail={**leaf.detail, "reference": row["reference"]})


def replayed_act(session: Session) -> FilingLeaf:
    act = session.scalars(select(FilingAct).where(FilingAct.logged)).first()
    assert act is not None
    return leaf_of(act, session.get_one(Site, act.site_id).prefix)


def invented_list(_: Session) -> TrustLeaf:
    return TrustLeaf(version=99, sha256=bytes(32))


def replayed_list(session: Session) -> TrustLeaf:
    body = session.scalars(select(LogEntry.body).where(LogEntry.kind == LeafKind.TRUST)).first()
    leaf = decode_body(body or b"")
    assert isinstance(leaf, TrustLeaf)
    return leaf


@pytest.mark.parametrize("plant", [planted_act, replayed_act, invented_list, replayed_list])
def test_a_leaf_that_no_row_of_the_office_makes_is_refused(
    issued: Issued, desk: Desk, plant: Callable[[Session], FilingLeaf | TrustLeaf]
) -> None:
    before = LogReader(issued.home.log_folder).checkpoint().checkpoint.size
    with Session(desk.engine) as session:  # none of the office's transactions
        append(session, plant(session))
        session.commit()
    with pytest.raises(LogRefused, match="log_entry_unproved"):
        logged(desk)
    assert LogReader(issued.home.log_folder).checkpoint().checkpoint.size == before


def test_a_list_in_the_log_that_the_office_never_put_in_force_is_a_fault(
    issued: Issued, desk: Desk
) -> None:
    with Session(desk.engine) as session:
        session.execute(update(KeyDocumentIssue).values(sha256=bytes(32)))
        session.commit()
    assert any(
        fault.table == "log_entries" and fault.code == "unexpected"
        for fault in fsck(issued.home, desk.engine, desk.vault)
    )


def test_nothing_is_logged_before_it_was_put_on_record(desk: Desk) -> None:
    append_one(desk, desk.vault)
    later = NOW + timedelta(hours=1)
    with transaction(desk.engine) as session:
        session.get_one(Copy, 1).award.recorded_at = later
    with pytest.raises(LogRefused, match="log_clock_behind"):
        logged(desk)
    publish_log(dataclasses.replace(office_of(desk), clock=lambda: later - timedelta(seconds=5)))
    with reading(desk.engine) as session:
        assert session.scalar(select(func.max(LogEntry.logged_at))) == later


def test_what_waits_goes_in_after_the_vault_key_was_replaced(issued: Issued) -> None:
    with issued.desk() as before:
        append_one(before, before.vault)
        rotate_vault(before.engine, issued.home, passphrase(), lambda _: None)
        with pytest.raises(VaultError, match="vault_key_changed"):
            logged(before)
    with issued.desk() as after:
        assert logged(after) == 1
