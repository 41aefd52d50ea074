"""A home with one certificate on record, as the issuing side leaves it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from keys.document import KeyDocument
from keys.services import LogSource
from registry.home import Home
from tests.keys.trust_samples import one_root, published
from tests.verifier.papers import paper
from tests.verifier.world import (
    NOW,
    PEPPER,
    CopyPlan,
    Issued,
    World,
    key_document,
    log_key,
    make_record,
    sign_record,
)


@dataclass(frozen=True, slots=True)
class BulkHome:
    """A home, its one certificate, and the certificate's file."""

    home: Home
    issued: Issued
    pdf: Path


def listed_document() -> KeyDocument:
    """Return what the trust list of these homes says."""
    listed = LogSource(vkey=str(log_key().vkey), valid_from=date(2020, 1, 1), valid_to=None)
    return replace(key_document(demo=True), logs=(listed,))


def make_bulk_home(folder: Path) -> BulkHome:
    """Make a home that processes of their own can open."""
    path = folder / "home"
    home = Home.create(path, demo=True, passphrase=b"correct horse", now=NOW, environment={})
    (path / "registry.sqlite3").unlink()
    (path / "public" / "pepper").write_bytes(PEPPER)
    home.root_folder.mkdir()
    home.root_pin_path.write_text(one_root().pin)
    home.key_document_path.write_bytes(published(listed_document()))
    world = World.make(path)
    issued = sign_record(make_record())
    pdf = folder / "certificate.pdf"
    pdf.write_bytes(paper(issued))
    sha256 = hashlib.sha256(pdf.read_bytes()).hexdigest()
    world.record(CopyPlan(issued=issued, pdf_sha256=sha256))
    world.engine.dispose()
    return BulkHome(home, issued, pdf)
