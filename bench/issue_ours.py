"""Our own pipeline, put together from the issuer's own functions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache

from bench.issue_awards import BODY_NAME, URL_PREFIX, Award, face_of, record_of
from bench.issue_keys import Keys
from codes.qr_text import encode_qr_text
from codes.record import encode_record
from issuer.faces import attachments_of, seal_page
from issuer.printing import seal_space
from issuer.sealing import Seal
from keys.envelope import encode_envelope
from keys.seal import parse_chain
from keys.signing import open_pkcs12, prepare, sign
from keys.validation_material import gather_material
from log.checkpoint import Checkpoint
from log.notes import NoteSignature, SignedNote
from log.proof_text import LogProof
from registry.store import FileStore, Parcel
from templates.certificate import CertificateFace, CertificatePrinter
from templates.fonts import FontChain


class Ours:
    """Makes finished certificates our way.

    Args:
        keys: of the body.
        store: where the finished files go.
    """

    def __init__(self, keys: Keys, store: FileStore) -> None:
        fonts = FontChain(system_dirs=())
        self._keys = keys
        self._store = store
        self._seal = open_seal_of(keys)
        space = seal_space(self._seal, fonts, BODY_NAME, sample=False)
        self._printer = CertificatePrinter(fonts, space)
        self._sealless = CertificatePrinter(fonts)

    def face(self, award: Award) -> CertificateFace:
        """Sign the record of an award; return what its page shows."""
        return signed_face(award, self._keys)

    def render(self, face: CertificateFace) -> bytes:
        """Draw the page, without a seal."""
        return self._sealless.render(face).filled(b"")[0]

    def seal(self, face: CertificateFace) -> tuple[bytes, bytes]:
        """Draw the page and seal it, in one pass; return the file and its SHA-256."""
        return seal_page(self._printer, self._seal, face, self._keys.made_at)

    def finish(self, lot: Iterable[Award]) -> tuple[str, ...]:
        """Make and store the certificates of a lot of awards; return their names in the store."""

        def parcels() -> Iterator[Parcel]:
            for award in lot:
                page, sha256 = self.seal(self.face(award))
                yield Parcel(content=page, key=award.data_key, sha256=sha256)

        return self._store.put_many(parcels())


def open_seal_of(keys: Keys) -> Seal:
    """Return the seal of a body that does not exist, at level B-B."""
    key, _ = open_pkcs12(keys.pkcs12, b"")
    chain = parse_chain(keys.seal_chain)
    return Seal(
        seal_id="bench",
        chain=chain,
        key=key,
        timestamps=None,
        material=gather_material([chain.certificates], (), now=keys.made_at),
        clock=lambda: keys.made_at,
    )


@cache
def stapled_proof() -> str:
    """Return a proof as long as one of a log with a million leaves; it proves nothing."""
    hashes = [hashlib.sha256(bytes([number])).digest() for number in range(24)]
    checkpoint = Checkpoint(origin="yz.example.cn/log", size=1_000_000, root=hashes[0])
    line = NoteSignature(
        name=checkpoint.origin, key_hash=hashes[1][:4], signature=hashes[2] + hashes[3]
    )
    proof = LogProof(
        index=999_999,
        path=tuple(hashes[4:]),
        checkpoint=SignedNote(text=checkpoint.text, signatures=(line,)),
        extra=b"".join(hashes[:3]),
    )
    return bytes(proof).decode()


def signed_face(award: Award, keys: Keys) -> CertificateFace:
    """Sign the record of an award; return what its page shows and carries."""
    key = keys.record
    prepared = prepare(encode_record(record_of(award, key.public.key_id)))
    envelope = sign(key, prepared)
    qr_text = encode_qr_text(
        URL_PREFIX,
        algorithm=int(envelope.algorithm),
        payload=envelope.payload,
        signature=envelope.signature,
    )
    return face_of(
        award,
        qr_text,
        attachments_of(encode_envelope(envelope), keys.published, proof=stapled_proof()),
    )
