"""Verification reports as signed documents: their one way of writing, and how anybody checks them.

A report is JSON in the canonical form of RFC 8785 (of text, whole numbers, true, false and null).
Its JSON file holds the report and a detached JWS over it (RFC 7515, appendix F); the PDF carries
the same bytes as its first object, under a PAdES seal of the same key. Both are compared with the
one file that their content, certificates and signature make: no byte can be changed unnoticed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    load_der_public_key,
    pkcs7,
)

from keys.certificates import CERTIFICATE_FAULTS, load_certificate, order_chain
from keys.errors import KeysError
from keys.jws import decode_bytes, encode_bytes
from keys.seal import SealChain, SignedDigest, build_cms, parse_chain, signed_attributes
from keys.seal_check import check_signed
from keys.strict_json import load_strict_json

REPORT_MARK: Final = b"%Yanzhen-Report "
REPORT_PURPOSE: Final = "查验报告专用"
_SAMPLE: Final = "样本 SAMPLE DEMO "
JWS_TYPE: Final = "yanzhen-report+json"
MAX_REPORT_BYTES: Final = 4 << 20
MAX_CERTIFICATES: Final = 6
_LONGEST_SEAL: Final = 64 << 10
_JSON_START: Final = b'{"report":{'
_HALF: Final = 32
_LONGEST_SIGNATURE: Final = 72  # of P-256, DER
_OCTET_STRING: Final = 0x04
_SEQUENCE: Final = 0x30
_CONTENT: Final = re.compile(rb"1 0 obj\n<<[^\n]*?/Length (\d{1,8})>>\nstream\n")
_RANGE: Final = re.compile(rb"/ByteRange\[0 (\d{10}) (\d{10}) (\d{10})\]/Contents<")
_HEX: Final = re.compile(rb"[0-9a-f]*")


class ReportForm(Enum):
    """What a report came as."""

    PDF = "pdf"
    JSON = "json"


class SealState(Enum):
    """What became of the check of a report's seal.

    GENUINE says that whoever holds the certificate's key sealed exactly this file; whether that is
    to be believed is a question of the chain.
    """

    GENUINE = "genuine"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedReport:
    """A report and what its own bytes prove.

    Args:
        content: the report; None where it does not read. Believed only where `state` says so.
        chain: the certificates it came with; None where they do not read.
    """

    form: ReportForm
    state: SealState
    content: Mapping[str, Any] | None
    chain: SealChain | None


def form_of(data: bytes) -> ReportForm | None:
    """Return what a file claims to be by its first bytes, or None where it is no report."""
    if data.startswith(b"%PDF-") and REPORT_MARK in data[:200]:
        return ReportForm.PDF
    return ReportForm.JSON if data.startswith(_JSON_START) else None


def canonical(content: Mapping[str, Any]) -> bytes:
    """Return a report in its one way of writing; its member names are plain ASCII."""
    return json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def protected_header(chain: SealChain) -> str:
    """Return the header that a report's JWS has: algorithm, kind, and the certificates."""
    members = {
        "alg": "ES256",
        "typ": JWS_TYPE,
        "x5c": [base64.b64encode(der).decode("ascii") for der in chain.certificates],
    }
    return encode_bytes(json.dumps(members, separators=(",", ":")).encode("ascii"))


def jws_input(protected: str, content: Mapping[str, Any]) -> bytes:
    """Return the bytes that the JWS signs."""
    return f"{protected}.{encode_bytes(canonical(content))}".encode("ascii")


def report_file(content: Mapping[str, Any], protected: str, signature: bytes) -> bytes:
    """Return the JSON file of a signed report."""
    signed = {"protected": protected, "signature": encode_bytes(signature)}
    return b'{"report":%b,"signature":%b}\n' % (canonical(content), canonical(signed))


def check_report(data: bytes) -> CheckedReport | None:
    """Return a report and what its bytes prove, or None where the file is no report at all.

    Args:
        data: the whole file; untrusted. Nothing but its first object, its seal and the lengths
            between them is read.
    """
    form = form_of(data)
    if form is None:
        return None
    check = _check_pdf if form is ReportForm.PDF else _check_json
    try:
        content, chain, whole = check(data)
    except (KeysError, ValueError, LookupError, TypeError, RecursionError, UnsupportedAlgorithm):
        return CheckedReport(form=form, state=SealState.ALTERED, content=None, chain=None)
    held_together = whole and _ends_in_root(chain)
    state = SealState.GENUINE if held_together else SealState.ALTERED
    return CheckedReport(form=form, state=state, content=content, chain=chain)


def is_of(chain: SealChain, root: bytes) -> bool:
    """Say whether a report's chain ends at a root and its leaf is one for reports.

    Args:
        chain: every link of it checked when it was parsed.
        root: DER of the root certificate that is believed.
    """
    return chain.certificates[-1] == root and names_report_key(chain.signer_name)


def report_key_name(*, demo: bool) -> str:
    """Return what the common name of a report key's certificate begins with."""
    return f"{_SAMPLE}{REPORT_PURPOSE}" if demo else REPORT_PURPOSE


def names_report_key(common_name: str) -> bool:
    """Say whether a certificate of this common name is one for reports; no seal's may be."""
    return common_name.removeprefix(_SAMPLE).startswith(REPORT_PURPOSE)


def is_revoked(chain: SealChain, crl: bytes) -> bool:
    """Say whether a list of revoked certificates (DER) names the leaf, whatever its reason."""
    serial = load_certificate(chain.certificates[0]).serial_number
    listed = x509.load_der_x509_crl(crl)
    return listed.get_revoked_certificate_by_serial_number(serial) is not None


def _ends_in_root(chain: SealChain) -> bool:
    """Say whether the last certificate is signed by itself: no other signature covers its bytes."""
    last = load_certificate(chain.certificates[-1])
    try:
        last.verify_directly_issued_by(last)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _check_json(data: bytes) -> tuple[Mapping[str, Any], SealChain, bool]:
    value = _members(data)
    content, signed = value["report"], value["signature"]
    protected, signature = str(signed["protected"]), decode_bytes(str(signed["signature"]))
    header = json.loads(decode_bytes(protected))
    held = [base64.b64decode(one, validate=True) for one in header["x5c"][:MAX_CERTIFICATES]]
    chain = parse_chain(held)
    same = report_file(content, protected, signature) == data
    whole = same and protected == protected_header(chain)
    return content, chain, whole and _is_signed(chain, jws_input(protected, content), signature)


def _is_signed(chain: SealChain, message: bytes, signature: bytes) -> bool:
    key = load_der_public_key(chain.public_key)
    if not isinstance(key, ec.EllipticCurvePublicKey) or len(signature) != 2 * _HALF:
        return False
    r, s = (int.from_bytes(part) for part in (signature[:_HALF], signature[_HALF:]))
    try:
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _check_pdf(data: bytes) -> tuple[Mapping[str, Any], SealChain, bool]:
    if len(data) > MAX_REPORT_BYTES:
        raise ValueError("too long for a report")
    content = _content_of(data)
    found = list(_RANGE.finditer(data))
    if len(found) != 1:
        raise ValueError("not exactly one seal")
    first, second, rest = (int(part) for part in found[0].groups())
    hole = data[first:second]
    digits = hole[1:-1]
    covers = first == found[0].end() - 1 and second + rest == len(data)
    if not (hole[:1] == b"<" and hole[-1:] == b">" and _HEX.fullmatch(digits)):
        raise ValueError("no seal where it should be")
    contents = bytes.fromhex(digits.decode("ascii"))
    chain = _chain_in(contents)
    covered = hashlib.sha256(data[:first] + data[second:]).digest()
    signed = SignedDigest(signed_attributes(chain, covered), _signature_in(contents))
    whole = build_cms(chain, signed)
    same = covers and contents == whole.ljust(len(contents), b"\0")
    if same:
        check_signed(chain, signed)
    return content, chain, same


def _content_of(data: bytes) -> Mapping[str, Any]:
    found = _CONTENT.search(data, 0, 600)
    if found is None:
        raise ValueError("no content where it should be")
    return _members(data[found.end() : found.end() + int(found[1])])


def _members(data: bytes) -> dict[str, Any]:
    value = load_strict_json(data, max_bytes=MAX_REPORT_BYTES)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _chain_in(contents: bytes) -> SealChain:
    """Return the chain of the certificates in a CMS, its leaf the one that is no authority's."""
    if len(contents) > _LONGEST_SEAL:
        raise ValueError("too long for a seal")
    try:
        held = pkcs7.load_der_pkcs7_certificates(_trimmed(contents))
        ders = [one.public_bytes(Encoding.DER) for one in held[:MAX_CERTIFICATES]]
    except CERTIFICATE_FAULTS as error:
        raise ValueError("a certificate that cannot be read") from error
    return parse_chain(_ordered(ders))


def _ordered(ders: Sequence[bytes]) -> Sequence[bytes]:
    """Return certificates in the order of their chain; the leaf leads to all the others."""
    for leaf in ders:
        ordered = order_chain(leaf, [der for der in ders if der != leaf])
        if len(ordered) == len(ders):
            return ordered
    raise ValueError("the certificates are no chain")


def _signature_in(contents: bytes) -> bytes:
    """Return the ECDSA signature: what stands last in a CMS without unsigned attributes."""
    cms = _trimmed(contents)
    for length in range(8, _LONGEST_SIGNATURE + 1):
        frame = bytes((_OCTET_STRING, length, _SEQUENCE, length - 2))
        if cms[-length - 2 : 2 - length] == frame:
            return cms[-length:]
    raise ValueError("no signature where it should be")


def _trimmed(contents: bytes) -> bytes:
    """Return a DER value without what fills its room."""
    if contents[:2] != b"\x30\x82":
        raise ValueError("not a long DER sequence")
    return contents[: 4 + int.from_bytes(contents[2:4])]
