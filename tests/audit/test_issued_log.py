"""The log that issuing really leaves behind: sound to fsck, lawful to the auditor."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from audit.auditing import AuditOutcome, audit_log, new_memory
from audit.trust import read_trust
from codes.levels import Level
from issuer.copy_run import archive_numbers, reissue
from issuer.copying import preview_reissue
from issuer.desk import Desk
from keys.algorithms import Algorithm
from log.fsck import fsck
from log.leaves import IssueLeaf, LifeLeaf, decode_leaf
from log.notes import parse_vkey
from log.reading import FolderSource, read_tile
from log.tiles import ENTRIES, decode_bundle, tile_at
from registry.home import Home
from registry.models import ReissueReason
from registry.trust_file import root_pin
from templates.fonts import FontChain
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.desks import desk_at, file_body, issue, people, write_people

AWARDS = 3


def fill(desk: Desk, folder: Path) -> None:
    """Issue some awards, reissue the first and file a duplicate of the second."""
    outcome = issue(desk, write_people(folder, people(Level.THREE, AWARDS)), folder / "out")
    numbers = [number for number, _ in outcome.files]
    reissue(
        desk,
        numbers[0],
        reason=ReissueReason.LOST,
        replaces=preview_reissue(desk, numbers[0]).replaces,
        out=folder / "again",
        fonts=FontChain(),
        progress=lambda phase, done, total: None,
    )
    archive_numbers(
        desk,
        numbers[1:2],
        out=folder / "kept",
        fonts=FontChain(),
        progress=lambda phase, done, total: None,
    )


def test_what_was_issued_is_audited_without_the_database(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    file_body(home, algorithm=Algorithm.EDDSA)
    with desk_at(home) as desk:
        fill(desk, tmp_path)
    source = FolderSource(home.log_folder)
    key = parse_vkey((home.log_folder / "vkey").read_text(encoding="utf-8").strip())

    checked = fsck(source, key)
    trust = read_trust(home.key_document_path.read_bytes(), root_pin(home))
    report, memory = audit_log(
        source, key, trust, new_memory(key, None), now=NOW + timedelta(days=1)
    )
    again, _ = audit_log(source, key, trust, memory, now=NOW + timedelta(days=1))

    assert checked.faults == ()
    assert (report.outcome, report.leaf_faults, report.log_faults) == (AuditOutcome.FINE, (), ())
    assert (again.outcome, again.judged) == (AuditOutcome.FINE, 0)
    bundle = tile_at(ENTRIES, 0, checked.size)
    leaves = [
        decode_leaf(entry)[1] for entry in decode_bundle(read_tile(source, bundle), bundle.width)
    ]
    assert sum(isinstance(leaf, IssueLeaf) for leaf in leaves) == AWARDS
    assert json.dumps(report.as_dict())
    assert all(leaf.record_hash for leaf in leaves if isinstance(leaf, LifeLeaf))
