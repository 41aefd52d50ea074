"""A seal's key in a PKCS #11 token (SoftHSM2 here) seals like any other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from issuer.errors import IssuerError
from issuer.seal_custody import register_token
from issuer.seal_files import private_key_path
from issuer.sealing import open_seal
from keys.certificates import read_certificates
from keys.errors import KeysError
from keys.tokens import TokenAddress
from registry.home import Home
from tests.conftest import PASSPHRASE
from tests.issuer.desks import PREFIX
from tests.issuer.seal_homes import real_now, seal_body
from tests.issuer.tokens import PIN, softhsm
from tests.keys.seal_readers import openssl_accepts, pdfsig_accepts
from tests.keys.seal_samples import foreign_chain, need_openssl, openssl, pem_of
from tests.keys.sealed_pdf import covered_bytes, seal_pdf
from tests.tools import SOFTHSM


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token that holds a leaf's key, and the folder with the chain's certificates."""

    address: TokenAddress
    folder: Path


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory, soft_store: Path) -> dict[str, Token]:
    """Tokens by name."""
    need_openssl()
    kinds = {"ec": "ec", "rsa": "rsa:2048", "never opened": "ec"}
    return {
        label: make_token(tmp_path_factory.mktemp("chain"), label, algorithm)
        for label, algorithm in kinds.items()
    }


def make_token(folder: Path, label: str, algorithm: str) -> Token:
    foreign_chain(folder, algorithm=algorithm)
    openssl(folder, "pkcs8", "-topk8", "-nocrypt", "-in", "leaf.key", "-out", "leaf.p8")
    softhsm(folder, "--import", "leaf.p8", "--token", label, "--label", "seal", "--id", "01")
    address = TokenAddress(module=str(SOFTHSM), token=label, key="seal", pin=PIN)
    return Token(address=address, folder=folder)


def chain_of(folder: Path) -> bytes:
    names = ("leaf", "middle", "root")
    return b"".join((folder / f"{name}.pem").read_bytes() for name in names)


@pytest.mark.parametrize("name", ["ec", "rsa"])
def test_a_key_that_never_leaves_its_token_seals_documents(
    home: Home, tokens: dict[str, Token], name: str
) -> None:
    address, folder = tokens[name].address, tokens[name].folder
    stored = register_token(
        home, PREFIX, address, chain_of(folder), PASSPHRASE, filed_name=None, now=real_now()
    )
    seal = open_seal(home, PREFIX, PASSPHRASE, clock=real_now)
    pdf = seal_pdf(seal.sign, seal.contents_bytes)
    cms = seal.sign(hashlib.sha256(covered_bytes(pdf)).digest())

    assert seal.seal_id == stored.seal_id
    assert pdfsig_accepts(pdf, folder)
    assert openssl_accepts(pdf, cms, read_certificates((folder / "root.pem").read_bytes()), folder)
    assert not private_key_path(home, stored).exists()
    kept = b"".join(file.read_bytes() for file in home.seal_folder.iterdir())
    assert PIN.encode() not in kept
    assert PIN not in repr(address)


def test_what_a_token_refuses_is_named(home: Home, tokens: dict[str, Token]) -> None:
    token = tokens["never opened"]
    address, folder = token.address, token.folder
    for wrong, code in (
        (replace(address, pin="000000"), "token_pin_wrong"),
        (replace(address, key="another"), "token_key_missing"),
        (replace(address, token="another"), "token_missing"),
        (replace(address, module=str(folder / "leaf.pem")), "token_module_missing"),
    ):
        with pytest.raises(KeysError) as caught:
            register_token(
                home, PREFIX, wrong, chain_of(folder), PASSPHRASE, filed_name=None, now=real_now()
            )
        assert caught.value.code == code
    with pytest.raises(IssuerError, match="no_seal"):
        open_seal(home, PREFIX, PASSPHRASE, clock=real_now)


def test_a_certificate_of_another_key_is_noticed(home: Home, tokens: dict[str, Token]) -> None:
    token = tokens["never opened"]
    other = seal_body(home).chain.certificates
    with pytest.raises(KeysError) as caught:
        register_token(
            home, PREFIX, token.address, pem_of(*other), PASSPHRASE, filed_name=None, now=real_now()
        )
    assert caught.value.code == "seal_key_mismatch"
