"""Files that are handed out: their type by their own bytes, their names for every program."""

from __future__ import annotations

import zipfile
from io import BytesIO
from urllib.parse import unquote

import pytest
from PIL import Image

from registry.sheet_writing import write_workbook_rows
from templates.downloads import attachment
from templates.file_types import UNKNOWN, file_type


def picture(kind: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, kind)
    return file.getvalue()


def packed(*names: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


def older_office(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + stream.encode("utf-16-le")


@pytest.mark.parametrize(
    ("data", "ending", "mimetype"),
    [
        (b"%PDF-1.7\n", "pdf", "application/pdf"),
        (b"\xef\xbb\xbf%PDF-1.4\n", "pdf", "application/pdf"),
        (b"\xff\xd8\xff\xe1\x00\x10Exif", "jpg", "image/jpeg"),
        (picture("JPEG"), "jpg", "image/jpeg"),
        (picture("PNG"), "png", "image/png"),
        (picture("WEBP"), "webp", "image/webp"),
        (picture("TIFF"), "tif", "image/tiff"),
        (b"\0\0\0\x18ftypheic", "heic", "image/heic"),
        (write_workbook_rows("名册", ["姓名"], [["某"]]), "xlsx", "spreadsheetml.sheet"),
        (packed("word/document.xml"), "docx", "wordprocessingml.document"),
        (packed("OFD.xml"), "ofd", "application/ofd"),
        (packed("名册.pdf"), "zip", "application/zip"),
        (older_office("WordDocument"), "doc", "application/msword"),
        (older_office("Workbook"), "xls", "application/vnd.ms-excel"),
        ("营业执照".encode(), "txt", "text/plain"),
        (b"<html><script>", "txt", "text/plain"),
        (b"\x00\x01\x02", UNKNOWN.ending, UNKNOWN.mimetype),
        (b"RIFF\0\0\0\0WAVE\xff", UNKNOWN.ending, UNKNOWN.mimetype),
    ],
)
def test_a_file_is_told_by_its_own_bytes(data: bytes, ending: str, mimetype: str) -> None:
    found = file_type(data)
    assert found.ending == ending
    assert found.mimetype.endswith(mimetype)


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ("check-result-名单-2026-11-23", "check-result-2026-11-23"),
        ("2026-11-样本名册", "2026-11"),
        ("résumé (1)", "resume-1"),
        ("名单", "file"),
        ('a"\r\nb/../c', "a-b-..-c"),
    ],
)
def test_a_name_is_readable_where_only_ascii_is(plain: str, said: str) -> None:
    header = attachment('核验结果"名单"', plain, "xlsx")
    assert f'filename="{said}.xlsx";' in header
    assert header.isascii()
    assert unquote(header.partition("UTF-8''")[2]) == '核验结果"名单".xlsx'
