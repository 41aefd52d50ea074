"""What findings about the life of a certificate say: its events, a day, the status list."""

from __future__ import annotations

from codes.wording import Text
from verifier.finding_codes import Code, Entry
from verifier.verdict import Outcome, Severity

_INFO, _NOTICE, _PROBLEM, _ALARM = Severity.INFO, Severity.NOTICE, Severity.PROBLEM, Severity.ALARM
_INCONCLUSIVE, _NOT_CURRENT = Outcome.INCONCLUSIVE, Outcome.NOT_CURRENT

LIFE_ENTRIES = {
    Code.AWARD_SUSPENDED: Entry(
        _PROBLEM,
        _NOT_CURRENT,
        Text("证书已自{day}起暂停使用。", "The certificate is suspended since {day}."),
    ),
    Code.AWARD_REVOKED: Entry(
        _PROBLEM,
        _NOT_CURRENT,
        Text("证书已于{day}撤销。", "The certificate was revoked on {day}."),
    ),
    Code.AWARD_ANNULLED: Entry(
        _PROBLEM,
        _NOT_CURRENT,
        Text(
            "证书所属批次已于{day}整批撤销，证书随之撤销。",
            "The certificate was revoked on {day}, with the whole batch it belongs to.",
        ),
    ),
    Code.AWARD_CANCELLED: Entry(
        _PROBLEM, _NOT_CURRENT, Text("证书已注销。", "The certificate was cancelled.")
    ),
    Code.BODY_RENAMED: Entry(
        _NOTICE,
        None,
        Text(
            "评价机构现名“{now}”，发证时名称为“{then}”，证书上印的是发证时的名称。",
            "The assessment body is now called {now}. When the certificate was issued it was "
            "called {then}, and that name is printed on it.",
        ),
    ),
    Code.BODY_MERGED: Entry(
        _NOTICE,
        None,
        Text(
            "颁发证书的评价机构已并入“{successor}”，证书效力不变，可向该机构核实。",
            "The assessment body that issued the certificate has become part of {successor}. The "
            "certificate keeps its force; that body answers for it.",
        ),
    ),
    Code.STATUS_ON_DAY: Entry(
        _NOTICE,
        None,
        Text(
            "{day}当日状态：{status}。现在的状态以核验结论为准。",
            "On {day}: {status}. For its present status see the result.",
        ),
    ),
    Code.STATUS_LIST_AGREES: Entry(
        _INFO,
        None,
        Text(
            "状态列表（第 {version} 版，{issued_at}）与登记一致。",
            "The status list (version {version}, {issued_at}) agrees with the register.",
        ),
    ),
    Code.STATUS_LIST_DIFFERS: Entry(
        _ALARM,
        _INCONCLUSIVE,
        Text(
            "状态列表（第 {version} 版，{issued_at}）与登记库所载这份证书的状态不一致，"
            "不能作为依据。请告知评价机构或主管部门。",
            "The status list (version {version}, {issued_at}) and the register contradict each "
            "other about this certificate. Tell the assessment body or the authority.",
        ),
    ),
    Code.STATUS_LIST_VALID: Entry(
        _INFO,
        None,
        Text(
            "状态列表（第 {version} 版，{issued_at}）：这一份有效。",
            "The status list (version {version}, {issued_at}) says that this copy is valid.",
        ),
    ),
    Code.STATUS_LIST_INVALID: Entry(
        _PROBLEM,
        _NOT_CURRENT,
        Text(
            "状态列表（第 {version} 版，{issued_at}）：证书已撤销、注销，或其登记已依法删除。",
            "The status list (version {version}, {issued_at}) says that the certificate was "
            "revoked or cancelled, or its registration deleted under the law.",
        ),
    ),
    Code.STATUS_LIST_SUSPENDED: Entry(
        _PROBLEM,
        _NOT_CURRENT,
        Text(
            "状态列表（第 {version} 版，{issued_at}）：证书已暂停使用。",
            "The status list (version {version}, {issued_at}) says that the certificate is "
            "suspended.",
        ),
    ),
    Code.STATUS_LIST_REPLACED: Entry(
        _PROBLEM,
        _NOT_CURRENT,
        Text(
            "状态列表（第 {version} 版，{issued_at}）：这一份已作废，证书已补发或更正。",
            "The status list (version {version}, {issued_at}) says that this copy is void: the "
            "certificate was reissued or corrected.",
        ),
    ),
    Code.STATUS_LIST_OLD: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "状态列表不在有效期内（{issued_at} 至 {expires_at}），现在的状态未能查明。"
            "请取得最新的状态列表，并核对本机时间。",
            "The status list is not of the present ({issued_at} to {expires_at}), so the status "
            "now is not known. Get the latest list, and check this machine's clock.",
        ),
    ),
    Code.STATUS_LIST_OLDER: Entry(
        _ALARM,
        _INCONCLUSIVE,
        Text(
            "状态列表是第 {version} 版，此前已见过第 {highest} 版：这是旧列表，不予采用。",
            "The status list is version {version}, but version {highest} was seen before: this "
            "is an older list, and it is not relied on.",
        ),
    ),
    Code.STATUS_LIST_BROKEN: Entry(
        _ALARM,
        _INCONCLUSIVE,
        Text(
            "状态列表的格式或签名不对，或不是这份证书所在的列表，不予采用。",
            "The status list is malformed, not signed by a known key, or not the one this "
            "certificate is in; it is not relied on.",
        ),
    ),
    Code.STATUS_LIST_UNAVAILABLE: Entry(
        _PROBLEM,
        _INCONCLUSIVE,
        Text(
            "未能取得状态列表，证书现在是否有效未能查明。这不说明证书有问题，请稍后再查。",
            "The status list could not be fetched, so whether the certificate is in force now is "
            "not known. That says nothing against it; try again later.",
        ),
    ),
}
