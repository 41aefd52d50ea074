"""PDF files and pictures that take up time or memory, or lead a reader round in circles."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO

from PIL import Image

from templates.archival import PROOF_NAME
from verifier.picture_files import MAX_PICTURE_PIXELS

_MIB = 1 << 20
_JUST_ALLOWED = 10_900  # dots square, a little less than MAX_PICTURE_PIXELS

Pictures = Mapping[str, bytes]
"""A certificate as a picture, by kind of file: PNG, JPEG and WEBP."""
Builder = Callable[[Pictures, random.Random], bytes]


@cache
def _packed(filling: bytes, mebibytes: int) -> bytes:
    """Return so much of the same, packed."""
    packing = zlib.compressobj(1)
    block = filling * (_MIB // len(filling))
    return b"".join(packing.compress(block) for _ in range(mebibytes)) + packing.flush()


# PDF


def _pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF of these objects, numbered from 1; the first is the catalogue."""
    output = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(output))
        output += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(output)
    output += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    output += b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    output += b"trailer <</Size %d /Root 1 0 R %b>>\nstartxref\n%d\n" % (size, trailer, start)
    return bytes(output) + b"%%EOF"


def _stream(content: bytes, entries: bytes = b"", *, rounds: int = 1) -> bytes:
    for _ in range(rounds):
        content = zlib.compress(content, 9)
    filters = b"/FlateDecode " * rounds
    head = b"<</Length %d /Filter [%b] %b>>" % (len(content), filters, entries)
    return b"%b stream\n%b\nendstream" % (head, content)


def _page(content: bytes, *more: bytes, page: bytes = b"", box: bytes = b"0 0 595 842") -> bytes:
    """Return a PDF of one page; its content is object 4, and `more` are objects 5 and on."""
    return _pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Contents 4 0 R %b>>" % (box, page),
        content,
        *more,
    )


def _page_loop(_: Pictures, chance: random.Random) -> bytes:
    count = chance.choice([1, 10, 11, 99_999, 2**31 - 1, -1])
    kids = chance.choice([b"2 0 R", b"3 0 R", b"1 0 R", b"3 0 R 2 0 R", b"3 0 R " * 5000])
    return _pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count %d/Parent 3 0 R>>" % (kids, count),
        b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count %d/Parent 2 0 R>>" % count,
    )


def _nested(_: Pictures, chance: random.Random) -> bytes:
    depth = chance.choice([100, 5_000, 200_000])
    opened, closed = chance.choice([(b"[", b"]"), (b"<</A ", b">>"), (b"(", b")")])
    return _page(_stream(b""), page=b"/X " + opened * depth + closed * depth)


def _object_stream_loop(_: Pictures, chance: random.Random) -> bytes:
    """Return a PDF whose objects are in a stream that is said to be within itself."""
    inner = b"1 0 2 20 <</Type/Catalog/Pages 2 0 R>>"
    entries = b"/Type/ObjStm/N %d/First 9/Extends 3 0 R" % chance.choice([2, 10**6])
    rows = b"".join(struct.pack(">BHB", 2, 3, index) for index in range(4))
    table = b"/Type/XRef/Size 4/W[1 2 1]/Root 1 0 R/Prev %d"
    start = chance.choice([9, 15, 100])
    cross = _stream(rows, table % start)
    body = b"%PDF-1.7\n3 0 obj\n" + _stream(inner, entries) + b"\nendobj\n"
    place = len(body)
    return body + b"4 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF" % (cross, place)


def _form_loop(_: Pictures, chance: random.Random) -> bytes:
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>"
    calls = b"/F Do " * chance.choice([1, 2, 50])
    resources = b"/Resources<</XObject<</F 5 0 R>>>>"
    return _page(_stream(calls), _stream(calls, form), page=resources)


def _form_tree(_: Pictures, chance: random.Random) -> bytes:
    """Return a page whose drawing doubles and doubles: a thousand million calls of a few forms."""
    depth = chance.choice([5, 10, 30])
    forms = [
        _stream(
            b"/F Do /F Do",
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>"
            % (index + 6),
        )
        for index in range(depth)
    ]
    leaf = _stream(b"0 0 9 9 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    return _page(_stream(b"/F Do"), *forms, leaf, page=b"/Resources<</XObject<</F 5 0 R>>>>")


def _twice_packed(packed: bytes, entries: bytes = b"") -> bytes:
    twice = zlib.compress(packed, 9)
    head = b"<</Length %d/Filter[/FlateDecode/FlateDecode]%b>>" % (len(twice), entries)
    return head + b"stream\n" + twice + b"\nendstream"


def _flate_bomb(_: Pictures, chance: random.Random) -> bytes:
    return _page(_twice_packed(_packed(chance.choice([b"\x00", b"q "]), 600)))


def _picture_bomb(_: Pictures, chance: random.Random) -> bytes:
    side = chance.choice([4_000, 30_000, 65_535, 2**31 - 1])
    entries = b"/Type/XObject/Subtype/Image/ColorSpace/DeviceRGB/BitsPerComponent 8"
    entries += b"/Width %d/Height %d" % (side, side)
    image = _stream(bytes(16 * _MIB), entries)
    resources = b"/Resources<</XObject<</I 5 0 R>>>>"
    return _page(_stream(b"595 0 0 842 0 0 cm /I Do"), image, page=resources)


def _endless_drawing(_: Pictures, chance: random.Random) -> bytes:
    stroke = chance.choice([b"0 0 m 595 842 l S ", b"0 0 595 842 re f ", b"q 2 0 0 2 0 0 cm "])
    return _page(_stream(stroke * chance.choice([100, 10_000, 2_000_000])))


def _odd_page(_: Pictures, chance: random.Random) -> bytes:
    boxes = [b"0 0 1e9 1e9", b"0 0 0 0", b"0 0 -5 -5", b"0 0 99999999999 1", b"0 0 1 1e30", b"/A"]
    entry = chance.choice([b"", b"/UserUnit 1e9", b"/Rotate 45", b"/Rotate 99999999999"])
    return _page(_stream(b"0 0 9 9 re f"), page=entry, box=chance.choice(boxes))


def _attachment_bomb(_: Pictures, chance: random.Random) -> bytes:
    name = PROOF_NAME.encode()
    count = chance.choice([1, 500])
    return _pdf(
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[%b]>>>>>>"
        % (b"(%b) 3 0 R " % name * count),
        b"<</Type/Pages/Kids[5 0 R]/Count 1>>",
        b"<</Type/Filespec/F(%b)/UF(%b)/EF<</F 4 0 R>>>>" % (name, name),
        _twice_packed(_packed(b"\x00", 600), b"/Type/EmbeddedFile"),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    )


# Pictures


def png_chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def _png(width: int, height: int, depth: int, colour: int, *chunks: bytes) -> bytes:
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + png_chunk(b"IEND", b"")


def _huge_picture(pictures: Pictures, chance: random.Random) -> bytes:
    """Return a picture that says it is huge, and holds what it says or next to nothing."""
    width, height = chance.choice([(10_900, 10_900), (65_535, 65_535), (2**31 - 1, 1), (1, 10**8)])
    match chance.randrange(4):
        case 0:
            packed = _packed(b"\x00", MAX_PICTURE_PIXELS // _MIB + 1)
            return _png(_JUST_ALLOWED, _JUST_ALLOWED, 8, 0, png_chunk(b"IDAT", packed))
        case 1:
            return _png(width, height, 16, 6, png_chunk(b"IDAT", zlib.compress(bytes(_MIB), 9)))
        case 2:
            jpeg = bytearray(pictures["JPEG"])
            frame = jpeg.find(b"\xff\xc0")
            jpeg[frame + 5 : frame + 9] = struct.pack(">HH", width & 0xFFFF, height & 0xFFFF)
            return bytes(jpeg)
        case _:
            canvas = struct.pack("<I", 16383)[:3] * 2
            extended = b"VP8X" + struct.pack("<IBBBB", 10, 2, 0, 0, 0) + canvas
            whole = b"WEBP" + extended + pictures["WEBP"][12:]
            return b"RIFF" + struct.pack("<I", len(whole)) + whole


def _chunk_bomb(_: Pictures, chance: random.Random) -> bytes:
    packed = _packed(b"\x00", 600)
    name = chance.choice([b"zTXt", b"iCCP"])
    chunk = png_chunk(name, b"a\x00\x00" + packed)
    many = png_chunk(b"tEXt", b"a\x00b") * chance.choice([1, 100_000])
    return _png(8, 8, 8, 0, chunk, many, png_chunk(b"IDAT", zlib.compress(bytes(72))))


def _many_frames(_: Pictures, chance: random.Random) -> bytes:
    kind = chance.choice(["PNG", "WEBP"])
    frames = [Image.new("L", (64, 64), shade) for shade in range(0, 250, 5)]
    output = BytesIO()
    frames[0].save(output, kind, save_all=True, append_images=frames[1:])
    return output.getvalue()


def _many_scans(pictures: Pictures, chance: random.Random) -> bytes:
    """Return a progressive JPEG that repeats its last scans over and over."""
    output = BytesIO()
    with Image.open(BytesIO(pictures["JPEG"])) as picture:
        picture.save(output, "JPEG", progressive=True)
    data = output.getvalue()
    scan = data[data.rfind(b"\xff\xda") : -2]
    return data[:-2] + scan * chance.choice([2, 50, 200]) + data[-2:]


BUILT: Mapping[str, Builder] = {
    "PDF, pages in a loop": _page_loop,
    "PDF, deep nesting": _nested,
    "PDF, object stream in itself": _object_stream_loop,
    "PDF, drawing in a loop": _form_loop,
    "PDF, drawing that doubles": _form_tree,
    "PDF, Flate bomb": _flate_bomb,
    "PDF, picture bomb": _picture_bomb,
    "PDF, endless drawing": _endless_drawing,
    "PDF, odd page": _odd_page,
    "PDF, attachment bomb": _attachment_bomb,
    "picture, huge": _huge_picture,
    "picture, chunk bomb": _chunk_bomb,
    "picture, many frames": _many_frames,
    "picture, many scans": _many_scans,
}
