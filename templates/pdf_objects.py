"""The few forms of a PDF file: strings, streams, numbered objects, the table of their places.

Source: ISO 32000-1, 7.3 (objects), 7.5 (file structure).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import deflate

ROW_BYTES: Final = 6
_LEVEL_ONCE: Final = 12  # what is compressed once and copied into every file
# What is compressed anew for every certificate; level 3 takes half as long again for 60 bytes.
_LEVEL_EACH: Final = 1


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


def object_stream(objects: Mapping[int, str]) -> bytes:
    """Return the body of a stream that holds objects which are no streams, in their order."""
    heads, bodies, place = [], [], 0
    for number, body in objects.items():
        heads.append(f"{number} {place}")
        bodies.append(body)
        place += len(body) + 1
    head = " ".join(heads) + "\n"
    content = (head + "\n".join(bodies)).encode("ascii")
    entries = f"/Type/ObjStm/N {len(objects)}/First {len(head)}/Filter/FlateDecode"
    return stream(entries, compress_once(content))


def placed_row(place: int) -> bytes:
    """Return the row of the table of places for an object that begins at a byte of the file."""
    return b"\1" + place.to_bytes(3) + b"\0\0"


def packed_row(container: int, index: int) -> bytes:
    """Return the row for the object at an index of the object stream `container`."""
    return b"\2" + container.to_bytes(3) + index.to_bytes(2)


def cross_reference(entries: str, rows: bytes) -> bytes:
    """Return the body of the stream that says where the objects 1 … n are.

    Args:
        entries: of the trailer: root, information, file identifier.
        rows: of all objects in order, that stream's own included.
    """
    table = b"\0\0\0\0\xff\xff" + rows
    head = f"/Type/XRef/W[1 3 2]/Size {len(table) // ROW_BYTES}{entries}"
    return stream(head, table)


def compress_once(data: bytes) -> bytes:
    """Deflate as small as can be, for what is made once and copied into every file."""
    return bytes(deflate.zlib_compress(data, _LEVEL_ONCE))


def compress(data: bytes) -> bytes:
    """Deflate quickly, for what is made anew for every certificate."""
    return bytes(deflate.zlib_compress(data, _LEVEL_EACH))
