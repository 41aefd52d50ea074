"""A PKCS #12 file that would never open is given up, and a PEM file is called one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from issuer.errors import IssuerError
from issuer.pkcs12_trial import check_pkcs12
from tests.keys.seal_samples import foreign_chain, foreign_pkcs12, need_openssl

# INTEGER 2048, as openssl writes it last of all in the MAC's data, and INTEGER 2 000 000 000.
_USUAL = bytes.fromhex("02020800")
_ENDLESS = bytes.fromhex("020477359400")


def make_endless(file: bytes) -> bytes:
    """Return a PKCS #12 file whose MAC wants two thousand million rounds."""
    assert file.endswith(_USUAL)
    assert file[:2] == b"\x30\x82"
    mac = file.rindex(b"\x30", 0, file.rindex(b"\x30\x31"))
    grown = len(_ENDLESS) - len(_USUAL)
    data = bytearray(file[: -len(_USUAL)] + _ENDLESS)
    data[mac + 1] += grown
    data[2:4] = (int.from_bytes(data[2:4]) + grown).to_bytes(2)
    return bytes(data)


def test_a_file_whose_password_is_hashed_without_end_is_given_up(tmp_path: Path) -> None:
    need_openssl()
    foreign_chain(tmp_path, algorithm="ec")
    file = foreign_pkcs12(tmp_path, "x")
    check_pkcs12(file, b"x")
    before = time.monotonic()
    with pytest.raises(IssuerError, match="pkcs12_too_slow"):
        check_pkcs12(make_endless(file), b"x", seconds=2)
    assert 1.5 < time.monotonic() - before < 10


@pytest.mark.parametrize("password", [b"", b"wrong"])
def test_what_fails_at_once_passes_the_trial(password: bytes) -> None:
    check_pkcs12(b"not a file at all", password)


def test_a_pem_file_is_called_one() -> None:
    with pytest.raises(IssuerError, match="pkcs12_is_pem"):
        check_pkcs12(b"\n-----BEGIN CERTIFICATE-----\nMIIB", b"x")
