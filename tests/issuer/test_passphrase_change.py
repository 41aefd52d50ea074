"""One change of passphrase reaches the private key of every kind that a home keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from issuer.cli_seal import subject_of
from issuer.custody import open_key
from issuer.filing import find_site
from issuer.log_custody import ensure_log, open_key_of_log
from issuer.passphrase_change import change_passphrase
from issuer.root_custody import open_root_keys
from issuer.seal_custody import ensure_seal
from issuer.sealing import open_seal
from issuer.status_custody import ensure_status_key
from keys.algorithms import Algorithm, PublicJwk, parse_jwk
from registry.home import Home
from registry.session import database, transaction
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.body_keys import make_body_key
from tests.issuer.desks import PREFIX, file_body

NEW = b"another passphrase of some length"
DAY = date(2026, 11, 23)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a private key of every kind."""
    home = Home.create(tmp_path / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    file_body(home, algorithm=Algorithm.EDDSA)
    ensure_seal(home, PREFIX, subject_of(home, PREFIX), PASSPHRASE, now=NOW, crl_url=None)
    ensure_status_key(home, PASSPHRASE, DAY)
    with database(home.database_url) as engine:
        ensure_log(home, engine, "yz.example.cn", PASSPHRASE)
    return home


def openers(home: Home, signing: list[PublicJwk]) -> dict[str, Callable[[bytes], object]]:
    """What opens each kind of key with a passphrase, and raises where it does not."""
    record = {f"record {one.algorithm.label}": partial(_open_record, home, one) for one in signing}
    return record | {
        "vault": home.vault,
        "root": partial(open_root_keys, home),
        "log": partial(open_key_of_log, home),
        "status": lambda phrase: ensure_status_key(home, phrase, DAY),
        "seal": lambda phrase: open_seal(home, PREFIX, phrase, clock=lambda: NOW),
    }


def _open_record(home: Home, public: PublicJwk, phrase: bytes) -> object:
    return open_key(home, PREFIX, public, phrase)


def add_keys(home: Home) -> list[PublicJwk]:
    """Give the body a key of each algorithm; return them all."""
    with database(home.database_url) as engine, transaction(engine) as session:
        site = find_site(session, PREFIX)
        for algorithm in (Algorithm.ES256, Algorithm.SM2):
            make_body_key(session, home, site, PASSPHRASE, algorithm)
        return [parse_jwk(json.loads(key.public_jwk)) for key in site.keys]


def test_every_kind_of_key_opens_by_the_new_passphrase_alone(home: Home) -> None:
    kinds = openers(home, add_keys(home))
    files = list((home.path / "secrets").rglob("*.pem"))
    # Three of the body's, root, log, status, the seal's and its authority's, and the vault.
    assert len(files) == 8
    assert change_passphrase(home, PASSPHRASE, NEW) == len(files) + 1
    for name, opened in kinds.items():
        assert opened(NEW), name
        with pytest.raises(Exception, match=r"passphrase_wrong|private_key_damaged"):
            opened(PASSPHRASE)
