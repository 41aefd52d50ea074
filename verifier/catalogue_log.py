"""What findings about the public log say."""

from __future__ import annotations

from codes.wording import Text
from verifier.finding_codes import Code, Entry
from verifier.verdict import Outcome, Severity

_INFO, _PROBLEM, _ALARM = Severity.INFO, Severity.PROBLEM, Severity.ALARM
_INCONCLUSIVE = Outcome.INCONCLUSIVE

LOG_ENTRIES = {
    Code.LOGGED: Entry(
        _INFO,
        None,
        Text(
            "已于{logged_at} 载入公开日志（第 {index} 条），收录证明已核验。",
            "It is in the public log, since {logged_at} (entry {index}); the proof was checked.",
        ),
    ),
    Code.NOT_IN_LOG: Entry(
        _ALARM,
        Outcome.UNREGISTERED,
        Text(
            "签名有效，登记库中也有这条记录，但公开日志没有收录，不能视为已登记。"
            "请勿采信，并告知评价机构和主管部门。",
            "The signature is genuine and the register has such an entry, but the public log does "
            "not hold it, so it does not count as registered. Do not rely on it, and tell the "
            "assessment body and the authority.",
        ),
    ),
    Code.LOG_PENDING: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "登记刚刚完成，尚未载入已公布的日志。请过几分钟再查。",
            "It has only just been registered and is not in the published log yet. Try again in "
            "a few minutes.",
        ),
    ),
    Code.LIFE_PENDING: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "证书登记最近一次变更（如补发、更正、解除暂停）尚待载入已公布的日志，"
            "变更后的状态暂不能确认。请稍后再查。",
            "The latest change to the registration, such as a reissue, a correction or the end of "
            "a suspension, waits to be published in the public log, so what it leads to is not "
            "confirmed yet. Try again later.",
        ),
    ),
    Code.LOG_UNREADABLE: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "暂时无法读取公开日志，是否收录未能核验。请稍后再查。",
            "The public log cannot be read at present, so whether it holds the certificate is not "
            "known. Try again later.",
        ),
    ),
    Code.LOG_OLDER: Entry(
        _ALARM,
        _INCONCLUSIVE,
        Text(
            "收到的公开日志早于此前见过的，或与之矛盾，不予采信，是否登记、现在是否有效均未能核验。"
            "旧日志中可能没有后来的撤销。请稍后再查，并告知本站管理者或主管部门。",
            "The public log is older than the one seen here before, or contradicts it, and is not "
            "believed, so registration and present status were not checked: later revocations may "
            "be missing from it. Try again later, and tell whoever runs this site, or the "
            "authority.",
        ),
    ),
    Code.FILE_NOT_IN_LOG: Entry(
        _ALARM,
        _INCONCLUSIVE,
        Text(
            "登记库载明的文件没有收录在公开日志中，文件是否为原件不能确定。"
            "请告知评价机构和主管部门。",
            "The file named in the register is not in the public log, so whether this is the "
            "original is not known. Tell the assessment body and the authority.",
        ),
    ),
    Code.PROOF_STAPLED: Entry(
        _INFO,
        None,
        Text(
            "文件所附证明有效：该证书在日志有 {size} 条时已登记在案（{logged_at} 载入）。"
            "现在的状态没有查明。",
            "The proof in the file is valid: the certificate was registered when the log had "
            "{size} entries (logged {logged_at}). Its present status is not known.",
        ),
    ),
    Code.PROOF_STAPLED_WRONG: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "文件所附的日志收录证明无效，不能据此认定已登记。",
            "The proof of the public log in the file is not valid, so it does not show that the "
            "certificate is registered.",
        ),
    ),
}
