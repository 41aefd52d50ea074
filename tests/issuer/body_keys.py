"""Signing keys of a filed body: one for a whole filing, and one more beside those it has."""

from __future__ import annotations

from sqlalchemy.orm import Session

from issuer.custody import make_key, prefer_algorithm
from issuer.filing import find_site
from issuer.publishing import publish
from issuer.root_custody import open_root_keys
from keys.algorithms import Algorithm
from registry.home import Home
from registry.models import Site
from registry.session import database, transaction
from tests.conftest import NOW


def make_body_key(
    session: Session, home: Home, site: Site, passphrase: bytes, algorithm: Algorithm
) -> None:
    """Make a key that is valid from the first day the body is filed for."""
    make_key(
        session,
        home,
        site,
        passphrase,
        algorithm=algorithm,
        valid_from=site.filings[0].valid_from,
        valid_to=None,
    )


def add_body_key(
    home: Home,
    prefix: str,
    passphrase: bytes,
    algorithm: Algorithm,
    *,
    prefer: Algorithm | None = None,
) -> None:
    """Give the body another key, choose what signs its QR codes, and publish the list."""
    with database(home.database_url) as engine, transaction(engine) as session:
        site = find_site(session, prefix)
        make_body_key(session, home, site, passphrase, algorithm)
        prefer_algorithm(session, site, prefer)
        publish(session, home, now=NOW, signers=open_root_keys(home, passphrase))
