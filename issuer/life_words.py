"""The words of the life of an award, as an operator reads and types them."""

from __future__ import annotations

from codes.wording import Text
from log.leaves import LifeKind
from registry.life_models import ActState, Ground

KIND_CODES = {
    LifeKind.CORRECT: "correct",
    LifeKind.REISSUE: "reissue",
    LifeKind.ARCHIVE_COPY: "archive",
    LifeKind.SUSPEND: "suspend",
    LifeKind.LIFT: "lift",
    LifeKind.REVOKE: "revoke",
    LifeKind.ANNUL: "annul",
    LifeKind.DIED: "died",
    LifeKind.BODY_MERGED: "body-merged",
}
"""What can be proposed."""

KINDS_BY_CODE = {code: kind for kind, code in KIND_CODES.items()}

KIND_WORDS = {
    LifeKind.REISSUE: Text("补发", "reissued"),
    LifeKind.ARCHIVE_COPY: Text("制作存档副本", "archive duplicate made"),
    LifeKind.CORRECT: Text("更正", "corrected"),
    LifeKind.SUSPEND: Text("暂停", "suspended"),
    LifeKind.LIFT: Text("解除暂停", "suspension lifted"),
    LifeKind.REVOKE: Text("撤销", "revoked"),
    LifeKind.ANNUL: Text("整批撤销", "batch annulled"),
    LifeKind.DIED: Text("持证人去世，注销", "holder died, cancelled"),
    LifeKind.BODY_MERGED: Text("评价机构合并", "body merged into another"),
    LifeKind.ERASE: Text("登记依法删除", "registration erased under the law"),
}
STATE_WORDS = {
    ActState.PROPOSED: Text("待审批", "awaiting approval"),
    ActState.APPROVED: Text("已批准", "approved"),
    ActState.REJECTED: Text("不予批准", "declined"),
    ActState.WITHDRAWN: Text("已撤回", "taken back"),
}
GROUND_WORDS = {
    Ground.FORGED_PAPERS: Text("申报材料弄虚作假", "false application papers"),
    Ground.CHEATING: Text("考试作弊", "cheating"),
    Ground.WRONG_AWARD: Text("错发", "awarded in error"),
    Ground.BOUGHT: Text("买卖证书", "bought or traded"),
    Ground.OTHER: Text("其他", "other"),
}


def reason_called(kind: LifeKind) -> Text:
    """Return what the reason of an act is called; a reissue has a ground (补发事由) beside it."""
    if kind is LifeKind.REISSUE:
        return Text("情况说明", "What happened")
    return Text("事由", "Why")
