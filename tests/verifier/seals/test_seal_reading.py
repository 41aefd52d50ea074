"""Reading a seal never fails, and says only what is so; nothing the child says is believed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from issuer.seal_custody import revoke_seal
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.desks import PREFIX
from tests.verifier.seals import attack_files as attacks
from tests.verifier.seals.conftest import Office
from verifier.questions import Question, Task, pack, unpack
from verifier.seal import UNREADABLE_SEAL, SealReading, parse_comparison, parse_seal
from verifier.seal_findings import inspect_seal
from verifier.seal_reading import read_seal
from verifier.seal_states import Coverage, SealState
from verifier.seal_trust import PublishedSeals, SignerStanding, home_seals, judge_signer, no_seals

BODY = "津城样本职业技能评价中心（虚构）"


def reading(office: Office, pdf: bytes | None = None) -> SealReading:
    """What a file's seal claims, as the parent takes it."""
    return parse_seal(read_seal(pdf or office.pdf))


def told(seal: SealReading, office: Office, *, published: PublishedSeals, body: str) -> set[str]:
    """The codes of what is said of a seal on the file as issued."""
    signer = judge_signer(seal.certificates, seal.sealed_at, published)
    return {one.code for one in inspect_seal(seal, signer, identical=True, body_name=body)}


def test_an_issued_file_has_one_whole_certified_seal(office: Office) -> None:
    seal = reading(office)
    assert (seal.state, seal.coverage) == (SealState.ONE, Coverage.WHOLE)
    assert seal.intact
    assert not seal.padded
    assert (seal.revisions, seal.covered) == (1, len(office.pdf))
    assert seal.held == ()
    assert read_seal(office.pdf)["certified"]


def test_a_seal_is_never_found_intact_once_a_bit_under_it_changed(office: Office) -> None:
    chance = random.Random(20261126)
    for _ in range(60):
        place = chance.randrange(len(office.pdf))
        bit = 1 << chance.randrange(8)
        changed = bytearray(office.pdf)
        changed[place] ^= bit
        seal = reading(office, bytes(changed))
        whole = seal.intact and seal.coverage is Coverage.WHOLE
        assert not whole or seal.padded or _is_in_seal(office.pdf, place)


def _is_in_seal(pdf: bytes, place: int) -> bool:
    start = pdf.index(b"/Contents<")
    return start <= place <= pdf.index(b">", start)


@pytest.mark.parametrize("length", [0, 9, 400, 30_000, -400, -20])
def test_a_cut_file_is_read_without_failing(office: Office, length: int) -> None:
    assert not reading(office, office.pdf[:length] or b"%PDF").intact


def test_a_signer_is_told_by_what_is_published(office: Office) -> None:
    seal, published = reading(office), home_seals(office.home)()
    assert told(seal, office, published=published, body=BODY) >= {"seal_signer_known"}
    assert "seal_signer_unknown" in told(seal, office, published=no_seals(), body=BODY)
    late = replace(seal, sealed_at=NOW + timedelta(days=9000))
    assert "seal_out_of_time" in told(late, office, published=published, body=BODY)
    undated = replace(seal, sealed_at=None)
    assert "seal_out_of_time" in told(undated, office, published=published, body=BODY)
    assert "seal_other_name" in told(seal, office, published=published, body="别的机构")


def test_a_revoked_seal_is_told(office: Office) -> None:
    seal = reading(office)
    before = home_seals(office.home)()
    crl = office.home.seal_crl_path.read_bytes()
    revoke_seal(office.home, PREFIX, office.seal.seal_id, PASSPHRASE, now=NOW)
    try:
        after = home_seals(office.home)()
    finally:
        office.home.seal_crl_path.write_bytes(crl)
    signer = judge_signer(seal.certificates, seal.sealed_at, after)
    assert signer is not None
    assert (signer.standing, signer.revoked_at) == (SignerStanding.REVOKED, NOW)
    assert "seal_revoked" in told(seal, office, published=after, body=BODY)
    assert "seal_revoked" not in told(seal, office, published=before, body=BODY)


def issued(
    name: str,
    key: EllipticCurvePrivateKey,
    by: x509.Certificate | None,
    signer: EllipticCurvePrivateKey,
) -> x509.Certificate:
    """A certificate of a key, of an authority where nobody issued it."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if by is None else by.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=9))
        .not_valid_after(NOW + timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .sign(signer, SHA256())
    )


def test_the_holder_of_a_seal_issues_no_certificates() -> None:
    """A body that has a seal could else seal under the name of any other."""
    keys = [generate_private_key(SECP256R1()) for _ in range(3)]
    root = issued("authority", keys[0], None, keys[0])
    body = issued("body", keys[1], root, keys[0])
    other = issued("another body", keys[2], body, keys[1])
    ders = [one.public_bytes(Encoding.DER) for one in (other, body, root)]
    published = PublishedSeals(roots=(ders[2],))
    genuine, forged = (judge_signer(chain, NOW, published) for chain in (ders[1:], ders))
    assert genuine is not None and genuine.standing is SignerStanding.KNOWN
    assert forged is not None and forged.standing is SignerStanding.UNKNOWN


def test_strange_certificates_are_nobody(office: Office) -> None:
    published = home_seals(office.home)()
    assert judge_signer([], NOW, published) is None
    assert judge_signer([b"no certificate"], NOW, published) is None


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"state": "one"},
        {"state": "strange", "held": []},
        {"state": "none", "held": ["strange"]},
        {"state": "none", "held": 7},
    ],
)
def test_what_is_out_of_order_is_an_unreadable_seal(value: Any) -> None:
    assert parse_seal(value) == UNREADABLE_SEAL


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"compared": False},
        {"compared": True, "changes": [[]], "files": [], "pages": 1},
        {"compared": True, "changes": [["", "", "strange", [1, 2, 3, 4]]], "files": [], "pages": 1},
        {
            "compared": True,
            "changes": [["", "", "marked", [1, "2", 3, 4]]],
            "files": [],
            "pages": 1,
        },
    ],
)
def test_what_is_out_of_order_is_no_comparison(value: Any) -> None:
    assert parse_comparison(value) is None


@pytest.mark.parametrize("data", [b"", b"%PDF", b"\0glance\0%PDF", b"\0compare\0\0\0\0\1"])
@pytest.mark.parametrize("task", Task)
def test_a_question_is_understood_as_it_was_meant(task: Task, data: bytes) -> None:
    issued = b"issued" if task is Task.COMPARE else b""
    page = 3 if task is Task.COMPARE else 0
    question = Question(task=task, data=data, issued=issued, page=page)
    assert unpack(pack(question)) == question


def test_an_attack_file_reads_the_same_to_the_parent(office: Office) -> None:
    seal = reading(office, attacks.with_empty_table(office.pdf))
    assert seal.coverage is Coverage.EXTENDED
    assert seal.covered == len(office.pdf)
