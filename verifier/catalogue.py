"""What every finding says in both languages, how grave it is, and which outcome it forces."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from codes.wording import Text
from verifier.catalogue_files import FILE_ENTRIES
from verifier.catalogue_filing import FILING_ENTRIES
from verifier.catalogue_hints import HINT_ENTRIES
from verifier.catalogue_life import LIFE_ENTRIES
from verifier.catalogue_links import LINK_ENTRIES
from verifier.catalogue_log import LOG_ENTRIES
from verifier.catalogue_picture import PICTURE_ENTRIES
from verifier.catalogue_seal import SEAL_ENTRIES
from verifier.catalogue_trust import TRUST_ENTRIES
from verifier.catalogue_unseen import UNSEEN_ENTRIES
from verifier.catalogue_upload import UPLOAD_ENTRIES
from verifier.finding_codes import Code, Entry
from verifier.verdict import Outcome, Severity

_INFO, _NOTICE, _PROBLEM, _ALARM = Severity.INFO, Severity.NOTICE, Severity.PROBLEM, Severity.ALARM
_INCONCLUSIVE = Outcome.INCONCLUSIVE

_LOOKUP = {
    Code.NUMBER_NORMALISED: Entry(_NOTICE, None, Text("{reason}", "{reason}")),
    Code.NUMBER_MALFORMED: Entry(
        _PROBLEM,
        Outcome.NOT_FOUND,
        Text(
            "所填编号不符合证书编号规则，不会有对应的证书。{reason}请对照证书逐位核对后再查。",
            "No certificate can have this number, because it breaks the coding rule. {reason} "
            "Compare it with the certificate character by character.",
        ),
    ),
    Code.NUMBER_LEGACY: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "所填为16位编号，属2019年以前的职业资格证书，不在本系统查询范围内。"
            "请到技能人才评价证书全国联网查询网站（jndj.osta.org.cn）查询，或向发证机关核实。",
            "This is a 16-digit number of a vocational qualification certificate from before 2019, "
            "which this system does not hold. Ask at jndj.osta.org.cn or the issuing office.",
        ),
    ),
    Code.NUMBER_SPECIAL: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "所填编号等级位为字母，用于特级技师等等级；保卫管理员不设此类等级，本系统不能核验。"
            "请到技能人才评价证书全国联网查询网站（jndj.osta.org.cn）查询。",
            "The level of this number is a letter, as for grades such as special-grade technician. "
            "This occupation has none, so it cannot be verified here. Ask at jndj.osta.org.cn.",
        ),
    ),
    Code.NAME_NORMALISED: Entry(_NOTICE, None, Text("{reason}", "{reason}")),
    Code.NOT_FOUND: Entry(
        _PROBLEM,
        Outcome.NOT_FOUND,
        Text(
            "未查询到与所填各项都一致的证书。可能是评价机构尚未上传，也可能是编号、姓名或证件号码有"
            "笔误。请核对后再查，或扫描证书上的二维码，或向证书所载评价机构核实。",
            "No certificate agrees with everything you entered. It may not have been uploaded yet, "
            "or there may be a slip in the number, name or document number. Check them and try "
            "again, scan the QR code on the certificate, or ask the assessment body it names.",
        ),
    ),
    Code.ROW_NOT_PROVED: Entry(
        _ALARM,
        _INCONCLUSIVE,
        Text(
            "登记库中的这条记录与其签名不符，不能作为依据。请稍后再查，并告知评价机构或主管部门。",
            "The entry in the register does not agree with its own signature and is not relied on. "
            "Try again later, and tell the assessment body or the authority.",
        ),
    ),
    Code.REGISTRY_NOT_ASKED: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "本次为离线核验，没有查询登记库，证书是否登记、登记库所载状态如何均未核验。"
            "请联网后在核验网站查询。",
            "This check was made off line and did not ask the register, so whether the certificate "
            "is registered, and with what status, is not known. Ask on line, at the verifier's "
            "site.",
        ),
    ),
    Code.REGISTRY_UNREACHABLE: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "暂时无法连接登记库，证书是否登记、现在是否有效均未能查询。请稍后再查。",
            "The register cannot be reached at present, so whether the certificate is registered "
            "and in force now is not known. Try again later.",
        ),
    ),
    Code.KEY_DOCUMENT_UNAVAILABLE: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "暂时无法读取评价机构公钥目录，签名未能核验。请稍后再查。",
            "The published key document cannot be read at present, so no signature was checked. "
            "Try again later.",
        ),
    ),
    Code.CHECK_INCOMPLETE: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text("有核验步骤未完成，不能得出结论。", "Not every check was made, so nothing follows."),
    ),
}

_SIGNATURE = {
    Code.SIGNATURE_GENUINE: Entry(
        _INFO,
        None,
        Text(
            "签发记录的签名有效：记录由“{body}”的密钥签发，未被改动。",
            "The signature of the record is genuine: the record was signed with the key of {body} "
            "and is unchanged.",
        ),
    ),
    Code.SIGNATURE_ON_RECORD: Entry(
        _INFO,
        None,
        Text(
            "登记记录的签名有效：由“{body}”的密钥签发，未被改动。图片上没有可以核验的签名。",
            "The signature of the record on file is genuine: it was signed with the key of {body} "
            "and is unchanged. The picture itself carries no signature that can be verified.",
        ),
    ),
    Code.SIGNATURE_INVALID: Entry(
        _PROBLEM,
        Outcome.ALTERED,
        Text(
            "签名与内容不符：二维码内容不是“{body}”签发的原内容。",
            "The signature does not fit the content: this is not what {body} signed.",
        ),
    ),
    Code.ALGORITHM_UNAVAILABLE: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "签名采用 {algorithm} 算法，这里不能核验该算法，因此真伪未能判断。"
            "请联网用本核验网站查询，或用编号和姓名查询，或向“{body}”核实。",
            "The signature uses {algorithm}, which cannot be checked here, so it is not known "
            "whether it is genuine. Ask the verification site on line, look up by number and name, "
            "or ask {body}.",
        ),
    ),
    Code.SECOND_SIGNATURE_GENUINE: Entry(
        _INFO,
        None,
        Text(
            "评价机构另一密钥（{algorithm}）对同一记录的第二签名也有效。",
            "The body's second signature over the same record ({algorithm}) is genuine too.",
        ),
    ),
    Code.SECOND_SIGNATURE_UNCHECKED: Entry(
        _NOTICE,
        None,
        Text(
            "另有第二签名（{algorithm}），这里不能核验该算法，未作核验。",
            "There is a second signature ({algorithm}), which cannot be checked here and was not.",
        ),
    ),
    Code.SECOND_SIGNATURE_CONTRADICTS: Entry(
        _ALARM,
        _INCONCLUSIVE,
        Text(
            "第一签名有效，但第二签名与之矛盾，不能得出结论。请向证书所载评价机构核实，"
            "并告知主管部门。",
            "The first signature is genuine, but the second contradicts it, so nothing follows. "
            "Ask the assessment body it names, and tell the authority.",
        ),
    ),
    Code.BODY_UNKNOWN: Entry(
        _PROBLEM,
        Outcome.UNKNOWN_ISSUER,
        Text(
            "编号前13位 {prefix} 不属于任何已备案的评价机构。",
            "The first 13 characters of the number, {prefix}, belong to no filed assessment body.",
        ),
    ),
    Code.KEY_UNKNOWN: Entry(
        _PROBLEM,
        Outcome.UNKNOWN_ISSUER,
        Text(
            "所用签名密钥不属于“{body}”公布的密钥。",
            "The signing key is not one that {body} has published.",
        ),
    ),
    Code.KEY_NOT_VALID_THEN: Entry(
        _PROBLEM,
        Outcome.UNKNOWN_ISSUER,
        Text(
            "发证日期{issued_on}不在签名密钥的有效期内。",
            "The signing key was not valid on the date of issue, {issued_on}.",
        ),
    ),
    Code.KEY_COMPROMISED: Entry(
        _ALARM,
        Outcome.UNREGISTERED,
        Text(
            "签名密钥已声明自{since} 起失密，没有证据表明这份证书在此之前已记入公开日志，"
            "不予采信。请向“{body}”核实，并告知主管部门。",
            "The signing key is declared compromised since {since}, and nothing shows that this "
            "certificate was in the public log before; it is not believed. Ask {body}, and tell "
            "the authority.",
        ),
    ),
    Code.KEY_COMPROMISED_UNASKED: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "签名密钥已声明自{since} 起失密；这份证书是否在此之前已记入公开日志，本次没有查明。"
            "请稍后联网再查，或向“{body}”核实。",
            "The signing key is declared compromised since {since}; whether this certificate was "
            "in the public log before is not known here. Ask again later, on line, or ask {body}.",
        ),
    ),
    Code.ISSUER_ENTITLED: Entry(
        _INFO,
        None,
        Text(
            "发证当日“{body}”已就该职业、该等级备案。",
            "On the date of issue {body} was filed for this occupation and level.",
        ),
    ),
    Code.ISSUED_IN_FUTURE: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "发证日期{issued_on}晚于今天，请核对本机时间，或向评价机构核实。",
            "The date of issue, {issued_on}, has not come yet. Check this machine's clock, or ask "
            "the assessment body.",
        ),
    ),
}

_STANDING = {
    Code.REGISTERED: Entry(
        _INFO,
        None,
        Text("登记中有这份证书的记录。", "The register holds the record of this certificate."),
    ),
    Code.RECORD_ERASED: Entry(
        _NOTICE,
        _INCONCLUSIVE,
        Text(
            "签名真实，但登记信息已依法删除，证书现在是否有效无从查询。请持证人向评价机构核实。",
            "The signature is genuine, but the registration was deleted under the law, so whether "
            "the certificate is in force cannot be looked up. Let the holder ask the assessment "
            "body.",
        ),
    ),
    Code.NOT_REGISTERED: Entry(
        _ALARM,
        Outcome.UNREGISTERED,
        Text(
            "签名有效，但登记库中没有这份证书。请向证书所载评价机构核实，并告知主管部门。",
            "The signature is genuine, but the register holds no such certificate. Ask the "
            "assessment body it names, and tell the authority.",
        ),
    ),
    Code.STATUS_CURRENT: Entry(_INFO, None, Text("现行有效。", "In force now.")),
    Code.COPY_SUPERSEDED: Entry(
        _PROBLEM,
        Outcome.NOT_CURRENT,
        Text(
            "证书已补发，这一份（印制流水码 {print_serial}）已作废。",
            "The certificate was reissued; this copy (print serial {print_serial}) is void.",
        ),
    ),
    Code.RECORD_CORRECTED: Entry(
        _PROBLEM,
        Outcome.NOT_CURRENT,
        Text(
            "登记内容已更正，这一份（印制流水码 {print_serial}）已作废，由更正后的证书代替。",
            "The record was corrected; this copy (print serial {print_serial}) is void. The "
            "corrected certificate has taken its place.",
        ),
    ),
    Code.COPY_REISSUED: Entry(
        _NOTICE,
        None,
        Text(
            "本证书曾补发或更正，原来的一份已作废，现以印制流水码为 {print_serial} 的一份为准，"
            "请与手中证书核对。",
            "This certificate was reissued or corrected, and the copy before is void. What stands "
            "for it now is the copy with print serial {print_serial}; compare it with the paper.",
        ),
    ),
    Code.COPY_ARCHIVE: Entry(
        _NOTICE,
        None,
        Text(
            "这一份（印制流水码 {print_serial}）是评价机构的存档副本，不交给个人，"
            "持证人应持有正本。如有人以这一份作为证书出示，请其出示正本，或向评价机构核实。",
            "This copy (print serial {print_serial}) is the assessment body's archive duplicate, "
            "which is given to nobody; the holder has the original. If someone presents it as "
            "their certificate, ask for the original, or ask the assessment body.",
        ),
    ),
}

_SCAN = {
    Code.QR_EMPTY: Entry(
        _PROBLEM, _INCONCLUSIVE, Text("没有读到二维码内容。", "The QR code text is empty.")
    ),
    Code.QR_NO_FRAGMENT: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "链接缺少 # 之后的证书内容，转发时可能被聊天软件截去。这不说明证书有问题："
            "请重新扫描证书上的二维码，或上传照片或文件，或用编号和姓名查询。",
            "The link has lost the certificate after its # sign; chat apps drop it when a link is "
            "forwarded. This says nothing against the certificate: scan the QR code again, upload "
            "a picture or file, or look up by number and name.",
        ),
    ),
    Code.QR_DAMAGED: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "二维码内容不完整或已损坏，无法读出证书记录。请重新扫描，或用编号和姓名查询。",
            "The QR code is incomplete or damaged and holds no readable record. Scan it again, or "
            "look up by number and name.",
        ),
    ),
    Code.QR_NEWER: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "二维码采用了本程序还不认识的记录格式或职业代码，请更新核验程序，或用编号和姓名查询。",
            "The QR code uses a record format or occupation this program does not know yet. "
            "Update it, or look up by number and name.",
        ),
    ),
    Code.FOREIGN_HOST: Entry(
        _ALARM,
        Outcome.ALTERED,
        Text(
            "二维码指向的网址 {host} 不是官方核验网址，请勿打开该网址或在其上填写信息。"
            "其中的证书记录可能是从真实证书上复制的。",
            "The QR code leads to {host}, which is not an official address: do not open it, enter "
            "nothing there. The record in it may have been copied from a genuine certificate.",
        ),
    ),
}

_DEMO = {
    Code.DEMO: Entry(
        _NOTICE,
        None,
        Text(
            "演示数据：本次核验使用演示密钥，证书为样本（SAMPLE），不具效力。",
            "Demonstration: demo keys are in use; the certificate is a SAMPLE without any force.",
        ),
    ),
}

CATALOGUE: Mapping[Code, Entry] = MappingProxyType(
    {
        **_LOOKUP,
        **_SIGNATURE,
        **FILING_ENTRIES,
        **_STANDING,
        **LIFE_ENTRIES,
        **LOG_ENTRIES,
        **TRUST_ENTRIES,
        **_SCAN,
        **UNSEEN_ENTRIES,
        **UPLOAD_ENTRIES,
        **FILE_ENTRIES,
        **PICTURE_ENTRIES,
        **SEAL_ENTRIES,
        **HINT_ENTRIES,
        **LINK_ENTRIES,
        **_DEMO,
    }
)
