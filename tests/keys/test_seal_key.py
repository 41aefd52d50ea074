"""A seal's key: imported from PKCS #12, at rest encrypted, never in print."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from keys.authority_key import AuthorityKey, generate_authority_key, open_authority_key
from keys.certificates import check_end, find_leaf, order_chain, read_certificates
from keys.errors import KeysError
from keys.seal import parse_chain
from keys.seal_check import check_signed
from keys.signing import (
    SealKey,
    generate_seal_key,
    open_pkcs12,
    open_private_key,
    open_seal_key,
    seal_digest,
    seal_private_key,
)
from tests.keys.key_samples import PASSPHRASE
from tests.keys.seal_samples import (
    built_in_seal,
    foreign_certificate,
    foreign_chain,
    foreign_pkcs12,
    foreign_seal,
    need_openssl,
    openssl,
    pem_of,
)


@pytest.mark.parametrize("algorithm", ["rsa:3072", "ec"])
def test_a_key_imported_from_pkcs12_rests_under_the_passphrase(
    tmp_path: Path, algorithm: str
) -> None:
    need_openssl()
    seal = foreign_seal(tmp_path, algorithm=algorithm)
    pem = seal_private_key(seal.key, PASSPHRASE)
    opened = open_seal_key(pem, PASSPHRASE)

    assert opened.public_key == seal.key.public_key == seal.chain.public_key
    check_signed(seal.chain, seal_digest(opened, seal.chain, bytes(32)))
    with pytest.raises(KeysError) as caught:
        open_seal_key(pem, PASSPHRASE + b"!")
    assert caught.value.code == "passphrase_wrong"


def test_the_chain_is_put_in_order_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    need_openssl()
    foreign_chain(tmp_path, algorithm="ec")
    key, certificates = open_pkcs12(foreign_pkcs12(tmp_path, "样本"), "样本".encode())
    leaf = find_leaf(certificates, key.public_key)
    assert leaf is not None
    backwards = order_chain(leaf, reversed(certificates))

    assert backwards == order_chain(leaf, certificates)
    assert len(parse_chain(backwards).certificates) == 3
    assert parse_chain(backwards).complete
    assert not parse_chain(backwards[:2]).complete


def test_a_file_whose_own_issuer_did_not_sign_is_refused(tmp_path: Path) -> None:
    need_openssl()
    foreign_chain(tmp_path, algorithm="ec")
    leaf, middle, root = (
        read_certificates((tmp_path / f"{name}.pem").read_bytes())[0]
        for name in ("leaf", "middle", "root")
    )
    check_end(order_chain(leaf, (middle, root)), (middle, root))
    check_end(order_chain(leaf, (root,)), (root,))
    foreign_certificate(tmp_path, "middle", issuer="root", usage="root", algorithm="ec")
    stranger = read_certificates((tmp_path / "middle.pem").read_bytes())[0]
    with pytest.raises(KeysError) as caught:
        check_end(order_chain(leaf, (stranger, root)), (stranger, root))
    assert caught.value.code == "seal_chain_broken"


def test_certificates_that_issued_each_other_are_refused(tmp_path: Path) -> None:
    need_openssl()
    foreign_chain(tmp_path, algorithm="ec")
    openssl(
        tmp_path, "x509", "-req", "-in", "root.csr", "-CA", "middle.pem", "-CAkey", "middle.key",
        "-days", "9", "-extfile", "root.cnf", "-out", "round.pem", "-set_serial", "77",
    )  # fmt: skip
    leaf, *circle = (
        read_certificates((tmp_path / f"{name}.pem").read_bytes())[0]
        for name in ("leaf", "middle", "round")
    )
    with pytest.raises(KeysError) as caught:
        check_end(order_chain(leaf, circle), circle)
    assert caught.value.code == "seal_chain_broken"


@pytest.mark.parametrize("password", [b"wrong", b"", "样".encode()])
def test_a_wrong_password_opens_no_pkcs12_file(tmp_path: Path, password: bytes) -> None:
    need_openssl()
    foreign_chain(tmp_path, algorithm="ec")
    file = foreign_pkcs12(tmp_path, "样本")
    with pytest.raises(KeysError) as caught:
        open_pkcs12(file, password)
    assert caught.value.code == "pkcs12_unreadable"


@pytest.mark.parametrize("file", [b"", b"\x30\x80", b"not a file at all", bytes(5000)])
def test_a_file_that_is_no_pkcs12_is_refused(file: bytes) -> None:
    with pytest.raises(KeysError) as caught:
        open_pkcs12(file, b"x")
    assert caught.value.code == "pkcs12_unreadable"


def test_a_pkcs12_file_without_a_key_is_refused(tmp_path: Path) -> None:
    need_openssl()
    foreign_certificate(tmp_path, "leaf", issuer=None, algorithm="ec")
    openssl(
        tmp_path, "pkcs12", "-export", "-nokeys", "-in", "leaf.pem", "-passout", "pass:x",
        "-out", "leaf.p12",
    )  # fmt: skip
    with pytest.raises(KeysError) as caught:
        open_pkcs12((tmp_path / "leaf.p12").read_bytes(), b"x")
    assert caught.value.code == "pkcs12_without_key"


def test_a_small_rsa_key_is_refused(tmp_path: Path) -> None:
    need_openssl()
    foreign_chain(tmp_path, algorithm="rsa:1024")
    with pytest.raises(KeysError) as caught:
        open_pkcs12(foreign_pkcs12(tmp_path, "x"), b"x")
    assert caught.value.code == "seal_key_small"


def test_certificates_are_read_from_pem_and_der() -> None:
    ders = built_in_seal().chain.certificates
    assert read_certificates(pem_of(*ders)) == ders
    assert read_certificates(ders[0]) == ders[:1]
    for wrong in (b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(KeysError) as caught:
            read_certificates(wrong)
        assert caught.value.code == "certificate_damaged"


@pytest.mark.parametrize("key", [generate_seal_key(), generate_authority_key()])
def test_the_key_is_not_printed_copied_or_pickled(key: SealKey | AuthorityKey) -> None:
    assert repr(key).startswith(f"<{type(key).__name__}")
    assert len(repr(key)) < 30
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="not copied"):
            attempt(key)


def test_a_key_in_a_token_has_nothing_to_put_to_rest() -> None:
    key = SealKey(lambda message: message, b"public")
    with pytest.raises(TypeError, match="token"):
        seal_private_key(key, PASSPHRASE)


def test_a_key_of_another_kind_opens_as_no_authority_and_no_bodys_key(tmp_path: Path) -> None:
    need_openssl()
    authority = generate_authority_key()
    pem = seal_private_key(authority, PASSPHRASE)
    assert open_authority_key(pem, PASSPHRASE).public_key == authority.public_key
    foreign_chain(tmp_path)
    rsa_pem = seal_private_key(open_pkcs12(foreign_pkcs12(tmp_path, "x"), b"x")[0], PASSPHRASE)
    for opener in (open_private_key, open_authority_key):
        with pytest.raises(KeysError) as caught:
            opener(rsa_pem, PASSPHRASE)
        assert caught.value.code == "private_key_damaged"
