"""Photos in a ZIP: found as in a folder, whoever packed them; hostile and broken ZIPs refused."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from codes.documents import Sex
from issuer.archive_child import FREE_BYTES, MAX_ENTRIES, list_archive
from issuer.archive_listing import ArchiveFault
from issuer.archive_names import choose_codec
from issuer.errors import IssuerError
from issuer.photo_child import judge
from issuer.photo_exchange import Packing, Question, Verdict
from issuer.photos import PhotoFolder
from issuer.run import IssueRun
from issuer.sample_photos import draw_portrait
from tests.issuer.archives import (
    CRC_AT,
    FLAGS_AT,
    LENGTH_AT,
    METHOD_AT,
    PLACE_AT,
    patched,
    write_unmarked_zip,
    write_zip,
)

NUMBER = "12010119500101009X"
OTHER = "120101195001010102"
PORTRAIT = draw_portrait(seed=1, sex=Sex.FEMALE, birth_year=1990)
SECOND = draw_portrait(seed=2, sex=Sex.MALE, birth_year=1990)


def codes(photos: PhotoFolder, file: str, number: str = "") -> list[str]:
    return [fault.code for fault in photos.read(file=file, document_number=number).problems]


def refusal(path: Path) -> IssuerError:
    with pytest.raises(IssuerError) as refused:
        PhotoFolder(path)
    assert "请" in refused.value.text.zh
    return refused.value


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_photos_are_found_in_a_zip_exactly_as_in_a_folder(tmp_path: Path, method: int) -> None:
    files = {f"{NUMBER}.jpg": PORTRAIT, "二班 01.JPG": SECOND, "note.txt": b"x"}
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    archive = write_zip(tmp_path / "photos.zip", files, method=method)

    with PhotoFolder(folder) as plain, PhotoFolder(archive) as packed:
        for file, number in [
            *(("", NUMBER), ("", NUMBER.lower()), ("二班 01.jpg", ""), ("二班 01", "")),
            *(("note.txt", ""), ("../x.jpg", ""), ("none", ""), ("", OTHER), ("", "")),
        ]:
            one = plain.read(file=file, document_number=number)
            other = packed.read(file=file, document_number=number)
            assert one.problems == other.problems
            assert one.file == other.file
            assert (one.photo and one.photo.jpeg) == (other.photo and other.photo.jpeg)
        assert packed.read(file="", document_number=NUMBER).photo is not None


def test_folders_in_the_zip_do_not_matter_and_what_macs_leave_is_passed_over(
    tmp_path: Path,
) -> None:
    archive = write_zip(
        tmp_path / "a.zip",
        {
            f"照片/一班/{NUMBER}.jpg": PORTRAIT,
            "照片\\二班\\b.jpg": SECOND,
            "./c.jpg": PORTRAIT,
            f"__MACOSX/照片/一班/{NUMBER}.jpg": b"x",
            f"__MACOSX/照片/一班/._{NUMBER}.jpg": b"x",
            f".Trash/{NUMBER}.jpg": b"x",
            "照片/.DS_Store": b"x",
            "照片/": b"",
        },
    )
    with PhotoFolder(archive) as photos:
        assert not codes(photos, "", NUMBER)
        assert not codes(photos, "b.jpg")
        assert not codes(photos, "c.jpg")


def test_one_name_in_two_folders_of_the_zip_is_not_chosen_between(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {"一班/01.jpg": PORTRAIT, "二班/01.jpg": SECOND})
    with PhotoFolder(archive) as photos:
        assert codes(photos, "01.jpg") == ["photo_ambiguous"]


@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
def test_names_without_the_mark_of_utf8_are_read_as_their_maker_wrote_them(
    tmp_path: Path, codec: str
) -> None:
    names = ["一班/张三.jpg", "一班/李䶮.jpg", "二班/联通01.jpg"]
    archive = write_unmarked_zip(
        tmp_path / "a.zip", {name.encode(codec): PORTRAIT for name in names}
    )
    with zipfile.ZipFile(archive) as plain:
        assert all(not info.flag_bits & 0x800 for info in plain.infolist())
    with PhotoFolder(archive) as photos:
        for name in names:
            assert not codes(photos, name.rpartition("/")[2])


def test_a_western_name_by_the_book_is_not_taken_for_chinese(tmp_path: Path) -> None:
    archive = write_unmarked_zip(tmp_path / "a.zip", {"MÜLLER.jpg".encode("cp437"): PORTRAIT})
    with PhotoFolder(archive) as photos:
        assert not codes(photos, "Müller.jpg")


def test_the_encoding_is_chosen_once_for_the_whole_archive() -> None:
    assert choose_codec([]) == choose_codec([b"a.jpg"]) == "utf-8"
    assert choose_codec(["张三".encode("gbk"), b"a.jpg"]) == "gb18030"
    # Two letters that are UTF-8 by chance do not make the others so.
    assert choose_codec([b"\xd2\xbb", "李四".encode("gbk")]) == "gb18030"
    assert choose_codec([b"\xff\xff"]) == "cp437"


def test_the_unicode_name_beside_a_legacy_one_is_believed_while_it_fits(tmp_path: Path) -> None:
    raw = b"?????.jpg"
    for crc_of, found in ((raw, "李䶮㛃.jpg"), (b"other", "?????.jpg")):
        body = struct.pack("<BL", 1, zlib.crc32(crc_of)) + "李䶮㛃.jpg".encode()
        info = zipfile.ZipInfo(raw.decode())
        info.extra = struct.pack("<HH", 0x7075, len(body)) + body
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr(info, PORTRAIT)
        with PhotoFolder(tmp_path / "a.zip") as photos:
            assert not codes(photos, found)


@pytest.mark.parametrize(
    "name", ["../out.jpg", "a/../../out.jpg", "/etc/a.jpg", "\\\\host\\a.jpg", "C:\\a.jpg", "..\\a"]
)
def test_names_that_lead_out_of_the_zip_condemn_it(tmp_path: Path, name: str) -> None:
    archive = write_zip(tmp_path / "a.zip", {"fine.jpg": PORTRAIT, name: PORTRAIT})
    assert refusal(archive).code == "photos_zip_names"


def test_a_zip_with_a_password_is_refused_with_what_to_do(tmp_path: Path) -> None:
    archive = patched(write_zip(tmp_path / "a.zip", {"a.jpg": PORTRAIT}), FLAGS_AT, b"\1\0")
    error = refusal(archive)
    assert error.code == "photos_zip_encrypted"
    assert "密码" in error.text.zh


def test_an_unknown_compression_is_refused_by_its_name(tmp_path: Path) -> None:
    archive = patched(write_zip(tmp_path / "a.zip", {"a.jpg": PORTRAIT}), METHOD_AT, b"\x09\0")
    error = refusal(archive)
    assert error.code == "photos_zip_method"
    assert "Deflate64" in error.text.zh


@pytest.mark.parametrize(
    ("start", "word"),
    [(b"Rar!\x1a\7\1\0", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"hello", "ZIP")],
)
def test_what_is_no_zip_is_called_so(tmp_path: Path, start: bytes, word: str) -> None:
    path = tmp_path / "photos.zip"
    path.write_bytes(start + bytes(600))
    error = refusal(path)
    assert error.code == "photos_zip_other"
    assert word in error.text.zh


def test_half_a_zip_and_one_with_a_broken_directory_are_called_damaged(tmp_path: Path) -> None:
    whole = write_zip(tmp_path / "a.zip", {"a.jpg": PORTRAIT, "b.jpg": SECOND})
    data = whole.read_bytes()
    for broken in (data[: len(data) // 2], data[:-30], data.replace(b"PK\1\2", b"PK\1\3")):
        whole.write_bytes(broken)
        assert refusal(whole).code == "photos_zip_damaged"


def test_any_change_to_the_directory_is_an_error_of_ours_and_no_crash(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a.jpg": PORTRAIT})
    data = path.read_bytes()
    faults = set()
    for place in range(data.index(b"PK\1\2"), len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        faults.add(list_archive(path).fault)
    assert faults >= {None, ArchiveFault.DAMAGED, ArchiveFault.METHOD, ArchiveFault.ENCRYPTED}


def test_a_photo_damaged_inside_the_zip_is_its_rows_problem(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a.jpg": PORTRAIT, "b.jpg": SECOND})
    data = bytearray(path.read_bytes())
    data[300] ^= 0xFF
    path.write_bytes(data)
    with PhotoFolder(path) as photos:
        assert codes(photos, "a.jpg") == ["photo_damaged"]
        assert not codes(photos, "b.jpg")


@pytest.mark.parametrize("length", [1, len(PORTRAIT) - 1, len(PORTRAIT) + 1])
def test_a_photo_longer_or_shorter_than_promised_is_not_taken(tmp_path: Path, length: int) -> None:
    path = write_zip(tmp_path / "a.zip", {"a.jpg": PORTRAIT})
    patched(path, LENGTH_AT, struct.pack("<I", length))
    with PhotoFolder(path) as photos:
        assert codes(photos, "a.jpg") == ["photo_damaged"]


def test_the_archives_checksum_is_held_against_the_photo(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a.jpg": PORTRAIT}, method=zipfile.ZIP_STORED)
    with PhotoFolder(patched(path, CRC_AT, b"\0\0\0\0")) as photos:
        assert codes(photos, "a.jpg") == ["photo_damaged"]


def test_a_bomb_is_refused_before_anything_is_unpacked(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {f"{i}.jpg": bytes(15 << 20) for i in range(5)})
    assert path.stat().st_size < 100_000
    assert FREE_BYTES < 5 * (15 << 20)
    assert refusal(path).code == "photos_zip_bomb"


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a.jpg": PORTRAIT, "b.jpg": SECOND})
    with zipfile.ZipFile(path) as archive:
        place = archive.getinfo("b.jpg").header_offset
    assert refusal(patched(path, PLACE_AT, struct.pack("<I", place))).code == "photos_zip_bomb"


def test_a_single_photo_that_unpacks_too_far_is_its_rows_problem(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a.jpg": bytes(21 << 20), "b.jpg": PORTRAIT})
    with PhotoFolder(path) as photos:
        assert codes(photos, "a.jpg") == ["photo_too_large"]
        assert not codes(photos, "b.jpg")


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for index in range(MAX_ENTRIES + 1):
            archive.filelist.append(entry := zipfile.ZipInfo(f"{index}"))
            entry.header_offset, entry.CRC = 0, 0
        archive._didModify = True  # type: ignore[attr-defined] # only the directory is written
    assert refusal(path).code == "photos_zip_too_many"


def test_nothing_is_left_open_by_a_refused_zip(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK")
    before = sorted(Path("/proc/self/fd").iterdir())
    assert refusal(path).code == "photos_zip_damaged"
    assert sorted(Path("/proc/self/fd").iterdir()) == before


def test_a_link_inside_the_zip_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    link = zipfile.ZipInfo("a.jpg")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with PhotoFolder(path) as photos:
        assert codes(photos, "a.jpg") == ["photo_missing"]


def test_the_photos_are_the_folder_beside_the_roster_or_else_the_zip(tmp_path: Path) -> None:
    def place(named: Path | None = None) -> Path:
        roster, out = tmp_path / "r.xlsx", tmp_path / "out"
        return IssueRun(roster=roster, prefix="", batch="", out=out, photos=named).photo_folder

    assert place() == tmp_path / "photos"
    write_zip(tmp_path / "photos.zip", {})
    assert place() == tmp_path / "photos.zip"
    (tmp_path / "photos").mkdir()
    assert place() == tmp_path / "photos"
    assert place(tmp_path / "photos.zip") == tmp_path / "photos.zip"


def test_no_more_is_unpacked_than_the_archive_promised() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = packer.compress(bytes(64 << 20)) + packer.flush()
    tracemalloc.start()
    try:
        judgement = judge(Question(packing=Packing.DEFLATED, length=10, crc32=0, data=data))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert judgement.verdict is Verdict.DAMAGED
    assert peak < 2 << 20
