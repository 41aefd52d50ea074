"""What stands under the headline where one finding decides: what is so, and what to do next.

The first entry of a verdict's outcome whose code is among the findings is shown; where none is,
the outcome's own words in `words.py` are. The landing page's script gets the same list.
"""

from __future__ import annotations

from dataclasses import dataclass

from codes.wording import Text
from verifier.finding_codes import Code
from verifier.site.words import MEANINGS, SIGNATURE_WRONG
from verifier.verdict import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """The words for an outcome that came about by certain findings.

    Args:
        codes: any of these findings.
        tone: instead of the outcome's own.
    """

    outcome: Outcome
    codes: tuple[Code, ...]
    text: Text
    tone: str | None = None


def _of(outcome: Outcome, *codes: Code, zh: str, en: str, tone: str | None = None) -> Meaning:
    return Meaning(outcome=outcome, codes=codes, text=Text(zh, en), tone=tone)


_VALID = (
    _of(
        Outcome.VALID,
        Code.COPY_ARCHIVE,
        zh="持证人的证书目前有效，但这一份是评价机构的存档副本，不交给个人，不能作为证书出示。"
        "请要求出示正本，或向评价机构核实。",
        en="The holder's certificate is in force, but this copy is the assessment body's archive "
        "duplicate, which is given to nobody. Ask for the original, or ask the assessment body.",
        tone="warn",
    ),
    _of(
        Outcome.VALID,
        Code.COPY_REISSUED,
        zh="证书目前有效，但曾补发或更正，只有印制流水码与下表相同的一份有效。"
        "请先核对印制流水码，再逐项核对。",
        en="The certificate is in force, but it was reissued or corrected: only the copy with the "
        "print serial below is good. Compare the print serial first, then each line.",
    ),
    _of(
        Outcome.VALID,
        Code.TRUST_LIST_OLD,
        zh="证书信息与评价机构的登记一致，登记状态为有效；但核验所用的信任列表已过有效期，"
        "此后如有机构备案、密钥变更，没有反映在内，请另向主管部门核实。",
        en="The details agree with the register, where the certificate is in force; but the trust "
        "list in use is past its term, and any later change of filings and keys is not in it. "
        "Ask the authority as well.",
    ),
)

_NOT_CURRENT = (
    _of(
        Outcome.NOT_CURRENT,
        Code.AWARD_ANNULLED,
        zh="这张证书确有登记，但所属批次已整批撤销，证书随之撤销，不能作为有效证书使用。"
        "如有疑问，请向评价机构或主管部门核实。",
        en="This certificate is on record, but was revoked with the whole batch it belongs to; it "
        "cannot be relied on. If in doubt, ask the assessment body or the authority.",
    ),
    _of(
        Outcome.NOT_CURRENT,
        Code.AWARD_REVOKED,
        zh="这张证书确有登记，但已被撤销，不能作为有效证书使用。"
        "如有疑问，请向评价机构或主管部门核实。",
        en="This certificate is on record, but it was revoked and cannot be relied on. If in "
        "doubt, ask the assessment body or the authority.",
    ),
    _of(
        Outcome.NOT_CURRENT,
        Code.AWARD_CANCELLED,
        zh="这张证书确有登记，但已注销，不能作为有效证书使用。如有疑问，请向评价机构核实。",
        en="This certificate is on record, but it was cancelled and cannot be relied on. If in "
        "doubt, ask the assessment body.",
    ),
    _of(
        Outcome.NOT_CURRENT,
        Code.COPY_SUPERSEDED,
        zh="证书已补发，这一份（印制流水码见下表）已作废，不能使用。"
        "请要求出示补发的证书，并扫描其二维码核验。",
        en="The certificate was reissued, and this copy (print serial below) is void. Ask for the "
        "reissued certificate, and scan its QR code.",
    ),
    _of(
        Outcome.NOT_CURRENT,
        Code.RECORD_CORRECTED,
        zh="登记内容已更正，更正前的这一份（印制流水码见下表）已作废，不能使用。"
        "请要求出示更正后的证书，并扫描其二维码核验。",
        en="The record was corrected, and this earlier copy (print serial below) is void. Ask for "
        "the corrected certificate, and scan its QR code.",
    ),
    # After the copies: the end of a suspension gives a void copy no force.
    _of(
        Outcome.NOT_CURRENT,
        Code.AWARD_SUSPENDED,
        zh="这张证书确有登记，但已暂停使用，暂停期间不能作为有效证书使用。"
        "是否恢复，请日后再查，或向评价机构核实。",
        en="This certificate is on record, but it is suspended and cannot be relied on until that "
        "is lifted. Check again later, or ask the assessment body.",
    ),
)

_ALTERED = (
    Meaning(outcome=Outcome.ALTERED, codes=(Code.SIGNATURE_INVALID,), text=SIGNATURE_WRONG),
    Meaning(outcome=Outcome.ALTERED, codes=(Code.FIELD_DIFFERS,), text=MEANINGS[Outcome.ALTERED]),
    _of(
        Outcome.ALTERED,
        Code.FOREIGN_HOST,
        zh="二维码指向的网址不是官方核验网址，其中的记录可能是从真实证书上复制的。"
        "请勿打开该网址，也勿据此认可该证书，可向评价机构或主管部门核实。",
        en="The QR code does not lead to an official address, and the record in it may have been "
        "copied from a genuine certificate. Do not open the address and do not rely on the "
        "certificate; ask the assessment body or the authority.",
    ),
    _of(
        Outcome.ALTERED,
        Code.QR_CONFLICT,
        zh="同一页上有内容不同的证书二维码，而签发的证书只有一个。"
        "请勿据此认可该证书，可向评价机构或主管部门核实。",
        en="One page carries certificate QR codes of different content, while a certificate as "
        "issued has only one. Do not rely on it; ask the assessment body or the authority.",
    ),
)

_UNREGISTERED = (
    _of(
        Outcome.UNREGISTERED,
        Code.KEY_COMPROMISED,
        zh="签名密钥已声明失密，且没有证据表明这张证书在失密之前已记入公开日志，不予采信。"
        "请勿据此认可该证书，并请联系评价机构或主管部门核查。",
        en="The signing key is declared compromised, and nothing shows that this certificate was "
        "in the public log before. Do not rely on it; report it to the assessment body or the "
        "authority.",
    ),
    _of(
        Outcome.UNREGISTERED,
        Code.NOT_IN_LOG,
        zh="登记库中有这条记录，但公开日志没有收录，不能视为已登记。"
        "请勿据此认可该证书，并请联系评价机构或主管部门核查。",
        en="The register has such an entry, but the public log does not, so it does not count as "
        "registered. Do not rely on it; report it to the assessment body or the authority.",
    ),
)

_UNKNOWN_ISSUER = (
    _of(
        Outcome.UNKNOWN_ISSUER,
        Code.BODY_UNKNOWN,
        zh="证书编号所示的评价机构不在备案名单内。请勿据此认可该证书，可向主管部门核实。",
        en="The assessment body its number names is not on the list of filed bodies. Do not rely "
        "on it; ask the authority.",
    ),
    _of(
        Outcome.UNKNOWN_ISSUER,
        Code.KEY_UNKNOWN,
        zh="签名所用的密钥不是该评价机构公布的密钥，不能认定由该机构签发。"
        "请勿据此认可该证书，可向评价机构或主管部门核实。",
        en="The signing key is not one the assessment body has published, so nothing shows that "
        "it issued this. Do not rely on it; ask the assessment body or the authority.",
    ),
    _of(
        Outcome.UNKNOWN_ISSUER,
        Code.OUT_OF_SCOPE,
        zh="签发机构在备案名单内，但发证当日的备案范围不包括该职业或该等级。"
        "请勿据此认可该证书，可向主管部门核实。",
        en="The issuer is on the list of filed bodies, but on the date of issue it was not filed "
        "for this occupation or level. Do not rely on it; ask the authority.",
    ),
    _of(
        Outcome.UNKNOWN_ISSUER,
        Code.FILING_SUSPENDED_THEN,
        zh="签发机构此前已就该职业、该等级备案，但发证当日其备案处于暂停，暂停期间不得核发证书。"
        "请勿据此认可该证书，可向主管部门核实。",
        en="The issuer had been filed for this occupation and level, but its filing was suspended "
        "on the date of issue, and it might award nothing then. Do not rely on the certificate; "
        "ask the authority.",
    ),
    _of(
        Outcome.UNKNOWN_ISSUER,
        Code.FILING_LAPSED,
        zh="签发机构曾就该职业、该等级备案，但发证日期不在备案期内。"
        "请勿据此认可该证书，可向主管部门核实。",
        en="The issuer has been filed for this occupation and level, but not on the date of "
        "issue. Do not rely on the certificate; ask the authority.",
    ),
    _of(
        Outcome.UNKNOWN_ISSUER,
        Code.KEY_NOT_VALID_THEN,
        zh="签发机构在备案名单内，但发证日期不在签名密钥的有效期内。"
        "请勿据此认可该证书，可向评价机构或主管部门核实。",
        en="The issuer is on the list of filed bodies, but its signing key was not valid on the "
        "date of issue. Do not rely on it; ask the assessment body or the authority.",
    ),
)

NUMBER_WRONG = _of(
    Outcome.NOT_FOUND,
    Code.NUMBER_MALFORMED,
    zh="所填编号不符合证书编号规则，没有查询登记库。请对照证书逐位核对后再查；"
    "如果证书上印的就是这个编号，请向主管部门核实。",
    en="The number breaks the coding rule, so the register was not asked. Compare it with the "
    "certificate character by character; if the certificate really bears it, ask the "
    "authority.",
)
_NOT_FOUND = (NUMBER_WRONG,)

_INCONCLUSIVE = (
    _of(
        Outcome.INCONCLUSIVE,
        Code.TRUST_LIST_UNSIGNED,
        Code.TRUST_LIST_OLDER,
        Code.TRUST_LIST_FORKED,
        Code.KEY_DOCUMENT_UNAVAILABLE,
        zh="本站目前没有可采信的信任列表，签名和登记情况均未核验。这不说明证书有问题，请稍后再查。",
        en="This site has no trust list to believe at present, so neither signature nor register "
        "was checked. This says nothing against the certificate; try again later.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.SECOND_SIGNATURE_CONTRADICTS,
        Code.ROW_NOT_PROVED,
        Code.STATUS_LIST_DIFFERS,
        Code.FILE_NOT_IN_LOG,
        zh="核验依据相互矛盾，不能得出结论。查清之前请勿据此认可该证书，"
        "并请告知评价机构和主管部门。",
        en="What the check rests on contradicts itself, so nothing follows. Do not rely on the "
        "certificate until that is cleared up; tell the assessment body and the authority.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.RECORD_ERASED,
        zh="签名真实，但登记信息已依法删除，证书现在是否有效无从查询。请持证人向评价机构核实。",
        en="The signature is genuine, but the registration was deleted under the law, so whether "
        "the certificate is in force cannot be looked up. Let the holder ask the assessment body.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.KEY_COMPROMISED_UNASKED,
        zh="签名密钥已声明失密，这张证书是否在失密之前已记入公开日志，暂时未能查询。"
        "查清之前请勿据此认可该证书；请稍后再查，或向评价机构核实。",
        en="The signing key is declared compromised, and whether this certificate was in the "
        "public log before could not be asked. Do not rely on it until that is known; try again "
        "later, or ask the assessment body.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.ISSUED_IN_FUTURE,
        zh="发证日期晚于今天，不能得出结论。请核对本机时间，或向评价机构核实。",
        en="The date of issue has not come yet, so nothing follows. Check this machine's clock, "
        "or ask the assessment body.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.ALGORITHM_UNAVAILABLE,
        zh="这里不能核验该签名所用的算法，真伪未能判断。请用编号和姓名查询，或向评价机构核实。",
        en="The algorithm of the signature cannot be checked here, so it is not known whether it "
        "is genuine. Look up by number and name, or ask the assessment body.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.LIFE_PENDING,
        zh="证书登记最近一次变更尚待载入已公布的日志，现在是否有效暂不能确认。"
        "这不说明证书有问题，请稍后再查。",
        en="The latest change to the registration waits to be published, so whether the "
        "certificate is in force is not confirmed yet. This says nothing against it; try again "
        "later.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.LOG_PENDING,
        zh="登记刚刚完成，尚未载入已公布的日志。这不说明证书有问题，请过几分钟再查。",
        en="It has only just been registered and is not in the published log yet. This says "
        "nothing against the certificate; try again in a few minutes.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.LOG_OLDER,
        zh="本站收到的公开日志是旧的，或与此前见过的不符，证书是否登记、现在是否有效均未能核验。"
        "这不说明证书有问题，请稍后再查，也可到另一核验网站查询。",
        en="The public log at this site is an old one, or contradicts the one seen before, so "
        "whether the certificate is registered and in force is not known. This says nothing "
        "against it; try again later, or at another verifier.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.LOG_UNREADABLE,
        zh="公开日志暂时无法读取，证书是否登记未能核验。这不说明证书有问题，请稍后再查。",
        en="The public log cannot be read at present, so whether the certificate is registered is "
        "not known. This says nothing against it; try again later.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.PROOF_STAPLED,
        zh="文件所附证明表明这张证书曾登记在案，但现在的状态暂时未能查询，"
        "不能确定是否仍然有效。请稍后再查。",
        en="The proof in the file shows that this certificate was registered, but its present "
        "status could not be asked, so it may or may not still be in force. Try again later.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.REGISTRY_UNREACHABLE,
        zh="暂时无法连接登记库，证书是否登记、现在是否有效均未能查询。"
        "这不说明证书有问题，请稍后再查。",
        en="The register cannot be reached at present, so whether the certificate is registered "
        "and in force is not known. This says nothing against it; try again later.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.NUMBER_LEGACY,
        Code.NUMBER_SPECIAL,
        zh="所填编号不在本系统核验范围内，没有查询登记库。这不说明证书有问题，"
        "请按下面所列的途径查询。",
        en="Such a number cannot be verified here, so the register was not asked. This says "
        "nothing against the certificate; see below where to ask.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.SYSTEM_BUSY,
        Code.FILES_WAITING,
        zh="系统繁忙，本次核验未能完成。这不说明证书有问题，请稍后再试。",
        en="The system is busy and the check could not be finished. This says nothing against the "
        "certificate; try again in a little while.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.PICTURE_OUT_OF_TIME,
        zh="图片未能在时限内读完，本次核验未能完成。这不说明证书有问题，请稍后再核验。",
        en="The picture was not read to the end in time, so the check could not be finished. This "
        "says nothing against the certificate; verify it again in a little while.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.FILE_OUT_OF_TIME,
        zh="文件未能在时限内读完，本次核验未能完成。这不说明证书有问题，请稍后再核验。",
        en="The file was not read to the end in time, so the check could not be finished. This "
        "says nothing against the certificate; verify it again in a little while.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.EXTRA_TEXT,
        Code.PAGE_MARKED,
        zh="文件上有签发的原件没有的文字或印记，可能是签发以后加上的，请勿采信这些内容。"
        "请索取原始文件，或将下表与文件逐项核对。",
        en="The file carries text or marks that the page as issued does not, which may have been "
        "added after issue: do not rely on them. Ask for the original file, or compare each line "
        "below with it.",
    ),
    _of(
        Outcome.INCONCLUSIVE,
        Code.PICTURE_NOT_COMPARED,
        zh="只核验了图片中的二维码，印刷内容和照片没有比对，不能得出结论。"
        "请将下表与图片逐项核对，或上传原始 PDF 文件。",
        en="Only the QR code in the picture was checked, not what is printed nor the photo, so "
        "nothing follows yet. Compare each line below with it, or upload the original PDF file.",
    ),
)

SPECIFIC = (
    *_VALID,
    *_NOT_CURRENT,
    *_ALTERED,
    *_UNREGISTERED,
    *_UNKNOWN_ISSUER,
    *_NOT_FOUND,
    *_INCONCLUSIVE,
)
"""In the order in which they are looked through."""
