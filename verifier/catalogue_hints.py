"""What hints say beside a look-up that found nothing; see `verifier.hints`."""

from __future__ import annotations

from codes.wording import Text
from verifier.finding_codes import Code, Entry
from verifier.verdict import Severity

HINT_ENTRIES = {
    Code.NUMBER_SAYS: Entry(
        Severity.NOTICE,
        None,
        Text(
            "按编码规则，所填编号的含义是：{parts}。请与证书对照，看有无录错。",
            "By the coding rule the number as typed says: {parts}. Compare that with the "
            "certificate for a slip.",
        ),
    ),
    Code.NUMBER_NEAR: Entry(
        Severity.NOTICE,
        None,
        Text(
            "所填编号没有查到，但这位持证人（姓名、证件号码均相符）有一张证书，"
            "编号只在第{positions}位与所填不同。请对照证书核对后再查。",
            "The number as typed was not found, but this holder (name and document number both "
            "agree) has a certificate whose number differs only at position {positions}. Compare "
            "with the certificate and check again.",
        ),
    ),
    Code.HOLDER_NOT_ASKED: Entry(
        Severity.NOTICE,
        None,
        Text(
            "您所在网络近来有许多查询没有查到记录，这次没有按文件中的姓名、证件号码查询登记库。"
            "请过一会儿再上传，或按编号查询。",
            "Many look-ups from your network lately found nothing, so the register was not asked "
            "by the name or document number in the file. Upload it again later, or look the number "
            "up.",
        ),
    ),
    Code.DOCUMENT_NUMBER_DOUBTFUL: Entry(
        Severity.NOTICE,
        None,
        Text(
            "所填证件号码如为居民身份证号码，可能录错：{reason}",
            "If the document number is that of an identity card, it may be mistyped: {reason}",
        ),
    ),
}
