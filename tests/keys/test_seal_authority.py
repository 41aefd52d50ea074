"""The built-in authority certifies seals of documents, and nothing that harms who trusts it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509

from keys.authority_key import generate_authority_key
from keys.certificates import load_certificate
from keys.errors import KeysError
from keys.report_document import is_of
from keys.seal import parse_chain
from keys.seal_authority import (
    CRL_DAYS,
    RevokedSeal,
    SealSubject,
    issue_crl,
    issue_seal_certificate,
    make_authority,
)
from keys.signing import generate_seal_key
from keys.validation_material import gather_material, load_crl
from tests.conftest import NOW
from tests.keys.seal_readers import pyhanko_status, whole_and_valid
from tests.keys.seal_samples import BODY, built_in_seal, fixed_authority
from tests.keys.sealed_pdf import seal_pdf

LONG = replace(BODY, name="虚构" * 20 + "职业技能等级认定评价有限公司", demo=False)


def test_the_same_inputs_make_the_same_certificates() -> None:
    assert fixed_authority().certificate == fixed_authority().certificate
    assert built_in_seal().chain == built_in_seal().chain


def test_a_demo_says_so_in_every_name() -> None:
    for der in built_in_seal().chain.certificates:
        assert "样本 SAMPLE DEMO" in load_certificate(der).subject.rfc4514_string()


def test_a_real_seal_is_named_exactly_as_filed_however_long() -> None:
    seal = built_in_seal(subject=LONG)
    pdf = seal_pdf(seal.sign, 4000)

    assert seal.chain.signer_name == seal.chain.organization == LONG.name
    assert len(LONG.name.encode()) > 64
    assert whole_and_valid(pyhanko_status(pdf, seal.chain.certificates[-1:], NOW))


@pytest.mark.parametrize("demo", [True, False])
@pytest.mark.parametrize("name", ["查验报告专用样本中心", "样本 SAMPLE DEMO 查验报告专用中心"])
def test_no_seal_of_a_body_can_be_taken_for_a_report_key(name: str, demo: bool) -> None:
    authority, key = fixed_authority(), generate_seal_key()
    subject = SealSubject(name=name, credit_code=None, demo=demo)
    try:
        leaf = issue_seal_certificate(
            authority, key.public_key, subject, serial=9, now=NOW, crl_url=None
        )
    except KeysError as refused:
        assert refused.code == "seal_name_reserved"
        return
    assert not is_of(parse_chain([leaf, authority.certificate]), authority.certificate)


def test_a_body_without_a_credit_code_gets_no_identifier() -> None:
    assert built_in_seal(subject=replace(BODY, credit_code=None)).chain.identifier is None


def test_the_root_vouches_for_no_host_and_no_other_country() -> None:
    root = load_certificate(fixed_authority().certificate)
    limits = root.extensions.get_extension_for_class(x509.NameConstraints)
    excluded = limits.value.excluded_subtrees or []

    assert limits.critical
    assert x509.DNSName("") in excluded
    assert sum(isinstance(one, x509.IPAddress) for one in excluded) == 2
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_a_seal_may_sign_documents_and_certify_nothing() -> None:
    leaf = load_certificate(built_in_seal().chain.certificates[0])
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value

    assert usage.digital_signature
    assert usage.content_commitment
    assert not usage.key_cert_sign
    assert x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36") in purposes
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_place_for_the_list_of_revoked_is_named_where_it_is_known() -> None:
    url = "https://yz.example.cn/seal.crl"
    named = load_certificate(built_in_seal(crl_url=url).chain.certificates[0])
    (point,) = named.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name == [x509.UniformResourceIdentifier(url)]
    silent = load_certificate(built_in_seal().chain.certificates[0])
    with pytest.raises(x509.ExtensionNotFound):
        silent.extensions.get_extension_for_class(x509.CRLDistributionPoints)


def test_no_seal_outlives_its_root_and_an_expired_root_makes_none() -> None:
    authority = fixed_authority()
    last = load_certificate(authority.certificate).not_valid_after_utc
    late = built_in_seal(authority, now=last - timedelta(days=10))
    assert late.chain.not_after == last
    with pytest.raises(KeysError) as caught:
        issue_seal_certificate(
            authority, late.key.public_key, BODY, serial=1, now=last, crl_url=None
        )
    assert caught.value.code == "seal_authority_expired"


def test_the_list_names_who_is_revoked_and_material_refuses_them() -> None:
    authority = fixed_authority()
    good = built_in_seal(authority, serial=2002)
    bad = built_in_seal(authority, serial=3003)
    crl = issue_crl(authority, [RevokedSeal(serial=3003, since=NOW)], now=NOW)
    material = gather_material([good.chain.certificates], [crl], now=NOW)

    assert material.complete
    assert material.certificates == good.chain.certificates
    assert material.crls == (crl,)
    with pytest.raises(KeysError) as caught:
        gather_material([bad.chain.certificates], [crl], now=NOW)
    assert caught.value.code == "seal_revoked"


def test_a_list_out_of_its_time_or_of_another_authority_does_not_count() -> None:
    seal = built_in_seal()
    stranger = make_authority(
        generate_authority_key(), demo=True, mark="root", serial=1001, now=NOW
    )
    old = issue_crl(fixed_authority(), [], now=NOW - timedelta(days=CRL_DAYS + 1))
    future = issue_crl(fixed_authority(), [], now=NOW + timedelta(days=1))
    forged = issue_crl(stranger, [], now=NOW)
    assert load_crl(forged).issuer == load_certificate(fixed_authority().certificate).subject
    material = gather_material([seal.chain.certificates], [old, future, forged], now=NOW)

    assert not material.complete
    assert material.crls == ()
    assert material.missing == (seal.chain.signer_name,)


def test_the_newest_of_several_lists_is_used_and_each_thing_stands_once() -> None:
    authority = fixed_authority()
    chain = built_in_seal(authority).chain.certificates
    older, newer = (issue_crl(authority, [], now=NOW - timedelta(days=day)) for day in (2, 1))
    material = gather_material([chain, chain], [newer, older, newer], now=NOW)

    assert material.crls == (newer,)
    assert len(set(material.certificates)) == len(material.certificates) == 2


@pytest.mark.parametrize("data", [b"", b"\x30\x00", b"-----BEGIN X509 CRL-----\nAA\n"])
def test_a_damaged_list_is_refused(data: bytes) -> None:
    with pytest.raises(KeysError) as caught:
        load_crl(data)
    assert caught.value.code == "crl_damaged"


def test_a_chain_of_the_authority_reads() -> None:
    assert parse_chain(built_in_seal().chain.certificates).complete
