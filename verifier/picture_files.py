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
from verifier.picture_colours import colours_seen, is_plain, without_transparency

MAX_PICTURE_PIXELS: Final = 120_000_000
MAX_HEIF_PIXELS: Final = 50_000_000  # decoded whole: no reading at a half
PICTURE_PLUGINS: Final = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin)
PICTURE_FORMATS: Final = ("JPEG", "PNG", "WEBP", "HEIF")
FULL_SIZE: Final = "full size"  # of a picture's info: its size in the file
_BIG_WEBP_PIXELS: Final = 8_000_000
_DRAFT: Final = (4000, 4000)
Info = dict[str | tuple[int, int], object]
"""What a picture's file says beside its dots, as the picture library keeps it."""


class UnreadPicture(Exception):
    """The picture cannot be opened; `fault` is the code of the finding that says why."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def open_picture(data: bytes, mode: str) -> Image.Image:
    """Return the picture before it is decoded; a JPEG will be decoded as grey "L" or as "RGB".

    Raises:
        UnreadPicture: it is none, too big, or not the same to everybody (`picture_colours`).
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
    if not is_plain(picture, data):
        raise UnreadPicture("picture_not_plain")
    if picture.mode.startswith("I"):
        return _with_fewer_greys(picture)
    if picture.has_transparency_data:
        return _opaque(picture)
    size = picture.size
    if picture.format == "WEBP" and size[0] * size[1] > _BIG_WEBP_PIXELS:
        info: Info = {
            "exif": picture.getexif().tobytes(),
            "icc_profile": picture.info.get("icc_profile"),
        }
        del picture  # it holds the picture twice as soon as it is opened
        return _decode_big_webp(data, mode, info)
    picture.info[FULL_SIZE] = size
    picture.draft(mode, _DRAFT)  # a JPEG of a big sensor is read at a half or a quarter
    return picture


def open_as_seen(data: bytes) -> Image.Image:
    """Return the picture in the colours that people see, decoded, in "RGB" or "L".

    Raises:
        UnreadPicture: it is none, too big, or not the same to everybody.
    """
    picture = colours_seen(open_picture(data, "RGB"))
    if picture is None:
        raise UnreadPicture("picture_not_plain")
    return picture


def _opaque(picture: Image.Image) -> Image.Image:
    made = without_transparency(picture)
    if made is None:
        raise UnreadPicture("picture_not_plain")
    made.info[FULL_SIZE] = made.size
    return made


def _with_fewer_greys(picture: Image.Image) -> Image.Image:
    """Return a picture of 65 536 greys in 256."""
    made = Image.fromarray((np.asarray(picture).astype(np.uint32) // 257).astype(np.uint8))
    made.info |= picture.info | {FULL_SIZE: picture.size}
    return made


def _decode_big_webp(data: bytes, mode: str, info: Info) -> Image.Image:
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
    picture.info |= info | {FULL_SIZE: picture.size}
    return picture
