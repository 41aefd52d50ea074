"""What is left of awards whose holder's data were erased, and that all else agrees with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, text, update

from audit.auditing import AuditOutcome, audit_log, new_memory
from audit.trust import choose_log_key, read_trust
from issuer.desk import Desk
from issuer.erasing import (
    approve_erasure,
    find_by_number,
    propose_erasure,
)
from issuer.erasure_wish import ErasureGround, Wish
from issuer.fsck.run import fsck
from issuer.life_acts import list_acts
from issuer.log_desk import office_of
from issuer.log_publishing import publish_log
from issuer.operator import Operator
from issuer.status_publishing import publish_behind, status_office_of
from issuer.status_values import gather_values
from issuer.vault_rotation import rotate_vault
from keys.status_list import StatusValue, join_index
from log.leaves import LifeKind
from log.reading import FolderSource
from registry.access import unseal_public
from registry.holder_keys import open_data_key
from registry.home import Home
from registry.life_models import ActState, LifeAct
from registry.models import Award, AwardStatus, Copy, CopyState, Holder
from registry.schema import migrate
from registry.session import reading, transaction
from registry.trust_file import root_pin
from registry.vault import seal
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.desks import desk_at
from tests.issuer.lives import (
    NUMBER,
    SECOND,
    ask,
    codes_of,
    done,
    proposed,
    qr_texts,
)
from verifier.verdict import Outcome

ORDER = Wish(ground=ErasureGround.ORDER, reference="来函", order_reference="（2026）津01号")
STAFF = (Operator(name="甲"), Operator(name="乙"))


def erase(desk: Desk, number: str) -> None:
    """Erase a holder's data and publish what follows from it."""
    with transaction(desk.engine) as session:
        holder = find_by_number(session, number)
        line = propose_erasure(session, desk.home, holder, ORDER, STAFF[0], now=NOW)
    approve_erasure(desk.engine, desk.home, desk.vault, line.id, STAFF[1], now=NOW)
    publish_log(office_of(desk))
    publish_behind(status_office_of(desk))


def test_an_award_with_a_life_is_erased_whole_and_all_that_is_published_agrees(
    two_issued: Home, tmp_path: Path
) -> None:
    with desk_at(two_issued) as desk:
        done(desk, LifeKind.CORRECT, tmp_path / "out")
        done(desk, LifeKind.SUSPEND)
        proposed(desk, LifeKind.REVOKE)
        texts = qr_texts(desk)
        erase(desk, NUMBER)
        verdicts = [ask(desk, text, now=NOW) for text in texts]
        assert fsck(desk.home, desk.engine, desk.vault) == []
        acts = list_acts(desk, None)
        with reading(desk.engine) as session:
            award = session.scalars(select(Award).where(Award.number == NUMBER)).one()
            held = {copy.status_index for copy in award.copies}
            said = gather_values(session, desk.vault, 0, None)
            kept = session.scalars(select(LifeAct.details_sealed)).all()
    assert len(verdicts) == 2
    for verdict in verdicts:
        assert verdict.outcome is Outcome.INCONCLUSIVE
        assert "record_erased" in codes_of(verdict)
        assert not {code for code in codes_of(verdict) if code.startswith("status_list")}
    assert award.status == AwardStatus.ERASED
    assert {index: said.values[index - join_index(0, 0)] for index in held} == dict.fromkeys(
        held, StatusValue.INVALID
    )
    assert said.contradicted == ()
    assert kept == [b"", b"", b""]
    assert [act.state for act in acts] == [
        ActState.WITHDRAWN,
        ActState.APPROVED,
        ActState.APPROVED,
    ]
    assert {act.reason for act in acts} == {"（已依法删除）"}


def test_log_audit_and_registry_stay_whole_when_all_holders_are_erased(two_issued: Home) -> None:
    with desk_at(two_issued) as desk:
        for number in (NUMBER, SECOND):
            erase(desk, number)
        rotate_vault(desk.engine, desk.home, PASSPHRASE, lambda _: None)
        assert fsck(desk.home, desk.engine, desk.home.vault(PASSPHRASE)) == []
    trust = read_trust(two_issued.key_document_path.read_bytes(), root_pin(two_issued))
    key = choose_log_key(trust, None, None)
    source = FolderSource(two_issued.log_folder)
    report, _ = audit_log(source, key, trust, new_memory(key, None), now=NOW)
    assert report.outcome is AuditOutcome.FINE


@pytest.mark.parametrize(
    "change",
    [
        {"status": AwardStatus.CURRENT},
        {"private_sealed": b"left"},
    ],
)
def test_what_was_left_or_put_back_is_found(two_issued: Home, change: dict[str, object]) -> None:
    with desk_at(two_issued) as desk:
        erase(desk, NUMBER)
        with transaction(desk.engine) as session:
            session.execute(update(Award).where(Award.number == NUMBER).values(**change))
        faults = fsck(desk.home, desk.engine, desk.vault)
    found = {(one.row, one.field) for one in faults if one.table == "awards"}
    assert found == {(NUMBER, next(iter(change)))}  # a status list that says otherwise is told too
    assert {one.table for one in faults} <= {"awards", "status_lists"}


def test_a_home_of_schema_0011_is_migrated_and_what_no_key_opens_is_found_until_then(
    two_issued: Home,
) -> None:
    with desk_at(two_issued) as desk:
        erase(desk, NUMBER)
        done(desk, LifeKind.SUSPEND, number=SECOND)
        with desk.engine.begin() as connection:  # as the version before left them
            connection.execute(text("UPDATE life_events SET sealed = x'00' WHERE sealed = x''"))
            connection.execute(text("DROP INDEX ix_trail_of_subject"))
            connection.execute(text("UPDATE alembic_version SET version_num = '0011'"))
        with transaction(desk.engine) as session:
            award = session.scalars(select(Award).where(Award.number == SECOND)).one()
            key, now = open_data_key(desk.vault, award), award.public_sealed or b""
            public = unseal_public(key, SECOND, now)
            before = {name: public[name] for name in ("body_name", "document_masked")}
            award.public_sealed = seal(AESGCM(key), f"award/{SECOND}", json.dumps(before).encode())
        faults = fsck(desk.home, desk.engine, desk.vault)
        assert migrate(desk.engine, lambda: desk.vault) == "0011"
        assert fsck(desk.home, desk.engine, desk.vault) == []
        with reading(desk.engine) as session:
            query = select(Award.public_sealed).where(Award.number == SECOND)
            assert len(session.scalars(query).one() or b"") == len(now)
    assert [(one.table, one.row, one.field) for one in faults] == [
        ("life_events", NUMBER, "sealed")
    ]


@pytest.mark.parametrize(
    ("was", "said"),
    [(CopyState.CURRENT, CopyState.ARCHIVE), (CopyState.CORRECTED, CopyState.SUPERSEDED)],
)
def test_a_copy_of_an_erased_award_stands_where_its_events_put_it(
    two_issued: Home, tmp_path: Path, was: CopyState, said: CopyState
) -> None:
    with desk_at(two_issued) as desk:
        done(desk, LifeKind.CORRECT, tmp_path / "out")
        erase(desk, NUMBER)
        with transaction(desk.engine) as session:
            query = select(Copy).join(Award, Copy.award_id == Award.id)
            copy = session.scalars(query.where(Award.number == NUMBER, Copy.state == was)).one()
            copy.state = said
        faults = fsck(desk.home, desk.engine, desk.vault)
    assert [(one.table, one.field, one.code) for one in faults] == [("copies", "state", "differs")]


def test_an_award_made_to_look_erased_lacks_its_leaf(two_issued: Home) -> None:
    with desk_at(two_issued) as desk:
        with transaction(desk.engine) as session:
            award = session.scalars(select(Award).where(Award.number == NUMBER)).one()
            award.status, award.live_key = AwardStatus.ERASED, None
            award.data_key_sealed = award.private_sealed = award.public_sealed = b""
            session.execute(
                update(Holder).where(Holder.id == award.holder_id).values(erased_at=NOW)
            )
            session.execute(
                update(Copy)
                .where(Copy.award_id == award.id)
                .values(envelope_sealed=b"", pdf_sha256_sealed=None, pdf_stored="", log_proof=None)
            )
        faults = fsck(desk.home, desk.engine, desk.vault)
    assert ("life_events", NUMBER) in {(one.table, one.row) for one in faults}
