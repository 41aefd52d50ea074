"""Reads the seal of a PDF in the child process: what it covers, whether it holds, who made it.

The bytes are looked at first, by rules of our own: published attacks live on what readers forgive.
pyHanko finds the signature and checks its cryptography; whom to trust is decided elsewhere.

Source: ISO 32000-1, 12.8.1; ETSI EN 319 142-1, 5; the attack classes named in
docs/decisions/0020-seals-and-pages-read.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from verifier.pdf_contents import appended_kinds, held_kinds
from verifier.pdf_scan import is_bare_scan
from verifier.seal_states import Coverage, Kind, SealState

_HOLE = re.compile(rb"<[0-9A-Fa-f]*>")
_DIGESTS = frozenset({"sha256", "sha384", "sha512"})
_BLANKS = b" \t\r\n\f\v\0"
_MAX_CERTIFICATES = 8
_END = b"%%EOF"


def read_seal(data: bytes) -> dict[str, Any]:
    """Return what is to be said of a PDF's seal; no file makes it fail.

    Args:
        data: the file; untrusted.

    Returns:
        "state" and "held", "bare" where there is no seal, and where the state is ONE the rest, as
        `verifier.seal` takes it.
    """
    try:
        return _read(data)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the reader leaks a dozen types on damaged files
        return {"state": SealState.UNREADABLE, "held": None}


def _read(data: bytes) -> dict[str, Any]:
    reader = PdfFileReader(BytesIO(data), strict=False)
    if reader.encrypted:
        reader.decrypt("")
    values = [value for _, value, _ in enumerate_sig_fields(reader) if value is not None]
    held = held_kinds(data, reader)
    if len(values) > 1:
        return {"state": SealState.SEVERAL, "held": held, "count": len(values)}
    if not values:
        remains = b"/ByteRange" in data or "/Perms" in reader.root
        state = SealState.HOLLOW if remains else SealState.NONE
        return {"state": state, "held": held, "bare": not held and is_bare_scan(data)}
    (field,) = (field for _, value, field in enumerate_sig_fields(reader) if value is not None)
    try:
        facts = _judge(data, reader, field.get_object())
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a signature that is not one fails in as many ways
        return {"state": SealState.HOLLOW, "held": held}
    return {"state": SealState.ONE, "held": held, **facts}


def _judge(data: bytes, reader: PdfFileReader, field: DictionaryObject) -> dict[str, Any]:
    embedded = EmbeddedPdfSignature(reader, field, "")
    places = [int(place) for place in embedded.byte_range]
    _check_range(places)
    _, start, end, rest = places
    fits = end + rest <= len(data)
    signer = embedded.signer_cert
    intact = valid = False
    if fits and embedded.md_algorithm in _DIGESTS:
        digest = embedded.compute_digest()
        intact, valid = validate_sig_integrity(embedded.signer_info, signer, "data", digest)
    own_place = fits and _is_hole(data[start:end], embedded.pkcs7_content)
    covered = end + rest if own_place else 0
    moment = embedded.self_reported_timestamp
    certificates = [signer, *embedded.other_embedded_certs][:_MAX_CERTIFICATES]
    return {
        "coverage": _coverage(own_place=own_place, intact=intact, left=len(data) - covered),
        "intact": bool(intact and valid),
        "padded": own_place and _is_padded(data[start + 1 : end - 1]),
        "revisions": _count_revisions(data[: covered or len(data)]),
        "certified": embedded.docmdp_level is MDPPerm.NO_CHANGES,
        "covered": covered,
        "appended": _appended(data, reader, embedded, covered) if covered else [],
        "certificates": [one.dump().hex() for one in certificates],
        "sealed_at": None if moment is None else moment.isoformat(),
    }


def _check_range(places: Sequence[int]) -> None:
    """Refuse what is no range of a signature (ValueError)."""
    if len(places) != 4 or places[0] != 0 or not 0 < places[1] < places[2] or places[3] < 0:
        raise ValueError("no byte range")


def _is_hole(hole: bytes, contents: bytes) -> bool:
    """Return whether what is left out is the signature's own text and nothing else."""
    if _HOLE.fullmatch(hole) is None:
        return False
    digits = hole[1:-1]
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii")) == contents


def _coverage(*, own_place: bool, intact: bool, left: int) -> Coverage:
    if not own_place:
        return Coverage.GAP if intact else Coverage.MISPLACED
    return Coverage.EXTENDED if left else Coverage.WHOLE


def _is_padded(digits: bytes) -> bool:
    """Return whether the signature's place holds anything but it, small digits, and zeros."""
    if digits != digits.lower():
        return True
    content = bytes.fromhex(digits.decode("ascii"))
    return content[_der_length(content) :].strip(b"\0") != b""


def _der_length(content: bytes) -> int:
    """Return how long the DER element is that content begins with."""
    first = content[1]
    if first < 0x80:
        return 2 + first
    octets = first & 0x7F
    return 2 + octets + int.from_bytes(content[2 : 2 + octets], "big")


def _appended(
    data: bytes, reader: PdfFileReader, embedded: EmbeddedPdfSignature, covered: int
) -> list[Kind]:
    if not data[covered:].strip(_BLANKS):
        return [Kind.BLANKS] if data[covered:] else []
    return appended_kinds(reader, embedded.signed_revision) or [Kind.BYTES]


def _count_revisions(data: bytes) -> int:
    """Return how many times the file comes to an end; nothing may follow the last one."""
    ends = data.count(_END)
    return ends + (not data.rstrip(b"\r\n").endswith(_END))
