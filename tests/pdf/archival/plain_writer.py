"""A plain writer of objects, in one revision and with every byte in sight.

Only for trying the rules: the product writes its pages by other code, which they judge. It writes
either form of a file: objects packed in an object stream and found by a stream of rows, as the
product does, or each by itself and found by a classic table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from pikepdf import Array, Dictionary, Name, Pdf, Stream

_HEADER: Final = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def write(pdf: Pdf) -> bytes:
    """Write a file whose plain objects are packed and whose table of places is a stream."""
    alone = {number: thing for number, thing in _numbered(pdf).items() if _stands_alone(thing)}
    packed = {number: thing for number, thing in _numbered(pdf).items() if number not in alone}
    container = len(alone) + len(packed) + 1
    table = container + 1
    data, places = _placed(alone)
    places[container] = len(data)
    data += _indirect(container, _object_stream(packed))
    rows = {number: _row(1, place, 0) for number, place in places.items()}
    rows |= {number: _row(2, container, index) for index, number in enumerate(packed)}
    rows[table] = _row(1, len(data), 0)
    content = _row(0, 0, 65535) + b"".join(rows[number] for number in sorted(rows))
    entries = b"/Type /XRef /W [1 3 2] /Size %d %b" % (table + 1, _trailer(pdf, data))
    start = len(data)
    data += _indirect(table, _stream(entries, content))
    return _with_range(bytes(data + b"startxref\n%d\n%%%%EOF\n" % start))


def write_classic(pdf: Pdf) -> bytes:
    """Write a file with a classic cross-reference table."""
    data, places = _placed(_numbered(pdf))
    start = len(data)
    trailer = _trailer(pdf, data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    data += b"".join(b"%010d 00000 n \n" % places[number] for number in sorted(places))
    data += b"trailer\n<< /Size %d %b >>" % (len(places) + 1, trailer)
    data += b"\nstartxref\n%d\n%%%%EOF\n" % start
    return _with_range(bytes(data))


def _numbered(pdf: Pdf) -> Mapping[int, Any]:
    return dict(enumerate(pdf.objects, start=1))


def _stands_alone(thing: Any) -> bool:
    """Streams cannot be packed, nor may a signature, whose Contents the file must show."""
    if isinstance(thing, Stream):
        return True
    return isinstance(thing, Dictionary) and thing.get("/Type") == Name.Sig


def _placed(things: Mapping[int, Any]) -> tuple[bytearray, dict[int, int]]:
    data, places = bytearray(_HEADER), {}
    for number, thing in things.items():
        places[number] = len(data)
        data += _indirect(number, _body(thing))
    return data, places


def _body(thing: Any) -> bytes:
    if isinstance(thing, Stream):
        body = thing.read_raw_bytes()
        thing.stream_dict.Length = len(body)
        return thing.stream_dict.unparse() + b"\nstream\n" + body + b"\nendstream"
    if isinstance(thing, Dictionary | Array):
        return thing.unparse(resolved=True)
    return b"null"


def _indirect(number: int, body: bytes) -> bytes:
    return b"%d 0 obj\n%b\nendobj\n" % (number, body)


def _stream(entries: bytes, content: bytes) -> bytes:
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (entries, len(content), content)


def _object_stream(things: Mapping[int, Any]) -> bytes:
    heads, bodies, at = [], [], 0
    for number, thing in things.items():
        body = _body(thing)
        heads.append(b"%d %d" % (number, at))
        bodies.append(body)
        at += len(body) + 1
    head = b" ".join(heads) + b"\n"
    entries = b"/Type /ObjStm /N %d /First %d" % (len(things), len(head))
    return _stream(entries, head + b"\n".join(bodies))


def _row(kind: int, place: int, detail: int) -> bytes:
    return bytes([kind]) + place.to_bytes(3, "big") + detail.to_bytes(2, "big")


def _trailer(pdf: Pdf, data: bytearray) -> bytes:
    name = hashlib.md5(bytes(data), usedforsecurity=False).hexdigest().encode()
    root, information = pdf.Root.objgen[0], pdf.trailer.Info.objgen[0]
    return b"/Root %d 0 R /Info %d 0 R /ID [<%s><%s>]" % (root, information, name, name)


def _with_range(data: bytes) -> bytes:
    """Say in ByteRange what lies around the string of Contents, in the room kept for it."""
    first = data.find(b"/Contents <") + 10
    if first < 10:
        return data
    second = data.index(b">", first) + 1
    numbers = b"0 %d %d %d" % (first, second, len(data) - second)
    kept = b"[ 0 1111111111 1111111111 1111111111 ]"
    return data.replace(kept, (b"[" + numbers).ljust(len(kept) - 1) + b"]")
