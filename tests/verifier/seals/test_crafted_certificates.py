"""A seal's certificate that the library refuses in ways of its own breaks nothing."""

from __future__ import annotations

import pytest

from keys.certificates import load_certificate
from keys.errors import KeysError
from tests.keys.sealed_pdf import sealed_range
from tests.verifier.desk import codes
from tests.verifier.seals.conftest import Office
from tests.verifier.seals.test_seal_reading import reading
from verifier.verdict import Outcome

VERSION_3, VERSION_6 = bytes.fromhex("a003020102"), bytes.fromhex("a003020105")
CRAFTED = {
    "a version there is not": (VERSION_3, VERSION_6),
    # The identifier of its own key becomes that of its issuer's, which it has already.
    "one extension twice": (bytes.fromhex("0603551d0e"), bytes.fromhex("0603551d23")),
}


@pytest.mark.parametrize("kind", CRAFTED)
def test_a_crafted_certificate_in_a_seal_is_judged(office: Office, kind: str) -> None:
    start, end = sealed_range(office.pdf)
    was, now = (value.hex().encode() for value in CRAFTED[kind])
    hole = office.pdf[start:end]
    assert was in hole
    crafted = office.pdf[:start] + hole.replace(was, now, 1) + office.pdf[end:]
    verdict = office.verify(crafted)
    assert verdict.outcome is Outcome.ALTERED
    assert codes(verdict) & {"seal_of_another_file", "seal_damaged", "seal_hollow"}
    assert "seal_signer_known" not in codes(verdict)


@pytest.mark.parametrize("kind", CRAFTED)
def test_a_crafted_certificate_is_told_as_damaged(office: Office, kind: str) -> None:
    genuine = reading(office).certificates[0]
    with pytest.raises(KeysError) as caught:
        load_certificate(genuine.replace(*CRAFTED[kind], 1))
    assert caught.value.code == "certificate_damaged"
