"""A picture not the same to everybody is not judged; with a profile it is as people see it."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
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


def test_colours_are_those_a_profile_gives_them() -> None:
    dark = bytearray(srgb())
    # One curve serves all three colours: as a power of 6 instead of sRGB's, greys come out dark.
    at = dark.index(b"para") if b"para" in dark else dark.index(b"curv")
    count = int.from_bytes(dark[128:132])
    table = [bytes(dark[132 + 12 * one : 144 + 12 * one]) for one in range(count)]
    curves = [entry for entry in table if entry[:4] in (b"rTRC", b"gTRC", b"bTRC")]
    assert at
    curve = b"curv" + bytes(4) + (1).to_bytes(4) + (6 * 256).to_bytes(2)
    for entry in curves:
        start = int.from_bytes(entry[4:8])
        dark[start : start + len(curve)] = curve
    output = BytesIO()
    GREY.save(output, "PNG", icc_profile=bytes(dark))
    seen = np.asarray(open_as_seen(output.getvalue()))
    assert seen.max() < 60  # 128 in the file


def test_sixteen_bits_of_grey_are_read_as_eight() -> None:
    output = BytesIO()
    Image.fromarray(np.full((40, 60), 40_000, np.uint16)).save(output, "PNG")
    assert set(np.asarray(open_as_seen(output.getvalue())).ravel()) == {155}
