"""The two pictures of the page, encoded for the file without being drawn anew."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from codes.qr_symbol import Symbol
from codes.wording import Text
from templates.errors import TemplatesError
from templates.pdf_objects import stream

_COLOUR_SPACES: Final = {1: "DeviceGray", 3: "DeviceRGB"}
_START: Final = b"\xff\xd8"
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN: Final = 0xDA


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as the body of a PDF object.

    Args:
        width: in pixels.
        height: in pixels.
        body: dictionary and encoded bytes.
    """

    width: int
    height: int
    body: bytes


def photo_picture(jpeg: bytes) -> Picture:
    """Wrap a photo as it is, byte for byte.

    Args:
        jpeg: a grey or RGB JPEG file; its header is read, its pixels are not.

    Raises:
        TemplatesError: it is none (`photo_not_jpeg`).
    """
    width, height, components = _read_frame(jpeg)
    entries = (
        f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 8"
        f"/ColorSpace/{_COLOUR_SPACES[components]}/Filter/DCTDecode"
    )
    return Picture(width=width, height=height, body=stream(entries, jpeg))


def symbol_picture(symbol: Symbol) -> Picture:
    """Turn a QR symbol into a stencil of one bit a module, without its quiet zone.

    It is not deflated, which would make it longer: a QR symbol has no more patterns than noise.
    """
    entries = (
        f"/Type/XObject/Subtype/Image/Width {symbol.size}/Height {symbol.size}"
        f"/BitsPerComponent 1/ImageMask true/Decode[1 0]"
    )
    return Picture(width=symbol.size, height=symbol.size, body=stream(entries, symbol.bitmap))


def _read_frame(jpeg: bytes) -> tuple[int, int, int]:
    """Return width, height and number of components from the frame header of a JPEG file.

    Source: ITU-T T.81, B.1.1 and B.2.2.
    """
    place = len(_START)
    if not jpeg.startswith(_START):
        raise _not_jpeg()
    while place + 4 <= len(jpeg) and jpeg[place] == 0xFF:
        marker, length = jpeg[place + 1], int.from_bytes(jpeg[place + 2 : place + 4])
        if marker in _FRAMES and place + 10 <= len(jpeg):
            bits, height, width, components = struct.unpack_from(">BHHB", jpeg, place + 4)
            if bits == 8 and height and width and components in _COLOUR_SPACES:
                return width, height, components
            raise _not_jpeg()
        if marker == _SCAN or length < 2:
            break
        place += 2 + length
    raise _not_jpeg()


def _not_jpeg() -> TemplatesError:
    return TemplatesError(
        "photo_not_jpeg",
        Text("照片不是可用的 JPEG 文件。", "The photo is not a JPEG file that can be printed."),
    )
