"""A plain writer of objects: classic cross-reference table, one revision, every byte in sight.

Only for trying the rules: the product writes its pages by other code, which they judge.
"""

from __future__ import annotations

import hashlib

from pikepdf import Array, Dictionary, Pdf, Stream


def write(pdf: Pdf) -> bytes:
    """Write a file with a classic cross-reference table, and fill in the signature's ByteRange."""
    data = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for thing in pdf.objects:
        offsets.append(len(data))
        data += b"%d 0 obj\n" % len(offsets)
        if isinstance(thing, Stream):
            body = thing.read_raw_bytes()
            thing.stream_dict.Length = len(body)
            data += thing.stream_dict.unparse() + b"\nstream\n" + body + b"\nendstream"
        elif isinstance(thing, Dictionary | Array):
            data += thing.unparse(resolved=True)
        else:
            data += b"null"
        data += b"\nendobj\n"
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    name = hashlib.md5(bytes(data), usedforsecurity=False).hexdigest().encode()
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%s><%s>] >>"
    root, information = pdf.Root.objgen[0], pdf.trailer.Info.objgen[0]
    data += trailer % (len(offsets) + 1, root, information, name, name)
    data += b"\nstartxref\n%d\n%%%%EOF\n" % start
    return _with_range(bytes(data))


def _with_range(data: bytes) -> bytes:
    """Say in ByteRange what lies around the string of Contents, in the room kept for it."""
    first = data.find(b"/Contents <") + 10
    if first < 10:
        return data
    second = data.index(b">", first) + 1
    numbers = b"0 %d %d %d" % (first, second, len(data) - second)
    kept = b"[ 0 1111111111 1111111111 1111111111 ]"
    return data.replace(kept, (b"[" + numbers).ljust(len(kept) - 1) + b"]")
