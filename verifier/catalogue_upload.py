"""What findings about the national upload of an award say; a part of `catalogue.py`."""

from __future__ import annotations

from codes.wording import Text
from verifier.finding_codes import Code, Entry
from verifier.verdict import Severity

UPLOAD_ENTRIES = {
    Code.UPLOADED: Entry(
        Severity.INFO,
        None,
        Text(
            "据评价机构登记的回执，证书已于{uploaded_on}上传全国平台。",
            "By the receipt that the assessment body has on record, the certificate was uploaded "
            "to the national site on {uploaded_on}.",
        ),
    ),
    Code.UPLOADED_BEFORE_CORRECTION: Entry(
        Severity.NOTICE,
        None,
        Text(
            "据评价机构登记的回执，{uploaded_on}上传全国平台的是{corrected_on}更正之前的内容；"
            "更正后的内容尚无上传回执，在全国平台查到的可能仍是更正之前的。",
            "By the receipt that the assessment body has on record, what was uploaded to the "
            "national site on {uploaded_on} is the certificate as it was before its correction on "
            "{corrected_on}. There is no receipt since, so the national site may still show what "
            "was corrected.",
        ),
    ),
    Code.UPLOADED_ON_CORRECTION_DAY: Entry(
        Severity.NOTICE,
        None,
        Text(
            "据评价机构登记的回执，证书已于{uploaded_on}上传全国平台；证书在同一天更正，"
            "上传的可能是更正之前的内容，在全国平台查到的可能与此不同。",
            "By the receipt that the assessment body has on record, the certificate was uploaded "
            "to the national site on {uploaded_on}. It was corrected on the same day: what was "
            "uploaded may be as it was before, and the national site may show something else.",
        ),
    ),
    Code.UPLOAD_DUE: Entry(
        Severity.NOTICE,
        None,
        Text(
            "评价机构尚未登记上传全国平台的回执，上传期限为{due}。此前在全国平台可能查询不到。",
            "The assessment body has no receipt of the national upload on record yet; it is due by "
            "{due}. Until then the national site may not find the certificate.",
        ),
    ),
    Code.UPLOAD_LATE: Entry(
        Severity.NOTICE,
        None,
        Text(
            "上传全国平台的期限（{due}）已过，评价机构仍未登记回执，在全国平台可能查询不到。"
            "证书在本登记库的状态不受影响；如有疑问，请向评价机构核实。",
            "The national upload was due by {due} and the assessment body still has no receipt of "
            "it on record, so the national site may not find the certificate. Where it stands in "
            "this register is the same; if in doubt, ask the assessment body.",
        ),
    ),
    Code.UPLOAD_NOT_KNOWN: Entry(
        Severity.NOTICE,
        None,
        Text(
            "登记库没有证书是否已上传全国平台的记录。"
            "可到技能人才评价证书全国联网查询网站（jndj.osta.org.cn）查询。",
            "This register holds nothing on whether the certificate was uploaded to the national "
            "site; jndj.osta.org.cn can be asked.",
        ),
    ),
}
