"""Where a file says its objects are: read from its bytes, by either form of the standard.

A file of one revision has one table of places at `startxref`: a classic table, or a stream whose
rows may also lead into object streams. Nothing here relies on a library's repair of damaged files.

Source: ISO 32000-1, 7.5.4 (classic table), 7.5.7 (object streams), 7.5.8 (table as a stream).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from pikepdf import Name, Pdf, Stream

_START: Final = re.compile(rb"startxref\s+([0-9]+)\s+%%EOF")
_CLASSIC: Final = re.compile(rb"xref(?:\r\n|\n|\r)0 ([0-9]+)(?:\r\n|\n|\r)")
_CLASSIC_ROW: Final = re.compile(rb"[0-9]{10} [0-9]{5} [nf](?: \r| \n|\r\n)")
_HEAD: Final = re.compile(rb"([1-9][0-9]*) 0 obj\b")
_CLASSIC_FIRST: Final = b"0000000000 65535 f"
_CLASSIC_BYTES: Final = 20
_FREE, _PLACED, _PACKED = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the table says of one object.

    Args:
        number: of the object.
        kind: 0 free, 1 at a byte of the file, 2 in an object stream.
        place: the byte, or the number of the object stream; of a free object, the next free one.
        detail: generation, or the index in the object stream.
    """

    number: int
    kind: int
    place: int
    detail: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The table of places of a file.

    Args:
        rows: those that can be read, by number.
        begins: the byte at which the table begins.
        faults: what is wrong with the table's own form.
        stream: the stream that holds the table; None for a classic one.
    """

    rows: tuple[Row, ...]
    begins: int
    faults: tuple[str, ...]
    stream: Any

    @property
    def placed(self) -> Iterator[Row]:
        """The objects that stand in the file by themselves, in the order of their numbers."""
        return (row for row in self.rows if row.kind == _PLACED)

    @property
    def packed(self) -> Iterator[Row]:
        """The objects that stand in object streams."""
        return (row for row in self.rows if row.kind == _PACKED)


def read_places(data: bytes, pdf: Pdf) -> Places:
    """Read the table that `startxref` leads to.

    Args:
        data: the whole file.
        pdf: the same, opened.
    """
    found = _START.findall(data)
    begins = int(found[-1]) if found else len(data)
    head = _CLASSIC.match(data, begins)
    if head is not None:
        return _read_classic(data, pdf, begins, head)
    head = _HEAD.match(data, begins)
    holder = pdf.get_object(int(head[1]), 0) if head is not None else None
    if isinstance(holder, Stream) and holder.get("/Type") == Name.XRef:
        return _read_stream(data, holder, begins)
    fault = f"no table of places at byte {begins}, where startxref leads"
    return Places(rows=(), begins=begins, faults=(fault,), stream=None)


def _read_classic(data: bytes, pdf: Pdf, begins: int, head: re.Match[bytes]) -> Places:
    count = int(head[1])
    lines = [data[head.end() + _CLASSIC_BYTES * at :][:_CLASSIC_BYTES] for at in range(count)]
    faults, rows = [], []
    for number, line in enumerate(lines):
        if not _CLASSIC_ROW.fullmatch(line):
            faults.append(f"entry {number} is {line!r}")
            continue
        kind = _PLACED if line[17:18] == b"n" else _FREE
        rows.append(Row(number=number, kind=kind, place=int(line[:10]), detail=int(line[11:16])))
    if not lines or lines[0][:18] != _CLASSIC_FIRST:
        faults.append(f"entry 0 is {lines[:1]!r}")
    if int(pdf.trailer["/Size"]) != count:
        faults.append("Size is not the number of entries")
    if "/XRefStm" in pdf.trailer:
        faults.append("the trailer has XRefStm: two tables in one file")
    return Places(rows=tuple(rows), begins=begins, faults=tuple(faults), stream=None)


def _read_stream(data: bytes, holder: Any, begins: int) -> Places:
    widths, size = [int(width) for width in holder["/W"]], int(holder["/Size"])
    table = holder.read_bytes()
    rows, faults = [], []
    if re.match(rb"%PDF-1\.[0-4]", data):
        faults.append("a table as a stream in a file older than 1.5")
    if len(widths) != 3 or min(widths) < 0 or sum(widths) < 1:
        faults.append(f"W is {widths}")
    elif len(table) != size * sum(widths):
        faults.append(f"{len(table)} bytes are not {size} rows of {sum(widths)}")
    else:
        rows = [_row(number, table, widths) for number in range(size)]
    if [int(number) for number in holder.get("/Index", (0, size))] != [0, size]:
        faults.append("Index is not the whole of Size")
    if rows and (rows[0].kind, rows[0].place) != (_FREE, 0):
        faults.append(f"row 0 is {rows[0]}")
    if rows and rows[0].detail != min(65535, 256 ** widths[2] - 1):
        faults.append(f"row 0 has generation {rows[0].detail}")
    if rows and Row(number=holder.objgen[0], kind=_PLACED, place=begins, detail=0) not in rows:
        faults.append("the table does not know its own place")
    if any(key in holder for key in ("/Prev", "/XRefStm")):
        faults.append("the table leads to another one")
    return Places(rows=tuple(rows), begins=begins, faults=tuple(faults), stream=holder)


def _row(number: int, table: bytes, widths: list[int]) -> Row:
    at = number * sum(widths)
    fields = []
    for width in widths:
        fields.append(int.from_bytes(table[at : at + width], "big"))
        at += width
    kind = fields[0] if widths[0] else _PLACED
    return Row(number=number, kind=kind, place=fields[1], detail=fields[2])


def object_streams(pdf: Pdf) -> Mapping[int, Any]:
    """Return the object streams of a file by number."""
    return {
        thing.objgen[0]: thing
        for thing in pdf.objects
        if isinstance(thing, Stream) and thing.get("/Type") == Name.ObjStm
    }


def packed_text(holder: Any) -> bytes:
    """Return the objects of an object stream as they are written in it."""
    return bytes(holder.read_bytes()[int(holder["/First"]) :])


def inspect_packed(number: int, holder: Any, rows: list[Row]) -> Iterator[str]:
    """Tell how an object stream and the rows that lead into it differ.

    Args:
        number: of the object stream.
        holder: the stream.
        rows: all rows of the table that lead into it.
    """
    content, first = holder.read_bytes(), int(holder["/First"])
    head = [int(word) for word in content[:first].split()]
    numbers, offsets = head[::2], head[1::2]
    if len(head) != 2 * int(holder["/N"]):
        yield f"object stream {number} has {len(head) // 2} pairs for N {holder['/N']}"
    if "/Extends" in holder:
        yield f"object stream {number} extends another"
    said = {row.detail: row.number for row in rows}
    if len(said) != len(rows) or said != dict(enumerate(numbers)):
        yield f"object stream {number} holds {numbers}, the table says {said}"
    if offsets[:1] != [0] or any(b <= a for a, b in pairwise(offsets)):
        yield f"object stream {number}: its objects are not in order"
    for of, offset in zip(numbers, offsets, strict=False):
        begin = content[first + offset - 1 : first + offset + 1]
        if len(begin) != 2 or not begin[:1].isspace() or begin[1:].isspace():
            yield f"object {of} does not begin at {offset} of object stream {number}"
