"""What the certificate desk calls the acts on a certificate, and tells the clerk before each."""

from __future__ import annotations

from codes.wording import Text
from issuer.life_words import KIND_CODES
from log.leaves import LifeKind

ACT_TITLES = {
    LifeKind.CORRECT: Text("更正", "Correct"),
    LifeKind.REISSUE: Text("补发", "Reissue"),
    LifeKind.SUSPEND: Text("暂停", "Suspend"),
    LifeKind.LIFT: Text("解除暂停", "Lift the suspension"),
    LifeKind.REVOKE: Text("撤销", "Revoke"),
    LifeKind.DIED: Text("注销（持证人去世）", "Cancel: holder died"),
    LifeKind.ARCHIVE_COPY: Text("制作存档副本", "Archive duplicate"),
    LifeKind.ANNUL: Text("整批撤销", "Annul a batch"),
    LifeKind.BODY_MERGED: Text("评价机构合并", "Body merged"),
}
ACT_HEADINGS = {
    LifeKind.CORRECT: Text("更正证书 {}", "Correct certificate {}"),
    LifeKind.REISSUE: Text("补发证书 {}", "Reissue certificate {}"),
    LifeKind.SUSPEND: Text("暂停证书 {}", "Suspend certificate {}"),
    LifeKind.LIFT: Text("解除证书 {} 的暂停", "Lift the suspension of certificate {}"),
    LifeKind.REVOKE: Text("撤销证书 {}", "Revoke certificate {}"),
    LifeKind.DIED: Text("注销证书 {}（持证人去世）", "Cancel certificate {}: its holder died"),
    LifeKind.ARCHIVE_COPY: Text("制作证书 {} 的存档副本", "Archive duplicate of certificate {}"),
    LifeKind.ANNUL: Text("整批撤销：{}", "Annul a batch: {}"),
    LifeKind.BODY_MERGED: Text("评价机构合并：{}", "Body merged: {}"),
}
"""What an act does, and to what: its number stands for the braces."""
ACT_HELP = {
    LifeKind.CORRECT: Text(
        "姓名或工种印错时使用。更正后另制一份，证书编号不变，原来的各份全部作废。",
        "For a wrong name or specialty. Another copy is made under the same number, and every copy "
        "before it becomes void.",
    ),
    LifeKind.REISSUE: Text(
        "证书遗失或损毁时使用。编号不变，换新的印制流水码，原来的一份作废。",
        "For a lost or damaged certificate. Same number, a new print serial; the copy before "
        "becomes void.",
    ),
    LifeKind.SUSPEND: Text(
        "核查期间使用。批准后公众核验立即显示已暂停，查清后可以解除。",
        "While a matter is looked into. Once approved it verifies as suspended at once; it can be "
        "lifted.",
    ),
    LifeKind.LIFT: Text(
        "核查结束、没有问题时使用。日志公布后恢复有效。",
        "When nothing was found. It is in force again once the log is published.",
    ),
    LifeKind.REVOKE: Text(
        "查实弄虚作假、错发等时使用。批准后立即生效，不能恢复。",
        "For false papers, cheating or an award in error, once established. Effective at once, "
        "and final.",
    ),
    LifeKind.DIED: Text(
        "持证人去世时使用。批准后立即生效，不能恢复；公众核验不显示缘由。",
        "When the holder died. Effective at once, and final; verification does not say why.",
    ),
    LifeKind.ARCHIVE_COPY: Text(
        "供本机构存档使用，正本不受影响。",
        "For the body's own files; the original stays in force.",
    ),
}
ACT_CODES = KIND_CODES
FINAL = frozenset({LifeKind.REVOKE, LifeKind.ANNUL, LifeKind.DIED})
"""The acts that nothing undoes."""
TO_PRINT = "to-print"
"""What the list of acts is asked for, beside the states of acts: copies to print."""
