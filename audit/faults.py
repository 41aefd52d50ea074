"""What an audit finds wrong with the leaves of a log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from codes.wording import Text

# Every fault a leaf can have, and every notice. The code is stable; particulars follow.
SENTENCES = MappingProxyType(
    {
        "audit_leaf_lost": Text(
            "条目无法读取，未能核对", "The entry cannot be read, so nothing is known of it"
        ),
        "audit_leaf_unreadable": Text(
            "条目不是本日志格式的内容", "The entry is not a leaf of this kind of log"
        ),
        "audit_time_backwards": Text(
            "收录时间早于前一条目", "It was logged before the leaf that comes before it"
        ),
        "audit_time_ahead": Text(
            "收录时间晚于核对时的时间", "It was logged at a time that has not come yet"
        ),
        "audit_body_unknown": Text(
            "编号前缀不属于任何已备案机构", "The prefix is of no body that was ever filed"
        ),
        "audit_out_of_scope": Text(
            "发证当日该机构未就该职业等级备案",
            "On the date of issue the body was not filed for this occupation at this level",
        ),
        "audit_key_unknown": Text(
            "签名密钥不在信任列表中", "The signing key is not in the trust list"
        ),
        "audit_key_out_of_term": Text(
            "该日不在签名密钥的有效期内", "The day is outside the term of the signing key"
        ),
        "audit_key_compromised": Text(
            "签名密钥失密之后才收录",
            "It was logged after its signing key may have been in other hands",
        ),
        "audit_serial_gap": Text(
            "证书序列码不连续，中间有缺号", "Serials are missing before this one"
        ),
        "audit_serial_repeated": Text(
            "证书序列码重复或倒退", "The serial was given before, or comes too late"
        ),
        "audit_record_version": Text(
            "首次签发的记录版本不是1", "The record of an issue is not version 1"
        ),
        "audit_year": Text(
            "编号中的年份与发证日期不符", "The year in the number is not that of the date of issue"
        ),
        "audit_logged_early": Text(
            "收录时间早于发证日期", "It was logged before its date of issue"
        ),
        "audit_logged_late": Text(
            "收录时间晚于发证日期一天以上", "It was logged more than a day after its date of issue"
        ),
        "audit_mark_repeated": Text(
            "同一变更标记出现两次", "The mark of this event stands in the log already"
        ),
        "audit_life_record": Text(
            "该类变更与是否签发新记录不符",
            "An event of this kind must, or must not, come with a new record",
        ),
        "audit_life_day": Text(
            "变更生效日期不合理", "The day from which the event holds is not plausible"
        ),
        "audit_trust_order": Text(
            "信任列表版本没有递增", "The version of the trust list does not go up"
        ),
        "audit_trust_differs": Text(
            "信任列表与日志所载的不一致",
            "The trust list is not the one that the log has the hash of",
        ),
        "audit_trust_unlogged": Text(
            "该版信任列表未载入日志",
            "This version of the trust list is not in the log",
        ),
        "audit_issued_before_act": Text(
            "这项备案决定载入日志之前，机构已签发证书，发证日期不早于决定的生效日期："
            "发证时备案有效，现核验为“超出备案范围”",
            "Before this act on the filing was logged the body had issued certificates, dated on "
            "or after the day from which the act takes effect: they were in scope when issued, and "
            "now verify as out of scope",
        ),
        "audit_trust_pending": Text(
            "该版信任列表尚未载入日志；编制满一日仍未载入的，即为问题",
            "This version of the trust list is not in the log yet; "
            "a day after it was drawn up that is a fault",
        ),
        "audit_filing_pending": Text(
            "信任列表中的备案范围所依据的备案决定尚未载入日志",
            "The act that the list's scopes for this body rest on is not in the log yet",
        ),
        "audit_trust_dated": Text(
            "信任列表的编制时间不合次序：晚于其收录时间，或早于前一版",
            "The trust list is dated out of order: after it was logged, or before the one before",
        ),
        "audit_filing_differs": Text(
            "信任列表中的备案范围与日志所载备案决定的合计不符",
            "What the trust list has the body filed for is not the sum of the acts in the log",
        ),
        "audit_filing_backdated": Text(
            "备案决定的生效日期被倒填：早于决定日期，或早于收录日期超过允许补录的天数",
            "The act on a filing is back-dated: it takes effect before it was decided, or longer "
            "before it was logged than a late entry may be",
        ),
        "audit_filing_ahead": Text(
            "备案决定的日期晚于收录日期", "The act on a filing was logged before it was decided"
        ),
        "audit_filing_unreadable": Text(
            "备案条目的内容无法理解，备案范围无从核算",
            "The leaf does not say what was filed, so it cannot be summed",
        ),
        "audit_quorum_missing": Text(
            "检查点上见证人的签署不足信任列表要求的数目",
            "Fewer witnesses cosigned the checkpoint than the trust list asks for",
        ),
        "audit_rolled_back": Text(
            "日志比此前见到的短，已被回退",
            "The log is shorter than it was seen to be: it was rolled back",
        ),
        "audit_history_changed": Text(
            "日志不是此前所见日志的延续，历史已被改写",
            "The log does not go on from what was seen before: its history was changed",
        ),
        "audit_trust_older": Text(
            "信任列表不是最新一版：此前见过或日志载有更新的一版",
            "The trust list is not the newest: a newer one was seen before or is in the log",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFault:
    """One breach of a rule, or a notice.

    Args:
        code: one of `SENTENCES`.
        index: of the leaf; None for the log as a whole.
        about: what it is about, such as a certificate number; empty where the leaf says nothing.
    """

    code: str
    index: int | None
    about: str = ""

    @property
    def text(self) -> Text:
        """The sentence, in both languages."""
        return SENTENCES[self.code]

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as a JSON object."""
        return {
            "code": self.code,
            "index": self.index,
            "about": self.about,
            "message": self.text.zh,
            "message_en": self.text.en,
        }

    def line(self, last: int | None = None) -> Text:
        """Return the fault and its place as one line.

        Args:
            last: index of the last of several leaves in a row that have this same fault.
        """
        place = "" if self.index is None else f"#{self.index} "
        if last not in (None, self.index):
            place = f"#{self.index}–#{last} "
        about = f"{self.about} " if self.about else ""
        return Text(
            f"{place}{about}{self.text.zh}（{self.code}）",
            f"{place}{about}{self.text.en} [{self.code}]",
        )


def fault_lines(faults: Sequence[AuditFault]) -> list[Text]:
    """Return what a person is told of faults; the same fault of leaves in a row is told once."""
    rows: list[tuple[AuditFault, int | None]] = []
    for fault in faults:
        first, last = rows[-1] if rows else (None, None)
        follows = last is not None and fault.index == last + 1
        if first is not None and follows and (first.code, first.about) == (fault.code, fault.about):
            rows[-1] = (first, fault.index)
        else:
            rows.append((fault, fault.index))
    return [first.line(last) for first, last in rows]
