"""Step 7 of issuing: faces. Every recorded copy gets its page, stored sealed and named by content.

Like step 6 it works from the rows: a copy on record without a stored page gets one, with the same
bytes however often it is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import assert_never

from sqlalchemy import select

from codes.levels import Level
from codes.number import parse_number
from codes.occupations import occupation_by_index
from codes.qr_text import encode_qr_text
from codes.record import decode_record
from issuer.awarding import KeptSecrets, read_secrets
from issuer.copy_rows import BatchCopies, CopyScope, chunks_of, undrawn
from issuer.desk import Desk, shanghai_day
from issuer.leaves import append_files
from issuer.printing import make_printer
from issuer.sealing import Seal
from issuer.stapling import staple
from keys.document import dump_signing_key
from keys.envelope import decode_envelope
from keys.ring import PublicKey
from registry.access import (
    seal_pdf_hash,
    unseal_body_name,
    unseal_envelope,
    unseal_second,
)
from registry.log_reader import LogReader
from registry.models import Copy, CopyKind
from registry.session import transaction
from registry.store import Parcel
from templates.archival import PROOF_NAME, SECOND_RECORD_FILE, Attachment
from templates.certificate import CertificateFace, CertificatePrinter
from templates.fonts import FontChain
from templates.labels import (
    ARCHIVE_REMARK,
    format_correction_remark,
    format_print_serial,
    format_reissue_remark,
)

_CHUNK = 200
_REMARKS = {
    CopyKind.REISSUE: format_reissue_remark,
    CopyKind.CORRECTION: format_correction_remark,
}


def draw_recorded(
    desk: Desk, batch_id: int, fonts: FontChain, progress: Callable[[int], None]
) -> int:
    """Draw and store the page of every recorded copy of a batch; as `draw_copies`."""
    return draw_copies(desk, BatchCopies(batch_id=batch_id), make_printer(desk, fonts), progress)


def draw_copies(
    desk: Desk, scope: CopyScope, printer: CertificatePrinter, progress: Callable[[int], None]
) -> int:
    """Draw and store the page of every recorded copy of a scope that has none yet.

    Args:
        desk: the body's place of work.
        scope: the copies to finish.
        printer: of the desk's pages; one for many calls spares most of the time of the first page.
        progress: told after each commit how many pages it stored.

    Returns:
        How many pages were stored.

    Raises:
        StoreError: a photo is missing from the store.
        RegistryUnavailable: the database went away; a later run goes on from the rows.
    """
    done = 0
    reader = LogReader(desk.home.log_folder)
    for copies in chunks_of(desk, scope, undrawn, size=_CHUNK):
        opened = {copy.id: read_secrets(desk, copy.award) for copy in copies}
        drawn = _draw(desk, staple(desk, reader, copies, opened), opened, printer)
        with transaction(desk.engine) as session:
            rows = session.scalars(
                select(Copy)
                .where(Copy.id.in_(drawn), Copy.pdf_stored.is_(None))
                .order_by(Copy.id)
                .with_for_update()
            ).all()
            for row in rows:
                page = drawn[row.id]
                row.pdf_stored, row.pdf_sha256_sealed = page.stored, page.sha256_sealed
            files = [(row, drawn[row.id].sha256) for row in rows]
            append_files(session, desk.vault, files, desk.site.prefix)
        done += len(rows)
        progress(len(copies))
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A page in the store: its name there, its SHA-256 sealed for the register and in clear."""

    stored: str
    sha256_sealed: bytes
    sha256: bytes


def _draw(
    desk: Desk,
    copies: Sequence[Copy],
    opened: Mapping[int, KeptSecrets],
    printer: CertificatePrinter,
) -> dict[int, _Drawn]:
    """Draw, seal and store pages; return by copy what is to be noted of its page."""
    hashes: list[tuple[bytes, bytes]] = []

    def parcels() -> Iterator[Parcel]:
        for copy in copies:
            face = _face(desk, copy, opened[copy.id])
            data_key = opened[copy.id].data_key
            page, sha256 = seal_page(printer, desk.seal, face, _sealed_at(desk, copy))
            hashes.append((seal_pdf_hash(data_key, copy, sha256.hex()), sha256))
            yield Parcel(content=page, key=data_key, sha256=sha256)

    names = desk.home.store.put_many(parcels())
    return {
        copy.id: _Drawn(stored=name, sha256_sealed=sealed, sha256=sha256)
        for copy, name, (sealed, sha256) in zip(copies, names, hashes, strict=True)
    }


def seal_page(
    printer: CertificatePrinter, seal: Seal, face: CertificateFace, sealed_at: datetime
) -> tuple[bytes, bytes]:
    """Draw and seal a page in one pass; return the file and its SHA-256.

    Args:
        printer: keeps room for this seal.
        seal: the body's seal, open.
        face: what the page shows.
        sealed_at: the time the seal claims, aware.
    """
    unsealed = printer.render(face, sealed_at)
    return unsealed.filled(seal.sign(unsealed.digest))


def face_of(desk: Desk, copy: Copy) -> CertificateFace:
    """Return everything that is printed on a recorded copy; raises as `read_secrets`."""
    return _face(desk, copy, read_secrets(desk, copy.award))


def _face(desk: Desk, copy: Copy, secrets: KeptSecrets) -> CertificateFace:
    award, private, data_key = copy.award, secrets.private, secrets.data_key
    signed = unseal_envelope(data_key, copy, copy.envelope_sealed or b"")
    envelope = decode_envelope(signed)
    record = decode_record(envelope.payload)
    return CertificateFace(
        body_name=unseal_body_name(data_key, award),
        holder_name=record.holder_name,
        holder_name_latin=private.latin_name,
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
        layout=copy.layout,
        remark=_remark(copy),
        attachments=attachments_of(
            signed,
            desk.document.ring.find(record.number.prefix, record.key_id),
            proof=copy.log_proof,
            second=unseal_second(data_key, copy),
        ),
    )


def _sealed_at(desk: Desk, copy: Copy) -> datetime:
    """Return the time the seal claims: the copy's own, so that a second try gives equal bytes."""
    return max(copy.made_at, desk.seal.chain.not_before)


def attachments_of(
    envelope: bytes, key: PublicKey | None, *, proof: str | None, second: bytes | None = None
) -> tuple[Attachment, ...]:
    """Return what lets a file be verified by itself: signed record, public key, proof of the log.

    Args:
        envelope: the signed record, a COSE_Sign1.
        key: the public key it was signed with; None where it is not on record any more.
        proof: that the record's leaf is in the public log; None for a record older than the log.
        second: the same record under the body's second key, where it had two.
    """
    files = [
        Attachment(
            name="record.cose",
            mime_type="application/cose",
            relationship="Source",
            description="签名的证书记录 / the signed record (COSE_Sign1)",
            content=envelope,
        )
    ]
    if key is not None:
        files.append(_key_file(key))
    if second is not None:
        files.append(
            Attachment(
                name=SECOND_RECORD_FILE,
                mime_type="application/cose",
                relationship="Supplement",
                description="同一记录的第二签名 / the record under the body's second key",
                content=second,
            )
        )
    if proof is not None:
        files.append(
            Attachment(
                name=PROOF_NAME,
                mime_type="text/plain",
                relationship="Supplement",
                description="公开日志收录证明 / proof of inclusion in the public log",
                content=proof.encode(),
            )
        )
    return tuple(files)


@lru_cache(maxsize=16)
def _key_file(key: PublicKey) -> Attachment:
    return Attachment(
        name="key.json",
        mime_type="application/json",
        relationship="Supplement",
        description="签名记录的公钥 / the public key the record was signed with",
        content=dump_signing_key(key),
    )


def _remark(copy: Copy) -> str | None:
    """Return what the page says of a copy that is not the first of its award."""
    match CopyKind(copy.kind):
        case CopyKind.ORIGINAL:
            return None
        case CopyKind.REISSUE | CopyKind.CORRECTION as kind:
            replaced = next(one for one in copy.award.copies if one.id == copy.replaces_id)
            serial = format_print_serial(replaced.year, replaced.print_serial)
            form = _REMARKS[kind]
            return form(shanghai_day(copy.made_at), serial)
        case CopyKind.ARCHIVE:
            return ARCHIVE_REMARK
        case unknown:
            assert_never(unknown)
