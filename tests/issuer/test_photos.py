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
from issuer.photo_background import Tint
from issuer.photo_child import MAX_JPEG_BYTES, judge
from issuer.photo_exchange import Question, Remark, Verdict
from issuer.photo_formats import PictureFormat
from issuer.photos import PhotoFolder
from issuer.sample_photos import draw_portrait, paint_portrait

NUMBER = "12010119500101009X"
PORTRAIT = draw_portrait(seed=1, sex=Sex.FEMALE, birth_year=1990)


def picture(
    size: tuple[int, int] = (295, 413), *, kind: str = "JPEG", mode: str = "RGB", **options: Any
) -> bytes:
    """A block on a white ground, its upper half red, its lower half blue."""
    wide, high = size
    drawn = Image.new("RGB", size, "white")
    drawn.paste("#C03030", (wide // 4, high // 8, wide - wide // 4, high))
    drawn.paste("#3030C0", (wide // 4, high // 2, wide - wide // 4, high))
    out = io.BytesIO()
    drawn.convert(mode).save(out, kind, **options)
    return out.getvalue()


def verdict_on(data: bytes) -> tuple[Verdict, bytes]:
    judgement = judge(Question(data=data))
    return judgement.verdict, judgement.jpeg


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
    red, _, blue = pixel(jpeg, (147, 120))
    assert red > blue


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        (b"", Verdict.UNREADABLE),
        (b"not a picture", Verdict.UNREADABLE),
        (picture((199, 280)), Verdict.TOO_SMALL),
        (picture((100, 140)), Verdict.TOO_SMALL),
        (picture((800, 600)), Verdict.NOT_PORTRAIT),
        (picture((600, 600)), Verdict.NOT_PORTRAIT),
        (picture((300, 900)), Verdict.NOT_PORTRAIT),
        (picture((413, 579)), Verdict.TAKEN),
        (picture((480, 640)), Verdict.TAKEN),
        (picture(mode="CMYK"), Verdict.TAKEN),
        (picture(kind="PNG", mode="RGBA"), Verdict.TAKEN),
        (picture(kind="PNG", mode="P"), Verdict.TAKEN),
        (picture((7000, 9800), kind="PNG"), Verdict.TOO_LARGE),
    ],
)
def test_every_kind_of_picture_gets_its_verdict(data: bytes, verdict: Verdict) -> None:
    assert verdict_on(data)[0] == verdict


def test_what_is_worth_knowing_of_a_photo_is_said_together() -> None:
    def remarks(data: bytes) -> tuple[Remark, ...]:
        judgement = judge(Question(data=data))
        assert judgement.verdict is Verdict.TAKEN
        return judgement.remarks

    assert remarks(picture()) == ()
    assert remarks(picture((250, 350))) == (Remark.SMALL,)
    assert remarks(picture(mode="L")) == (Remark.GREY,)
    assert remarks(picture(kind="PNG", mode="1")) == (Remark.GREY,)
    assert remarks(picture((250, 350), mode="L")) == (Remark.SMALL, Remark.GREY)


def saved_as(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (295, 413), "white").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "picture_format"),
    [
        (saved_as("WEBP"), PictureFormat.WEBP),
        (saved_as("GIF"), PictureFormat.GIF),
        (saved_as("BMP"), PictureFormat.BMP),
        (saved_as("TIFF"), PictureFormat.TIFF),
        (saved_as("PDF"), PictureFormat.PDF),
        (b"\0\0\0\x18ftypheic" + bytes(40), PictureFormat.HEIC),
        (b"\0\0\0\x18ftypmif1" + bytes(40), PictureFormat.HEIC),
        (b"\0\0\0\x1cftypavif" + bytes(40), PictureFormat.AVIF),
        (b"\xd0\xcf\x11\xe0" + bytes(40), PictureFormat.OFFICE),
        (b"PK\3\4" + bytes(26) + b"[Content_Types].xml", PictureFormat.OFFICE),
        (b"PK\3\4" + bytes(26) + b"photo.jpg", PictureFormat.ARCHIVE),
        (b"Rar!\x1a\7", PictureFormat.ARCHIVE),
        (b"<!DOCTYPE html><p>", PictureFormat.WEB_PAGE),
    ],
)
def test_another_format_is_called_by_its_name_whatever_the_extension_says(
    tmp_path: Path, data: bytes, picture_format: PictureFormat
) -> None:
    (tmp_path / "a.jpg").write_bytes(data)
    with PhotoFolder(tmp_path) as photos:
        (problem,) = photos.read(file="a.jpg", document_number="").problems
    assert problem.code == "photo_format"
    assert picture_format.value in problem.text.zh
    assert picture_format.value in problem.text.en
    assert "请" in problem.text.zh


def test_a_photo_in_another_format_is_not_called_missing(tmp_path: Path) -> None:
    (tmp_path / f"{NUMBER}.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    with PhotoFolder(tmp_path) as photos:
        assert codes(photos, "", NUMBER) == ["photo_format"]
        (tmp_path / f"{NUMBER}.jpg").write_bytes(PORTRAIT)
    with PhotoFolder(tmp_path) as photos:
        assert not codes(photos, "", NUMBER)


@pytest.mark.parametrize(
    ("ground", "tint", "zh", "en"),
    [
        ("#438EDB", Tint.BLUE, "蓝色", "blue"),
        ("#D81E06", Tint.RED, "红色", "red"),
    ],
)
def test_a_coloured_ground_is_refused_by_the_name_of_its_colour(
    tmp_path: Path, ground: str, tint: Tint, zh: str, en: str
) -> None:
    painted = paint_portrait(seed=3, sex=Sex.MALE, birth_year=1988, ground=ground)
    painted.save(tmp_path / "a.jpg", "JPEG", quality=85)
    judgement = judge(Question(data=(tmp_path / "a.jpg").read_bytes()))
    assert (judgement.verdict, judgement.tint) == (Verdict.BACKGROUND, tint)
    assert judgement.jpeg == b""
    with PhotoFolder(tmp_path) as photos:
        reading = photos.read(file="a", document_number="")
    assert reading.photo is None
    assert [problem.code for problem in reading.problems] == ["photo_background"]
    assert f"背景为{zh}" in reading.problems[0].text.zh
    assert f"background is {en}" in reading.problems[0].text.en


def test_an_off_white_ground_is_taken_with_a_notice(tmp_path: Path) -> None:
    painted = paint_portrait(seed=3, sex=Sex.MALE, birth_year=1988, ground="#F5ECD6")
    painted.save(tmp_path / "a.jpg", "JPEG", quality=85)
    with PhotoFolder(tmp_path) as photos:
        reading = photos.read(file="a.jpg", document_number="")
    assert reading.photo is not None
    assert [notice.code for notice in reading.notices] == ["photo_off_white"]


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
    noise = Image.new("RGB", (590, 826), "white")
    noise.paste(Image.effect_noise((430, 780), 120).convert("RGB"), (80, 46))
    noise.paste("#A03030", (100, 100, 300, 300))
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=98)
    assert len(out.getvalue()) > 4 * MAX_JPEG_BYTES
    verdict, jpeg = verdict_on(out.getvalue())
    assert verdict == Verdict.TAKEN
    assert len(jpeg) <= MAX_JPEG_BYTES
