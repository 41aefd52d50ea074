"""The few forms of a PDF file: strings, streams, numbered objects, the table of their places.

Source: ISO 32000-1, 7.3 (objects), 7.5 (file structure).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import deflate

_LEVEL_ONCE: Final = 12  # what is compressed once and copied into every file
_LEVEL_EACH: Final = 3  # what is compressed anew for every certificate


class Numbering:
    """Gives object numbers, one after the other.

    Args:
        first: the first number it gives.
    """

    def __init__(self, first: int = 1) -> None:
        self.next = first

    def take(self) -> int:
        """Return a number nobody has."""
        self.next += 1
        return self.next - 1


def text_string(text: str) -> str:
    """Return a text as PDF writes it in a dictionary, whatever its characters."""
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


def stream(entries: str, content: bytes) -> bytes:
    """Return the body of a stream object.

    Args:
        entries: of its dictionary, without its length.
        content: encoded as `entries` say.
    """
    head = f"<<{entries}/Length {len(content)}>>\nstream\n".encode("ascii")
    return b"%b%b\nendstream" % (head, content)


def indirect(number: int, body: bytes) -> bytes:
    """Return an object as it stands in the file."""
    return b"%d 0 obj\n%b\nendobj\n" % (number, body)


def cross_reference(places: Mapping[int, int]) -> bytes:
    """Return the table of places for the objects 1 … n, all of which must be given.

    Args:
        places: where each object begins, in bytes from the beginning of the file.
    """
    rows = [b"%010d 00000 n \n" % places[number] for number in range(1, len(places) + 1)]
    return b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(rows) + 1, b"".join(rows))


def compress_once(data: bytes) -> bytes:
    """Deflate as small as can be, for what is made once and copied into every file."""
    return bytes(deflate.zlib_compress(data, _LEVEL_ONCE))


def compress(data: bytes) -> bytes:
    """Deflate quickly, for what is made anew for every certificate."""
    return bytes(deflate.zlib_compress(data, _LEVEL_EACH))
