"""Says whether a picture looks the same to everybody, and gives the colours that people see.

The numbers in a file are not what a browser shows: a colour profile, a gamma, transparency or an
animation may make another page of them, one that nobody compared. Colours are converted as a
browser does where that has one meaning only; every other such file is refused.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

import numpy as np
from PIL import Image, ImageCms

_TABLES: Final = frozenset({b"A2B0", b"A2B1", b"A2B2", b"A2B3", b"D2B0", b"D2B1", b"D2B2", b"D2B3"})
"""Tags of a profile that may give one number different colours, by what a viewer intends."""
_TAG_COUNT_AT: Final = 128
_TAG_BYTES: Final = 12
_GAMMA: Final = 0.45455
_PRIMARIES: Final = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)  # of sRGB, as PNG gives them
_NEAR: Final = 0.02
_PNG_HEAD_BYTES: Final = 8
_LOOKS: Final = frozenset(
    {b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI", b"acTL"}
)
"""Chunks of a PNG that say how its dots look; each once at most, and before them."""
_PALETTE_AT: Final = 25  # in a PNG: what its dots are, 3 for places in a palette
_USUAL_CURVES: Final = frozenset({1, 2, 6, 13, 14, 15})
"""Of ITU-T H.273: those of television and sRGB, and none told; not those of HDR (16, 18)."""
_MILD_GREY: Final = 32  # of 255: a profile moves greys no further; usual ones do by 25 at most
_MILD_COLOUR: Final = 160  # and colours; usual ones (Rec. 2020) do by 153 at most


def is_plain(picture: Image.Image, data: bytes) -> bool:
    """Return whether every viewer shows one and the same page of this picture, its colours aside.

    Args:
        picture: opened, not decoded yet.
        data: its file, untrusted.
    """
    if picture.format in ("PNG", "WEBP") and getattr(picture, "is_animated", False):
        return False
    if picture.format == "HEIF" and not (_is_still(data) and _has_plain_curve(picture)):
        return False
    profile = _profile(picture)
    if profile and (picture.mode == "CMYK" or _has_tables(profile)):
        return False
    return picture.format != "PNG" or (_has_plain_chunks(data) and _has_plain_gamma(picture))


def without_transparency(picture: Image.Image) -> Image.Image | None:
    """Return a picture that may have transparent dots without any; None where it has some.

    Transparent dots have no colour of their own. What is known of the picture stays with it.
    """
    whole = picture.convert("RGBA")
    if whole.getchannel("A").getextrema() != (255, 255):
        return None
    return _keep_info(whole.convert("RGB"), picture)


def colours_seen(picture: Image.Image) -> Image.Image | None:
    """Return a plain picture in the colours of sRGB; None where its profile cannot be followed.

    Many programs show the numbers as they are. So a profile that makes much of them other than
    they are, by which two pages could be seen in one file, is followed no more than a damaged one.
    What is known of the picture stays with it.
    """
    profile = _profile(picture)
    if not profile:
        return picture
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = "L" if picture.mode == "L" and own.profile.xcolor_space == "GRAY" else "RGB"
        to_srgb = ImageCms.buildTransform(own, ImageCms.createProfile("sRGB"), mode, "RGB")
        if not _is_mild(to_srgb, mode):
            return None
        seen = ImageCms.applyTransform(
            picture if picture.mode == mode else picture.convert(mode), to_srgb
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    return None if seen is None else _keep_info(seen, picture)


def _is_mild(to_srgb: Any, mode: str) -> bool:
    """Return whether greys stay much as they are, and colours no worse than usual profiles do."""
    greys = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    steps = np.arange(0, 256, 51, dtype=np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    for given, most in ((greys, _MILD_GREY), (colours, _MILD_COLOUR)):
        before = Image.fromarray(given).convert(mode)
        after = np.asarray(ImageCms.applyTransform(before, to_srgb)).astype(int)
        if np.abs(after - np.asarray(before.convert("RGB"))).max() > most:
            return False
    return True


def _keep_info(made: Image.Image, of: Image.Image) -> Image.Image:
    """Return `made` with what is known of the picture it was made of."""
    made.info |= {name: value for name, value in of.info.items() if name != "transparency"}
    return made


def _profile(picture: Image.Image) -> bytes:
    profile = picture.info.get("icc_profile")
    return profile if isinstance(profile, bytes) else b""


def _has_tables(profile: bytes) -> bool:
    count = int.from_bytes(profile[_TAG_COUNT_AT : _TAG_COUNT_AT + 4])
    start = _TAG_COUNT_AT + 4
    if count > 100 or len(profile) < start + count * _TAG_BYTES:
        return True
    tags = {profile[at : at + 4] for at in range(start, start + count * _TAG_BYTES, _TAG_BYTES)}
    return not tags.isdisjoint(_TABLES)


def _is_still(data: bytes) -> bool:
    """Return whether a HEIC photograph has no film beside it, which some programs show instead."""
    at = 0
    while at + 8 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if kind == b"moov":
            return False
        if length == 1:  # it is told in the eight bytes that follow
            length = int.from_bytes(data[at + 8 : at + 16])
        if length < 8:  # to the end of the file
            return True
        at += length
    return True


def _has_plain_curve(picture: Image.Image) -> bool:
    """Return whether the brightness of a HEIC photograph is told as on usual screens."""
    told = picture.info.get("nclx_profile")
    return told is None or told["transfer_characteristics"] in _USUAL_CURVES


def _has_plain_chunks(data: bytes) -> bool:
    """Return whether what a PNG says of its looks is said once, before its dots, and is plain.

    None names colours by code points (cICP), nor an animation; and clear dots are a palette's
    only, for the values that others give (tRNS) are compared with their dots in several ways.
    """
    seen: set[bytes] = set()
    dots = False
    at = _PNG_HEAD_BYTES
    while at + 8 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if kind in _LOOKS and (dots or kind in seen):
            return False
        dots |= kind == b"IDAT"
        seen.add(kind)
        at += 12 + length
    clear = b"tRNS" in seen and data[_PALETTE_AT] != 3
    return not clear and seen.isdisjoint((b"cICP", b"acTL"))


def _has_plain_gamma(picture: Image.Image) -> bool:
    """Return whether a PNG's own gamma and primaries, where a program goes by them, are sRGB's."""
    if abs(picture.info.get("gamma", _GAMMA) - _GAMMA) > _NEAR:
        return False
    if "srgb" in picture.info or _profile(picture):
        return True
    primaries = picture.info.get("chromaticity", _PRIMARIES)
    if len(primaries) != len(_PRIMARIES):
        return False
    return all(abs(one - other) <= _NEAR for one, other in zip(primaries, _PRIMARIES, strict=True))
