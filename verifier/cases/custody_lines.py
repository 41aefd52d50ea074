"""The lines of custody: the acts there are, and what a line says, in words for a page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from codes.levels import Level
from codes.wording import Text
from registry.case_answers import Answer, Comparison
from registry.case_questions import ANSWERED
from registry.cases import CaseOutcome
from verifier.verdict import Outcome, say_day

RUNNER: Final = Text("系统后台核验程序", "the system's background runner")
"""Who acts where a paper that waited is verified; the Chinese stands in the line."""


class Act(StrEnum):
    """What is done in a case."""

    OPEN = "open"
    RECEIVE = "receive"
    JUDGE = "judge"
    REPORT = "report"
    TAKE_OUT = "take_out"
    MISTAKE = "mistake"
    BUNDLE = "bundle"
    READ_RECORD = "read_record"
    ASK = "ask"
    ANSWER = ANSWERED
    WITHDRAW = "withdraw"
    GIVE = "give"
    HAND_OVER = "hand_over"
    CLOSE = "close"
    STATE_GAP = "state_gap"
    CONFIRM_GAP = "confirm_gap"

    @property
    def text(self) -> Text:
        """The act in both languages."""
        return _ACTS[self]


_ACTS: Final = {
    Act.OPEN: Text("案件登记", "Case opened"),
    Act.RECEIVE: Text("接收送检材料", "Evidence received"),
    Act.JUDGE: Text("核验", "Verified"),
    Act.REPORT: Text("出具查验报告", "Report sealed"),
    Act.TAKE_OUT: Text("调取原件", "Original taken out"),
    Act.MISTAKE: Text("标为误交", "Marked as handed in by mistake"),
    Act.BUNDLE: Text("制作证据包", "Evidence bundle made"),
    Act.READ_RECORD: Text("查看完整登记信息", "Full record read"),
    Act.ASK: Text("询问评价机构", "Body asked to confirm"),
    Act.ANSWER: Text("机构答复", "Body's answer"),
    Act.WITHDRAW: Text("撤回询问", "Question taken back"),
    Act.GIVE: Text("转交其他民警承办", "Given to a colleague"),
    Act.HAND_OVER: Text("移交", "Handed over"),
    Act.CLOSE: Text("办结", "Closed"),
    Act.STATE_GAP: Text("说明保管记录缺漏", "Gap in custody stated"),
    Act.CONFIRM_GAP: Text("确认保管记录缺漏", "Gap in custody confirmed"),
}

_DETAILS: Final = {
    "sha256": Text("SHA-256", "SHA-256"),
    "size": Text("字节", "bytes"),
    "from": Text("提交人", "from"),
    "file": Text("文件名", "file name"),
    "unread": Text("不能核验的文件", "file that cannot be verified"),
    "number": Text("证书编号", "certificate"),
    "outcome": Text("核验结论", "verdict"),
    "report": Text("报告编号", "report"),
    "ground": Text("事由", "ground"),
    "reference": Text("案件编号", "case number"),
    "tip": Text("据以登记的投诉举报编号", "opened on the tip numbered"),
    "body": Text("评价机构", "body"),
    "due": Text("答复期限", "answer by"),
    "to": Text("接收人", "to"),
    "paper": Text("文书", "paper"),
    "papers": Text("认定的材料（件）", "found of papers No."),
    "result": Text("说明", "in words"),
    "verdict": Text("结论文件的 SHA-256", "SHA-256 of the verdict"),
    "json": Text("JSON 报告的 SHA-256", "SHA-256 of the JSON report"),
    "question": Text("询问内容", "question"),
    "shown_name": Text("纸面姓名", "name on the paper"),
    "shown_level": Text("纸面等级", "level on the paper"),
    "shown_issued_on": Text("纸面发证日期", "date of issue on the paper"),
    "answer": Text("答复", "answer"),
    "words": Text("答复的说明", "answer in words"),
    "on_record": Text("机构登记中有无这个编号", "whether its register has the number"),
    "compared_name": Text("姓名与登记", "name beside the register"),
    "compared_level": Text("等级与登记", "level beside the register"),
    "compared_issued_on": Text("发证日期与登记", "date of issue beside the register"),
    "recorded_level": Text("登记的等级", "level on record"),
    "recorded_issued_on": Text("登记的发证日期", "date of issue on record"),
    "asked": Text("本案第几项询问", "which question of the case"),
    "ordered_by": Text("交办人", "on the order of"),
    "holder_before": Text("原承办人", "held before by"),
    "holder": Text("新承办人", "given to"),
    "account": Text("账号编号", "account number"),
    "gap": Text("缺漏、不符的条目及其摘要", "lines missing or at odds, and their hashes"),
    "reason": Text("原因", "reason"),
    "line": Text("所确认的说明（条）", "statement confirmed, line"),
    "contrary": Text("与核验结论不一致的原因", "why it is not as the verdicts say"),
    "bundle": Text("证据包", "evidence bundle"),
    "unsettled": Text("当时尚未办完", "not settled then"),
    "unexamined": Text("没有核验材料的原因", "why nothing was examined"),
}
NO_BUNDLE: Final = "none"
"""What a line of a hand-over says of the bundle where none was made before it."""
_NOT_MADE: Final = Text("移交前未制作", "not made before the hand-over")
_COMPARED: Final = {one.value: one.text for one in Comparison}
_WORDS: Final[Mapping[str, Mapping[str, Text]]] = {
    "bundle": {NO_BUNDLE: _NOT_MADE},
    "unread": {"yes": Text("经确认作为材料接收", "confirmed to be evidence")},
    "answer": {one.value: one.text for one in Answer},
    "on_record": {"yes": Text("有", "yes"), "no": Text("没有", "no")},
    "compared_name": _COMPARED,
    "compared_level": _COMPARED,
    "compared_issued_on": _COMPARED,
}
_CLOSED_WITH: Final = Text("处理结果", "outcome")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyLine:
    """One line as it is read.

    Args:
        item: place of the paper it is about; None for the case as a whole.
        line: the very text that is hashed.
    """

    place: int
    at: datetime
    actor: str
    act: Act
    item: int | None
    details: Mapping[str, str] = field(repr=False)
    line: str = field(repr=False)
    sha256: str

    @property
    def by(self) -> Text | str:
        """Who acted, in words for a page."""
        return RUNNER if self.actor == RUNNER.zh else self.actor

    @property
    def shown(self) -> Sequence[tuple[Text | str, Text | str]]:
        """Label and value of what it says beside who, when and what, in words for a page."""
        return [self._in_words(name, value) for name, value in self.details.items()]

    def _in_words(self, name: str, value: str) -> tuple[Text | str, Text | str]:
        label = _DETAILS.get(name, name)
        if name in ("due", "shown_issued_on", "recorded_issued_on"):
            return label, say_day(date.fromisoformat(value))
        if name in ("shown_level", "recorded_level"):
            return label, Level(int(value)).text
        if name in _WORDS:
            return label, _WORDS[name].get(value, value)
        if name != "outcome":
            return label, value
        if self.act is Act.CLOSE:
            return _CLOSED_WITH, CaseOutcome(value).text if value in set(CaseOutcome) else value
        return label, Outcome(value).text if value in set(Outcome) else value


NO_LINE: Final = (ValueError, KeyError, TypeError)


def parse_line(line: str, sha256: str) -> CustodyLine:
    """Return a line as it is read; raises one of `NO_LINE` where it is none."""
    told = json.loads(line)
    ours = {"place", "at", "actor", "act", "item"}
    return CustodyLine(
        place=told["place"],
        at=datetime.fromisoformat(told["at"]),
        actor=told["actor"],
        act=Act(told["act"]),
        item=told.get("item"),
        details={name: str(value) for name, value in told.items() if name not in ours},
        line=line,
        sha256=sha256,
    )
