"""Tells what kind of file of rows this is by its first bytes, whatever its name says."""

from __future__ import annotations

import io
import zipfile
from enum import StrEnum

from codes.wording import Text

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_BINARY = (b"%PDF", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")


class SheetFormat(StrEnum):
    """The kinds of file people hand in as a list; two of them are read."""

    XLSX = "xlsx"
    TEXT = "text"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    ENCRYPTED = "encrypted"
    WEB_PAGE = "web_page"
    ARCHIVE = "archive"
    OTHER = "other"


def recognise_format(data: bytes) -> SheetFormat:
    """Return what kind of file `data` is; never raises."""
    if data.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        return SheetFormat.ENCRYPTED if locked else SheetFormat.XLS
    if data.startswith(_ZIP):
        return _recognise_zip(data)
    if data.startswith(_BINARY):
        return SheetFormat.OTHER
    beginning = data[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if beginning.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta")):
        return SheetFormat.WEB_PAGE
    return SheetFormat.TEXT


def _recognise_zip(data: bytes) -> SheetFormat:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {info.filename for info in archive.infolist()}
            encrypted = any(info.flag_bits & 1 for info in archive.infolist())
    except (zipfile.BadZipFile, ValueError, LookupError, OSError, EOFError, NotImplementedError):
        return SheetFormat.XLSX  # the workbook reader says that it is damaged
    if encrypted:
        return SheetFormat.ENCRYPTED
    if "xl/workbook.bin" in names:
        return SheetFormat.XLSB
    if "content.xml" in names:
        return SheetFormat.ODS
    if any(name.startswith("xl/") for name in names):
        return SheetFormat.XLSX
    return SheetFormat.ARCHIVE


_SAVE_AS_ZH = "请用表格软件打开，另存为“Excel 工作簿（.xlsx）”"
_SAVE_AS_EN = "open it in a spreadsheet program and save it as an Excel workbook (.xlsx)"
_ARCHIVE = Text(
    "是压缩包，不是表格；请先解压，再上传其中的表格。",
    "This is an archive, not a spreadsheet; unpack it and upload the spreadsheet in it.",
)
_REFUSALS = {
    SheetFormat.XLSB: ("是 .xlsb 二进制工作簿，不予读取", "This is a binary .xlsb workbook"),
    SheetFormat.XLS: ("是旧版 .xls 或 .et 表格，不予读取", "This is an old .xls or .et file"),
    SheetFormat.ODS: ("是 .ods 表格，不予读取", "This is an .ods spreadsheet"),
    SheetFormat.ENCRYPTED: ("设有打开密码，无法读取；请去掉密码", "This file asks for a password"),
    SheetFormat.WEB_PAGE: (
        "实为网页或 XML 文件，虽然扩展名可能是 .xls",
        "This is a web page or XML file, whatever its extension says",
    ),
    SheetFormat.OTHER: ("不是表格文件", "This is not a spreadsheet"),
}


def format_words(kind: SheetFormat) -> Text:
    """Return what a file of a kind that is not read is, and what to do."""
    if kind is SheetFormat.ARCHIVE:
        return _ARCHIVE
    zh, en = _REFUSALS[kind]
    return Text(f"{zh}；{_SAVE_AS_ZH}。", f"{en}; {_SAVE_AS_EN}.")
