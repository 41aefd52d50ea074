"""Why a photo is refused or remarked on, and what to do, as an official would say it."""

from __future__ import annotations

from typing import Final

from codes.notices import Notice, Problem
from codes.wording import Text
from issuer.photo_background import Tint
from issuer.photo_exchange import Judgement, Remark, Verdict
from issuer.photo_formats import PictureFormat
from issuer.photo_reading import (
    FORMAT_HEIGHT,
    FORMAT_WIDTH,
    LEAST_HEIGHT,
    LEAST_WIDTH,
    MAX_PHOTO_BYTES,
)


def explain(judgement: Judgement) -> Problem:
    """Return why a photo was not taken, and what to do.

    Args:
        judgement: of a verdict other than `TAKEN`.
    """
    if judgement.verdict is Verdict.BACKGROUND:
        return _background(_TINTS[judgement.tint or Tint.MIXED])
    if judgement.verdict is Verdict.FORMAT and judgement.format is not None:
        return _format(judgement.format)
    return _PROBLEMS[judgement.verdict]


def remark_on(remark: Remark) -> Notice:
    """Return what is worth knowing of a photo that was taken."""
    return _NOTICES[remark]


def stays(fault: Problem) -> Notice:
    """Return that an earlier photo is printed, as a later one of its name cannot be used."""
    return Notice(
        code="photo_stays",
        text=Text(
            f"后来上传的照片不能采用，仍用先前合格的这一张。后来那张：{fault.text.zh}",
            "A photo that was uploaded later cannot be used, so this earlier one stays. Of the "
            f"later one: {fault.text.en}",
        ),
    )


def carried_over(source: str) -> Notice:
    """Return that a photo was accepted for another batch, of this name, and carried over."""
    return Notice(
        code="photo_carried",
        text=Text(
            f"沿用批次“{source}”的合格照片；请确认仍是近半年的照片，需要更换的，用原文件名重新上传。",
            f"Carried over from batch “{source}”; see that it is still of the last half year. To "
            "change it, upload another under the same name.",
        ),
    )


CARRIED: Final = carried_over("").code


def _background(tint: Text) -> Problem:
    return Problem(
        code="photo_background",
        text=Text(
            f"照片背景为{tint.zh}，应为白色；请本人提供近半年白底一寸照，或由照相馆换成白底。",
            f"The background is {tint.en}; it must be white. Ask the holder for a recent photo "
            "before a white background.",
        ),
    )


def _format(kind: PictureFormat) -> Problem:
    advice = _ADVICE.get(kind, _ADVICE_USUAL)
    return Problem(
        code="photo_format",
        text=Text(
            f"照片是 {kind.value} 格式，不能使用（改扩展名无效）；{advice.zh}",
            f"The photo is a {kind.value} file, which is not supported, whatever its extension "
            f"says; {advice.en}",
        ),
    )


_ADVICE_USUAL = Text(
    "请用看图软件打开后另存为 .jpg 或 .png。",
    "open it in an image viewer and save it as .jpg or .png.",
)
_NO_PICTURE = Text(
    "请向本人索取 .jpg 或 .png 原图。",
    "ask the holder for the picture itself, as .jpg or .png.",
)
_ADVICE = {
    PictureFormat.HEIC: Text(
        "请在苹果手机“设置—相机—格式”中选“兼容性最佳”后重拍，或转换为 .jpg。",
        "set the telephone's camera to “Most Compatible” and take it again, or convert it to .jpg.",
    ),
    PictureFormat.PDF: _NO_PICTURE,
    PictureFormat.OFFICE: _NO_PICTURE,
    PictureFormat.WEB_PAGE: _NO_PICTURE,
    PictureFormat.ARCHIVE: Text(
        "请先解压，取出其中的 .jpg 或 .png。",
        "unpack it and take the .jpg or .png in it.",
    ),
}
_TINTS = {
    Tint.RED: Text("红色", "red"),
    Tint.YELLOW: Text("黄色或棕色", "yellow or brown"),
    Tint.GREEN: Text("绿色", "green"),
    Tint.BLUE: Text("蓝色", "blue"),
    Tint.PURPLE: Text("紫色", "purple"),
    Tint.GREY: Text("灰色（或有明显阴影）", "grey, or in deep shadow"),
    Tint.BLACK: Text("黑色", "black"),
    Tint.MIXED: Text("杂色或景物", "of several colours, or scenery"),
}


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem(code=code, text=Text(zh, en))


OUTSIDE = _problem(
    "photo_name",
    "照片列只能填写照片文件夹（或压缩包）内的文件名，不能带路径。",
    "The photo column takes the name of a file among the photos, without any path.",
)
MISSING = _problem(
    "photo_missing",
    "照片文件夹（或压缩包）中没有以证件号码命名的照片（.jpg 或 .png）；请补上，或在“照片”列"
    "写明文件名。",
    "Among the photos is no picture named like the document number (.jpg or .png); add it, or "
    "write its file name into the photo column.",
)
MISSING_FILE = _problem(
    "photo_missing",
    "照片文件夹（或压缩包）中没有“照片”列所写的文件（.jpg 或 .png）；请核对文件名。",
    "Among the photos is no picture of the name in the photo column (.jpg or .png); check it.",
)
AMBIGUOUS = _problem(
    "photo_ambiguous",
    "照片文件夹（或压缩包）中有不止一张同名照片；请删去多余的，或在“照片”列写明完整文件名。",
    "Among the photos is more than one picture of this name; delete the others, or write the full "
    "file name into the photo column.",
)
_UNREADABLE = _problem(
    "photo_unreadable",
    "照片无法读取，可能已损坏或不是 .jpg、.png 图片；请重新导出。",
    "The photo cannot be read; it may be damaged or no .jpg or .png picture; export it again.",
)
_PROBLEMS = {
    Verdict.UNREADABLE: _UNREADABLE,
    Verdict.FORMAT: _UNREADABLE,
    Verdict.DAMAGED: _problem(
        "photo_damaged",
        "压缩包中的这张照片已损坏；请重新复制压缩包，或重新打包。",
        "This photo is damaged inside the ZIP; copy the ZIP again, or pack it again.",
    ),
    Verdict.TOO_SMALL: _problem(
        "photo_too_small",
        f"照片小于 {LEAST_WIDTH}×{LEAST_HEIGHT} 像素，打印后看不清；应为 "
        f"{FORMAT_WIDTH}×{FORMAT_HEIGHT} 像素以上。",
        f"The photo is smaller than {LEAST_WIDTH}×{LEAST_HEIGHT} pixels; it should have at least "
        f"{FORMAT_WIDTH}×{FORMAT_HEIGHT}.",
    ),
    Verdict.TOO_LARGE: _problem(
        "photo_too_large",
        f"照片过大（超过 {MAX_PHOTO_BYTES >> 20} MB 或 4000 万像素）；请缩小后再试。",
        f"The photo is too large (over {MAX_PHOTO_BYTES >> 20} MB or 40 million pixels); make it "
        "smaller.",
    ),
    Verdict.ANIMATED: _problem(
        "photo_animated",
        "照片含有多帧（动图）；请使用单幅照片。",
        "The photo has several frames; use a single picture.",
    ),
    Verdict.NOT_PORTRAIT: _problem(
        "photo_not_portrait",
        "照片不是一寸照的竖幅比例（25×35 毫米）；请按一寸照裁剪。",
        "The photo is not an upright one-inch picture (25 × 35 mm); crop it.",
    ),
}
_NOTICES = {
    Remark.SMALL: Notice(
        code="photo_small",
        text=Text(
            f"照片小于 {FORMAT_WIDTH}×{FORMAT_HEIGHT} 像素，已放大，打印可能不够清晰。",
            f"The photo is smaller than {FORMAT_WIDTH}×{FORMAT_HEIGHT} pixels and was enlarged; "
            "it may print unclear.",
        ),
    ),
    Remark.GREY: Notice(
        code="photo_grey",
        text=Text(
            "照片似为黑白，证书应使用彩色照片。",
            "The photo seems to be grey; it should be in colour.",
        ),
    ),
    Remark.OFF_WHITE: Notice(
        code="photo_off_white",
        text=Text(
            "照片背景偏灰或偏色，接近白色；请目视确认是否符合白底要求。",
            "The background is greyish or tinted, though nearly white; look whether it will do.",
        ),
    ),
}
