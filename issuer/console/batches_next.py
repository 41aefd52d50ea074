"""What comes next for a batch, said and linked the same on each of its pages and in the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import request, url_for

from codes.wording import Text, counted
from issuer.batch_checks import ROWS_AT_ONCE, needs_check
from issuer.batch_covered import not_covered, warning_of
from issuer.batch_filing import why_nothing_issues
from issuer.batch_room import BatchRoom
from issuer.batch_states import EDITABLE, DraftState
from issuer.batch_steps import SCORES_ENTERED, StepStanding, StepState, steps_of
from issuer.body_settings import Step
from issuer.uploads_waiting import UploadStanding, upload_standing
from registry.batch_models import BatchDraft
from registry.session import reading

_TONES: Final = {StepStanding.DONE: "good", StepStanding.OPEN: "warn", StepStanding.SKIPPED: "calm"}
_ENDPOINTS: Final = {
    Step.ELIGIBILITY: "batches.eligibility",
    Step.PLAN: "batches.plan",
    Step.SCORES: "batches.scores",
    Step.NOTICE: "batches.notice",
}
_OVERVIEW: Final = "batches.show"
_DECIDING: Final = frozenset({"batches.review", "batches.consent", "batches.send_it_back"})
_SCORING: Final = frozenset({"batches.plan", "batches.scores"})
_CLERK: Final = DraftState.PREPARING.actor
_BOTH: Final = Text("考评员和经办人", "the examiner and the clerk")
_CHECKING: Final = Text("等候检查完成", "wait for the check")
_ROSTER: Final = Text("上传名册", "upload a roster")
_SUBMIT: Final = Text("提交审批", "submit it for approval")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """A step as the page of a batch shows it."""

    state: StepState
    endpoint: str
    tone: str


def lines_of(room: BatchRoom, draft: BatchDraft) -> list[StepLine]:
    """Return the steps of a batch before approval; none for an older batch or an issued one."""
    if draft.key_sealed is None:
        return []
    with reading(room.desks) as session:
        return [
            StepLine(state=one, endpoint=_ENDPOINTS[one.step], tone=_TONES[one.standing])
            for one in steps_of(room, session, draft)
        ]


def are_done(lines: Sequence[StepLine]) -> bool:
    """Return whether nothing keeps a batch from approval."""
    return _open(lines) is None


def _open(lines: Sequence[StepLine]) -> StepLine | None:
    return next((one for one in lines if one.state.standing is StepStanding.OPEN), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What comes next for a batch.

    Args:
        text: what is to be done.
        actor: who does it; None where nobody has anything to do.
        endpoint: of the page where it is done.
        show: which rows that page is to show; empty for its own choice.
    """

    text: Text
    actor: Text | None = _CLERK
    endpoint: str = _OVERVIEW
    show: str = ""

    @property
    def for_examiners(self) -> bool:
        """Whether an examiner may open the page."""
        return self.endpoint in _SCORING

    def address(self, draft_id: int) -> str:
        """Return the address of the page; empty where this one has what is to be done."""
        if request.endpoint in (_OVERVIEW, self.endpoint):
            return ""
        if self.endpoint == _OVERVIEW and request.endpoint in _DECIDING:
            return ""
        return url_for(self.endpoint, draft_id=draft_id, show=self.show or None)


_AFTER_ISSUE: Final = {
    UploadStanding.DONE: NextStep(
        text=Text(
            "证书均已上传全国平台，回执已核对；还没有发放的，印制、发放并由持证人签收",
            "every certificate is uploaded to the national site, its receipt reconciled; print and "
            "hand over what was not handed over yet, and have it signed for",
        ),
        actor=None,
    ),
    UploadStanding.ENDED: NextStep(
        text=Text(
            "没有待上传的证书，未上传的现非有效（撤销、暂停或注销），见“全国平台上传”",
            "nothing is left to be uploaded: what was not is revoked, suspended or cancelled (see "
            "National upload)",
        ),
        actor=None,
    ),
    UploadStanding.ELSEWHERE: NextStep(
        text=Text(
            "下载证书和清单，印制、发放，由持证人在领证签收表上签名",
            "download certificates and lists, print, hand over, have each holder sign the list",
        ),
    ),
}


def next_of(
    room: BatchRoom,
    draft: BatchDraft,
    lines: Sequence[StepLine] | None = None,
    *,
    deep: bool = True,
) -> NextStep:
    """Return what comes next for a batch.

    Args:
        lines: the steps of its examination, where they were read already.
        deep: read them otherwise. That opens every row, so a large batch is left to its overview,
            which says so; of an issued one that is not large it is always said how far its upload
            came.
    """
    state = DraftState(draft.state)
    deep = deep or (state is DraftState.ISSUED and draft.done <= ROWS_AT_ONCE)
    usual = NextStep(text=state.next_step, actor=state.actor)
    if state is DraftState.ISSUED and deep:
        if (warning := warning_of(len(not_covered(room, draft)))) is not None:
            return NextStep(text=warning, actor=None)
        return _AFTER_ISSUE.get(upload_standing(room, draft), usual)
    if state not in EDITABLE or draft.trouble is not None:
        return usual
    if draft.faulty and (stop := why_nothing_issues(room, draft.prefix)) is not None:
        return NextStep(text=stop, actor=None)
    first = _of_rows(draft)
    returned = state is DraftState.RETURNED
    if first is not None and not (returned and first.text is _CHECKING):
        return first
    if lines is None and deep and draft.rows <= ROWS_AT_ONCE:
        lines = lines_of(room, draft)
    if lines is None:
        return usual
    left = _open(lines)
    if left is not None:
        return _of_step(left)
    return usual if returned else NextStep(text=_SUBMIT)


def _of_rows(draft: BatchDraft) -> NextStep | None:
    """Return what is to be done about rows and photos; None where nothing is."""
    if not draft.rows:
        return NextStep(text=_ROSTER)
    if needs_check(draft):
        return NextStep(text=_CHECKING, actor=DraftState.ISSUING.actor)
    if draft.faulty:
        many = draft.faulty
        text = Text(f"改正名册中 {many} 行的问题", f"correct {many} {{row|rows}} of the roster")
        text = counted(text, many)
        return NextStep(text=text, endpoint="batches.rows", show="faulty")
    if draft.unpictured:
        many = draft.unpictured
        en = f"add photos ({many} {{person has|people have}} none)"
        text = counted(Text(f"上传照片（还差 {many} 人）", en), many)
        return NextStep(text=text, endpoint="batches.photos")
    return None


def _of_step(line: StepLine) -> NextStep:
    step, point = line.state.step, line.state.point or line.state.standing.text
    return NextStep(
        text=Text(f"{step.text.zh}（{point.zh}）", f"{step.text.en} ({point.en})"),
        actor=_BOTH if step is Step.SCORES and point is not SCORES_ENTERED else _CLERK,
        endpoint=line.endpoint,
    )
