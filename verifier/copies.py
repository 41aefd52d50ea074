"""Which copy of an opened award is meant: records are compared, nothing is proved here."""

from __future__ import annotations

from codes.errors import CodesError
from codes.names import fold_name
from codes.record import Record, decode_record
from keys.envelope import Envelope, decode_envelope
from keys.errors import KeysError
from registry.access import OpenedAward, OpenedCopy


def copy_for(award: OpenedAward, name: str | None) -> OpenedCopy | None:
    """Return the copy that stands for the award; to a former name, the last that carries it."""
    shown = award.shown
    if name is None or shown is None:
        return shown
    wanted = fold_name(name)
    for copy in (shown, *reversed(award.copies)):
        read = read_copy(copy)
        if read is not None and fold_name(read[1].holder_name) == wanted:
            return copy
    return shown


def read_copy(copy: OpenedCopy) -> tuple[Envelope, Record] | None:
    """Return the signed record of a copy, unverified; None where it is none."""
    try:
        envelope = decode_envelope(copy.envelope)
        return envelope, decode_record(envelope.payload)
    except (KeysError, CodesError):
        return None


def copy_with(award: OpenedAward, payload: bytes) -> OpenedCopy | None:
    """Return the copy that carries exactly `payload`: records are compared, never signatures."""
    for copy in award.copies:
        read = read_copy(copy)
        if read is not None and read[0].payload == payload:
            return copy
    return None
