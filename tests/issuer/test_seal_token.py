"""A seal's key in a PKCS #11 token (SoftHSM2 here) seals like any other."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from issuer.errors import IssuerError
from issuer.seal_custody import register_token
from issuer.seal_files import private_key_path
from issuer.sealing import open_seal
from keys.certificates import read_certificates
from keys.errors import KeysError
from keys.token_key import TokenAddress
from registry.home import Home
from tests.conftest import PASSPHRASE
from tests.issuer.desks import PREFIX
from tests.issuer.seal_homes import real_now, seal_body
from tests.keys.seal_readers import openssl_accepts, pdfsig_accepts
from tests.keys.seal_samples import foreign_chain, need_openssl, openssl, pem_of
from tests.keys.sealed_pdf import covered_bytes, seal_pdf
from tests.pdf.page_samples import need
from tests.tools import SOFTHSM

PIN = "135790"


def make_token(folder: Path, algorithm: str) -> TokenAddress:
    """Make a token that holds the leaf's key, and leave the chain's certificates in the folder.

    One process loads the library once, so tests share a folder of tokens and differ in label.
    """
    need(SOFTHSM.exists() and shutil.which("softhsm2-util") is not None, "SoftHSM2")
    need_openssl()
    foreign_chain(folder, algorithm=algorithm)
    openssl(folder, "pkcs8", "-topk8", "-nocrypt", "-in", "leaf.key", "-out", "leaf.p8")
    label = f"token-{algorithm}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"
    for arguments in (
        ["--init-token", "--free", "--label", label, "--so-pin", "97531", "--pin", PIN],
        ["--import", "leaf.p8", "--token", label, "--label", "seal", "--id", "01", "--pin", PIN],
    ):
        subprocess.run(["softhsm2-util", *arguments], cwd=folder, check=True, capture_output=True)
    return TokenAddress(module=str(SOFTHSM), token=label, key="seal", pin=PIN)


@pytest.fixture(scope="session", autouse=True)
def token_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Point SoftHSM2 to a folder of this session's own."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        yield


def chain_of(folder: Path) -> bytes:
    names = ("leaf", "middle", "root")
    return b"".join((folder / f"{name}.pem").read_bytes() for name in names)


@pytest.mark.parametrize("algorithm", ["ec", "rsa:2048"])
def test_a_key_that_never_leaves_its_token_seals_documents(
    home: Home, tmp_path: Path, algorithm: str
) -> None:
    address = make_token(tmp_path, algorithm)
    stored = register_token(home, PREFIX, address, chain_of(tmp_path), PASSPHRASE, now=real_now())
    seal = open_seal(home, PREFIX, PASSPHRASE, clock=real_now)
    pdf = seal_pdf(seal.sign, seal.contents_bytes)
    cms = seal.sign(hashlib.sha256(covered_bytes(pdf)).digest())

    assert seal.seal_id == stored.seal_id
    assert pdfsig_accepts(pdf, tmp_path)
    assert openssl_accepts(
        pdf, cms, read_certificates((tmp_path / "root.pem").read_bytes()), tmp_path
    )
    assert not private_key_path(home, stored).exists()
    kept = b"".join(file.read_bytes() for file in home.seal_folder.iterdir())
    assert PIN.encode() not in kept
    assert PIN not in repr(address)


def test_what_a_token_refuses_is_named(home: Home, tmp_path: Path) -> None:
    address = make_token(tmp_path, "ec")
    for wrong, code in (
        (replace(address, pin="000000"), "token_pin_wrong"),
        (replace(address, key="another"), "token_key_missing"),
        (replace(address, token="another"), "token_missing"),
        (replace(address, module=str(tmp_path / "leaf.pem")), "token_module_missing"),
    ):
        with pytest.raises(KeysError) as caught:
            register_token(home, PREFIX, wrong, chain_of(tmp_path), PASSPHRASE, now=real_now())
        assert caught.value.code == code
    with pytest.raises(IssuerError, match="no_seal"):
        open_seal(home, PREFIX, PASSPHRASE, clock=real_now)


def test_a_certificate_of_another_key_is_noticed(home: Home, tmp_path: Path) -> None:
    address = make_token(tmp_path, "ec")
    other = seal_body(home).chain.certificates
    with pytest.raises(KeysError) as caught:
        register_token(home, PREFIX, address, pem_of(*other), PASSPHRASE, now=real_now())
    assert caught.value.code == "seal_key_mismatch"
