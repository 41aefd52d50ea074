"""A home with certificates that went the whole way of issuing, and a verifier on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from codes.levels import Level
from issuer.sealing import Seal, open_seal
from keys.algorithms import Algorithm
from registry.home import Home
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.desks import PREFIX, desk_at, file_body, issue, people, write_people
from verifier.opening import open_verifier
from verifier.service import Verifier
from verifier.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Office:
    """What an attacker starts from: sealed certificates, and the body's own seal to abuse."""

    home: Home
    verifier: Verifier
    seal: Seal
    pdfs: tuple[bytes, ...]

    @property
    def pdf(self) -> bytes:
        """The first certificate as issued."""
        return self.pdfs[0]

    def verify(self, data: bytes) -> Verdict:
        """The verdict on a file."""
        return self.verifier.verify_file(data, "证书.pdf")


@pytest.fixture(scope="package")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Two certificates, issued once for all tests of this folder."""
    folder = tmp_path_factory.mktemp("office")
    home = Home.create(folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    file_body(home, algorithm=Algorithm.ES256)
    with desk_at(home) as desk:
        roster = write_people(folder / "in", people(Level.THREE, 2))
        outcome = issue(desk, roster, folder / "out")
        pdfs = tuple(file.read_bytes() for _, file in outcome.files)
    seal = open_seal(home, PREFIX, PASSPHRASE, clock=lambda: NOW)
    verifier = open_verifier(home, clock=lambda: NOW)
    try:
        yield Office(home, verifier, seal, pdfs)
    finally:
        verifier.close()
