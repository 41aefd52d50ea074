"""Files and JSON bodies made to bring a reader down, one kind after another, all from a seed."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO

from PIL import Image

from tests.drills.hostile_files import BUILT, Builder, Pictures, png_chunk

FILE_ADDRESS = "/api/v1/verify/file"
QR_ADDRESS = "/api/v1/verify/qr"
NUMBER_ADDRESS = "/api/v1/verify"
_BOUNDARY = b"yanzhen-hostile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One request that no honest client sends.

    Args:
        kind: what was done to it, for the table.
        refused: whether it must be answered with a 4xx.
    """

    kind: str
    address: str
    content_type: str
    body: bytes
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Genuine:
    """What the pieces are made from: one certificate as a PDF and as pictures, one question."""

    pdf: bytes
    pictures: Pictures
    question: bytes


_Spoiler = Callable[[Genuine, random.Random], bytes]


def genuine_from(pdf: bytes, page: Image.Image, question: Mapping[str, str]) -> Genuine:
    """Return the material: `page` is the certificate as a picture."""
    pictures = {}
    for kind in ("PNG", "JPEG", "WEBP"):
        output = BytesIO()
        page.save(output, kind)
        pictures[kind] = output.getvalue()
    return Genuine(pdf=pdf, pictures=pictures, question=json.dumps(question).encode())


def pieces(genuine: Genuine, count: int, seed: int) -> Iterator[Piece]:
    """Yield so many pieces: every kind in turn, each time spoiled another way."""
    chance = random.Random(seed)
    makers: list[Callable[[], Piece]] = [
        *(partial(_spoil, kind, make, genuine, chance) for kind, make in _SPOILED.items()),
        *(partial(_build, kind, make, genuine, chance) for kind, make in BUILT.items()),
        *(partial(make, genuine, chance) for make in _BODIES),
    ]
    for index in range(count):
        yield makers[index % len(makers)]()


def upload(kind: str, data: bytes) -> Piece:
    """Return the piece that sends this file."""
    head = b'Content-Disposition: form-data; name="file"; filename="x.pdf"'
    return Piece(
        kind=kind,
        address=FILE_ADDRESS,
        content_type=f"multipart/form-data; boundary={_BOUNDARY.decode()}",
        body=b"--%b\r\n%b\r\n\r\n%b\r\n--%b--\r\n" % (_BOUNDARY, head, data, _BOUNDARY),
    )


def ask(kind: str, body: bytes) -> Piece:
    """Return the piece that asks about a number."""
    return Piece(kind=kind, address=NUMBER_ADDRESS, content_type="application/json", body=body)


def _spoil(kind: str, make: _Spoiler, genuine: Genuine, chance: random.Random) -> Piece:
    return upload(kind, make(genuine, chance))


def _build(kind: str, make: Builder, genuine: Genuine, chance: random.Random) -> Piece:
    return upload(kind, make(genuine.pictures, chance))


# Damage that any file may suffer


def _any_file(genuine: Genuine, chance: random.Random) -> bytes:
    return chance.choice([genuine.pdf, genuine.pdf, *genuine.pictures.values()])


def _cut(genuine: Genuine, chance: random.Random) -> bytes:
    data = _any_file(genuine, chance)
    return data[: chance.randrange(1, len(data))]


def _flipped(genuine: Genuine, chance: random.Random) -> bytes:
    data = bytearray(_any_file(genuine, chance))
    for _ in range(chance.choice([1, 8, 64, 1024])):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _renumbered(genuine: Genuine, chance: random.Random) -> bytes:
    """Return the PDF with some of the digits outside its streams changed: places and lengths."""
    data = bytearray(genuine.pdf)
    digits = [place for place, byte in enumerate(data) if 0x30 <= byte <= 0x39]
    for place in chance.sample(digits, chance.choice([1, 5, 50])):
        data[place] = chance.randrange(0x30, 0x3A)
    return bytes(data)


def _noise(_: Genuine, chance: random.Random) -> bytes:
    heads = [b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x00\x00\x00\x00WEBP"]
    return chance.choice(heads) + chance.randbytes(chance.choice([0, 1, 16, 4096, 200_000]))


def _wrong_magic(genuine: Genuine, chance: random.Random) -> bytes:
    heads = [b"GIF89a", b"BM", b"II*\x00", b"MZ", b"%!PS", b"<svg>", b"\x7fELF", b"PK\x03\x04"]
    return chance.choice(heads) + _any_file(genuine, chance)[8:]


def _polyglot(genuine: Genuine, chance: random.Random) -> bytes:
    pdf, picture = genuine.pdf, chance.choice(list(genuine.pictures.values()))
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.pdf", pdf)
    png = genuine.pictures["PNG"]
    return chance.choice(
        [
            picture + pdf,
            pdf + picture,
            picture[:512] + pdf,
            packed.getvalue(),
            pdf + packed.getvalue(),
            png[:33] + png_chunk(b"tEXt", pdf[:600]) + png[33:],
            b"\xff\xd8\xff\xfe\x02\x00%PDF-1.7" + genuine.pictures["JPEG"],
        ]
    )


_SPOILED: Mapping[str, _Spoiler] = {
    "file cut off": _cut,
    "bits turned over": _flipped,
    "PDF, places and lengths changed": _renumbered,
    "noise, or nothing": _noise,
    "wrong magic": _wrong_magic,
    "two kinds of file in one": _polyglot,
}


# JSON bodies


def _json(kind: str, body: bytes, *, refused: bool = True, content_type: str = "") -> Piece:
    return Piece(
        kind=kind,
        address=QR_ADDRESS,
        content_type=content_type or "application/json",
        body=body,
        refused=refused,
    )


def _deep(_: Genuine, chance: random.Random) -> Piece:
    depth = chance.choice([100, 1_000, 30_000])
    opened = chance.choice([b"[", b'{"a":', b'{"text":[', b"[[],"])
    return _json("JSON, deep nesting", opened * depth + chance.choice([b"", b"1", b"]" * depth]))


def _not_json(_: Genuine, chance: random.Random) -> Piece:
    value = chance.choice([b"NaN", b"-Infinity", b"1e999", b"9" * 50_000, b'"\\ud800"', b'"\\'])
    forms = [b'{"text": %b}', b'{"text": [%b, 1]}', b'\xef\xbb\xbf{"text": %b}', b'{"text": %b} 1']
    return _json("JSON, what JSON has not", chance.choice(forms) % value)


def _twice(_: Genuine, chance: random.Random) -> Piece:
    members = chance.choice([b'"text": "a", ', b'"t\\u0065xt": "a", ', b'"x": {"y": 1, "y": 2}, '])
    return _json("JSON, a name twice", b"{" + members * chance.choice([1, 99]) + b'"text": "b"}')


def _other_type(genuine: Genuine, chance: random.Random) -> Piece:
    kinds = ["text/plain", "multipart/form-data", "application/jsonx", "application/xml", "\xa0"]
    kind = chance.choice(kinds)
    return _json("JSON, another media type", genuine.question, content_type=kind)


def _too_long(_: Genuine, chance: random.Random) -> Piece:
    length = chance.choice([1, 50_000]) + (256 << 10)
    return _json("JSON, too long", b'{"text": "%b"}' % (b"a" * length))


def _spoiled(genuine: Genuine, chance: random.Random) -> Piece:
    body = bytearray(genuine.question)
    for _ in range(chance.choice([1, 3])):
        place = chance.randrange(len(body))
        match chance.randrange(3):
            case 0:
                body[place] ^= 1 << chance.randrange(8)
            case 1:
                del body[place:]
                body += b"{"
            case _:
                body[place:place] = chance.randbytes(3)
    return ask("JSON, question spoiled", bytes(body))


def _long_text(_: Genuine, chance: random.Random) -> Piece:
    text = chance.choice(
        ["9", "甲", "\u0000", "https://yz.example.cn/q#1.", "\U0010ffff", "\u202e"]
    )
    body = json.dumps({"text": text * (chance.choice([10, 5_000]))}).encode()
    return _json("JSON, odd texts", body, refused=False)


def _broken_form(genuine: Genuine, chance: random.Random) -> Piece:
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
    bodies = [b"", b"--b", part * 3_000 + b"--b--", genuine.pdf, part[:-9] + b"\x00" * 600_000]
    return Piece(
        kind="upload without a file",
        address=FILE_ADDRESS,
        content_type="multipart/form-data; boundary=" + chance.choice(["b", "", '"', "b" * 5_000]),
        body=chance.choice(bodies),
        refused=True,
    )


_BODIES: tuple[Callable[[Genuine, random.Random], Piece], ...] = (
    _deep,
    _not_json,
    _twice,
    _other_type,
    _too_long,
    _spoiled,
    _long_text,
    _broken_form,
)
