"""A body with keys of both families: one signature in the QR code, the other beside it."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy import select

from codes.levels import Level
from codes.qr_text import decode_qr_text
from issuer.awarding import read_data_key
from issuer.custody import retire_key
from issuer.desk import Desk
from issuer.errors import IssuerError
from issuer.faces import face_of
from issuer.filing import find_site
from issuer.fsck.run import fsck
from issuer.publishing import publish
from issuer.root_custody import open_root_keys
from keys.algorithms import Algorithm
from keys.envelope import decode_envelope
from keys.ring import SignatureState, verify_second
from registry.access import seal_second, unseal_envelope, unseal_second
from registry.home import Home
from registry.models import Copy
from registry.session import database, reading, transaction
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.body_keys import add_body_key
from tests.issuer.desks import PREFIX, PUBLIC_URL, desk_at, file_body, issue, people, write_people
from tests.issuer.shells import Shell
from verifier.opening import open_verifier
from verifier.verdict import Outcome, Verdict


def issue_one(desk: Desk, folder: Path) -> tuple[Path, str]:
    """Issue one certificate; return its file and the text of its QR code."""
    issue(desk, write_people(folder / "in", people(Level.THREE, 1)), folder / "out")
    with reading(desk.engine) as session:
        text = face_of(desk, session.scalars(select(Copy)).one()).qr_text
    return next((folder / "out").glob("S*.pdf")), text


def replace_second(desk: Desk, content: bytes) -> None:
    """Put something else where the second signature was, as who holds the data key can."""
    with transaction(desk.engine) as session:
        copy = session.scalars(select(Copy)).one()
        copy.second_sealed = seal_second(read_data_key(desk, copy.award), copy, content)


def codes(verdict: Verdict) -> set[str]:
    return {finding.code for finding in verdict.findings}


@pytest.mark.parametrize(
    ("prefer", "first", "second"),
    [
        (None, Algorithm.ES256, Algorithm.SM2),
        (Algorithm.ES256, Algorithm.ES256, Algorithm.SM2),
        (Algorithm.SM2, Algorithm.SM2, Algorithm.ES256),
    ],
)
def test_the_chosen_algorithm_signs_the_code_and_the_other_beside_it(
    home: Home, tmp_path: Path, prefer: Algorithm | None, first: Algorithm, second: Algorithm
) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    add_body_key(home, PREFIX, PASSPHRASE, Algorithm.SM2, prefer=prefer)
    with desk_at(home) as desk:
        pdf, text = issue_one(desk, tmp_path)
        with reading(desk.engine) as session:
            copy = session.scalars(select(Copy)).one()
            data_key = read_data_key(desk, copy.award)
            payload = decode_envelope(
                unseal_envelope(data_key, copy, copy.envelope_sealed or b"")
            ).payload
            stored = unseal_second(data_key, copy)
        ring = desk.document.ring
    with pikepdf.open(pdf) as file:
        attached = file.attachments["record-2.cose"].get_file().read_bytes()
    verifier = open_verifier(home)
    try:
        scanned, uploaded = (
            verifier.verify_qr(text),
            verifier.verify_file(pdf.read_bytes(), pdf.name),
        )
    finally:
        verifier.close()

    assert decode_qr_text(text).algorithm == first
    assert attached == stored
    assert decode_envelope(attached).algorithm is second
    assert verify_second(decode_envelope(attached), payload, ring) is SignatureState.GENUINE
    assert (scanned.outcome, uploaded.outcome) == (Outcome.VALID, Outcome.VALID)
    assert "second_signature_genuine" in codes(scanned) & codes(uploaded)


def test_a_body_with_one_key_has_no_second_signature(home: Home, tmp_path: Path) -> None:
    file_body(home, algorithm=Algorithm.SM2)
    with desk_at(home) as desk:
        pdf, text = issue_one(desk, tmp_path)
    with pikepdf.open(pdf) as file:
        assert list(file.attachments) == ["key.json", "proof.tlog", "record.cose"]
    verifier = open_verifier(home)
    try:
        verdict = verifier.verify_qr(text)
    finally:
        verifier.close()
    assert decode_qr_text(text).algorithm == Algorithm.SM2
    assert verdict.outcome is Outcome.VALID
    assert not {code for code in codes(verdict) if code.startswith("second_")}


def test_a_second_signature_that_does_not_fit_is_an_alarm(home: Home, tmp_path: Path) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    add_body_key(home, PREFIX, PASSPHRASE, Algorithm.SM2)
    with desk_at(home) as desk:
        pdf, text = issue_one(desk, tmp_path)
        with reading(desk.engine) as session:
            copy = session.scalars(select(Copy)).one()
            good = unseal_second(read_data_key(desk, copy.award), copy)
            first = unseal_envelope(
                read_data_key(desk, copy.award), copy, copy.envelope_sealed or b""
            )
        assert good is not None
        verifier = open_verifier(home)
        try:
            for wrong in (good[:-1] + bytes([good[-1] ^ 1]), first, b"", good[:-1]):
                replace_second(desk, wrong)
                verdict = verifier.verify_qr(text)
                assert "second_signature_contradicts" in codes(verdict), wrong.hex()
                assert verdict.outcome is Outcome.INCONCLUSIVE
            replace_second(desk, good)
            spoilt = verifier.verify_file(
                with_second(pdf, good[:-1] + bytes([good[-1] ^ 1])), pdf.name
            )
        finally:
            verifier.close()
    assert "second_signature_contradicts" in codes(spoilt)
    assert spoilt.outcome is not Outcome.VALID


def test_a_second_signature_taken_away_is_noticed(home: Home, tmp_path: Path) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    add_body_key(home, PREFIX, PASSPHRASE, Algorithm.SM2)
    with desk_at(home) as desk:
        _, text = issue_one(desk, tmp_path)
        with transaction(desk.engine) as session:
            session.scalars(select(Copy)).one().second_sealed = None
        verifier = open_verifier(home)
        try:
            verdict = verifier.verify_qr(text)
        finally:
            verifier.close()
        faults = fsck(home, desk.engine, desk.vault)
    assert "row_not_proved" in codes(verdict)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert ("copies", "envelope_sealed", "unopenable") in {
        (fault.table, fault.field, fault.code) for fault in faults
    }


def with_second(pdf: Path, content: bytes) -> bytes:
    """Return the file with another second record in it."""
    changed = io.BytesIO()
    with pikepdf.open(pdf) as file:
        del file.attachments["record-2.cose"]
        file.attachments["record-2.cose"] = content
        file.save(changed)
    return changed.getvalue()


def test_without_a_key_of_the_chosen_algorithm_nothing_is_issued(
    home: Home, tmp_path: Path
) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    add_body_key(home, PREFIX, PASSPHRASE, Algorithm.SM2, prefer=Algorithm.SM2)
    with database(home.database_url) as engine, transaction(engine) as session:
        site = find_site(session, PREFIX)
        (national,) = [key for key in site.keys if key.algorithm == Algorithm.SM2]
        retire_key(session, site, national.key_id, last_day=NOW.date())
        publish(session, home, now=NOW, signers=open_root_keys(home, PASSPHRASE))
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    with desk_at(home) as desk, pytest.raises(IssuerError, match="no SM2 signing key"):
        issue(desk, roster, tmp_path / "out")


def test_the_choice_is_made_by_a_command(filed_shell: Shell) -> None:
    prefer = ("keys", "prefer", "--body", PREFIX)
    refused = filed_shell(*prefer, "--algorithm", "sm2", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (65, "algorithm_without_key")
    made = filed_shell("keys", "new", "--body", PREFIX, "--algorithm", "sm2", "--json")
    assert [one["code"] for one in made.json["notices"]] == ["key_signs_beside"]
    chosen = filed_shell(*prefer, "--algorithm", "sm2", "--json")
    assert chosen.json == {"prefix": PREFIX, "preferred_algorithm": "SM2"}
    again = filed_shell("keys", "new", "--body", PREFIX, "--algorithm", "sm2", "--json")
    assert [one["code"] for one in again.json["notices"]] == [
        "key_second_active",
        "key_signs_beside",
    ]
    assert filed_shell(*prefer, "--any", "--json").json["preferred_algorithm"] is None
    assert filed_shell(*prefer).code == 64
    assert filed_shell(*prefer, "--any", "--algorithm", "SM2").code == 64
    assert PUBLIC_URL.startswith("https://")
