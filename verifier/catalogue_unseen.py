"""What findings say that a check left to the eye, or was not asked; a part of `catalogue.py`."""

from __future__ import annotations

from codes.wording import Text
from verifier.finding_codes import Code, Entry
from verifier.verdict import Severity

_NOTICE = Severity.NOTICE

UNSEEN_ENTRIES = {
    Code.PAPER_NOT_SEEN: Entry(
        _NOTICE,
        None,
        Text(
            "本次核验的是登记记录，未核验手中证书的印刷内容和照片。请将所列各项与证书逐一比对。",
            "The record was checked, not what is printed on the paper nor its photo. Compare every "
            "item shown with the certificate.",
        ),
    ),
    Code.SIGNED_RECORD_ONLY: Entry(
        _NOTICE,
        None,
        Text(
            "本次核验的是二维码中的签名记录，未核验手中证书的印刷内容和照片。"
            "请将所列各项与证书逐一比对。",
            "The signed record in the QR code was checked, not what is printed on the paper nor "
            "its photo. Compare every item shown with the certificate.",
        ),
    ),
    Code.NAME_NOT_CHECKED: Entry(_NOTICE, None, Text("姓名未核验。", "The name was not checked.")),
    Code.DOCUMENT_NUMBER_NOT_CHECKED: Entry(
        _NOTICE, None, Text("证件号码未核验。", "The document number was not checked.")
    ),
}
