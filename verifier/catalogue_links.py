"""What findings about a link say, and about a QR code that is not ours; see `verifier.links`."""

from __future__ import annotations

from codes.wording import Text
from verifier.finding_codes import Code, Entry
from verifier.verdict import Outcome, Severity

LINK_ENTRIES = {
    Code.LINK_OURS: Entry(
        Severity.INFO,
        None,
        Text(
            "网址 {host} 列在信任列表中，是本系统的网址。",
            "The host {host} is on the trust list: it is of this system.",
        ),
    ),
    Code.LINK_NATIONAL: Entry(
        Severity.INFO,
        None,
        Text(
            "网址 {host} 是证书上印制的全国查询网站。",
            "The host {host} is a national query site, as printed on certificates.",
        ),
    ),
    Code.LINK_LOOK_ALIKE: Entry(
        Severity.ALARM,
        Outcome.INCONCLUSIVE,
        Text(
            "网址 {host} 不是 {known}，只是看起来像：{how}。不要打开，不要在其中填写任何信息，"
            "不要以其显示的结果为准；请扫描证书上的二维码，或在本系统网站首页按编号查询，"
            "并可把链接告知主管部门或公安机关。",
            "The host {host} is not {known}, it only looks like it: {how}. Do not open it, enter "
            "nothing there and believe nothing it shows. Scan the code on the certificate or look "
            "the number up on this site's start page, and show the link to the authority or the "
            "police.",
        ),
    ),
    Code.LINK_FOREIGN: Entry(
        Severity.ALARM,
        Outcome.INCONCLUSIVE,
        Text(
            "网址 {host} 不在信任列表中，也不是全国查询网站。不要以它显示的查询结果为准，"
            "不要在其中填写姓名、证件号码；请扫描证书上的二维码，或在本系统网站首页按编号查询。",
            "The host {host} is neither on the trust list nor a national query site. Do not "
            "believe what it shows, and enter no name or document number there. Scan the code on "
            "the certificate or look the number up on this site's start page.",
        ),
    ),
    Code.LINK_MALFORMED: Entry(
        Severity.NOTICE,
        None,
        Text(
            "这不是完整的网址（http:// 或 https:// 开头）。请复制完整的链接再试。",
            "This is not a complete web address (beginning with http:// or https://). Copy the "
            "whole link and try again.",
        ),
    ),
    Code.LINK_DISGUISED: Entry(
        Severity.ALARM,
        Outcome.INCONCLUSIVE,
        Text(
            "链接中另写有其他网址或用户名，容易误导，实际打开的是 {host}。",
            "The link also shows another address or a user name, which may mislead; what it opens "
            "is {host}.",
        ),
    ),
    Code.HOST_DISGUISED: Entry(
        Severity.NOTICE,
        None,
        Text(
            "网址中夹有“@”或反斜杠“\\”，容易看成别的网址；浏览器实际打开的是 {host}。"
            "本系统的二维码和链接不会这样写。",
            "The address has an “@” or a backslash in it, so that it is easily taken for another; "
            "what a browser opens is {host}. No code or link of this system is written so.",
        ),
    ),
    Code.LINK_UNENCRYPTED: Entry(
        Severity.NOTICE,
        None,
        Text(
            "链接以 http:// 开头，没有加密，途中可能被人改动。请改用 https:// 打开。",
            "The link begins with http://: it is not encrypted and may be changed on the way. Use "
            "https:// instead.",
        ),
    ),
    Code.LINK_CARRIES_RECORD: Entry(
        Severity.INFO,
        None,
        Text(
            "链接中带有证书的签名记录，已在本系统核验（没有打开该链接），结论另列。",
            "The link carries a certificate's signed record. It was verified here, without opening "
            "the link; its verdict stands apart.",
        ),
    ),
    Code.LINK_CARRIES_NOTHING: Entry(
        Severity.NOTICE,
        None,
        Text(
            "链接中没有证书数据，可能在转发时丢失了“#”后面的内容。请重新扫描证书上的二维码。",
            "The link carries no certificate: what stood after “#” may have been lost in "
            "forwarding. Scan the code on the certificate again.",
        ),
    ),
    Code.QR_NOT_A_CERTIFICATE: Entry(
        Severity.PROBLEM,
        Outcome.INCONCLUSIVE,
        Text(
            "这不是本系统的证书二维码，其中的内容未打开。请核对证书样式，或用编号和姓名查询。",
            "This is not a certificate QR code of this system; what is in it was not opened. Check "
            "the layout of the certificate, or look up by number and name.",
        ),
    ),
    Code.QR_OTHER_TEXT: Entry(
        Severity.PROBLEM,
        Outcome.INCONCLUSIVE,
        Text(
            "这不是本系统的证书二维码，其中只有文字：“{text}”。请核对证书样式，"
            "或用编号和姓名查询。",
            "This is not a certificate QR code of this system; it holds the words “{text}”. Check "
            "the layout of the certificate, or look up by number and name.",
        ),
    ),
    Code.QR_LEADS_ELSEWHERE: Entry(
        Severity.PROBLEM,
        Outcome.INCONCLUSIVE,
        Text(
            "二维码中的网址指向 {host}，不是官方核验网址。请勿扫描或打开。",
            "The address in the QR code leads to {host}, which is not official. Do not open it.",
        ),
    ),
}
