"""What findings about uploaded files say; a part of `catalogue.py`."""

from __future__ import annotations

from codes.wording import Text
from verifier.finding_codes import Code, Entry
from verifier.verdict import Outcome, Severity

_INFO, _NOTICE, _PROBLEM = Severity.INFO, Severity.NOTICE, Severity.PROBLEM
_INCONCLUSIVE = Outcome.INCONCLUSIVE

FILE_ENTRIES = {
    Code.QR_NOT_FOUND: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "文件中没有读到二维码。请上传更清晰的照片或原始文件，或用编号和姓名查询。",
            "No QR code was found in the file. Upload a sharper picture or the original file, or "
            "look up by number and name.",
        ),
    ),
    Code.QR_CONFLICT: Entry(
        _PROBLEM,
        Outcome.ALTERED,
        Text(
            "同一页上有内容不同的证书二维码，签发的证书只有一个二维码。",
            "One page carries certificate QR codes of different content; a certificate as issued "
            "has only one.",
        ),
    ),
    Code.SEVERAL_CERTIFICATES: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "文件中有不止一份证书的二维码，请每次只上传一份证书。",
            "The file holds the QR codes of more than one certificate. Upload one at a time.",
        ),
    ),
    Code.OTHER_QR_IGNORED: Entry(
        _NOTICE,
        None,
        Text(
            "文件中另有非证书二维码，未打开，也未采用。",
            "The file also holds a QR code that is not a certificate; it was neither opened nor "
            "used.",
        ),
    ),
    Code.OTHER_QR_FOREIGN: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "证书二维码之外，另有一个二维码指向 {host}，不是官方核验网址。"
            "签发的证书只有一个二维码，请勿扫描另一个。",
            "Beside the certificate's QR code another leads to {host}, which is not an official "
            "address. A certificate as issued has one code only; do not scan the other.",
        ),
    ),
    Code.FIELD_AGREES: Entry(
        _INFO,
        None,
        Text(
            "{field}：文件中的文字与登记内容一致。",
            "{field}: the text in the file agrees with the record.",
        ),
    ),
    Code.FIELD_DIFFERS: Entry(
        _PROBLEM,
        Outcome.ALTERED,
        Text(
            "{field}：所示与登记内容不符。",
            "{field}: what is shown differs from the record.",
        ),
    ),
    Code.FIELD_NOT_COMPARED: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "{field}：文件中没有可读取的文字，或者这次没有查询登记，未能比对，请目视比对。",
            "{field}: could not be read from the file, or the register was not asked; it was not "
            "compared. Compare it by eye.",
        ),
    ),
    Code.FIELD_COVERED: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "{field}：文件中此处的文字被遮盖或看不见，未能比对，请目视比对。",
            "{field}: the text in the file is covered or cannot be seen here and was not compared; "
            "compare it by eye.",
        ),
    ),
    Code.FIELD_TWICE: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "{field}在文件中出现了不止一次：{texts}。签发的证书上只印一次，不能确定以哪一处为准，"
            "未作比对。请索取原始文件。",
            "{field} occurs more than once in the file: {texts}. A certificate as issued prints it "
            "once; which of them is meant is not known, so it was not compared. Ask for the "
            "original file.",
        ),
    ),
    Code.OVERLAID_TEXT: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "{field}：同一处叠印了不同的文字：{texts}。不能确定以哪一个为准，未作比对。"
            "请索取原始文件。",
            "{field}: different texts lie over one another in its place: {texts}. Which of them is "
            "meant is not known, so it was not compared. Ask for the original file.",
        ),
    ),
    Code.EXTRA_TEXT: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "文件中另有证书格式以外的文字“{text}”{place}，可能是签发以后加上的，未用于比对。",
            "The file also carries text that is no part of a certificate: “{text}”{place}. It may "
            "have been added after issue and was not used in the comparison.",
        ),
    ),
    Code.PICTURE_NOT_COMPARED: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "图片只核验了二维码：此处没有可供对照的签发页面，或图片无法比对，"
            "印刷内容和照片未比对。请将所列各项与图片逐一目视比对，或上传原始 PDF 文件。",
            "Only the QR code of the picture was checked: the page as issued is not at hand here, "
            "or the picture could not be compared, so neither print nor photo was. Compare every "
            "item shown by eye, or upload the original PDF file.",
        ),
    ),
    Code.PICTURE_OUT_OF_TIME: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "图片未能在时限内读完，请稍后再核验；这不说明图片有问题。"
            "再次核验仍读不完的，请将所列各项与图片逐一目视比对，或上传原始 PDF 文件。",
            "The picture was not read to the end in the time allowed; verify it again in a little "
            "while. This says nothing against it. Where that fails again, compare every item shown "
            "by eye, or upload the original PDF file.",
        ),
    ),
    Code.FILE_IDENTICAL: Entry(
        _INFO,
        None,
        Text(
            "文件与评价机构签发的文件逐字节相同，照片和版面也未被改动。",
            "The file is byte for byte the one issued; photo and layout are unchanged too.",
        ),
    ),
    Code.FILE_NOT_IDENTICAL: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "文件与签发的原始文件不是逐字节相同：可能只是另存或打印过，也可能改动过照片或版面，"
            "外观未比对。请索取原始文件，或将所列各项与文件逐一目视比对。",
            "The file is not byte for byte the one issued. It may merely have been saved again or "
            "printed, or photo or layout may have been changed: appearance was not compared. Ask "
            "for the original file, or compare every item shown by eye.",
        ),
    ),
    Code.FILE_NOT_ON_RECORD: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "登记库中尚无签发文件的摘要值，外观未比对。请将所列各项与文件逐一目视比对。",
            "The register holds no hash of the issued file yet, so appearance was not compared. "
            "Compare every item shown by eye.",
        ),
    ),
    Code.FILE_EMPTY: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "文件是空的，没有可核验的内容。请重新选择文件上传，或用编号和姓名查询。",
            "The file is empty, so there is nothing to check. Choose the file again, or look up by "
            "number and name.",
        ),
    ),
    Code.FILE_ENCRYPTED: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "文件有密码保护，无法读取。请上传未加密的原始文件。",
            "The file is protected by a password and cannot be read. Upload the original file.",
        ),
    ),
    Code.FILE_KIND_UNSUPPORTED: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "不支持这种文件。请上传 PDF，或 JPEG、PNG、WebP、HEIC 图片。",
            "This kind of file is not read. Upload a PDF, or a JPEG, PNG, WebP or HEIC picture.",
        ),
    ),
    Code.FILE_TOO_BIG: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "文件过大，上限为 {limit_mb} MB，未读取。请压缩或重新导出后再上传，或上传证书页的照片，"
            "或用编号和姓名查询。",
            "The file is too big and was not read; the limit is {limit_mb} MB. Compress it or "
            "export it again, upload a photo of the certificate, or look up by number and name.",
        ),
    ),
    Code.FILE_TOO_HEAVY: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "文件过于复杂，在规定的限度内无法读完。请上传原始文件，或用编号和姓名查询。",
            "The file is too complex to be read within the limits. Upload the original file, or "
            "look up by number and name.",
        ),
    ),
    Code.FILE_OUT_OF_TIME: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "文件未能在时限内读完，请稍后再核验；这不说明文件有问题。"
            "再次核验仍读不完的，请上传原始文件，或用编号和姓名查询。",
            "The file was not read to the end in the time allowed; verify it again in a little "
            "while. This says nothing against it. Where that fails again, upload the original "
            "file, or look up by number and name.",
        ),
    ),
    Code.FILES_WAITING: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "当前等待核验的文件较多，本文件尚未读取。请稍后再试，或用编号和姓名查询。",
            "Many files are being checked at present and this one was not read. Try again in a "
            "little while, or look up by number and name.",
        ),
    ),
    Code.SYSTEM_BUSY: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "系统繁忙，未能在规定时间内完成核验；这不说明文件有问题。"
            "请稍后再试，或用编号和姓名查询。",
            "The system is busy and the check could not be finished in time; this says nothing "
            "about the file. Try again in a little while, or look up by number and name.",
        ),
    ),
    Code.FILE_TOO_MANY_PAGES: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "文件页数过多，上限为 {limit} 页。请只上传证书页。",
            "The file has too many pages; the limit is {limit}. Upload only the certificate.",
        ),
    ),
    Code.FILE_TWO_KINDS: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "文件既是图片又是 PDF，不同的软件会显示出不同的内容，因此未读取。正常软件不会生成这样的"
            "文件，请谨慎对待，向持证人索取签发的原始 PDF，或用编号和姓名查询。",
            "The file is a picture and a PDF at once: programs show different things of it, so it "
            "was not read. No ordinary program writes such a file; be careful. Ask the holder for "
            "the PDF as issued, or look up by number and name.",
        ),
    ),
    Code.FILE_UNREADABLE: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "文件已损坏或格式不规范，无法读取。请重新获取原始文件，或用编号和姓名查询。",
            "The file is damaged or malformed and cannot be read. Get the original file again, or "
            "look up by number and name.",
        ),
    ),
}
