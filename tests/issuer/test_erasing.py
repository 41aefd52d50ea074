"""Erasure: two people, a retention rule, and afterwards nothing of the person opens anywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from codes.number import parse_number
from issuer.awarding import read_private
from issuer.erasing import (
    approve_erasure,
    find_by_document,
    find_by_number,
    list_erasures,
    propose_erasure,
    remove_files,
    withdraw_erasure,
)
from issuer.erasure_wish import ErasureGround, Wish
from issuer.errors import IssuerError
from issuer.operator import Operator
from issuer.reserving import open_batch, reserve
from issuer.retention import RETENTION_FILE
from log.leaves import LeafKind
from registry.errors import VaultError
from registry.holder_access import CodePurpose, HolderClaim, HolderKeys, make_code
from registry.holder_models import HolderCode, HolderRequest, HolderShare
from registry.holder_requests import RequestKind, send_request
from registry.holder_shares import make_share
from registry.log_models import LogEntry
from registry.models import Access, Award, Copy, Holder
from registry.public_database import public_database, public_database_url
from registry.scrubbing import scrub
from registry.session import reading, transaction
from registry.trail import check_trail
from registry.vault_models import ErasureState
from tests.drills.office import NOW, faces
from tests.issuer.vault_homes import (
    Issued,
    database_bytes,
    passphrase,
    years_later,
)
from verifier.opening import open_verifier
from verifier.verdict import Outcome

A, B = Operator(name="甲"), Operator(name="乙")
REQUEST = Wish(ground=ErasureGround.REQUEST, reference="申请-1", order_reference=None)
ORDER = Wish(ground=ErasureGround.ORDER, reference="来函", order_reference="（2026）津01号")
LATER = years_later(NOW, 6)


def propose(issued: Issued, engine: Engine, wish: Wish = REQUEST, **more: object) -> int:
    now = more.get("now", LATER)
    with transaction(engine) as session:
        holder = find_by_number(session, issued.numbers[0])
        line = propose_erasure(session, issued.home, holder, wish, A, now=now)  # type: ignore[arg-type]  # a time
    return line.id


def approve(issued: Issued, engine: Engine, erasure_id: int) -> None:
    vault = issued.home.vault(passphrase())
    approve_erasure(engine, issued.home, vault, erasure_id, B, now=LATER)


def erase(issued: Issued, engine: Engine) -> None:
    approve(issued, engine, propose(issued, engine))


def test_links_codes_and_requests_of_the_holder_go_too(issued: Issued, engine: Engine) -> None:
    keys = HolderKeys(issued.home.pepper())
    claims = [
        HolderClaim(number=number, document_number=person.document_number)
        for number, person in zip(issued.numbers[:2], issued.persons[:2], strict=True)
    ]
    with (
        public_database(public_database_url(issued.home)) as public,
        transaction(public) as session,
    ):
        for one in claims:
            make_code(session, keys, one, CodePurpose.HANDOVER, now=NOW)
            make_share(session, keys, one, full_name=True, days=7, now=NOW)
            send_request(session, keys, one, RequestKind.CORRECT, "姓名有误", now=NOW)
    erase(issued, engine)
    with public_database(public_database_url(issued.home)) as public, reading(public) as session:
        for table, owner in (
            (HolderCode, HolderCode.mark),
            (HolderShare, HolderShare.owner),
            (HolderRequest, HolderRequest.owner),
        ):
            assert session.scalars(select(owner).select_from(table)).all() == [keys.mark(claims[1])]


def qr_text(issued: Issued, number: str) -> str:
    with issued.desk() as desk:
        return faces(desk, [number])[0].qr_text


def test_within_the_period_the_law_keeps_nothing_is_erased(issued: Issued, engine: Engine) -> None:
    with pytest.raises(IssuerError, match="erasure_kept") as caught:
        propose(issued, engine, now=NOW)
    assert "2031年11月23日" in caught.value.text.zh
    assert "未核实" in caught.value.text.zh


def test_an_order_goes_before_the_period(issued: Issued, engine: Engine) -> None:
    assert propose(issued, engine, ORDER, now=NOW) == 1


@pytest.mark.parametrize(
    "wish",
    [
        Wish(ground=ErasureGround.ORDER, reference="x", order_reference=None),
        Wish(ground=ErasureGround.REQUEST, reference="x", order_reference="y"),
    ],
)
def test_an_order_needs_its_paper_and_only_an_order_has_one(
    issued: Issued, engine: Engine, wish: Wish
) -> None:
    with pytest.raises(IssuerError, match="erasure_order"):
        propose(issued, engine, wish)


def test_the_home_s_own_rule_takes_the_place_of_the_one_that_comes_along(
    issued: Issued, engine: Engine
) -> None:
    rule: dict[str, object] = {
        "id": "own",
        "from": "2020-01-01",
        "to": None,
        "years": 30,
        "confirmed": True,
    }
    rule["source"] = {"zh": "某办法", "en": "some measure"}
    own = issued.home.path / RETENTION_FILE
    own.write_text(json.dumps({"rules": [rule]}), encoding="utf-8")
    with pytest.raises(IssuerError, match="erasure_kept") as caught:
        propose(issued, engine)
    assert "23 November 2056" in caught.value.text.en
    own.write_text("{}", encoding="utf-8")
    with pytest.raises(IssuerError, match="retention_damaged"):
        propose(issued, engine)


def test_who_proposed_does_not_approve(issued: Issued, engine: Engine) -> None:
    erasure_id = propose(issued, engine)
    vault = issued.home.vault(passphrase())
    with pytest.raises(IssuerError, match="same_person"):
        approve_erasure(engine, issued.home, vault, erasure_id, A, now=LATER)
    assert list_erasures(engine)[0].state is ErasureState.PROPOSED


def test_a_second_proposal_waits_for_the_first(issued: Issued, engine: Engine) -> None:
    erasure_id = propose(issued, engine)
    with pytest.raises(IssuerError, match="erasure_waiting"):
        propose(issued, engine)
    with transaction(engine) as session:
        withdraw_erasure(session, erasure_id, B, now=LATER)
    assert propose(issued, engine) == erasure_id + 1
    with pytest.raises(IssuerError, match="erasure_not_waiting"):
        approve(issued, engine, erasure_id)


def test_the_holder_is_found_by_document_too(issued: Issued, engine: Engine) -> None:
    vault, person = issued.home.vault(passphrase()), issued.persons[0]
    with transaction(engine) as session:
        by_document = find_by_document(session, vault, 1, person.document_number)
        assert by_document.id == find_by_number(session, issued.numbers[0]).id
        with pytest.raises(IssuerError, match="holder_unknown"):
            find_by_document(session, vault, 1, person.document_number[:-1])


def test_an_unfinished_certificate_is_finished_first(issued: Issued, engine: Engine) -> None:
    with transaction(engine) as session:
        copy = session.scalars(select(Copy).order_by(Copy.id)).first()
        assert copy is not None
        copy.pdf_stored = None
    with pytest.raises(IssuerError, match="erasure_unfinished"):
        propose(issued, engine)


def test_nothing_of_an_erased_holder_opens_and_all_others_do(
    issued: Issued, engine: Engine
) -> None:
    stored = {path.name for path in (issued.home.path / "store").rglob("*") if path.is_file()}
    erase(issued, engine)
    with issued.desk() as desk, reading(engine) as session:
        awards = session.scalars(select(Award).order_by(Award.id)).all()
        with pytest.raises(VaultError, match="holder_erased"):
            read_private(desk, awards[0])
        names = [read_private(desk, award).name for award in awards[1:]]
        assert names == [person.name for person in issued.persons[1:]]
        left = session.scalars(select(Access.award_id)).all()
        assert set(left) == {award.id for award in awards[1:]}
    kept = {path.name for path in (issued.home.path / "store").rglob("*") if path.is_file()}
    assert len(stored) - len(kept) == 2  # the photo and the page


def test_numbers_rows_and_counts_stay(issued: Issued, engine: Engine) -> None:
    with reading(engine) as session:
        before = session.execute(select(Award.number, Award.issued_on, Award.level)).all()
    erase(issued, engine)
    with reading(engine) as session:
        assert session.execute(select(Award.number, Award.issued_on, Award.level)).all() == before
        assert [copy.print_serial for copy in session.scalars(select(Copy))] == [1, 2, 3]


def test_the_public_log_gets_one_leaf_and_the_trail_stays_whole(
    issued: Issued, engine: Engine
) -> None:
    erase(issued, engine)
    with reading(engine) as session:
        kinds = session.scalars(select(LogEntry.kind).where(LogEntry.kind == LeafKind.LIFE)).all()
    report = check_trail(engine, issued.home.trail_memory)
    assert len(kinds) == 1
    assert (report.entries, report.faults) == (2, ())


def test_number_and_name_of_an_erased_holder_are_as_an_unknown_number(
    issued: Issued, engine: Engine
) -> None:
    person, number = issued.persons[0], issued.numbers[0]
    erase(issued, engine)
    verifier = open_verifier(issued.home)
    unknown = str(parse_number(number))[:-6] + "000999"
    for asked in ({"name": person.name}, {"document_number": person.document_number}):
        gone, never = (verifier.verify_number(one, **asked) for one in (number, unknown))
        assert gone.outcome is never.outcome is Outcome.NOT_FOUND
        assert [one.code for one in gone.findings] == [one.code for one in never.findings]
    verifier.close()


def test_who_scans_an_erased_certificate_is_told_so_and_not_that_it_is_unregistered(
    issued: Issued, engine: Engine
) -> None:
    text = qr_text(issued, issued.numbers[0])
    erase(issued, engine)
    verifier = open_verifier(issued.home)
    verdict = verifier.verify_qr(text)
    verifier.close()
    codes = [one.code for one in verdict.findings]
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "record_erased" in codes
    assert "signature_genuine" in codes
    assert "not_registered" not in codes


def test_the_old_keys_and_ways_in_are_gone_from_the_files(issued: Issued, engine: Engine) -> None:
    with reading(engine) as session:
        award = session.scalars(select(Award).order_by(Award.id)).first()
        assert award is not None
        holder = session.get_one(Holder, award.holder_id)
        ways = session.scalars(select(Access).where(Access.award_id == award.id)).all()
        secrets = [holder.key_sealed, holder.sealed, holder.blind_index, award.data_key_sealed]
        secrets += [award.private_sealed, *(way.wrapped_key for way in ways)]
        others = session.scalars(select(Access).where(Access.award_id != award.id)).all()
    kept = [secret for secret in secrets if secret is not None]
    assert len(kept) == len(secrets)
    assert all(secret in database_bytes(issued.home) for secret in kept)
    erase(issued, engine)
    assert scrub(engine)
    left = database_bytes(issued.home)
    assert [secret for secret in kept if secret in left] == []
    assert all(way.wrapped_key in left for way in others)


def test_files_that_a_crash_left_are_removed_the_next_time(
    issued: Issued, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    erasure_id = propose(issued, engine)
    discarded: list[Path] = []
    unlink = Path.unlink

    def die_at_the_second(path: Path, missing_ok: bool = False) -> None:
        discarded.append(path)
        if len(discarded) == 2:
            raise OSError("the power is cut")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", die_at_the_second)
    with pytest.raises(OSError, match="power"):
        approve(issued, engine, erasure_id)
    monkeypatch.undo()
    assert list_erasures(engine)[0].state is ErasureState.DESTROYED
    assert remove_files(engine, issued.home) == 2
    assert list_erasures(engine)[0].state is ErasureState.DONE
    assert not discarded[1].exists()


def test_an_erased_person_may_be_awarded_anew(issued: Issued, engine: Engine) -> None:
    erase(issued, engine)
    with issued.desk() as desk:
        candidate = issued.persons[0].candidate(2)
        (again,) = reserve(desk, open_batch(desk, "二"), [candidate])
    assert again.new
    assert again.number not in issued.numbers
