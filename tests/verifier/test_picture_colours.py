"""A picture not the same to everybody is not judged; with a profile it is as people see it."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from verifier.picture_files import FULL_SIZE, UnreadPicture, open_as_seen, open_picture

SIZE = (60, 40)


def png(picture: Image.Image, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG with more chunks before its dots."""
    output = BytesIO()
    picture.save(output, "PNG")
    plain = output.getvalue()
    at = plain.index(b"IDAT") - 4
    made = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return plain[:at] + made + plain[at:]


def raw_png(depth: int, kind: int, row: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG of two rows; the chunks follow its head, those after a bare IDAT its dots."""
    width = 8 * len(row) // depth // (3 if kind == 2 else 1)
    head = struct.pack(">IIBBBBB", width, 2, depth, kind, 0, 0, 0)
    dots = zlib.compress((b"\0" + row) * 2)
    whole = [(b"IHDR", head), *chunks, (b"IEND", b"")]
    if (b"IDAT", b"") in chunks:
        whole[whole.index((b"IDAT", b""))] = (b"IDAT", dots)
    else:
        whole.insert(-1, (b"IDAT", dots))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in whole
    )


def heic(**settings: int) -> bytes:
    output = BytesIO()
    pillow_heif.from_pillow(GREY).save(output, quality=80, **settings)
    return output.getvalue()


def animated(kind: str) -> bytes:
    output = BytesIO()
    first, second = (Image.new("RGB", SIZE, colour) for colour in ("white", "black"))
    first.save(output, kind, save_all=True, append_images=[second], duration=1)
    return output.getvalue()


def with_profile(profile: bytes, kind: str = "PNG", mode: str = "RGB") -> bytes:
    output = BytesIO()
    Image.new(mode, SIZE).save(output, kind, icc_profile=profile)
    return output.getvalue()


def srgb(tag: bytes = b"") -> bytes:
    """Return sRGB's profile, its first tag called otherwise."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    if tag:
        made[132:136] = tag
    return bytes(made)


def one_clear_dot() -> Image.Image:
    picture = Image.new("RGBA", SIZE, (255, 255, 255, 255))
    picture.putpixel((5, 5), (255, 255, 255, 200))
    return picture


GREY = Image.new("RGB", SIZE, "grey")
CLEAR, LINEAR = (b"tRNS", b"\x00\x01"), (b"gAMA", struct.pack(">I", 100_000))
USUAL = (b"gAMA", struct.pack(">I", 45_455))
BLACK_AND_WHITE = (b"PLTE", bytes((0, 0, 0, 255, 255, 255)))
WHITE_AND_BLACK = (b"PLTE", bytes((255, 255, 255, 0, 0, 0)))


@pytest.mark.parametrize(
    "data",
    [
        animated("PNG"),
        animated("WEBP"),
        png(GREY, (b"gAMA", struct.pack(">I", 100_000))),
        png(
            GREY,
            (b"cHRM", struct.pack(">8I", 31270, 32900, 5000, 80000, 30000, 60000, 15000, 6000)),
        ),
        png(GREY, (b"cICP", bytes((9, 16, 0, 1)))),
        png(one_clear_dot()),
        with_profile(srgb(b"A2B0")),
        with_profile(b"no profile"),
        with_profile(srgb(), "JPEG", "CMYK"),
        raw_png(16, 0, b"\x00\x01\xff\xff", CLEAR),
        raw_png(16, 2, bytes.fromhex("123412341234ffffffffffff"), (b"tRNS", b"\x12\x34" * 3)),
        raw_png(4, 0, b"\x1f", CLEAR),
        raw_png(8, 0, b"\x01\xff", (b"IDAT", b""), CLEAR),
        raw_png(8, 0, b"\x01\xff", LINEAR, USUAL),
        raw_png(8, 3, b"\x00\x01", BLACK_AND_WHITE, WHITE_AND_BLACK),
        raw_png(8, 0, b"\x01\xff", (b"sRGB", b"\0"), LINEAR),
        heic() + struct.pack(">I", 8) + b"moov",
        heic(color_primaries=9, transfer_characteristics=16, matrix_coefficients=9),
    ],
    ids=[
        "animated PNG",
        "animated WebP",
        "gamma",
        "primaries",
        "code points",
        "transparent",
        "profile of tables",
        "damaged profile",
        "profile of inks",
        "clear value of sixteen bits",
        "clear colour of sixteen bits",
        "clear value of four bits",
        "clear value after the dots",
        "two gammas",
        "two palettes",
        "sRGB and another gamma",
        "HEIC with a film",
        "HEIC of HDR",
    ],
)
def test_what_viewers_may_show_in_more_than_one_way_is_not_read(data: bytes) -> None:
    with pytest.raises(UnreadPicture) as refused:
        open_picture(data, "RGB")
    assert refused.value.fault == "picture_not_plain"


@pytest.mark.parametrize(
    "data",
    [
        png(GREY),
        png(GREY, (b"gAMA", struct.pack(">I", 45_455))),
        png(GREY.convert("RGBA")),
        with_profile(srgb()),
        with_profile(srgb(), "JPEG"),
        with_profile(srgb(), "WEBP"),
    ],
    ids=["plain", "usual gamma", "opaque", "sRGB", "sRGB JPEG", "sRGB WebP"],
)
def test_usual_pictures_are_read(data: bytes) -> None:
    opened = open_as_seen(data)
    assert opened.size == opened.info[FULL_SIZE] == SIZE


def curved(power: float) -> bytes:
    """Return sRGB's profile with a power in place of its curves."""
    made = bytearray(srgb())
    count = int.from_bytes(made[128:132])
    table = [bytes(made[132 + 12 * one : 144 + 12 * one]) for one in range(count)]
    curve = b"curv" + bytes(4) + (1).to_bytes(4) + round(power * 256).to_bytes(2)
    for entry in table:
        if entry[:4] in (b"rTRC", b"gTRC", b"bTRC"):
            start = int.from_bytes(entry[4:8])
            made[start : start + len(curve)] = curve
    return bytes(made)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_colours_are_those_a_profile_gives_them(mode: str) -> None:
    output = BytesIO()
    GREY.convert(mode).save(output, "PNG", icc_profile=curved(2.8))
    seen = np.asarray(open_as_seen(output.getvalue()))
    assert 95 < seen.min() <= seen.max() < 110  # 128 in the file


def test_a_profile_that_makes_another_page_of_the_numbers_is_not_followed() -> None:
    output = BytesIO()
    GREY.save(output, "PNG", icc_profile=curved(6))  # greys come out dark, where it is followed
    with pytest.raises(UnreadPicture) as refused:
        open_as_seen(output.getvalue())
    assert refused.value.fault == "picture_not_plain"


def test_sixteen_bits_of_grey_are_read_as_eight() -> None:
    output = BytesIO()
    Image.fromarray(np.full((40, 60), 40_000, np.uint16)).save(output, "PNG")
    assert set(np.asarray(open_as_seen(output.getvalue())).ravel()) == {155}
