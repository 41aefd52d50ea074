"""Step 1 for a QR text: reads the signed record in it without ever following its address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from codes.errors import CodesError
from codes.qr_text import QrReading, QrTextError, decode_qr_text, disguised_host
from codes.record import Record, decode_record
from keys.algorithms import Algorithm
from keys.document import KeyDocument
from keys.envelope import Envelope
from verifier.compare import shorten
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.verdict import Finding

MAX_SHOWN_HOST = 100
MAX_SHOWN_WORDS = 200
_PERHAPS_ADDRESS = re.compile(r"[:/\\.．｡]|。\S")
_ALGORITHMS = {int(one): one for one in Algorithm}
_NEWER = frozenset({"record_format_unknown", "record_occupation_unknown"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a QR text claims; nothing in it is verified.

    Args:
        record: decoded from the envelope's payload.
        host: where the QR would have led a browser; None for bare digits.
        disguise: what there is to say of how the host is written.
    """

    envelope: Envelope
    record: Record
    host: str | None
    disguise: tuple[Finding, ...]


def read_qr(text: str, document: KeyDocument) -> Scan | Finding:
    """Return what `text` claims, or the finding that says why it claims nothing.

    Args:
        text: anything; untrusted.
        document: names the hosts that are ours.
    """
    try:
        reading = decode_qr_text(text)
        record = decode_record(reading.payload)
    except QrTextError as error:
        return _unreadable(error, document, text)
    except CodesError as error:
        code = Code.QR_NEWER if error.code in _NEWER else Code.QR_DAMAGED
        return find(code, evidence={"reason": error.code})
    return Scan(
        envelope=_envelope(reading),
        record=record,
        host=reading.host,
        disguise=inspect_disguise(text),
    )


def inspect_disguise(text: str) -> tuple[Finding, ...]:
    """Return where a QR text leads, if its host is written so that an eye takes it for another."""
    host = disguised_host(text)
    return () if host is None else (find_disguised(host),)


def find_disguised(host: str) -> Finding:
    """Return that a link, though it may be read otherwise, leads to `host`."""
    shown = {"host": shown_host(host)}
    return find(Code.HOST_DISGUISED, shown, shown)


def inspect_host(scan: Scan, document: KeyDocument, today: date) -> tuple[Finding, ...]:
    """Return an alarm when the QR leads somewhere that was never ours in the paper's lifetime.

    Also where it leads, when its host is easily taken for another.

    A copy can be printed on any day from the date of issue on (reissue), and paper cannot be
    mended: a host counts if it was ours on some day between the two.
    """
    host = scan.host
    issued_on = scan.record.issued_on
    if host is None or any(
        ours.host == host
        and ours.valid_from <= max(today, issued_on)
        and (ours.valid_to is None or ours.valid_to >= issued_on)
        for ours in document.hosts
    ):
        return scan.disguise
    shown = shown_host(host)
    return (find(Code.FOREIGN_HOST, {"host": shown}, {"host": shown}), *scan.disguise)


def shown_host(host: str) -> str:
    """Return a host so that it can be shown: ASCII, and of bounded length."""
    plain = host.encode("ascii", "backslashreplace").decode("ascii")
    return plain if len(plain) <= MAX_SHOWN_HOST else f"{plain[:MAX_SHOWN_HOST]}…"


def _envelope(reading: QrReading) -> Envelope:
    return Envelope(
        algorithm=_ALGORITHMS[reading.algorithm],
        payload=reading.payload,
        signature=reading.signature,
    )


def plain_words(text: str) -> str:
    """Return a QR text as it can be shown; nothing where it may be more than words.

    What has a colon, a slash or a point between its words may be an address.
    """
    shown = "".join(char if char.isprintable() else " " for char in text).strip(" ")
    return "" if _PERHAPS_ADDRESS.search(text) else shorten(shown, MAX_SHOWN_WORDS)


def _unreadable(error: QrTextError, document: KeyDocument, text: str) -> Finding:
    code = Code(error.code)
    host = error.evidence.get("host")
    if code is Code.QR_NO_FRAGMENT and not any(ours.host == host for ours in document.hosts):
        code = Code.QR_NOT_A_CERTIFICATE  # any link in the world, not ours torn
    words = plain_words(text) if code is Code.QR_NOT_A_CERTIFICATE and host is None else ""
    if words:
        return find(Code.QR_OTHER_TEXT, {"text": words}, {"text": words})
    return find(code, evidence={} if host is None else {"host": shown_host(host)})
