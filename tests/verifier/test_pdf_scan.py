"""A bare scan is one JPEG drawn once: whatever some program could show otherwise is none."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Name
from PIL import Image

from verifier.pdf_scan import is_bare_scan


def scan(mode: str = "RGB") -> bytes:
    noise = np.random.default_rng(5).integers(0, 255, (60, 40, 3), np.uint8)
    output = BytesIO()
    Image.fromarray(noise).convert(mode).save(output, "PDF", quality=80)
    return output.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_picture_saved_as_a_file_is_one(mode: str) -> None:
    assert is_bare_scan(scan(mode))


def test_it_is_one_after_another_program_wrote_it_anew() -> None:
    output = BytesIO()
    with pikepdf.open(BytesIO(scan())) as document:
        document.save(output, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert is_bare_scan(output.getvalue())


OBJECTS = (
    b"<< /Type /Catalog /Pages 2 0 R >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 40 60] /Contents 4 0 R\n"
    b"/Resources << /XObject << /image 5 0 R >> >> >>",
    b"<< /Length 32 >>\nstream\nq 40 0 0 60 0 0 cm /image Do Q  \nendstream",
    b"<< /Type /XObject /Subtype /Image /Width 40 /Height 60 /ColorSpace /DeviceRGB\n"
    b"/BitsPerComponent 8 /Filter /DCTDecode /Length %d >>\nstream\n%b\nendstream",
)


def built(old: bytes = b"", new: bytes = b"") -> bytes:
    """A bare scan written by hand, one thing in it changed, its table of places as it should be."""
    noise = np.random.default_rng(5).integers(0, 255, (60, 40, 3), np.uint8)
    jpeg = BytesIO()
    Image.fromarray(noise).save(jpeg, "JPEG", quality=80)
    *others, image = OBJECTS
    objects = [*others, image % (len(jpeg.getvalue()), jpeg.getvalue())]
    assert not old or sum(one.count(old) for one in objects) == 1
    data, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, one.replace(old, new) if old else one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data)
    data += b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer << /Root 1 0 R /Size 6 >>\n"
    return data + b"startxref\n%d\n%%%%EOF\n" % start


def test_one_written_by_hand_is_one() -> None:
    assert is_bare_scan(built())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/image 5 0 R", b"/image 5 0 R /image 4 0 R"),
        (b"/Width 40", b"/Width 40 /Width 41"),
        (b"/Width 40", b"/Width 41"),
        (b"/Contents 4 0 R", b"/Contents 4 0 R /Contents 5 0 R"),
        (b"/Contents 4 0 R", b"/Contents 4 0 R /UserUnit 2"),
        (b"/Contents 4 0 R", b"/Contents 4 0 R /Cont#65nts 5 0 R"),
        (b"/Contents 4 0 R", b"/Contents 4 0 R /CropBox [0 0 40 30]"),
        (b"/ColorSpace /DeviceRGB", b"/ColorSpace /DeviceRGB /Decode [1 0 1 0 1 0]"),
        (b"/ColorSpace /DeviceRGB", b"/ColorSpace /DeviceGray"),
        (b"/Filter /DCTDecode", b"/Filter /DCTDecode /Filter /FlateDecode"),
        (b" cm /image Do Q  ", b" cm /image Do f Q"),
        (b"q 40 0 0", b"q /a 0 0"),
        (b"/Length 32", b"/Length 30"),
        (b"/XObject << ", b"/ExtGState << /x << /ca true >> >> /XObject << "),
        (b"[0 0 40 60]", b"[0 0 40 +60]"),
    ],
)
def test_what_some_program_reads_otherwise_is_none(old: bytes, new: bytes) -> None:
    assert not is_bare_scan(built(old, new))


@pytest.mark.parametrize(
    ("opens", "closes"), [(b"%", b""), (b"/Type (", b")"), (b"/Type (a(b(c)", b")")]
)
def test_words_that_only_look_like_a_stream_are_counted(opens: bytes, closes: bytes) -> None:
    """A page with two contents, of which one program shows the first and another the last."""
    old = b"/Contents 4 0 R\n/Resources << /XObject << /image 5 0 R >> >> >>"
    resources = b"/Resources << /XObject << /image 5 0 R >> >>\n"
    hidden = closes + b" /Contents 4 0 R /Contents 6 0 R >>"
    length = len(hidden + b"\nendobj\n4 0 obj\n" + OBJECTS[3].removesuffix(b"\nendstream"))
    head = b"/Contents /Length %d>>stream\n" % length
    assert not is_bare_scan(built(old, resources + opens + head + hidden))


@pytest.mark.parametrize("text", [b"(a)", b"(a (b\\) c) d)"])
def test_a_text_in_a_file_leaves_it_one(text: bytes) -> None:
    assert is_bare_scan(built(b"/Type /Catalog", b"/Type /Catalog /Lang " + text))


def jpeg_of(**written: int) -> bytes:
    noise = np.random.default_rng(5).integers(0, 255, (60, 40, 3), np.uint8)
    output = BytesIO()
    Image.fromarray(noise).save(output, "JPEG", quality=80, **written)
    return output.getvalue()


def with_picture(jpeg: bytes) -> bytes:
    """A bare scan written by hand with another JPEG of the same size in it."""
    return built(
        b"%d >>\nstream\n%b" % (len(jpeg_of()), jpeg_of()), b"%d >>\nstream\n%b" % (len(jpeg), jpeg)
    )


@pytest.mark.parametrize(
    "jpeg",
    [
        jpeg_of()[:-2],
        jpeg_of()[: len(jpeg_of()) // 2],
        jpeg_of()[: len(jpeg_of()) // 2] + b"\xff\xd9",
        jpeg_of(restart_marker_rows=1).replace(b"\xff\xd1", b"\xff\xd2"),
    ],
    ids=["no end", "half of it", "half of it and an end", "pieces that are not in order"],
)
def test_a_picture_that_is_not_all_there_makes_it_none(jpeg: bytes) -> None:
    assert not is_bare_scan(with_picture(jpeg))


@pytest.mark.parametrize(
    "jpeg",
    [jpeg_of(), jpeg_of(progressive=1), jpeg_of(restart_marker_rows=1), jpeg_of() + b"\0\0\n"],
    ids=["plain", "progressive", "in pieces", "padded"],
)
def test_pictures_as_scanners_write_them_are_ones(jpeg: bytes) -> None:
    assert is_bare_scan(with_picture(jpeg))


def test_a_second_picture_or_a_mask_makes_it_none() -> None:
    with pikepdf.open(BytesIO(scan())) as document:
        images = document.pages[0].Resources.XObject
        images.other = images.image
        output = BytesIO()
        document.save(output, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        assert not is_bare_scan(output.getvalue())
        del images.other
        images.image.Mask = Array([0, 9, 0, 9, 0, 9])
        output = BytesIO()
        document.save(output, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert not is_bare_scan(output.getvalue())


def test_colours_that_programs_mix_in_their_own_ways_make_it_none() -> None:
    noise = np.random.default_rng(5).integers(0, 255, (60, 40, 3), np.uint8)
    jpeg = BytesIO()
    Image.fromarray(noise).convert("CMYK").save(jpeg, "JPEG")
    with pikepdf.open(BytesIO(scan())) as document:
        image = document.pages[0].Resources.XObject.image
        image.write(jpeg.getvalue(), filter=Name.DCTDecode)
        image.ColorSpace = Name.DeviceRGB
        output = BytesIO()
        document.save(output, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert not is_bare_scan(output.getvalue())


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4", b"%PDF-1.4\n" + b"/Length 9>>stream\n" * 99])
def test_damaged_files_are_none(data: bytes) -> None:
    assert not is_bare_scan(data)
