"""A seal is one CMS that openssl, pyHanko and pdfsig accept, and nothing else is accepted."""

from __future__ import annotations

import hashlib
import random
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms as asn1_cms

from keys.errors import KeysError
from keys.seal import (
    SealChain,
    build_cms,
    check_pair,
    check_usable,
    contents_bytes,
    parse_chain,
    signed_attributes,
)
from keys.seal_check import check_signed
from keys.seal_kinds import SealKind
from keys.signing import generate_seal_key, seal_digest
from tests.conftest import NOW
from tests.keys.seal_readers import (
    openssl_accepts,
    pdfsig_accepts,
    pyhanko_status,
    whole_and_valid,
)
from tests.keys.seal_samples import (
    BODY,
    SampleSeal,
    built_in_seal,
    fixed_authority,
    foreign_certificate,
    foreign_chain,
    foreign_seal,
    need_openssl,
    openssl,
)
from tests.keys.sealed_pdf import covered_bytes, seal_pdf

LATER = NOW + timedelta(days=1000)


@pytest.fixture(scope="module")
def rsa_seal(tmp_path_factory: pytest.TempPathFactory) -> SampleSeal:
    need_openssl()
    return foreign_seal(tmp_path_factory.mktemp("rsa"))


@pytest.fixture(scope="module")
def ec_seal(tmp_path_factory: pytest.TempPathFactory) -> SampleSeal:
    need_openssl()
    return foreign_seal(tmp_path_factory.mktemp("ec"), algorithm="ec")


@pytest.fixture(params=["built-in", "EC of an authority", "RSA of an authority"])
def any_seal(request: pytest.FixtureRequest) -> SampleSeal:
    if request.param == "built-in":
        return built_in_seal()
    name = "rsa_seal" if request.param.startswith("RSA") else "ec_seal"
    seal: SampleSeal = request.getfixturevalue(name)
    return seal


def sealed(seal: SampleSeal) -> bytes:
    return seal_pdf(seal.sign, contents_bytes(seal.chain, timestamped=False))


def moment_of(chain: SealChain) -> str:
    return f"D:{chain.not_before + timedelta(days=1):%Y%m%d%H%M%S}Z"


def test_every_reader_calls_a_sealed_document_valid(any_seal: SampleSeal, tmp_path: Path) -> None:
    root = any_seal.chain.certificates[-1:]
    pdf = seal_pdf(
        any_seal.sign,
        contents_bytes(any_seal.chain, timestamped=False),
        moment=moment_of(any_seal.chain),
    )
    cms = any_seal.sign(hashlib.sha256(covered_bytes(pdf)).digest())
    moment = any_seal.chain.not_before + timedelta(days=1)

    assert any_seal.chain.complete
    assert whole_and_valid(pyhanko_status(pdf, root, moment))
    assert pdfsig_accepts(pdf, tmp_path)
    assert openssl_accepts(pdf, cms, root, tmp_path)


def test_no_reader_accepts_a_document_changed_by_one_bit(tmp_path: Path) -> None:
    seal = built_in_seal()
    pdf = bytearray(sealed(seal))
    cms = seal.sign(hashlib.sha256(covered_bytes(bytes(pdf))).digest())
    pdf[pdf.index(b"595")] ^= 1
    root = seal.chain.certificates[-1:]

    assert not pyhanko_status(bytes(pdf), root, NOW).intact
    assert not pdfsig_accepts(bytes(pdf), tmp_path)
    assert not openssl_accepts(bytes(pdf), cms, root, tmp_path)


def test_a_seal_is_not_trusted_under_another_root(tmp_path: Path) -> None:
    seal = built_in_seal()
    pdf = sealed(seal)
    cms = seal.sign(hashlib.sha256(covered_bytes(pdf)).digest())
    other = [fixed_authority("another").certificate]

    assert not pyhanko_status(pdf, other, NOW).trusted
    assert not openssl_accepts(pdf, cms, other, tmp_path)


def test_a_seal_is_not_trusted_after_its_certificate_expired() -> None:
    seal = built_in_seal()
    root = seal.chain.certificates[-1:]
    pdf = sealed(seal)

    assert whole_and_valid(pyhanko_status(pdf, root, LATER))
    assert not pyhanko_status(pdf, root, seal.chain.not_after + timedelta(days=1)).trusted


def test_flipping_any_bit_of_signature_or_attributes_is_noticed() -> None:
    seal = built_in_seal()
    signed = seal_digest(seal.key, seal.chain, hashlib.sha256(b"page").digest())
    check_signed(seal.chain, signed)
    chance = random.Random(1)
    for _ in range(40):
        for part in ("attributes", "signature"):
            data = bytearray(getattr(signed, part))
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            kept = {"attributes": signed.attributes, "signature": signed.signature}
            changed = type(signed)(**{**kept, part: bytes(data)})
            with pytest.raises(KeysError) as caught:
                check_signed(seal.chain, changed)
            assert caught.value.code == "seal_key_mismatch"


def test_the_attributes_are_those_of_pades_and_no_others() -> None:
    seal = built_in_seal()
    digest = hashlib.sha256(b"page").digest()
    content = asn1_cms.ContentInfo.load(seal.sign(digest), strict=True)["content"]
    (signer,) = content["signer_infos"]
    attributes = {one["type"].native: one["values"] for one in signer["signed_attrs"]}

    assert set(attributes) == {"content_type", "message_digest", "signing_certificate_v2"}
    assert attributes["message_digest"][0].native == digest
    (named,) = attributes["signing_certificate_v2"][0]["certs"]
    assert named["cert_hash"].native == hashlib.sha256(seal.chain.certificates[0]).digest()
    assert {one.dump() for one in content["certificates"]} == set(seal.chain.certificates)
    assert content["encap_content_info"]["content"].native is None


def test_the_encoding_is_der(any_seal: SampleSeal) -> None:
    cms = any_seal.sign(bytes(32))
    parsed = asn1_cms.ContentInfo.load(cms, strict=True)

    assert parsed.copy().dump(force=True) == cms


def test_sealing_again_gives_the_same_bytes(any_seal: SampleSeal) -> None:
    digest = hashlib.sha256(b"page").digest()
    assert any_seal.sign(digest) == any_seal.sign(digest)


def test_no_signature_is_longer_than_what_is_reserved(any_seal: SampleSeal) -> None:
    reserved = contents_bytes(any_seal.chain, timestamped=False)
    lengths = {len(any_seal.sign(number.to_bytes(32))) for number in range(200)}

    assert max(lengths) <= reserved <= max(lengths) + 8


def test_the_place_for_a_timestamp_is_counted_in_full() -> None:
    seal = built_in_seal()
    signed = seal_digest(seal.key, seal.chain, bytes(32))
    for token_bytes in (100, 5000, 70_000):
        reserved = contents_bytes(seal.chain, timestamped=True, token_bytes=token_bytes)
        assert len(build_cms(seal.chain, signed, bytes(token_bytes))) <= reserved


def test_only_a_sha256_digest_is_sealed() -> None:
    for digest in (b"", bytes(31), bytes(33), bytes(20)):
        with pytest.raises(ValueError, match="32 bytes"):
            signed_attributes(built_in_seal().chain, digest)


def test_the_chain_says_whose_seal_it_is() -> None:
    chain = built_in_seal().chain
    assert chain.organization == BODY.name
    assert chain.signer_name == f"样本 SAMPLE DEMO {BODY.name}"
    assert chain.identifier == f"NTRCN-{BODY.credit_code}"
    assert (chain.kind, chain.key_bits) == (SealKind.EC_P256, 256)


def test_a_chain_out_of_order_or_of_strangers_is_refused() -> None:
    leaf, root = built_in_seal().chain.certificates
    other = fixed_authority("another").certificate
    for wrong in ([], [root, leaf], [leaf, other], [leaf, leaf], [leaf, root, other]):
        with pytest.raises(KeysError) as caught:
            parse_chain(wrong)
        assert caught.value.code == "seal_chain_broken"


def test_a_damaged_certificate_never_raises_anything_but_a_key_error() -> None:
    leaf, root = built_in_seal().chain.certificates
    chance = random.Random(2)
    for _ in range(200):
        damaged = bytearray(leaf)
        damaged[chance.randrange(len(leaf))] ^= 1 << chance.randrange(8)
        with pytest.raises(KeysError) as caught:
            parse_chain([bytes(damaged), root])
        assert caught.value.code in {"certificate_damaged", "seal_chain_broken", "seal_key_kind"}


def test_a_chain_is_usable_within_its_days_only() -> None:
    chain = built_in_seal().chain
    check_usable(chain, NOW)
    for now, code in (
        (chain.not_after + timedelta(seconds=1), "seal_expired"),
        (chain.not_before - timedelta(seconds=1), "seal_not_yet_valid"),
    ):
        with pytest.raises(KeysError) as caught:
            check_usable(chain, now)
        assert caught.value.code == code
        day = (chain.not_after if code == "seal_expired" else chain.not_before).date()
        assert "第 1 张证书（第 1 张为印章本身的证书）" in caught.value.text.zh
        assert str(day) in caught.value.text.en


def test_an_authoritys_certificate_or_one_for_encryption_makes_no_seal(tmp_path: Path) -> None:
    need_openssl()
    foreign_chain(tmp_path, algorithm="ec", usage="encipher")
    for name in ("leaf", "root"):
        der = openssl(tmp_path, "x509", "-in", f"{name}.pem", "-outform", "DER")
        chain = parse_chain([der])
        with pytest.raises(KeysError) as caught:
            check_usable(chain, chain.not_before)
        assert caught.value.code == "seal_key_usage"


@pytest.mark.parametrize(
    ("algorithm", "code"), [("rsa:1024", "seal_key_small"), ("ed25519", "seal_key_kind")]
)
def test_weak_and_foreign_kinds_of_key_are_refused(
    tmp_path: Path, algorithm: str, code: str
) -> None:
    need_openssl()
    foreign_certificate(tmp_path, "leaf", issuer=None, algorithm=algorithm)
    der = openssl(tmp_path, "x509", "-in", "leaf.pem", "-outform", "DER")
    with pytest.raises(KeysError) as caught:
        parse_chain([der])
    assert caught.value.code == code


def test_another_key_than_the_certificates_is_noticed() -> None:
    chain, key = built_in_seal().chain, generate_seal_key()
    with pytest.raises(KeysError) as caught:
        check_pair(chain, key.public_key)
    assert caught.value.code == "seal_key_mismatch"
    with pytest.raises(KeysError) as caught:
        check_signed(chain, seal_digest(key, chain, bytes(32)))
    assert caught.value.code == "seal_key_mismatch"
