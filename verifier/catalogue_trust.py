"""What findings about the trust list itself say."""

from __future__ import annotations

from codes.wording import Text
from verifier.finding_codes import Code, Entry
from verifier.verdict import Outcome, Severity

_NOTICE, _PROBLEM, _ALARM = Severity.NOTICE, Severity.PROBLEM, Severity.ALARM
_INCONCLUSIVE = Outcome.INCONCLUSIVE

TRUST_ENTRIES = {
    Code.TRUST_LIST_UNSIGNED: Entry(
        _ALARM,
        _INCONCLUSIVE,
        Text(
            "信任列表没有经主管部门的根密钥签署，或签署不足，不予采信，签名未能核验。"
            "请稍后再查，并告知本站管理者或主管部门。",
            "The trust list is not signed by enough of the authority's root keys and is not "
            "believed, so no signature was checked. Try again later, and tell whoever runs this "
            "site, or the authority.",
        ),
    ),
    Code.TRUST_LIST_OLDER: Entry(
        _ALARM,
        _INCONCLUSIVE,
        Text(
            "收到的信任列表早于此前采用过的版本，不予采信，签名未能核验。已停用或失密的密钥可能在旧版中"
            "仍列为有效。请稍后再查，并告知本站管理者或主管部门。",
            "The trust list is older than one used here before and is refused, so no signature was "
            "checked: an old list may still name keys that were withdrawn. Try again later, and "
            "tell whoever runs this site, or the authority.",
        ),
    ),
    Code.TRUST_LIST_FORKED: Entry(
        _ALARM,
        _INCONCLUSIVE,
        Text(
            "收到的信任列表与此前采用过的不相承接（同一版本内容不同，或根密钥没有承接关系），"
            "不予采信，签名未能核验。请告知本站管理者或主管部门。",
            "The trust list does not go on from the one used here before (another content under "
            "the same version, or other root keys) and is refused, so no signature was checked. "
            "Tell whoever runs this site, or the authority.",
        ),
    ),
    Code.TRUST_LIST_OLD: Entry(
        _NOTICE,
        None,
        Text(
            "核验所用的信任列表（第 {version} 版）编制于{published_on}，已满 {days} 天，"
            "超过有效期；此后如有机构备案、密钥变更，核验结论没有反映。请另向主管部门核实。",
            "The trust list in use (version {version}) was published on {published_on}, {days} "
            "days ago, and is past its term: any later change of filings and keys is not in the "
            "result. Ask the authority as well.",
        ),
    ),
}
