"""The case in words, for who reads a bundle without a programmer: papers, answers, custody.

It says what `case.json` and `custody.jsonl` say, in both languages, its times those of Beijing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from codes.levels import Level
from codes.wording import Language, Text
from registry.case_answers import comparison
from registry.case_claims import ComparedClaim
from registry.case_models import CaseItem, PoliceCase
from registry.case_questions import QuestionView
from registry.case_sealed import MISTAKE_REASON
from registry.cases import CaseOutcome, CaseState
from verifier.cases.custody_lines import CustodyLine
from verifier.verdict import Outcome, say_day

CASE_TEXT: Final = "case.txt"
_BEIJING: Final = ZoneInfo("Asia/Shanghai")
_Line = tuple[Text | str, Any]
_NAME_UNTOLD: Final = Text("不在此列出", "not given here")
_HAS: Final = {True: Text("有", "yes"), False: Text("没有", "no")}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What is told of a case.

    Args:
        case: the row.
        about: what it keeps sealed of itself.
        papers: each with what it keeps sealed of itself.
        questions: to bodies, the first first.
        bodies: their names by prefix.
        custody: the lines.
        demo: made by demonstration keys.
    """

    case: PoliceCase
    about: Mapping[str, Any] = field(repr=False)
    papers: Sequence[tuple[CaseItem, Mapping[str, Any]]] = field(repr=False)
    questions: Sequence[QuestionView]
    bodies: Mapping[str, str]
    custody: Sequence[CustodyLine]
    demo: bool


def write_case(facts: CaseFacts) -> bytes:
    """Return the case in words, Chinese first."""
    told = ("\n".join(_lines(facts, language)) + "\n" for language in (Language.ZH, Language.EN))
    return ("\n" + "-" * 60 + "\n\n").join(told).encode()


def _lines(facts: CaseFacts, language: Language) -> Iterator[str]:
    if facts.demo:
        yield Text("【演示 样本】", "[DEMO SAMPLE]").say(language)
    heading = Text(f"案件情况：{facts.case.reference}", f"Case {facts.case.reference}")
    yield heading.say(language)
    note = Text(
        "时间均为北京时间。内容与 case.json、custody.jsonl 相同，以该两个文件为准。",
        "Times are Beijing time. It says what case.json and custody.jsonl say, which prevail.",
    )
    yield note.say(language)
    yield from _chapter(Text("一、案件", "A. The case"), language)
    yield from _told(_about_case(facts), language)
    yield from _chapter(Text("二、送检材料", "B. Papers"), language)
    for item, about in facts.papers:
        yield Text(f"第 {item.place} 件", f"No. {item.place}").say(language)
        yield from _told(_about_paper(item, about), language)
    if facts.questions:
        yield from _chapter(Text("三、询问评价机构", "C. Questions to bodies"), language)
    for rank, one in enumerate(facts.questions, 1):
        yield Text(f"第 {rank} 项询问", f"Question {rank}").say(language)
        yield from _told(_about_question(one, facts.bodies), language)
        for line in one.reply.lines:
            yield f"    - {_compared(line, language)}"
    yield from _chapter(Text("四、保管记录", "D. Custody"), language)
    for step in facts.custody:
        yield _step(step, language)
        yield from _told(step.shown, language)
        yield from _told([(Text("本条摘要", "hash of this line"), step.sha256)], language)


def _chapter(heading: Text, language: Language) -> Iterator[str]:
    yield ""
    yield heading.say(language)


def _told(lines: Sequence[_Line], language: Language) -> Iterator[str]:
    """Yield a line for each label with its value; those without a value are left out."""
    colon = Text("：", ": ").say(language)
    for label, value in lines:
        if value not in (None, ""):
            yield f"  {_say(label, language)}{colon}{_say(value, language)}"


def _say(value: Any, language: Language) -> str:
    """Return a value in one line, so that nothing typed looks like a line of its own."""
    if isinstance(value, Text):
        return value.say(language)
    if isinstance(value, Level):
        return value.text.say(language)
    if isinstance(value, datetime):
        local = value.astimezone(_BEIJING)
        return f"{say_day(local.date()).say(language)} {local:%H:%M:%S}"
    if isinstance(value, date):
        return say_day(value).say(language)
    return " ".join(str(value).split())


def _about_case(facts: CaseFacts) -> list[_Line]:
    case, about = facts.case, facts.about
    outcome = None if case.outcome is None else CaseOutcome(case.outcome).text
    return [
        (Text("案由和简要情况", "What it is about"), about.get("about")),
        (Text("状态", "State"), CaseState(case.state).text),
        (Text("登记人", "Opened by"), case.opened_by),
        (Text("登记时间", "Opened"), case.opened_at),
        (Text("承办人", "Held by"), case.held_by),
        (Text("移交时间", "Handed over"), case.handed_over_at),
        (Text("接收人", "To"), about.get("to")),
        (Text("移交文书", "Paper"), about.get("paper")),
        (Text("办结时间", "Closed"), case.closed_at),
        (Text("处理结果", "Outcome"), outcome),
        (Text("认定的材料（件）", "Found of papers No."), about.get("papers")),
        (Text("说明", "In words"), about.get("result")),
        (Text("没有核验材料的原因", "Why nothing was examined"), about.get("unexamined")),
        (
            Text("与核验结论不一致的原因", "Why it is not as the verdicts say"),
            about.get("contrary"),
        ),
    ]


def _about_paper(item: CaseItem, about: Mapping[str, Any]) -> list[_Line]:
    outcome = Outcome(item.outcome).text if item.outcome else Text("未核验", "not verified")
    return [
        (Text("文件名", "File"), about["file"]),
        (Text("SHA-256", "SHA-256"), item.sha256),
        (Text("提交人", "From"), about["from"]),
        (Text("接收人", "Received by"), item.received_by),
        (Text("接收时间", "Received"), item.received_at),
        (Text("核验结论", "Verdict"), outcome),
        (Text("证书编号", "Certificate"), item.number),
        (Text("查验报告编号", "Report"), item.report_number),
        (
            Text("误交，不作为本案材料；原因", "Handed in by mistake; why"),
            about.get(MISTAKE_REASON),
        ),
    ]


def _about_question(one: QuestionView, bodies: Mapping[str, str]) -> list[_Line]:
    name = bodies.get(one.prefix)
    asked = [
        (Text(f"纸面{what.zh}", f"{what.en} on paper"), said) for what, said in one.claims.lines
    ]
    waiting = Text("等候答复", "waiting") if one.is_open else None
    on_record = None if one.reply.on_record is None else _HAS[one.reply.on_record]
    return [
        (Text("评价机构", "Body"), f"{name}（{one.prefix}）" if name else one.prefix),
        (Text("证书编号", "Certificate"), one.number),
        *asked,
        (Text("询问内容", "Question"), one.claims.words),
        (Text("询问人", "Asked by"), one.asked_by),
        (Text("询问时间", "Asked"), one.asked_at),
        (Text("答复期限", "Answer by"), one.due_on),
        (Text("撤回人", "Taken back by"), one.withdrawn_by),
        (Text("撤回时间", "Taken back"), one.withdrawn_at),
        (Text("答复", "Answer"), waiting or (one.answer and one.answer.text)),
        (Text("答复的说明", "Answer in words"), one.reply.words),
        (Text("答复人", "Answered by"), one.answered_by),
        (Text("答复时间", "Answered"), one.answered_at),
        (Text("机构登记中有无这个编号", "Its register has the number"), on_record),
    ]


def _compared(line: ComparedClaim, language: Language) -> str:
    recorded = _NAME_UNTOLD if line.recorded is None else line.recorded
    said, on_record = (_say(one, language) for one in (line.asked or "—", recorded))
    return Text(
        f"{line.what.text.zh}：询问所述 {said}，机构登记 {on_record}，{comparison(line).text.zh}",
        f"{line.what.text.en}: question {said}, register {on_record}, {comparison(line).text.en}",
    ).say(language)


def _step(step: CustodyLine, language: Language) -> str:
    paper = Text(f"（第 {step.item} 件）", f" (No. {step.item})") if step.item else Text("", "")
    act = Text(step.act.text.zh + paper.zh, step.act.text.en + paper.en)
    when, by = _say(step.at, language), _say(step.by, language)
    return f"{step.place}. {when}  {act.say(language)}  {by}"
