"""How far a police case is, and what comes next, as its page says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from codes.wording import Text
from registry.case_questions import QuestionView
from registry.cases import CaseState
from verifier.cases.loose_ends import LooseEnds
from verifier.verdict import say_day

EXAMINE: Final = 1
BUNDLE: Final = 2
HAND_OVER: Final = 3
CLOSE: Final = 4
OVER: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a case is.

    Args:
        step: the one it is at, counted from 0.
        next: what comes next; None where it is closed.
        by_holder: whether who holds the case is to do it.
    """

    step: int
    next: Text | None
    by_holder: bool = True


def standing(
    state: CaseState,
    judged: Sequence[bool],
    *,
    waiting: bool,
    loose: LooseEnds,
    questions: Sequence[QuestionView],
) -> Standing:
    """Return how far a case is.

    Args:
        state: of the case.
        judged: of each paper, whether it has a verdict.
        waiting: whether a paper waits for its verdict.
        loose: its bundles, and what was noted after them.
        questions: to bodies.
    """
    if state is CaseState.CLOSED:
        return Standing(step=OVER, next=None)
    if state is CaseState.HANDED_OVER:
        return Standing(step=CLOSE, next=Text("登记处理结果", "record the outcome"))
    if not all(judged) and waiting:
        words = Text("等候核验完成，系统自动进行，不用操作", "wait: verification runs by itself")
        return Standing(step=EXAMINE, next=words, by_holder=False)
    if not all(judged):
        words = Text(
            "打开未核验的材料，再试一次", "open the paper that was not verified and try again"
        )
        return Standing(step=EXAMINE, next=words)
    if not judged:
        return Standing(step=EXAMINE, next=Text("提交可疑证书", "hand in the suspect paper"))
    return _after_verdicts(loose, [one for one in questions if one.is_open])


def _after_verdicts(loose: LooseEnds, unanswered: Sequence[QuestionView]) -> Standing:
    made = bool(loose.bundles) and not loose.later
    step = HAND_OVER if made else BUNDLE
    if unanswered:
        return Standing(step=step, next=_wait_for(unanswered, made=made), by_holder=False)
    if made:
        return Standing(step=step, next=Text("办理移交", "hand the case over"))
    if loose.bundles:
        words = Text(
            "证据包制作后又有记录，重新制作，再办理移交",
            "more was noted after the bundle: make it anew, then hand over",
        )
        return Standing(step=step, next=words)
    words = Text("下载证据包，再办理移交", "download the bundle, then hand over")
    return Standing(step=step, next=words)


def _wait_for(unanswered: Sequence[QuestionView], *, made: bool) -> Text:
    """Return that answers are awaited, and what may be done meanwhile."""
    due, count = say_day(max(one.due_on for one in unanswered)), len(unanswered)
    many = Text(f" {count} 项", f"{count} answers") if count > 1 else Text("", "an answer")
    then = (
        Text("答复后重新制作证据包，再办理移交", "then make the bundle anew and hand over")
        if made
        else Text(
            "也可以先制作证据包，答复后须重新制作",
            "a bundle made before has to be made anew after it",
        )
    )
    return Text(
        f"等候机构答复{many.zh}（期限 {due.zh}）；{then.zh}",
        f"wait for {many.en} of the body (until {due.en}); {then.en}",
    )
