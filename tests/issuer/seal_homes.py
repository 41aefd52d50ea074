"""Homes with a filed body, and its seal."""

from __future__ import annotations

from datetime import UTC, datetime

from issuer.cli_seal import subject_of
from issuer.seal_custody import make_seal
from issuer.seal_files import StoredSeal
from keys.algorithms import Algorithm
from registry.home import Home
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.desks import PREFIX, file_body


def seal_body(home: Home, *, now: datetime = NOW) -> StoredSeal:
    """File the sample body if it is not yet, and make it a seal of the built-in authority."""
    if not home.key_document_path.exists():
        file_body(home, algorithm=Algorithm.ES256)
    return make_seal(home, PREFIX, subject_of(home, PREFIX), PASSPHRASE, now=now, crl_url=None)


def real_now() -> datetime:
    """Return the machine's time, for what openssl stamps with it."""
    return datetime.now(UTC)
