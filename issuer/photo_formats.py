"""Recognises by its first bytes what a file in place of a .jpg or .png really is."""

from __future__ import annotations

from enum import StrEnum


class PictureFormat(StrEnum):
    """Kinds of file that people take for a photo and that are not taken here."""

    HEIC = "HEIC"
    AVIF = "AVIF"
    WEBP = "WebP"
    GIF = "GIF"
    BMP = "BMP"
    TIFF = "TIFF"
    PDF = "PDF"
    OFFICE = "Word/Excel"
    ARCHIVE = "ZIP/RAR/7z"
    WEB_PAGE = "HTML"


# ISO base media files name their brand in bytes 8 to 12.
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"), "HEIC"),
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
}
_BEGINNINGS = (
    (b"GIF8", PictureFormat.GIF),
    (b"BM", PictureFormat.BMP),
    (b"II*\0", PictureFormat.TIFF),
    (b"MM\0*", PictureFormat.TIFF),
    (b"%PDF-", PictureFormat.PDF),
    (b"\xd0\xcf\x11\xe0", PictureFormat.OFFICE),
    (b"Rar!", PictureFormat.ARCHIVE),
    (b"7z\xbc\xaf", PictureFormat.ARCHIVE),
    (b"<!DOCTYPE html", PictureFormat.WEB_PAGE),
    (b"<html", PictureFormat.WEB_PAGE),
)
_OFFICE_PARTS = (b"[Content_Types].xml", b"word/", b"xl/")


def sniff_format(data: bytes) -> PictureFormat | None:
    """Return what the file is, or None where it may be a JPEG or PNG or nothing known.

    Args:
        data: the file, or its beginning; untrusted.
    """
    if data[4:8] == b"ftyp":
        brand = _BRANDS.get(data[8:12])
        return None if brand is None else PictureFormat(brand)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return PictureFormat.WEBP
    if data[:4] == b"PK\3\4":
        inside = any(part in data[:4096] for part in _OFFICE_PARTS)
        return PictureFormat.OFFICE if inside else PictureFormat.ARCHIVE
    return next((kind for start, kind in _BEGINNINGS if data.startswith(start)), None)
