"""The two pictures of the page, encoded for the file without being drawn anew."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from PIL import Image, UnidentifiedImageError
from reportlab.pdfbase.pdfdoc import PDFArray, PDFName

from codes.qr_symbol import Symbol
from codes.wording import Text
from templates.errors import TemplatesError

_COLOUR_SPACES: Final[Mapping[str, str]] = {"L": "DeviceGray", "RGB": "DeviceRGB"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An encoded picture and what a PDF must be told about it.

    Args:
        width: in pixels.
        height: in pixels.
        entries: the picture's dictionary in the file.
        content: the encoded bytes.
    """

    width: int
    height: int
    entries: Mapping[str, Any]
    content: bytes


def photo_picture(jpeg: bytes) -> Picture:
    """Wrap a photo as it is, byte for byte.

    Args:
        jpeg: a grey or RGB JPEG file; its header is read, its pixels are not.

    Raises:
        TemplatesError: it is none (`photo_not_jpeg`).
    """
    try:
        with Image.open(BytesIO(jpeg), formats=["JPEG"]) as opened:
            (width, height), mode = opened.size, opened.mode
    except (UnidentifiedImageError, OSError) as error:
        raise _not_jpeg() from error
    if mode not in _COLOUR_SPACES:
        raise _not_jpeg()
    entries = {
        "Width": width,
        "Height": height,
        "BitsPerComponent": 8,
        "ColorSpace": PDFName(_COLOUR_SPACES[mode]),
        "Filter": PDFName("DCTDecode"),
    }
    return Picture(width=width, height=height, entries=entries, content=jpeg)


def symbol_picture(symbol: Symbol) -> Picture:
    """Turn a QR symbol into a stencil of one bit a module, without its quiet zone."""
    stride = (symbol.size + 7) // 8
    shift = stride * 8 - symbol.size
    bits = b"".join((row << shift).to_bytes(stride, "big") for row in symbol.rows)
    entries = {
        "Width": symbol.size,
        "Height": symbol.size,
        "BitsPerComponent": 1,
        "ImageMask": "true",
        "Decode": PDFArray([1, 0]),
        "Filter": PDFName("FlateDecode"),
    }
    return Picture(
        width=symbol.size, height=symbol.size, entries=entries, content=zlib.compress(bits, 9)
    )


def _not_jpeg() -> TemplatesError:
    return TemplatesError(
        "photo_not_jpeg",
        Text("照片不是可用的 JPEG 文件。", "The photo is not a JPEG file that can be printed."),
    )
