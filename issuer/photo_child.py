"""The child process in which photos are decoded: `python -m issuer.photo_child`.

Whatever the file is, what comes back is either a baseline sRGB JPEG of one inch at 300 dots per
inch without any metadata, or the code of the reason why not. Pictures out of a ZIP are unpacked
here too, so that nothing compressed by a stranger is opened in the process that holds keys.
"""

from __future__ import annotations

import io
import warnings
import zlib

from PIL import Image, ImageCms, ImageOps

from issuer.photo_background import Tint, Whiteness, judge_ground
from issuer.photo_exchange import (
    Judgement,
    Packing,
    Question,
    Remark,
    Verdict,
    decode_question,
    encode_judgement,
)
from issuer.photo_formats import PictureFormat, sniff_format
from issuer.photo_reading import (
    FORMAT_HEIGHT,
    FORMAT_WIDTH,
    LEAST_HEIGHT,
    LEAST_WIDTH,
    MAX_PHOTO_BYTES,
)
from registry.child import serve

MAX_JPEG_BYTES = 40_000
_MAX_PIXELS = 40_000_000
_RATIO = FORMAT_WIDTH / FORMAT_HEIGHT
_RATIO_SLACK = 0.20  # how far a picture may be from 25 : 35 before cropping would cut the person
_QUALITIES = (90, 85, 80, 72, 64, 50)
_GREY_SPREAD = 6


class _Refused(Exception):
    def __init__(
        self,
        verdict: Verdict,
        *,
        tint: Tint | None = None,
        picture_format: PictureFormat | None = None,
    ) -> None:
        super().__init__(verdict.value)
        self.judgement = Judgement(verdict=verdict, tint=tint, format=picture_format)


def answer(data: bytes) -> bytes:
    """Return the judgement on one encoded question."""
    return encode_judgement(judge(decode_question(data)))


def judge(question: Question) -> Judgement:
    """Return what becomes of a picture; never raises for what the picture is."""
    try:
        return normalise(unpack(question))
    except _Refused as refused:
        return refused.judgement
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return Judgement(verdict=Verdict.TOO_LARGE)
    except Exception:  # noqa: BLE001 - the decoder leaks many types on damaged files
        return Judgement(verdict=Verdict.UNREADABLE)


def unpack(question: Question) -> bytes:
    """Return the picture's own bytes, never more than its archive promised of them."""
    if question.packing is Packing.PLAIN:
        return question.data
    if question.length > MAX_PHOTO_BYTES:
        raise _Refused(Verdict.TOO_LARGE)
    data = question.data
    if question.packing is Packing.DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            data = inflater.decompress(data, question.length + 1)
        except zlib.error as error:
            raise _Refused(Verdict.DAMAGED) from error
    if len(data) != question.length or zlib.crc32(data) != question.crc32:
        raise _Refused(Verdict.DAMAGED)
    return data


def normalise(data: bytes) -> Judgement:
    """Return the photo re-encoded for print, and what is worth knowing of it."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    if (other := sniff_format(data)) is not None:
        raise _Refused(Verdict.FORMAT, picture_format=other)
    fitted, small = _fit(_open(data))
    ground = judge_ground(fitted)
    if ground.whiteness is Whiteness.OTHER:
        raise _Refused(Verdict.BACKGROUND, tint=ground.tint)
    seen = (
        (Remark.SMALL, small),
        (Remark.GREY, _is_grey(fitted)),
        (Remark.OFF_WHITE, ground.whiteness is Whiteness.OFF_WHITE),
    )
    remarks = tuple(remark for remark, applies in seen if applies)
    return Judgement(verdict=Verdict.TAKEN, remarks=remarks, jpeg=_encode(fitted))


def _open(data: bytes) -> Image.Image:
    """Return the picture upright and in sRGB."""
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as opened:
        # A telephone's JPEG may carry depth maps as further pictures (MPO); the first is the photo.
        if opened.format != "MPO" and getattr(opened, "n_frames", 1) > 1:
            raise _Refused(Verdict.ANIMATED)
        if opened.width * opened.height > _MAX_PIXELS:
            raise _Refused(Verdict.TOO_LARGE)
        return _to_srgb(ImageOps.exif_transpose(opened))


def _fit(picture: Image.Image) -> tuple[Image.Image, bool]:
    """Return the picture at one inch, and whether it had to be enlarged for that."""
    if picture.width < LEAST_WIDTH or picture.height < LEAST_HEIGHT:
        raise _Refused(Verdict.TOO_SMALL)
    if abs(picture.width / picture.height - _RATIO) > _RATIO_SLACK * _RATIO:
        raise _Refused(Verdict.NOT_PORTRAIT)
    fitted = ImageOps.fit(
        picture, (FORMAT_WIDTH, FORMAT_HEIGHT), Image.Resampling.LANCZOS, centering=(0.5, 0.4)
    )
    return fitted, picture.width < FORMAT_WIDTH or picture.height < FORMAT_HEIGHT


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
