"""The second signature: the same record under the body's key of the other family, where it has one.

It is never needed for a certificate to be valid; one that contradicts the record is an alarm.
"""

from __future__ import annotations

from typing import assert_never

from keys.document import KeyDocument
from keys.envelope import decode_envelope
from keys.errors import KeysError
from keys.ring import SignatureState, verify_second
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.verdict import Finding


def inspect_second(second: bytes | None, payload: bytes, document: KeyDocument) -> list[Finding]:
    """Return what a second signature says of a record; nothing where there is none.

    Args:
        second: an envelope (COSE_Sign1) from the register or a PDF's attachment, untrusted.
        payload: the record, whose own signature is genuine.
        document: the trusted key document.
    """
    if second is None:
        return []
    try:
        envelope = decode_envelope(second)
    except KeysError:
        return [find(Code.SECOND_SIGNATURE_CONTRADICTS)]
    shown = {"algorithm": envelope.algorithm.label}
    match verify_second(envelope, payload, document.ring):
        case SignatureState.GENUINE:
            return [find(Code.SECOND_SIGNATURE_GENUINE, shown, shown)]
        case SignatureState.UNCHECKED:
            return [find(Code.SECOND_SIGNATURE_UNCHECKED, shown, shown)]
        case SignatureState.WRONG | SignatureState.KEY_UNKNOWN:
            return [find(Code.SECOND_SIGNATURE_CONTRADICTS, evidence=shown)]
        case unknown:
            assert_never(unknown)
