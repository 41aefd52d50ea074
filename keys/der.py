"""Writes the little DER that a seal's signature needs: tag, length, content. Reads none."""

from __future__ import annotations

from collections.abc import Iterable

SEQUENCE = 0x30
SET = 0x31
OCTET_STRING = 0x04
NULL = b"\x05\x00"

_INTEGER = 0x02
_OBJECT_IDENTIFIER = 0x06
_CONSTRUCTED_CONTEXT = 0xA0


def tlv(tag: int, content: bytes) -> bytes:
    """Return one element: its tag, its length in the shortest form, its content.

    Source: ITU-T X.690, 8.1 and 10.1.
    """
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content


def sequence(*parts: bytes) -> bytes:
    """Return a SEQUENCE of elements that are encoded already."""
    return tlv(SEQUENCE, b"".join(parts))


def set_of(parts: Iterable[bytes]) -> bytes:
    """Return a SET OF: the elements in ascending order of their encodings (X.690, 11.6)."""
    return tlv(SET, b"".join(sorted(parts)))


def explicit(number: int, content: bytes) -> bytes:
    """Return `[number] EXPLICIT` around an element, or an IMPLICIT constructed one of its parts."""
    return tlv(_CONSTRUCTED_CONTEXT | number, content)


def integer(value: int) -> bytes:
    """Return an INTEGER that is not negative."""
    return tlv(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def object_identifier(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER from its dotted form."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return tlv(_OBJECT_IDENTIFIER, b"".join(map(_base_128, (first * 40 + second, *rest))))


def _base_128(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(0x80 | arc & 0x7F)
    return bytes(reversed(octets))
