"""The QR text: a URL whose fragment carries the signed record as plain decimal digits.

    https://yz.example.cn/q#108172…   =   url_prefix + decimal(algorithm byte ‖ record ‖ signature)

A fragment is never sent to a server, so scanning leaves no personal data in any log. Digits take
QR's numeric mode (as dense as any alphabet) and no chat app alters them. The constant COSE framing
is left out; `keys.envelope` rebuilds it. The first byte is never zero, so the digits never begin
with 0 and each byte sequence has exactly one text.

Source: docs/decisions/0001-record-and-qr-text.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from codes.errors import CodesError
from codes.record import MAX_RECORD_BYTES
from codes.wording import Text

SIGNATURE_BYTES = 64
MAX_TEXT_CHARACTERS = 4096
# Fewer digits are a product code or a telephone number, not a torn certificate.
MIN_DIGITS = 64
MAX_DIGITS = len(str(256 ** (1 + MAX_RECORD_BYTES + SIGNATURE_BYTES)))

# COSE algorithm id → first byte. SM2 has no registered id; its own is for private use.
_ALGORITHM_BYTES = {-7: 1, -8: 2, -65537: 3}
_ALGORITHMS = {byte: algorithm for algorithm, byte in _ALGORITHM_BYTES.items()}

# Where browsers see the host: after any slashes of either kind, up to the next one, `?` or `#`.
_URL = re.compile(r"(https?):[/\\]*([^/\\?#]*)", re.IGNORECASE | re.ASCII)  # ſ is no s
_EDGE_MARKS = " \t\r\n\f\v\u00a0\u200b\u200e\u200f\u2028\u2029\u2060\u3000\ufeff"
_DIGITS = re.compile(r"[0-9]+")
_BLANK_OR_CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\u3000]")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class QrTextError(CodesError):
    """The text does not carry a signed record; the code says which way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QrReading:
    """What a QR text carries; nothing in it has been verified.

    Args:
        host: the host a browser would open, lower case, with its port unless the scheme's own; None
            for bare digits.
        algorithm: COSE algorithm id, -7, -8 or -65537.
        payload: the record's bytes, not yet decoded.
        signature: 64 bytes.
    """

    host: str | None
    algorithm: int
    payload: bytes
    signature: bytes


def encode_qr_text(url_prefix: str, *, algorithm: int, payload: bytes, signature: bytes) -> str:
    """Return the text to print as a QR symbol.

    Args:
        url_prefix: a URL up to and including `#`.
        algorithm: COSE algorithm id, -7, -8 or -65537.
        payload: the record's bytes, 1 to 400.
        signature: 64 bytes.

    Raises:
        ValueError: an argument is not as described (a slip of the program).
    """
    if not url_prefix.endswith("#") or url_prefix.count("#") != 1 or not url_prefix.isascii():
        raise ValueError("the URL prefix must be ASCII and end in its only '#'")
    if len(signature) != SIGNATURE_BYTES or not 1 <= len(payload) <= MAX_RECORD_BYTES:
        raise ValueError("a QR text carries 1 to 400 record bytes and a 64-byte signature")
    message = bytes([_ALGORITHM_BYTES[algorithm]]) + payload + signature
    return url_prefix + str(int.from_bytes(message))


def decode_qr_text(text: str) -> QrReading:
    """Return what a scanned or pasted text carries, without opening its URL.

    Args:
        text: anything, untrusted. Blanks around it and a tail after the digits are tolerated.

    Raises:
        QrTextError: `qr_empty`; `qr_no_fragment` (a URL that lost its fragment; the evidence names
            its host); `qr_not_a_certificate`; `qr_damaged` (digits that no record makes).
    """
    stripped = text.strip(_EDGE_MARKS)
    if not stripped:
        raise _error("qr_empty")
    if len(stripped) > MAX_TEXT_CHARACTERS:
        raise _error("qr_not_a_certificate")
    prefix, _, fragment = stripped.partition("#")
    host = _read_host(prefix) if prefix[:1] in ("h", "H") else None
    if host is None:
        return _read_digits(stripped, None)
    if not fragment:
        raise _error("qr_no_fragment", host=host)
    return _read_digits(fragment, host)


def disguised_host(text: str) -> str | None:
    """Return the host a browser would open where the URL `text` lets an eye take it for another.

    None where it is plain, or no URL: a user before the host or a backslash, which browsers read
    as a slash, is what makes it not plain.

    Args:
        text: anything, untrusted.
    """
    stripped = text.strip(_EDGE_MARKS)
    url = stripped.partition("#")[0]
    found = _URL.match(url)
    if found is None or len(stripped) > MAX_TEXT_CHARACTERS or _BLANK_OR_CONTROL.search(url):
        return None
    hidden = "@" in found[2] or "\\" in url.partition("?")[0]
    return _read_host(url) if hidden else None


@lru_cache(maxsize=256)  # the codes of one site all begin alike
def _read_host(url: str) -> str | None:
    """Return the host a browser would open, so that `https://ours@theirs/` is named as theirs.

    None where `url` is none.
    """
    found = _URL.match(url)
    if found is None:
        return None
    if _BLANK_OR_CONTROL.search(url):
        # A browser would drop some of these and open a host we would not name.
        raise _error("qr_not_a_certificate")
    host = found[2].rpartition("@")[2].lower()
    return host.removesuffix(_DEFAULT_PORTS[found[1].lower()])


def _read_digits(body: str, host: str | None) -> QrReading:
    """Return the reading of digits; what follows them, such as a chat app's mark, is set aside."""
    found = _DIGITS.match(body)
    if found is None or len(found[0]) < MIN_DIGITS:
        raise _error("qr_not_a_certificate")
    digits, next_one = found[0], body[found.end() : found.end() + 1]
    torn = next_one.isdecimal() or (next_one.isascii() and next_one.isalpha())
    if torn or digits[0] == "0" or len(digits) > MAX_DIGITS:
        raise _error("qr_damaged")
    number = int(digits)
    message = number.to_bytes((number.bit_length() + 7) // 8)
    algorithm = _ALGORITHMS.get(message[0])
    payload, signature = message[1:-SIGNATURE_BYTES], message[-SIGNATURE_BYTES:]
    if algorithm is None or not 1 <= len(payload) <= MAX_RECORD_BYTES:
        raise _error("qr_damaged")
    return QrReading(host=host, algorithm=algorithm, payload=payload, signature=signature)


_SENTENCES = {
    "qr_empty": Text("没有读到二维码内容", "There is no QR text to read"),
    "qr_no_fragment": Text(
        "链接在转发或打开时丢失了“#”后面的证书数据，请重新扫描纸质或电子证书上的二维码",
        "The link lost the data after '#' when it was forwarded or opened; scan the code on the "
        "certificate again",
    ),
    "qr_not_a_certificate": Text(
        "该二维码不是本系统的证书二维码", "This is not the QR code of a certificate of this system"
    ),
    "qr_damaged": Text(
        "二维码中的证书数据不完整或已损坏，请重新扫描",
        "The certificate data in the QR code are incomplete or damaged; scan again",
    ),
}


def _error(code: str, *, host: str | None = None) -> QrTextError:
    return QrTextError(code, _SENTENCES[code], evidence={"host": host} if host else {})
