"""Our own pipeline, behind the few steps the benchmark measures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from bench.issue_awards import URL_PREFIX, Award, face_of, record_of
from bench.issue_keys import Keys
from codes.qr_text import encode_qr_text
from codes.record import encode_record
from keys.signing import PrivateKey, prepare, sign
from registry.store import FileStore, Parcel
from templates.certificate import CertificateFace, CertificatePrinter
from templates.fonts import FontChain

# Whether `Ours.seal` seals: until it does, the gate cannot ask for a seal and no figure that needs
# one is printed.
SEALS: Final = False


class Ours:
    """Makes finished certificates our way.

    Args:
        characters: what the pages of the batch print.
        keys: of the body.
        store: where the finished files go.
    """

    def __init__(self, characters: Iterable[str], keys: Keys, store: FileStore) -> None:
        self._keys = keys
        self._store = store
        self._printer = CertificatePrinter(characters, FontChain(system_dirs=()))

    def face(self, award: Award) -> CertificateFace:
        """Sign the record of an award; return what its page shows."""
        return signed_face(award, self._keys.record)

    def render(self, face: CertificateFace) -> bytes:
        """Draw the page, without a seal."""
        return self._printer.render(face)

    def seal(self, face: CertificateFace) -> bytes:
        """Draw the page and seal it, in one pass.

        THE PLACE FOR SEALING: the assembler's own pass, with self._keys.seal and its chain.
        """
        return self.render(face)

    def finish(self, lot: Iterable[Award]) -> tuple[str, ...]:
        """Make and store the certificates of a lot of awards; return their names in the store."""
        return self._store.put_many(
            Parcel(content=self.seal(self.face(award)), key=award.data_key) for award in lot
        )


def signed_face(award: Award, key: PrivateKey) -> CertificateFace:
    """Sign the record of an award; return what its page shows."""
    prepared = prepare(encode_record(record_of(award, key.public.key_id)))
    envelope = sign(key, prepared)
    qr_text = encode_qr_text(
        URL_PREFIX,
        algorithm=int(envelope.algorithm),
        payload=envelope.payload,
        signature=envelope.signature,
    )
    return face_of(award, qr_text)


def reference_page(face: CertificateFace) -> bytes | None:
    """Return the page that our picture must equal by pixel, or None where there is none.

    THE PLACE FOR THE REFERENCE RENDERER or the golden page, once `render` is another way.
    """
    del face
    return None
