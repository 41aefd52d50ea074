"""Opens the pictures that are uploaded; a part of the child processes.

Only these formats are ever fed to the picture library, by plugins named here.
"""

from __future__ import annotations

from io import BytesIO
from typing import Final

import numpy as np
import pillow_heif
from PIL import Image, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError, WebPImagePlugin

from verifier.file_kinds import is_heif

MAX_PICTURE_PIXELS: Final = 120_000_000
MAX_HEIF_PIXELS: Final = 50_000_000  # decoded whole: no reading at a half
PICTURE_PLUGINS: Final = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin)
PICTURE_FORMATS: Final = ("JPEG", "PNG", "WEBP", "HEIF")
FULL_SIZE: Final = "full size"  # of a picture's info: its size in the file
_BIG_WEBP_PIXELS: Final = 8_000_000
_DRAFT: Final = (4000, 4000)


class UnreadPicture(Exception):
    """The picture cannot be opened; `fault` is the code of the finding that says why."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def open_picture(data: bytes, mode: str) -> Image.Image:
    """Return the picture before it is decoded; a JPEG will be decoded as grey "L" or as "RGB".

    Raises:
        UnreadPicture: it is none, or too big.
    """
    if is_heif(data):
        pillow_heif.register_heif_opener(thumbnails=False)
    try:
        picture = Image.open(BytesIO(data), formats=PICTURE_FORMATS)
    except UnidentifiedImageError as error:
        raise UnreadPicture("file_unreadable") from error
    except Image.DecompressionBombError as error:
        raise UnreadPicture("file_too_heavy") from error
    most = MAX_HEIF_PIXELS if picture.format == "HEIF" else MAX_PICTURE_PIXELS
    if picture.width * picture.height > most:
        raise UnreadPicture("file_too_heavy")
    size = picture.size
    if picture.format == "WEBP" and size[0] * size[1] > _BIG_WEBP_PIXELS:
        exif = picture.getexif().tobytes()
        del picture  # it holds the picture twice as soon as it is opened
        return _decode_big_webp(data, mode, exif)
    picture.info[FULL_SIZE] = size
    picture.draft(mode, _DRAFT)  # a JPEG of a big sensor is read at a half or a quarter
    return picture


def _decode_big_webp(data: bytes, mode: str, exif: bytes) -> Image.Image:
    """Return a WebP picture, held once while it is decoded; the usual way holds it five times.

    Raises:
        UnreadPicture: it cannot be decoded.
    """
    import cv2  # takes time and memory that few pictures need

    kind = cv2.IMREAD_GRAYSCALE if mode == "L" else cv2.IMREAD_COLOR_RGB
    try:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), kind | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as error:
        raise UnreadPicture("file_unreadable") from error
    if decoded is None:
        raise UnreadPicture("file_unreadable")
    picture = Image.fromarray(decoded)
    picture.info |= {FULL_SIZE: picture.size, "exif": exif}
    return picture
