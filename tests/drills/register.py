"""Looks through a whole register, its store and an output folder for anything that must not be.

Every function returns faults as sentences; numbers may stand in them, names never do.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, func, select

from codes.errors import CodesError
from codes.number import parse_number
from codes.qr_text import decode_qr_text
from issuer.awarding import read_data_key, read_private
from issuer.desk import Desk
from issuer.exporting import CONTACT_SHEET
from issuer.faces import face_of
from keys.envelope import decode_envelope
from keys.ring import SignatureState, verify_envelope
from registry.access import unseal_envelope, unseal_pdf_hash
from registry.errors import RegistryError
from registry.models import (
    Access,
    Award,
    AwardStatus,
    Batch,
    Copy,
    CopyState,
    PrintCounter,
    SerialCounter,
)
from registry.session import reading
from verifier.opening import open_verifier
from verifier.verdict import Outcome

_WAYS_IN = 3  # by name, by document number, by signed record


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What never changes once a number is given."""

    issued_on: date
    live_key: bytes | None
    print_serial: int
    status_index: int


def numbers_given(engine: Engine) -> dict[str, Fixed]:
    """Return what stands fixed for every number given so far."""
    query = select(
        Award.number, Award.issued_on, Award.live_key, Copy.print_serial, Copy.status_index
    ).join(Copy, Copy.award_id == Award.id)
    with reading(engine) as session:
        return {
            number: Fixed(
                issued_on=issued_on,
                live_key=live_key,
                print_serial=print_serial,
                status_index=status_index,
            )
            for number, issued_on, live_key, print_serial, status_index in session.execute(query)
        }


def changed(before: dict[str, Fixed], after: dict[str, Fixed]) -> list[str]:
    """Return which numbers of `before` are gone or stand for something else."""
    return [
        f"{number} is gone or changed" for number in before if before[number] != after.get(number)
    ]


def serial_faults(engine: Engine) -> list[str]:
    """Return every repeated or skipped serial; holds at any moment, whatever is unfinished."""
    faults: list[str] = []
    with reading(engine) as session:
        series: dict[tuple[int, int, int], list[int]] = defaultdict(list)
        prints: dict[tuple[int, int], list[int]] = defaultdict(list)
        awards = select(Award.site_id, Award.year, Award.level, Award.serial)
        for site_id, year, level, serial in session.execute(awards):
            series[(site_id, year, level)].append(serial)
        for site_id, year, serial in session.execute(
            select(Copy.site_id, Copy.year, Copy.print_serial)
        ):
            prints[(site_id, year)].append(serial)
        last = {
            (row.site_id, row.year, row.level): row.last
            for row in session.scalars(select(SerialCounter))
        }
        last_print = {
            (row.site_id, row.year): row.last for row in session.scalars(select(PrintCounter))
        }
    for key in series.keys() | last.keys():
        faults += _run_faults(f"serials of year {key[1]} level {key[2]}", series[key], last[key])
    for pair in prints.keys() | last_print.keys():
        faults += _run_faults(f"print serials of {pair[1]}", prints[pair], last_print[pair])
    return faults


def _run_faults(what: str, taken: list[int], last: int) -> Iterator[str]:
    if len(taken) != len(set(taken)):
        yield f"{what}: {len(taken) - len(set(taken))} given twice"
    if missing := set(range(1, last + 1)) - set(taken):
        yield f"{what}: {len(missing)} skipped, the first {min(missing)}"
    if beyond := set(taken) - set(range(1, last + 1)):
        yield f"{what}: {len(beyond)} beyond the counter"


def award_faults(desk: Desk, batch_id: int | None = None) -> list[str]:
    """Return what is wrong with any award: unfinished, not signed right, or without its page.

    Args:
        desk: the body's place of work.
        batch_id: one batch, or None for the whole register.
    """
    query = select(Award).order_by(Award.id)
    if batch_id is not None:
        query = query.where(Award.batch_id == batch_id)
    faults: list[str] = []
    with reading(desk.engine) as session:
        counted = select(Access.award_id, func.count()).group_by(Access.award_id)
        ways = {row[0]: row[1] for row in session.execute(counted)}
        for award in session.scalars(query.execution_options(yield_per=200)):
            faults += (f"{award.number}: {fault}" for fault in _faults_of(desk, award))
            if ways.get(award.id) != _WAYS_IN:
                faults.append(f"{award.number}: {ways.get(award.id, 0)} ways in")
    return faults


def _faults_of(desk: Desk, award: Award) -> Iterator[str]:
    number = parse_number(award.number)
    if (number.year, number.level, number.serial) != (award.year, award.level, award.serial):
        yield "number and row differ"
    if award.issued_on.year != award.year or award.status != AwardStatus.CURRENT:
        yield "date or status is not what was given"
    if award.recorded_at is None or len(award.copies) != 1:
        yield "not on record with exactly one copy"
        return
    (copy,) = award.copies
    if copy.envelope_sealed is None or copy.state != CopyState.CURRENT:
        yield "no signed record"
        return
    try:
        yield from _record_faults(desk, award, copy)
        yield from _file_faults(desk, award, copy)
    except (RegistryError, CodesError) as error:
        yield f"does not open: {error.code}"


def _record_faults(desk: Desk, award: Award, copy: Copy) -> Iterator[str]:
    envelope = decode_envelope(
        unseal_envelope(read_data_key(desk, award), copy, copy.envelope_sealed or b"")
    )
    proof = verify_envelope(envelope, desk.document.ring)
    record = proof.record
    if proof.signature is not SignatureState.GENUINE or not proof.key_covered_day:
        yield f"signature {proof.signature}"
    said = (str(record.number), record.issued_on, record.print_serial, record.status_index)
    if said != (award.number, award.issued_on, copy.print_serial, copy.status_index):
        yield "record and row differ"
    face = face_of(desk, copy)
    if decode_qr_text(face.qr_text).payload != envelope.payload:
        yield "QR and record differ"
    if face.holder_name != read_private(desk, award).name:
        yield "record and vault name different holders"


def _file_faults(desk: Desk, award: Award, copy: Copy) -> Iterator[str]:
    if copy.pdf_stored is None:
        proof = "a" if copy.log_proof else "no"
        yield f"no page; its record is leaf {copy.leaf_index} of the log, with {proof} proof stored"
        return
    key = read_data_key(desk, award)
    page = desk.home.store.get(copy.pdf_stored, key)
    if not page.startswith(b"%PDF-") or hashlib.sha256(page).hexdigest() != (
        unseal_pdf_hash(key, copy)
    ):
        yield "the stored page is not the one recorded"
    private = read_private(desk, award)
    photo = desk.home.store.get(private.photo_stored, key)
    if hashlib.sha256(photo).digest() != private.photo_sha256:
        yield "the stored photo is not the one recorded"


def folder_faults(desk: Desk, batch_id: int, folder: Path) -> list[str]:
    """Return what is wrong with an output folder: it must hold each award's page and no other."""
    wanted: dict[str, str] = {}
    with reading(desk.engine) as session:
        for award in session.scalars(select(Award).where(Award.batch_id == batch_id)):
            name = f"{award.number}-{read_private(desk, award).name}.pdf"
            key = read_data_key(desk, award)
            wanted[name] = unseal_pdf_hash(key, award.copies[0]) or ""
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.suffix != ".xlsx" and not path.stem.endswith(CONTACT_SHEET)
    }
    faults = [f"{name[:22]}: no PDF in the folder" for name in wanted.keys() - found.keys()]
    faults += [f"{len(name)}-character stray file" for name in found.keys() - wanted.keys()]
    faults += [
        f"{name[:22]}: the PDF in the folder is not the stored one"
        for name in wanted.keys() & found.keys()
        if wanted[name] != found[name]
    ]
    return faults


def batch_id_of(desk: Desk, name: str) -> int | None:
    """Return the id of a batch, if it was opened."""
    with reading(desk.engine) as session:
        return session.scalar(select(Batch.id).where(Batch.name == name))


def files_named(desk: Desk, batch_id: int | None = None) -> set[str]:
    """Return the names of every stored file that an award names."""
    query = select(Award)
    if batch_id is not None:
        query = query.where(Award.batch_id == batch_id)
    with reading(desk.engine) as session:
        names: set[str] = set()
        for award in session.scalars(query.execution_options(yield_per=200)):
            names.add(read_private(desk, award).photo_stored)
            names.update(copy.pdf_stored for copy in award.copies if copy.pdf_stored)
        return names


def files_stored(desk: Desk) -> set[str]:
    """Return the names of every file in the store, half-written ones included."""
    return {path.name for path in (desk.home.path / "store").rglob("*") if path.is_file()}


def pages_without_award(desk: Desk, unnamed: set[str], batch_id: int) -> list[str]:
    """Return faults for stored files that no award names although an award's key opens them.

    A photo stored for a reservation that never came to be is sealed under a key that was kept
    nowhere; it is nobody's, and nobody can open it. A page is sealed under its award's key.
    """
    with reading(desk.engine) as session:
        awards = session.scalars(select(Award).where(Award.batch_id == batch_id)).all()
        keys = [read_data_key(desk, award) for award in awards]
    return [
        f"stored file {name[:8]}: a page no award names"
        for name in unnamed
        if _opens(desk, name, keys)
    ]


def _opens(desk: Desk, name: str, keys: list[bytes]) -> bool:
    for key in keys:
        try:
            desk.home.store.get(name, key)
        except RegistryError:
            continue
        return True
    return False


def not_valid(desk: Desk) -> list[str]:
    """Return which certificates on record the public verifier does not find valid."""
    verifier = open_verifier(desk.home)
    faults: list[str] = []
    try:
        with reading(desk.engine) as session:
            for copy in session.scalars(select(Copy).order_by(Copy.id)):
                verdict = verifier.verify_qr(face_of(desk, copy).qr_text)
                if verdict.outcome is not Outcome.VALID:
                    faults.append(f"{copy.award.number} is {verdict.outcome}")
    finally:
        verifier.close()
    return faults
