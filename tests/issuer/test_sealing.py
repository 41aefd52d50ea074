"""A seal is opened for a run: the newest that can be used, or an error that says what to do."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from issuer.errors import IssuerError
from issuer.seal_custody import import_seal, keep_crl, make_seal, revoke_seal
from issuer.seal_files import authority_path, private_key_path, read_seals
from issuer.sealing import Seal, SealLevel, open_seal
from issuer.timestamping import TimestampAuthority, try_authority, write_timestamps
from keys.algorithms import Algorithm
from keys.errors import KeysError
from keys.seal_authority import CRL_DAYS, SealSubject
from registry.home import Home
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.desks import PREFIX, file_body
from tests.issuer.seal_homes import real_now, seal_body
from tests.keys.seal_readers import (
    openssl_accepts,
    pdfsig_accepts,
    pyhanko_long_term_status,
    pyhanko_status,
    whole_and_valid,
)
from tests.keys.seal_samples import foreign_chain, foreign_pkcs12, need_openssl
from tests.keys.sealed_pdf import covered_bytes, seal_pdf
from tests.keys.timestamp_samples import Responder, make_responder, serve


@pytest.fixture(scope="module")
def responder(tmp_path_factory: pytest.TempPathFactory) -> Responder:
    return make_responder(tmp_path_factory.mktemp("tsa"))


def error_code(home: Home, now: datetime = NOW, passphrase: bytes = PASSPHRASE) -> str:
    try:
        open_seal(home, PREFIX, passphrase, clock=lambda: now)
    except (IssuerError, KeysError) as error:
        return error.code
    pytest.fail("the seal opened")


def opened_at(home: Home, now: datetime) -> Seal:
    return open_seal(home, PREFIX, PASSPHRASE, clock=lambda: now)


def test_a_new_seal_seals_documents_that_every_reader_accepts(home: Home, tmp_path: Path) -> None:
    stored = seal_body(home)
    seal = opened_at(home, NOW)
    pdf = seal_pdf(seal.sign, seal.contents_bytes, material=seal.material)
    roots = [home.seal_root_path.read_bytes()]

    assert (seal.seal_id, seal.level) == (stored.seal_id, SealLevel.B_B)
    assert seal.signer_name.endswith("津城样本职业技能评价中心（虚构）")
    assert whole_and_valid(pyhanko_status(pdf, roots, NOW))
    assert pdfsig_accepts(pdf, tmp_path)
    cms = seal.sign(hashlib.sha256(covered_bytes(pdf)).digest())
    assert openssl_accepts(pdf, cms, roots, tmp_path)


def test_the_material_of_the_built_in_authority_needs_no_network(home: Home) -> None:
    seal_body(home)
    seal = opened_at(home, NOW)
    pdf = seal_pdf(seal.sign, seal.contents_bytes, material=seal.material)

    assert seal.material.complete
    assert seal.material.crls == (home.seal_crl_path.read_bytes(),)
    assert whole_and_valid(pyhanko_long_term_status(pdf, [home.seal_root_path.read_bytes()], NOW))


def test_the_list_of_revoked_is_renewed_once_it_is_a_day_old(home: Home) -> None:
    seal_body(home)
    lists = []
    for days in (0, 1, 2, CRL_DAYS + 300):
        now = NOW + timedelta(days=days)
        assert opened_at(home, now).material.complete
        lists.append(x509.load_der_x509_crl(home.seal_crl_path.read_bytes()).last_update_utc)
    assert lists == [NOW, NOW, NOW + timedelta(days=2), NOW + timedelta(days=CRL_DAYS + 300)]


def test_with_a_timestamp_authority_every_reader_sees_the_time(
    home: Home, tmp_path: Path, responder: Responder
) -> None:
    seal_body(home, now=real_now())
    with serve(responder) as url:
        authority = try_authority(url, responder.certificates, now=real_now())
        write_timestamps(home, authority)
        seal = open_seal(home, PREFIX, PASSPHRASE, clock=real_now)
        pdf = seal_pdf(
            seal.sign,
            seal.contents_bytes,
            material=seal.material,
            moment=f"D:{real_now():%Y%m%d%H%M%S}Z",
        )
    roots = [home.seal_root_path.read_bytes(), responder.root]
    status = pyhanko_status(pdf, roots, real_now())

    assert seal.level is SealLevel.B_T
    assert seal.material.missing == ("tsa",)
    assert whole_and_valid(status)
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    assert pdfsig_accepts(pdf, tmp_path)


def test_with_the_timestamp_authoritys_list_the_seal_is_validated_off_line(
    home: Home, responder: Responder
) -> None:
    seal_body(home, now=real_now())
    known = responder.certificates
    keep_crl(home, responder.crl(), known)
    with serve(responder) as url:
        write_timestamps(home, try_authority(url, known, now=real_now()))
        seal = open_seal(home, PREFIX, PASSPHRASE, clock=real_now)
        pdf = seal_pdf(seal.sign, seal.contents_bytes, material=seal.material)
        poor = replace(seal.material, crls=())
        without_lists = seal_pdf(seal.sign, seal.contents_bytes, material=poor)
    roots = [home.seal_root_path.read_bytes(), responder.root]

    assert seal.level is SealLevel.B_LT
    assert set(seal.material.certificates) >= set(roots)
    status = pyhanko_long_term_status(pdf, roots, real_now())
    assert whole_and_valid(status)
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    assert not whole_and_valid(pyhanko_long_term_status(without_lists, roots, real_now()))


def test_a_body_without_a_seal_is_told_how_to_make_one(home: Home) -> None:
    assert error_code(home) == "no_seal"


def test_a_seal_out_of_its_days_is_not_used(home: Home) -> None:
    chain = seal_body(home).chain
    assert error_code(home, chain.not_after + timedelta(days=1)) == "seal_expired"
    assert error_code(home, chain.not_before - timedelta(days=1)) == "seal_not_yet_valid"


def test_the_newest_seal_is_used_and_an_older_one_while_it_is_not_valid_yet(home: Home) -> None:
    first = seal_body(home)
    later = NOW + timedelta(days=300)
    second = seal_body(home, now=later)

    assert opened_at(home, NOW).seal_id == first.seal_id
    assert opened_at(home, later).seal_id == second.seal_id
    assert opened_at(home, first.chain.not_after + timedelta(days=1)).seal_id == second.seal_id


def test_the_seal_of_another_body_is_not_used(home: Home) -> None:
    subject = SealSubject(name="另一虚构机构", credit_code=None, demo=True)
    make_seal(home, "S000012000456", subject, PASSPHRASE, now=NOW, crl_url=None)
    assert error_code(home) == "no_seal"


def test_a_revoked_seal_is_used_no_more_and_stands_on_the_published_list(home: Home) -> None:
    first, second = seal_body(home), seal_body(home, now=NOW + timedelta(minutes=1))
    revoke_seal(home, PREFIX, second.seal_id, PASSPHRASE, now=NOW + timedelta(minutes=2))
    now = NOW + timedelta(minutes=3)

    assert open_seal(home, PREFIX, PASSPHRASE, clock=lambda: now).seal_id == first.seal_id
    crl = x509.load_der_x509_crl(home.seal_crl_path.read_bytes())
    leaf = x509.load_der_x509_certificate(second.chain.certificates[0])
    assert [one.serial_number for one in crl] == [leaf.serial_number]
    revoke_seal(home, PREFIX, first.seal_id, PASSPHRASE, now=now)
    assert error_code(home, now) == "no_seal"


def test_revoking_an_unknown_seal_is_refused(home: Home) -> None:
    seal_body(home)
    with pytest.raises(IssuerError, match="seal_unknown"):
        revoke_seal(home, PREFIX, "0" * 16, PASSPHRASE, now=NOW)


def test_a_wrong_passphrase_opens_no_seal(home: Home) -> None:
    seal_body(home)
    assert error_code(home, passphrase=b"another passphrase") == "passphrase_wrong"


def test_what_is_missing_or_damaged_in_custody_is_named(home: Home) -> None:
    stored = seal_body(home)
    key = private_key_path(home, stored)
    sealed = key.read_bytes()
    other = private_key_path(home, seal_body(home, now=NOW - timedelta(days=1))).read_bytes()
    key.write_bytes(other)
    assert error_code(home) == "seal_key_mismatch"
    key.unlink()
    assert error_code(home) == "seal_key_file_missing"
    key.write_bytes(sealed)
    authority = authority_path(home)
    authority.write_bytes(authority.read_bytes().partition(b"-----BEGIN CERT")[0])
    home.seal_crl_path.unlink()
    assert error_code(home) == "certificate_damaged"
    key.with_suffix(".json").write_bytes(b"{}")
    assert error_code(home) == "seal_file_damaged"


def test_what_a_crash_left_unpublished_is_published_by_the_next_run(home: Home) -> None:
    seal_body(home)
    root = home.seal_root_path.read_bytes()
    home.seal_root_path.unlink()
    home.seal_crl_path.unlink(missing_ok=True)
    left = home.seal_crl_path.with_name(".yanzhen-unfinished-0123456789abcdef")
    left.write_bytes(b"0")

    assert opened_at(home, NOW).material.complete
    assert home.seal_root_path.read_bytes() == root
    assert not left.exists()


def test_one_authority_serves_however_many_make_their_first_seal_at_once(home: Home) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    with ThreadPoolExecutor(4) as pool:
        seals = list(pool.map(lambda _: seal_body(home), range(4)))

    assert len({seal.chain.certificates[-1] for seal in seals}) == 1
    assert len({seal.seal_id for seal in seals}) == 4


def test_private_halves_rest_encrypted_and_for_the_owner_only(home: Home) -> None:
    seal_body(home)
    files = sorted(home.seal_folder.iterdir())
    keys = [file for file in files if file.suffix == ".pem"]

    assert len(keys) == 2
    assert all(b"ENCRYPTED PRIVATE KEY" in file.read_bytes() for file in keys)
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    assert home.seal_root_path.stat().st_mode & 0o044


def test_a_seal_of_a_real_authority_takes_precedence_once_imported(
    home: Home, tmp_path: Path
) -> None:
    need_openssl()
    seal_body(home, now=real_now())
    foreign_chain(tmp_path, algorithm="ec")
    file = foreign_pkcs12(tmp_path, "密码")
    stored = import_seal(
        home, PREFIX, file, "密码".encode(), PASSPHRASE, more=None, filed_name=None, now=real_now()
    )
    seal = open_seal(home, PREFIX, PASSPHRASE, clock=real_now)

    assert seal.seal_id == stored.seal_id
    assert (seal.signer_name, seal.material.missing) == ("leaf", ("leaf", "middle"))
    assert read_seals(home, PREFIX)[0] == stored


def test_a_certificate_of_another_name_is_taken_only_when_that_is_said(
    home: Home, tmp_path: Path
) -> None:
    need_openssl()
    foreign_chain(tmp_path, algorithm="ec")
    file = foreign_pkcs12(tmp_path, "x")
    for filed_name, taken in (("某某评价中心", False), ("leaf", True)):
        with nullcontext() if taken else pytest.raises(IssuerError, match="seal_other_name"):
            import_seal(
                home,
                PREFIX,
                file,
                b"x",
                PASSPHRASE,
                more=None,
                filed_name=filed_name,
                now=real_now(),
            )
        assert bool(read_seals(home)) is taken


def test_an_expired_or_unfit_certificate_is_not_imported(home: Home, tmp_path: Path) -> None:
    need_openssl()
    foreign_chain(tmp_path, algorithm="ec", usage="encipher")
    file = foreign_pkcs12(tmp_path, "x")
    for now, code in (
        (real_now(), "seal_key_usage"),
        (real_now() + timedelta(days=9999), "seal_expired"),
    ):
        with pytest.raises(KeysError) as caught:
            import_seal(home, PREFIX, file, b"x", PASSPHRASE, more=None, filed_name=None, now=now)
        assert caught.value.code == code
    assert read_seals(home) == []


def test_a_list_of_a_stranger_is_not_kept(home: Home, responder: Responder) -> None:
    chain = seal_body(home).chain
    with pytest.raises(IssuerError, match="crl_unknown_issuer"):
        keep_crl(home, responder.crl(), chain.certificates)


def test_a_token_longer_than_its_place_is_refused(home: Home, responder: Responder) -> None:
    seal_body(home, now=real_now())
    with serve(responder) as url:
        tight = TimestampAuthority(
            url=url,
            certificates=responder.certificates,
            chain=responder.certificates[::-1],
            token_bytes=100,
        )
        write_timestamps(home, tight)
        seal = open_seal(home, PREFIX, PASSPHRASE, clock=real_now)
        with pytest.raises(IssuerError, match="timestamp_too_long"):
            seal.sign(bytes(32))
