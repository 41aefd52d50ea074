"""Keys rotate: each day has its key, and a retired key still verifies what it signed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from codes.levels import Level
from codes.record import decode_record
from issuer.awarding import read_data_key
from issuer.custody import make_key, retire_key
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.filing import find_site
from issuer.publishing import publish
from issuer.root_custody import open_root_keys
from keys.algorithms import Algorithm
from keys.envelope import decode_envelope
from keys.ring import EnvelopeProof, SignatureState, verify_envelope
from registry.access import unseal_envelope
from registry.home import Home
from registry.models import Copy
from registry.session import database, reading, transaction
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.desks import PREFIX, desk_at, file_body, issue, people, write_people


def proofs(desk: Desk) -> list[EnvelopeProof]:
    ring = desk.document.ring
    with reading(desk.engine) as session:
        return [
            verify_envelope(
                decode_envelope(
                    unseal_envelope(
                        read_data_key(desk, copy.award), copy, copy.envelope_sealed or b""
                    )
                ),
                ring,
            )
            for copy in session.scalars(select(Copy).order_by(Copy.id))
        ]


def rotate(home: Home, old: int, *, now: datetime) -> int:
    with database(home.database_url) as engine, transaction(engine) as session:
        site = find_site(session, PREFIX)
        retire_key(session, site, old, last_day=now.date())
        row = make_key(
            session,
            home,
            site,
            PASSPHRASE,
            algorithm=Algorithm.EDDSA,
            valid_from=now.date(),
            valid_to=None,
        )
        publish(session, home, now=now, signers=open_root_keys(home, PASSPHRASE))
        return row.key_id


def test_certificates_before_and_after_a_rotation_verify_under_one_key_each(
    home: Home, tmp_path: Path
) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    persons = people(Level.THREE, 2)
    with desk_at(home) as desk:
        issue(desk, write_people(tmp_path / "a", persons[:1]), tmp_path / "out")
        (first,) = proofs(desk)
    new = rotate(home, first.record.key_id, now=NOW)
    later = NOW + timedelta(days=1)
    with desk_at(home, clock=lambda: later) as desk:
        issue(desk, write_people(tmp_path / "b", persons), tmp_path / "out")
        found = proofs(desk)
    assert [proof.signature for proof in found] == [SignatureState.GENUINE] * 2
    assert [proof.key_covered_day for proof in found] == [True, True]
    assert found[1].record.key_id == new != found[0].record.key_id


def test_retiring_an_unknown_key_is_refused(home: Home) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    with (
        database(home.database_url) as engine,
        transaction(engine) as session,
        pytest.raises(IssuerError, match="key_unknown"),
    ):
        retire_key(session, find_site(session, PREFIX), 99_999, last_day=NOW.date())


def test_a_body_without_a_key_for_the_day_issues_nothing(home: Home, tmp_path: Path) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    with database(home.database_url) as engine, transaction(engine) as session:
        site = find_site(session, PREFIX)
        site.keys[0].valid_to = date(2025, 1, 1)
        publish(session, home, now=NOW, signers=open_root_keys(home, PASSPHRASE))
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    with desk_at(home) as desk, pytest.raises(IssuerError, match="no_active_key"):
        issue(desk, roster, tmp_path / "out")


def test_a_missing_private_key_file_is_named(home: Home, tmp_path: Path) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    for path in home.key_folder.iterdir():
        path.unlink()
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    with desk_at(home) as desk, pytest.raises(IssuerError, match="key_file_missing"):
        issue(desk, roster, tmp_path / "out")


def test_a_signed_record_names_its_own_award(home: Home, tmp_path: Path) -> None:
    file_body(home, algorithm=Algorithm.EDDSA)
    person = people(Level.TWO, 1)[0]
    with desk_at(home) as desk:
        issue(desk, write_people(tmp_path / "in", [person]), tmp_path / "out")
        (proof,) = proofs(desk)
    assert proof.record == decode_record_again(proof)
    assert proof.record.holder_name == person.name
    assert proof.record.document_type is person.document_type


def decode_record_again(proof: EnvelopeProof) -> object:
    from codes.record import encode_record

    return decode_record(encode_record(proof.record))
