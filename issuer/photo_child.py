"""The child process in which photos are decoded: `python -m issuer.photo_child`.

Whatever the file is, what comes back is either a baseline sRGB JPEG of one inch at 300 dots per
inch without any metadata, or the code of the reason why not.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageCms, ImageOps

from issuer.photo_reading import FORMAT_HEIGHT, FORMAT_WIDTH, LEAST_HEIGHT, LEAST_WIDTH, Verdict
from registry.child import serve

MAX_JPEG_BYTES = 40_000
_MAX_PIXELS = 40_000_000
_RATIO = FORMAT_WIDTH / FORMAT_HEIGHT
_RATIO_SLACK = 0.20  # how far a picture may be from 25 : 35 before cropping would cut the person
_QUALITIES = (90, 85, 80, 72, 64, 50)
_GREY_SPREAD = 6


class _Refused(Exception):
    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.value)
        self.verdict = verdict


def answer(data: bytes) -> bytes:
    """Return the verdict, a line break, and the JPEG where the photo was taken."""
    try:
        verdict, jpeg = normalise(data)
    except _Refused as refused:
        verdict, jpeg = refused.verdict, b""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        verdict, jpeg = Verdict.TOO_LARGE, b""
    except Exception:  # noqa: BLE001 - the decoder leaks many types on damaged files
        verdict, jpeg = Verdict.UNREADABLE, b""
    return verdict.value.encode() + b"\n" + jpeg


def normalise(data: bytes) -> tuple[Verdict, bytes]:
    """Return the photo re-encoded for print, and whether it is small or grey."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as opened:
        # A telephone's JPEG may carry depth maps as further pictures (MPO); the first is the photo.
        if opened.format != "MPO" and getattr(opened, "n_frames", 1) > 1:
            raise _Refused(Verdict.ANIMATED)
        if opened.width * opened.height > _MAX_PIXELS:
            raise _Refused(Verdict.TOO_LARGE)
        picture = _to_srgb(ImageOps.exif_transpose(opened))
    if picture.width < LEAST_WIDTH or picture.height < LEAST_HEIGHT:
        raise _Refused(Verdict.TOO_SMALL)
    if abs(picture.width / picture.height - _RATIO) > _RATIO_SLACK * _RATIO:
        raise _Refused(Verdict.NOT_PORTRAIT)
    small = picture.width < FORMAT_WIDTH or picture.height < FORMAT_HEIGHT
    fitted = ImageOps.fit(
        picture, (FORMAT_WIDTH, FORMAT_HEIGHT), Image.Resampling.LANCZOS, centering=(0.5, 0.4)
    )
    verdict = Verdict.TAKEN_SMALL if small else Verdict.TAKEN
    return Verdict.TAKEN_GREY if _is_grey(fitted) else verdict, _encode(fitted)


def _to_srgb(picture: Image.Image) -> Image.Image:
    """Return the picture in sRGB; transparent parts become white."""
    profile = picture.info.get("icc_profile")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        picture = Image.new("RGB", layered.size, "white")
        picture.paste(layered, mask=layered.getchannel("A"))
    if profile and picture.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            return picture.convert("RGB")  # a broken profile: take the numbers as they are
        if turned is not None:
            return turned
    return picture.convert("RGB")


def _is_grey(picture: Image.Image) -> bool:
    """Return whether no part of the picture has a colour."""
    tiny = picture.resize((16, 24), Image.Resampling.BOX)
    pixels = tiny.tobytes()
    spreads = (max(pixels[i : i + 3]) - min(pixels[i : i + 3]) for i in range(0, len(pixels), 3))
    return max(spreads) < _GREY_SPREAD


def _encode(picture: Image.Image) -> bytes:
    picture.info.clear()  # a comment or profile of the original would be written along
    for quality in _QUALITIES:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True, progressive=False, dpi=(300, 300))
        if out.tell() <= MAX_JPEG_BYTES:
            break
    return out.getvalue()


if __name__ == "__main__":
    serve(answer)
