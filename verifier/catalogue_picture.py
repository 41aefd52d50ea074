"""What findings about pictures say; a part of `catalogue.py`."""

from __future__ import annotations

from codes.wording import Text
from verifier.finding_codes import Code, Entry
from verifier.verdict import Outcome, Severity

_INFO, _NOTICE, _PROBLEM = Severity.INFO, Severity.NOTICE, Severity.PROBLEM
_INCONCLUSIVE = Outcome.INCONCLUSIVE

PICTURE_ENTRIES = {
    Code.PICTURE_FIELD_AGREES: Entry(
        _INFO,
        None,
        Text(
            "{field}：图片上所印内容与登记内容一致。",
            "{field}: what the picture shows in print agrees with the record.",
        ),
    ),
    Code.PICTURE_FIELD_UNCLEAR: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "{field}：{why}，不能判断是否一致。请重新拍摄得更清晰、完整，或目视比对。",
            "{field}: {why}, so it cannot be told whether it agrees. Take a sharper picture of the "
            "whole page, or compare it by eye.",
        ),
    ),
    Code.PHOTO_AGREES: Entry(
        _INFO,
        None,
        Text(
            "照片：与签发时印制的照片图像一致（按图像比对，不作人脸识别）。",
            "Photo: the picture shows the photo printed at issue (images are compared, no faces "
            "are recognised).",
        ),
    ),
    Code.PHOTO_DIFFERS: Entry(
        _PROBLEM,
        Outcome.ALTERED,
        Text(
            "照片：与签发时印制的照片图像不一致（按图像比对，不作人脸识别）。",
            "Photo: the picture does not show the photo printed at issue (images are compared, no "
            "faces are recognised).",
        ),
    ),
    Code.PHOTO_UNCLEAR: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "照片：{why}，不能判断是否为签发时印制的照片。请重新拍摄，或目视比对。",
            "Photo: {why}, so it cannot be told whether it is the photo printed at issue. Take the "
            "picture again, or compare it by eye.",
        ),
    ),
    Code.PICTURE_NOT_PLAIN: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "图片含动画、透明部分或特殊的色彩设置，在不同软件中显示的内容可能不同，因此未作比对。"
            "请上传直接拍摄或扫描的 JPEG 图片，或用编号和姓名查询。",
            "The picture is animated, partly transparent or has unusual colour settings, so that "
            "viewers may show different pages of it; it was not compared. Upload a plain JPEG "
            "photo or scan, or look up by number and name.",
        ),
    ),
    Code.PICTURE_NOT_ALIGNED: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "图片与登记的证书版面对不上，印刷内容和照片未能比对：可能未拍全、过于模糊，"
            "也可能不是这份证书。请将证书放平，拍下整页后再上传。",
            "The picture could not be laid onto the page on record, so neither print nor photo was "
            "compared. It may not show the whole page, be too blurred, or show another paper. Lay "
            "the certificate flat, take the whole page, and upload it again.",
        ),
    ),
    Code.PAGE_DIFFERS_ELSEWHERE: Entry(
        _PROBLEM,
        Outcome.ALTERED,
        Text(
            "登记的各项内容之外，图片中的文字与签发的版面不同：有改动或添加（见标框处）。",
            "Beside the fields on record the picture prints what the page as issued does not: text "
            "was changed or added (where it is boxed).",
        ),
    ),
    Code.PAGE_UNCLEAR_ELSEWHERE: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "登记的各项内容之外，图片中有的地方与签发的版面对不上：可能被遮盖、涂写、缺失或改动，"
            "不能判断。请重新拍摄，或目视比对标题、正文和印章。",
            "Beside the fields on record some of the picture does not match the page as issued: it "
            "may be covered, written over, missing or changed, which cannot be told. Take the "
            "picture again, or compare title, text and seal by eye.",
        ),
    ),
    Code.PICTURE_OTHER_PAPERS: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "图片中不止一份材料，比对的只是其中一份。请单独拍摄要核验的证书。",
            "The picture shows more than one paper, and only one of them was compared. Take a "
            "picture of the certificate to be verified alone.",
        ),
    ),
    Code.PICTURE_TEXT_BESIDE: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "图片中证书版面之外紧接着还有文字，与版面之间看不出纸边；签发的证书没有这些文字，"
            "请勿采信。请只拍摄证书本身后重新核验。",
            "Beside the page of the certificate the picture goes on with more text, and no edge of "
            "paper lies between. The certificate as issued has no such text; do not rely on it. "
            "Take a picture of the certificate alone.",
        ),
    ),
    Code.PICTURE_PART_MISSING: Entry(
        _NOTICE,
        None,
        Text(
            "图片没有拍到整张证书：{sides}所印的内容（标题、说明文字或印章等）不在图中，未作比对，"
            "请目视核对原件。",
            "The picture does not show the whole certificate: what is printed {sides} (title, text "
            "or seal) is not in it and was not compared. Look at it on the paper.",
        ),
    ),
    Code.PICTURE_BY_PRINT: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "签发的证书上都有本系统可以核验的二维码，图片中没有这样的二维码。已改按图中印刷的编号和"
            "持证人信息找到登记记录，并逐项比对。",
            "Every certificate as issued has a QR code that this system can verify; the picture "
            "shows no such code. The record was found by the number and holder printed in it "
            "instead, and compared line by line.",
        ),
    ),
    Code.PRINT_NOT_FOUND: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "按图片中印刷的编号和持证人信息未查到登记记录，也可能是识读有误。请对照原件，"
            "用编号和姓名查询。",
            "The number and holder printed in the picture lead to no record; they may also have "
            "been misread. Look the certificate up by number and name, from the original.",
        ),
    ),
    Code.QR_OF_ANOTHER: Entry(
        _PROBLEM,
        Outcome.ALTERED,
        Text(
            "图片中印刷的是另一份已登记的证书（{printed}），二维码却取自编号 {number} 的证书："
            "二维码与印刷内容不属于同一份证书。",
            "What is printed in the picture is another certificate on record ({printed}), while "
            "its QR code is that of {number}: code and print do not belong together.",
        ),
    ),
}

SIDES = {
    "top": Text("上部", "at the top"),
    "bottom": Text("下部", "at the bottom"),
    "left": Text("左侧", "on the left"),
    "right": Text("右侧", "on the right"),
}
WHY = {
    "blurred": Text("图片中此处看不清", "the picture is not clear here"),
    "covered": Text(
        "图片中此处被遮盖、涂划、反光或没有文字",
        "it is covered, struck through, under glare or blank here",
    ),
    "outside": Text("图片没有拍到此处", "the picture does not show this part"),
}
