"""Step 7 of issuing: faces. Every recorded copy gets its page, stored sealed and named by content.

Like step 6 it works from the rows: a copy on record without a stored page gets one, with the same
bytes however often it is tried.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Select, select

from codes.levels import Level
from codes.number import parse_number
from codes.occupations import occupation_by_index
from codes.qr_text import encode_qr_text
from codes.record import decode_record
from issuer.awarding import read_data_key, read_private
from issuer.desk import Desk
from keys.envelope import decode_envelope
from registry.access import seal_pdf_hash, unseal_envelope
from registry.models import Award, Copy
from registry.session import reading, transaction
from registry.store import make_folder, sweep_unfinished, write_durably
from templates.certificate import CertificateFace, CertificatePrinter
from templates.fonts import FontChain
from templates.labels import format_print_serial

CHUNK = 50


def draw_recorded(
    desk: Desk, batch_id: int, fonts: FontChain, progress: Callable[[int], None]
) -> int:
    """Draw and store the page of every recorded copy of a batch that has none yet.

    Args:
        desk: the body's place of work.
        batch_id: the batch to finish.
        fonts: what the pages are set in.
        progress: told after each commit how many pages it stored.

    Returns:
        How many pages were stored.

    Raises:
        StoreError: a photo is missing from the store.
        RegistryUnavailable: the database went away; a later run goes on from the rows.
    """
    done, last = 0, 0
    printer = CertificatePrinter(fonts)
    while copies := _load(desk, _undrawn(batch_id, after=last)):
        last = copies[-1].id
        drawn = {copy.id: _draw(desk, copy, printer) for copy in copies}
        with transaction(desk.engine) as session:
            rows = session.scalars(
                select(Copy)
                .where(Copy.id.in_(drawn), Copy.pdf_stored.is_(None))
                .order_by(Copy.id)
                .with_for_update()
            ).all()
            for row in rows:
                row.pdf_stored, row.pdf_sha256_sealed = drawn[row.id]
        done += len(rows)
        progress(len(copies))
    return done


def export(
    desk: Desk, batch_id: int, folder: Path, progress: Callable[[int], None]
) -> list[tuple[str, Path]]:
    """Write the stored pages of a batch into a folder; return (number, file) in order of number.

    A file that already holds the same bytes is left alone.
    """
    written: list[tuple[str, Path]] = []
    make_folder(folder)
    sweep_unfinished(folder)
    last = 0
    while copies := _load(desk, _drawn(batch_id, after=last)):
        last = copies[-1].id
        for copy in copies:
            award = copy.award
            stored = copy.pdf_stored or ""
            content = desk.home.store.get(stored, read_data_key(desk, award))
            name = read_private(desk, award).name
            path = folder / f"{award.number}-{name}.pdf"
            if not (path.exists() and path.read_bytes() == content):
                write_durably(path, content)
            written.append((award.number, path))
        progress(len(copies))
    return sorted(written)


def face_of(desk: Desk, copy: Copy) -> CertificateFace:
    """Return everything that is printed on a recorded copy."""
    award = copy.award
    private, data_key = read_private(desk, award), read_data_key(desk, award)
    envelope = decode_envelope(unseal_envelope(data_key, copy, copy.envelope_sealed or b""))
    record = decode_record(envelope.payload)
    return CertificateFace(
        body_name=desk.site.body.name,
        holder_name=record.holder_name,
        document_type=record.document_type,
        document_number=private.document_number,
        occupation=occupation_by_index(record.occupation),
        specialty=record.specialty,
        level=Level(award.level),
        number=parse_number(award.number),
        issued_on=record.issued_on,
        print_serial_text=format_print_serial(record.issued_on.year, record.print_serial),
        qr_text=encode_qr_text(
            copy.qr_url_prefix,
            algorithm=int(envelope.algorithm),
            payload=envelope.payload,
            signature=envelope.signature,
        ),
        photo_jpeg=desk.home.store.get(private.photo_stored, data_key),
        sample=desk.home.demo,
    )


def _draw(desk: Desk, copy: Copy, printer: CertificatePrinter) -> tuple[str, bytes]:
    page, sha256 = printer.render(face_of(desk, copy)).filled(b"")
    data_key = read_data_key(desk, copy.award)
    return desk.home.store.put(page, data_key), seal_pdf_hash(data_key, copy, sha256.hex())


def _undrawn(batch_id: int, *, after: int) -> Select[Copy]:
    return _copies_of(batch_id, after=after).where(
        Copy.envelope_sealed.is_not(None), Copy.pdf_stored.is_(None)
    )


def _drawn(batch_id: int, *, after: int) -> Select[Copy]:
    return _copies_of(batch_id, after=after).where(Copy.pdf_stored.is_not(None))


def _copies_of(batch_id: int, *, after: int) -> Select[Copy]:
    return (
        select(Copy)
        .join(Award, Copy.award_id == Award.id)
        .where(Award.batch_id == batch_id, Copy.id > after)
        .order_by(Copy.id)
        .limit(CHUNK)
    )


def _load(desk: Desk, query: Select[Copy]) -> list[Copy]:
    with reading(desk.engine) as session:
        copies = list(session.scalars(query))
        for copy in copies:
            _ = copy.award.number  # loaded while the session is open
        return copies
