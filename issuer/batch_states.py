"""How far a batch is at the evaluators' desk: its states, what follows each, and who must act."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from codes.wording import Text


class DraftState(StrEnum):
    """Where a batch stands between its spreadsheet and its certificates."""

    PREPARING = "preparing"
    RETURNED = "returned"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    ISSUING = "issuing"
    PAUSED = "paused"
    STOPPED = "stopped"
    ISSUED = "issued"
    DELETED = "deleted"

    @property
    def text(self) -> Text:
        """What the state is called."""
        return _STANDINGS[self].text

    @property
    def next_step(self) -> Text:
        """What comes next."""
        return _STANDINGS[self].next_step

    @property
    def actor(self) -> Text:
        """Who must act."""
        return _STANDINGS[self].actor


EDITABLE = frozenset({DraftState.PREPARING, DraftState.RETURNED})
"""States in which rows and photos may be changed."""

RUNNABLE = frozenset({DraftState.APPROVED, DraftState.ISSUING})
"""States that a runner takes up: `issuing` without a runner is what a killed one left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    text: Text
    next_step: Text
    actor: Text


_CLERK = Text("经办人", "the clerk")
_APPROVER = Text(
    "审批人（不能是提交人或确认成绩的人）",
    "an approver, not the person who submitted it or closed its scores",
)
_SYSTEM = Text("系统（自动进行）", "nobody, it goes on by itself")

_STANDINGS = {
    DraftState.PREPARING: _Standing(
        text=Text("准备中", "being prepared"),
        next_step=Text(
            "按批次总览“接下来”所列逐项办理，然后提交审批",
            "do what the batch's page lists under what comes next, then submit it",
        ),
        actor=_CLERK,
    ),
    DraftState.RETURNED: _Standing(
        text=Text("已退回", "returned"),
        next_step=Text(
            "按退回原因修改后重新提交审批", "correct what the reason names, then submit it again"
        ),
        actor=_CLERK,
    ),
    DraftState.SUBMITTED: _Standing(
        text=Text("待审批", "waiting for approval"),
        next_step=Text(
            "核对人数、考核、提示和样张，批准签发或退回",
            "look at counts, examination, notices and sample pages; approve, or return it",
        ),
        actor=_APPROVER,
    ),
    DraftState.APPROVED: _Standing(
        text=Text("已批准，等待签发", "approved, waits to be issued"),
        next_step=Text("等候后台签发", "waits to be issued in the background"),
        actor=_SYSTEM,
    ),
    DraftState.ISSUING: _Standing(
        text=Text("签发中", "being issued"),
        next_step=Text(
            "可以离开本页；签发完成后在此下载证书",
            "you may leave this page; the certificates will be here when it is done",
        ),
        actor=_SYSTEM,
    ),
    DraftState.PAUSED: _Standing(
        text=Text("已暂停", "paused"),
        next_step=Text(
            "点“继续签发”；已赋编号保持不变",
            "press “Continue issuing”; numbers already given stay as they are",
        ),
        actor=Text("经办人或审批人", "the clerk or the approver"),
    ),
    DraftState.STOPPED: _Standing(
        text=Text("已停止", "stopped"),
        next_step=Text(
            "按提示排除原因后点“继续签发”，或由审批人退回修改",
            "remove the cause that is named and press “Continue issuing”, or have the approver "
            "return it",
        ),
        actor=Text("经办人或审批人", "the clerk or the approver"),
    ),
    DraftState.ISSUED: _Standing(
        text=Text("已签发", "issued"),
        next_step=Text(
            "下载证书和清单，印制、发放，由持证人在领证签收表上签名；上传全国平台并核对回执",
            "download certificates and lists, print, hand over, have each holder sign the list; "
            "upload to the national site and reconcile the receipts",
        ),
        actor=_CLERK,
    ),
    DraftState.DELETED: _Standing(
        text=Text("已删除", "deleted"),
        next_step=Text("不再办理", "nothing more"),
        actor=Text("无", "nobody"),
    ),
}
