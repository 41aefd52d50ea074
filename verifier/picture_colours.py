"""Says whether a picture looks the same to everybody, and gives the colours that people see.

The numbers in a file are not what a browser shows: a colour profile, a gamma, transparency or an
animation may make another page of them, one that nobody compared. Colours are converted as a
browser does where that has one meaning only; every other such file is refused.
"""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image, ImageCms

_TABLES: Final = frozenset({b"A2B0", b"A2B1", b"A2B2", b"A2B3", b"D2B0", b"D2B1", b"D2B2", b"D2B3"})
"""Tags of a profile that may give one number different colours, by what a viewer intends."""
_TAG_COUNT_AT: Final = 128
_TAG_BYTES: Final = 12
_GAMMA: Final = 0.45455
_PRIMARIES: Final = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)  # of sRGB, as PNG gives them
_NEAR: Final = 0.02
_PNG_HEAD_BYTES: Final = 8


def is_plain(picture: Image.Image, data: bytes) -> bool:
    """Return whether every viewer shows one and the same page of this picture, its colours aside.

    Args:
        picture: opened, not decoded yet.
        data: its file, untrusted.
    """
    if picture.format in ("PNG", "WEBP") and getattr(picture, "is_animated", False):
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

    What is known of the picture stays with it.
    """
    profile = _profile(picture)
    if not profile:
        return picture
    try:
        seen = ImageCms.profileToProfile(
            picture if picture.mode in ("RGB", "L") else picture.convert("RGB"),
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    return None if seen is None else _keep_info(seen, picture)


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


def _has_plain_chunks(data: bytes) -> bool:
    """Return whether a PNG names no colours by code points (cICP), nor an animation."""
    at = _PNG_HEAD_BYTES
    while at + 8 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if kind in (b"cICP", b"acTL"):
            return False
        if kind == b"IDAT":
            return True
        at += 12 + length
    return True


def _has_plain_gamma(picture: Image.Image) -> bool:
    """Return whether a PNG's own gamma and primaries, where a browser goes by them, are sRGB's."""
    if "srgb" in picture.info or _profile(picture):
        return True
    gamma = picture.info.get("gamma", _GAMMA)
    primaries = picture.info.get("chromaticity", _PRIMARIES)
    if abs(gamma - _GAMMA) > _NEAR or len(primaries) != len(_PRIMARIES):
        return False
    return all(abs(one - other) <= _NEAR for one, other in zip(primaries, _PRIMARIES, strict=True))
