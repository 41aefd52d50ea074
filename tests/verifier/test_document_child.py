"""The child process that reads files: whatever becomes of it, the asker gets a verdict."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
import zxingcpp
from PIL import ExifTags, Image, ImageChops, ImageDraw

from registry.child import Child, ChildFailed, FailureReason
from tests.verifier.papers import encode_picture, paper, picture_of
from tests.verifier.world import World, make_record, sign_record
from verifier.document import READ_MEMORY_BYTES
from verifier.document_child import handle
from verifier.picture_files import FULL_SIZE, open_picture
from verifier.questions import Question, Task, pack
from verifier.verdict import Outcome, Verdict

_QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)


def codes(verdict: Verdict) -> set[str]:
    return {finding.code for finding in verdict.findings}


def asked(picture: bytes) -> bytes:
    """What the child is sent to have a picture read."""
    return pack(Question(task=Task.READ_PICTURE, data=picture))


@pytest.mark.parametrize("data", [b"%PDF-", b"\xff\xd8\xff"])
@pytest.mark.parametrize("reason", FailureReason)
def test_a_child_that_fails_is_a_verdict_not_an_error(
    world: World, reason: FailureReason, data: bytes
) -> None:
    def fail(_: bytes) -> bytes:
        raise ChildFailed(reason)

    verdict = world.verifier(read_bytes=fail).verify_file(data, "a.pdf")
    told = {
        FailureReason.BUSY: "system_busy",
        FailureReason.TIMEOUT: "file_out_of_time",
    }.get(reason, "file_too_heavy")
    assert (verdict.outcome, codes(verdict)) == (Outcome.INCONCLUSIVE, {told})


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"kind": "pdf", "pages": []}',
        b'{"kind": "exe", "pages": [1]}',
        b'{"kind": "pdf", "pages": [1, null, {"glyphs": 1, "symbols": {}}]}',
        b'{"kind": "pdf", "pages": [{"glyphs": [1, [], ["x", 1]], "symbols": []}]}',
        b'{"kind": "pdf", "pages": [{"glyphs": [["x", 1, 1, NaN, 1e999, 1, 1, true, true, 0]],'
        b' "symbols": []}]}',
        b'{"fault": "not a code"}',
        b'{"fault": "demo"}',
    ],
)
def test_a_child_that_speaks_nonsense_is_not_believed(world: World, answer: bytes) -> None:
    verdict = world.verifier(read_bytes=lambda _: answer).verify_file(b"%PDF-", "a.pdf")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert codes(verdict) <= {"file_unreadable", "qr_not_found"}


@pytest.mark.parametrize(
    ("seconds", "memory_bytes", "told"),
    [
        # It depends on the machine whether so little time was a processor's.
        (0.01, 1 << 30, {"file_out_of_time", "system_busy"}),
        # Without memory a library may fail in its own way before the process does.
        (20.0, 48 << 20, {"file_too_heavy", "file_unreadable"}),
    ],
    ids=["no time", "no memory"],
)
def test_a_real_child_without_room_is_a_verdict_not_an_error(
    world: World, seconds: float, memory_bytes: int, told: set[str]
) -> None:
    pdf = paper(sign_record(make_record()))
    limits = {"seconds": seconds, "memory_bytes": memory_bytes}
    with Child("verifier.document_child", **limits) as starved:  # type: ignore[arg-type]
        verdict = world.verifier(read_bytes=starved.ask).verify_file(pdf, "a.pdf")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert len(codes(verdict)) == 1
    assert codes(verdict) <= told


@pytest.mark.parametrize(("kind", "size"), [("WEBP", (5656, 4242)), ("JPEG", (8160, 6120))])
def test_a_big_photograph_fits_into_the_memory_of_the_child(
    kind: str, size: tuple[int, int]
) -> None:
    photograph = encode_picture(Image.new("RGB", size, "grey"), kind)
    with Child("verifier.document_child", seconds=100, memory_bytes=READ_MEMORY_BYTES) as unhurried:
        answer = json.loads(unhurried.ask(asked(photograph)))
    assert answer == {"kind": "picture", "pages": [{"glyphs": [], "symbols": [], "others": []}]}


def test_a_big_webp_picture_keeps_its_size_and_which_way_it_is_held() -> None:
    output = BytesIO()
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.new("RGB", (3600, 2400), "red").save(output, "WEBP", exif=exif)
    opened = open_picture(output.getvalue(), "RGB")
    assert opened.getexif()[ExifTags.Base.Orientation] == 6
    assert opened.info[FULL_SIZE] == opened.size == (3600, 2400)
    red, green, blue = opened.getpixel((9, 9))  # type: ignore[misc]  # RGB
    assert red > 200 > 60 > max(green, blue)


def test_a_red_stamp_across_the_symbol_does_not_hide_it() -> None:
    page = picture_of(paper(sign_record(make_record())), dpi=150)
    (symbol,) = zxingcpp.read_barcodes(page.convert("L"), formats=_QR_ONLY)
    corner = symbol.position.top_left
    side = symbol.position.top_right.x - corner.x
    ink = Image.new("RGB", page.size, "white")
    ring = (corner.x - side / 2, corner.y - side / 2, corner.x + side / 2, corner.y + side / 2)
    ImageDraw.Draw(ink).ellipse(ring, outline=(235, 40, 45), width=12)
    ImageDraw.Draw(ink).line((corner.x, corner.y, corner.x + 30, corner.y + 30), (235, 40, 45), 12)
    stamped = ImageChops.multiply(page, ink)

    assert zxingcpp.read_barcodes(stamped.convert("L"), formats=_QR_ONLY) == []
    answer = json.loads(handle(asked(encode_picture(stamped, "PNG"))))
    assert answer["pages"][0]["symbols"] == [symbol.text]
    answer = json.loads(handle(asked(encode_picture(stamped, "JPEG"))))
    assert answer["pages"][0]["symbols"] == [symbol.text]


def test_a_picture_without_a_symbol_shows_none() -> None:
    blank = Image.new("RGB", (1600, 1200), "white")
    answer = json.loads(handle(asked(encode_picture(blank, "JPEG"))))
    assert answer == {"kind": "picture", "pages": [{"glyphs": [], "symbols": [], "others": []}]}


@pytest.mark.parametrize("kind", ["MicroQRCode", "RMQRCode"])
def test_small_relatives_of_qr_codes_are_not_taken_for_one(kind: str) -> None:
    code = zxingcpp.create_barcode("12345", getattr(zxingcpp.BarcodeFormat, kind))
    picture = Image.fromarray(code.to_image(scale=8, add_quiet_zones=True)).convert("RGB")
    answer = json.loads(handle(asked(encode_picture(picture, "PNG"))))
    assert answer["pages"][0]["symbols"] == []
