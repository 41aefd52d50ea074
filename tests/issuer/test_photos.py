"""Photos: found in the folder, judged, and brought into the one form that is printed."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from codes.documents import Sex
from issuer.photo_child import MAX_JPEG_BYTES, answer
from issuer.photo_reading import Verdict
from issuer.photos import PhotoFolder
from issuer.sample_photos import draw_portrait

NUMBER = "12010119500101009X"
PORTRAIT = draw_portrait(seed=1, sex=Sex.FEMALE, birth_year=1990)


def picture(
    size: tuple[int, int] = (295, 413), *, kind: str = "JPEG", mode: str = "RGB", **options: Any
) -> bytes:
    """A coloured picture of this size, upper half red, lower half blue."""
    drawn = Image.new("RGB", size, "#C03030")
    drawn.paste("#3030C0", (0, size[1] // 2, *size))
    out = io.BytesIO()
    drawn.convert(mode).save(out, kind, **options)
    return out.getvalue()


def verdict_on(data: bytes) -> tuple[str, bytes]:
    head, _, jpeg = answer(data).partition(b"\n")
    return head.decode(), jpeg


def pixel(jpeg: bytes, place: tuple[int, int]) -> tuple[int, int, int]:
    with Image.open(io.BytesIO(jpeg)) as opened:
        red, green, blue = (
            opened.convert("RGB").crop((*place, place[0] + 1, place[1] + 1)).tobytes()
        )
    return red, green, blue


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[PhotoFolder]:
    photos = tmp_path / "photos"
    photos.mkdir()
    (tmp_path / "outside.jpg").write_bytes(PORTRAIT)
    (photos / f"{NUMBER}.jpg").write_bytes(PORTRAIT)
    (photos / "二班 01.PNG").write_bytes(picture(kind="PNG"))
    (photos / "broken.jpg").write_bytes(PORTRAIT[:3000])
    (photos / "note.txt").write_bytes(b"x")
    (photos / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    with PhotoFolder(photos) as opened:
        yield opened


def codes(folder: PhotoFolder, file: str, number: str = "") -> list[str]:
    return [fault.code for fault in folder.read(file=file, document_number=number).problems]


def test_a_photo_is_found_by_document_number_or_by_name_in_any_case(folder: PhotoFolder) -> None:
    assert not codes(folder, "", NUMBER)
    assert not codes(folder, "", NUMBER.lower())
    assert not codes(folder, "二班 01.png")
    assert not codes(folder, "二班 01")


def test_a_missing_photo_is_told_and_other_files_are_no_photos(folder: PhotoFolder) -> None:
    assert codes(folder, "", "440106199001019999") == ["photo_missing"]
    assert codes(folder, "none.jpg") == ["photo_missing"]
    assert codes(folder, "note.txt") == ["photo_missing"]
    assert codes(folder, "", "") == ["photo_missing"]


@pytest.mark.parametrize(
    "name", ["../outside.jpg", "/etc/passwd", "a/b.jpg", "..\\outside.jpg", "..", ".", "C:\\x.jpg"]
)
def test_names_that_lead_out_of_the_folder_are_refused(folder: PhotoFolder, name: str) -> None:
    assert codes(folder, name) == ["photo_name"]


def test_a_link_out_of_the_folder_is_not_followed(folder: PhotoFolder) -> None:
    assert codes(folder, "link.jpg") == ["photo_missing"]


def test_a_folder_that_is_not_there_has_no_photos(tmp_path: Path) -> None:
    for place in (None, tmp_path / "none"):
        with PhotoFolder(place) as nothing:
            assert codes(nothing, "", NUMBER) == ["photo_missing"]


def test_two_pictures_of_one_name_are_not_chosen_between(tmp_path: Path) -> None:
    for name in (f"{NUMBER}.jpg", f"{NUMBER}.png", "a.jpg", "A.JPG"):
        (tmp_path / name).write_bytes(PORTRAIT)
    with PhotoFolder(tmp_path) as photos:
        assert codes(photos, "", NUMBER) == ["photo_ambiguous"]
        assert codes(photos, "a.jpg") == ["photo_ambiguous"]
        assert not codes(photos, f"{NUMBER}.png")


def test_a_picture_that_takes_too_long_is_its_rows_problem(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(PORTRAIT)
    with PhotoFolder(tmp_path, seconds=0.0) as photos:
        assert codes(photos, "a.jpg") == ["photo_unreadable"]


def test_a_broken_photo_is_its_rows_problem_and_the_next_is_read(folder: PhotoFolder) -> None:
    assert codes(folder, "broken.jpg") == ["photo_unreadable"]
    assert not codes(folder, "", NUMBER)


def test_the_printed_photo_is_one_inch_baseline_srgb_without_metadata(folder: PhotoFolder) -> None:
    photo = folder.read(file="", document_number=NUMBER).photo
    assert photo is not None
    jpeg = photo.jpeg
    assert hashlib.sha256(jpeg).digest() == photo.sha256
    assert len(jpeg) <= MAX_JPEG_BYTES
    with Image.open(io.BytesIO(jpeg)) as opened:
        assert (opened.format, opened.mode, opened.size) == ("JPEG", "RGB", (295, 413))
        assert not opened.getexif()
        assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
    assert b"\xff\xc2" not in jpeg[:700]


def test_the_same_file_gives_the_same_bytes(folder: PhotoFolder) -> None:
    first = folder.read(file="", document_number=NUMBER).photo
    again = folder.read(file=f"{NUMBER}.jpg", document_number="").photo
    assert first is not None
    assert again is not None
    assert first.sha256 == again.sha256


def test_metadata_such_as_the_place_it_was_taken_is_left_behind() -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    verdict, jpeg = verdict_on(picture(exif=exif.tobytes(), comment=b"secret comment"))
    assert verdict == Verdict.TAKEN
    assert b"secret" not in jpeg


def test_a_picture_lying_on_its_side_is_turned_as_the_camera_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright, the rows run downwards
    upright = Image.open(io.BytesIO(picture((590, 826))))
    out = io.BytesIO()
    upright.transpose(Image.Transpose.ROTATE_90).save(out, "JPEG", exif=exif.tobytes())
    verdict, jpeg = verdict_on(out.getvalue())
    assert verdict == Verdict.TAKEN
    red, _, blue = pixel(jpeg, (147, 20))
    assert red > blue


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        (b"", Verdict.UNREADABLE),
        (b"not a picture", Verdict.UNREADABLE),
        (b"GIF89a" + bytes(100), Verdict.UNREADABLE),
        (picture((199, 280)), Verdict.TOO_SMALL),
        (picture((100, 140)), Verdict.TOO_SMALL),
        (picture((250, 350)), Verdict.TAKEN_SMALL),
        (picture((800, 600)), Verdict.NOT_PORTRAIT),
        (picture((600, 600)), Verdict.NOT_PORTRAIT),
        (picture((300, 900)), Verdict.NOT_PORTRAIT),
        (picture((413, 579)), Verdict.TAKEN),
        (picture((480, 640)), Verdict.TAKEN),
        (picture(mode="CMYK"), Verdict.TAKEN),
        (picture(mode="L"), Verdict.TAKEN_GREY),
        (picture(kind="PNG", mode="RGBA"), Verdict.TAKEN),
        (picture(kind="PNG", mode="P"), Verdict.TAKEN),
        (picture(kind="PNG", mode="1"), Verdict.TAKEN_GREY),
        (picture((7000, 9800), kind="PNG"), Verdict.TOO_LARGE),
    ],
)
def test_every_kind_of_picture_gets_its_verdict(data: bytes, verdict: Verdict) -> None:
    assert verdict_on(data)[0] == verdict


def test_an_animated_picture_is_refused() -> None:
    frames = [Image.new("RGB", (295, 413), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    assert verdict_on(out.getvalue())[0] == Verdict.ANIMATED


def test_transparent_parts_become_white() -> None:
    clear = Image.new("RGBA", (295, 413), (0, 0, 0, 0))
    clear.paste((200, 30, 30, 255), (100, 150, 200, 300))
    out = io.BytesIO()
    clear.save(out, "PNG")
    _, jpeg = verdict_on(out.getvalue())
    assert min(pixel(jpeg, (5, 5))) > 250


def test_another_colour_space_is_turned_into_srgb_and_a_broken_profile_forgiven() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert verdict_on(picture(icc_profile=profile))[0] == Verdict.TAKEN
    assert verdict_on(picture(icc_profile=profile[:200]))[0] == Verdict.TAKEN


def test_noise_is_compressed_until_it_is_small_enough() -> None:
    noise = Image.effect_noise((590, 826), 120).convert("RGB")
    noise.paste("#A03030", (0, 0, 200, 200))
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=98)
    verdict, jpeg = verdict_on(out.getvalue())
    assert verdict == Verdict.TAKEN
    assert len(jpeg) <= MAX_JPEG_BYTES
