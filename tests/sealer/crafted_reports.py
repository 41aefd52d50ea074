"""Reports whose certificate the library refuses in ways of its own."""

from __future__ import annotations

import base64
import json

from keys.jws import decode_bytes, encode_bytes

# A version that there is not, and one extension twice, in hex digits.
_CRAFTED = (("a003020102", "a003020105"), ("0603551d0e", "0603551d23"))


def with_crafted_certificates(pdf: bytes, text: bytes) -> list[bytes]:
    """Return a report's two files, each with one certificate crafted, in every way."""
    pdfs = [pdf.replace(was.encode(), now.encode(), 1) for was, now in _CRAFTED]
    ders = [(bytes.fromhex(was), bytes.fromhex(now)) for was, now in _CRAFTED]
    return [*pdfs, *(_crafted_json(text, was, now) for was, now in ders)]


def _crafted_json(text: bytes, was: bytes, now: bytes) -> bytes:
    signed = json.loads(text)["signature"]
    header = json.loads(decode_bytes(signed["protected"]))
    der = base64.b64decode(header["x5c"][0])
    assert was in der
    header["x5c"][0] = base64.b64encode(der.replace(was, now, 1)).decode()
    crafted = encode_bytes(json.dumps(header).encode())
    return text.replace(signed["protected"].encode(), crafted.encode())
