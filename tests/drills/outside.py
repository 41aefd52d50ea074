"""Looks at all that a home keeps outside its database: the public log, status lists, trail, proofs.

Every function returns faults as sentences; numbers may stand in them, names never do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from pypdfium2 import PdfDocument
from sqlalchemy import select

from codes.record import decode_record
from issuer.awarding import read_data_key
from issuer.desk import Desk
from issuer.fsck.run import fsck
from keys.envelope import decode_envelope
from keys.errors import KeysError
from keys.status_list import ListForm, keys_by_name, read_status_list
from log.errors import LogError
from log.fsck import fsck as check_log
from log.leaves import IssueLeaf, decode_leaf
from log.reading import FolderSource
from registry.access import unseal_envelope
from registry.life_models import StatusListRow
from registry.log_models import LogEntry, LogHead
from registry.log_reader import LogReader
from registry.models import Award, Copy
from registry.session import reading
from registry.trail import TrailError, check_trail
from templates.archival import PROOF_NAME
from verifier.attachments import read_attachment
from verifier.logged import check_stapled

_MOST_BYTES = 1 << 16


def outside_faults(desk: Desk, *, today: datetime) -> list[str]:
    """Return what is wrong outside the database, and between it and the database.

    Args:
        desk: the body's place of work; nothing is unfinished.
        today: now, for the keys of the status lists.
    """
    return [
        *(f"fsck: {fault}" for fault in fsck(desk.home, desk.engine, desk.vault)),
        *_log_faults(desk),
        *_leaf_faults(desk),
        *_proof_faults(desk),
        *_list_faults(desk, today),
        *_trail_faults(desk),
        *_left_behind(desk),
    ]


def _log_faults(desk: Desk) -> Iterator[str]:
    """Yield what anyone sees who derives the log anew, and what still waits for it."""
    folder = desk.home.log_folder
    report = check_log(FolderSource(folder), LogReader(folder).vkey())
    yield from (f"log: {fault}" for fault in report.faults)
    memory = (desk.home.log_memory / "checkpoint").read_bytes()
    if memory != (folder / "checkpoint").read_bytes():
        yield "the published checkpoint is not the one in memory"
    with reading(desk.engine) as session:
        head = session.get_one(LogHead, 1)
        waiting = session.scalars(select(LogEntry.id).where(LogEntry.leaf_index.is_(None))).all()
    if waiting or not head.size == head.published_size == report.size:
        yield f"the log has {report.size} leaves, the database {head.size}, {len(waiting)} wait"


def _leaf_faults(desk: Desk) -> Iterator[str]:
    """Yield the awards that have not exactly one issue leaf, as the published entries say."""
    reader = LogReader(desk.home.log_folder)
    prover = reader.prover()
    leaves = [decode_leaf(prover.entry(index))[1] for index in range(prover.size)]
    counts = Counter(str(leaf.number) for leaf in leaves if isinstance(leaf, IssueLeaf))
    with reading(desk.engine) as session:
        numbers = set(session.scalars(select(Award.number)))
    for number in sorted(numbers | counts.keys()):
        if number not in numbers or counts[number] != 1:
            yield f"{number}: {counts[number]} issue leaves"


def _proof_faults(desk: Desk) -> Iterator[str]:
    """Yield the pages whose stapled proof does not show their record in the log."""
    vkey = LogReader(desk.home.log_folder).vkey()
    with reading(desk.engine) as session:
        for copy in session.scalars(select(Copy).order_by(Copy.id)):
            if copy.pdf_stored is None or copy.envelope_sealed is None:
                yield f"{copy.award.number}: no page"
                continue
            key = read_data_key(desk, copy.award)
            payload = decode_envelope(unseal_envelope(key, copy, copy.envelope_sealed)).payload
            page = PdfDocument(desk.home.store.get(copy.pdf_stored, key))
            proof = read_attachment(page, PROOF_NAME, most_bytes=_MOST_BYTES)
            page.close()
            if proof is None or proof.decode() != copy.log_proof:
                yield f"{copy.award.number}: the page's proof is not the stored one"
                continue
            try:
                check_stapled(proof, decode_record(payload), payload, vkey)
            except LogError as error:
                yield f"{copy.award.number}: stapled proof: {error.code}"


def _list_faults(desk: Desk, today: datetime) -> Iterator[str]:
    """Yield the status lists that are not there, not signed right, or behind the database."""
    keys = keys_by_name(desk.document.status_keys, today.date())
    with reading(desk.engine) as session:
        rows = session.scalars(select(StatusListRow)).all()
    for row in rows:
        for form in ListForm:
            try:
                token = (desk.home.status_folder / f"{row.id}.{form}").read_bytes()
                found = read_status_list(token, keys)
            except (OSError, KeysError):
                yield f"status list {row.id}.{form} cannot be read"
                continue
            if (found.version, row.published_changes) != (row.version, row.changes):
                yield f"status list {row.id}.{form} is behind"


def _trail_faults(desk: Desk) -> Iterator[str]:
    try:
        report = check_trail(desk.engine, desk.home.trail_memory)
    except TrailError as error:
        yield f"trail: {error.code}"
        return
    yield from (f"trail row {fault.id}: {fault.kind}" for fault in report.faults)


def _left_behind(desk: Desk) -> Iterator[str]:
    """Yield unfinished files that a killed writer left and no later run swept away."""
    for path in desk.home.path.rglob(".yanzhen-unfinished-*"):
        yield f"an unfinished file is left in {path.parent.relative_to(desk.home.path)}"
