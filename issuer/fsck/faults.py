"""What a comparison of database and log found wrong, and where exactly it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from codes.wording import Text

_TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        "missing": Text("缺少", "is missing"),
        "unexpected": Text("不应存在", "should not be there"),
        "differs": Text("与日志或密封内容不符", "differs from the log or from what is sealed"),
        "unopenable": Text("无法打开，已被改动或移位", "does not open: changed, or moved here"),
        "unsigned": Text("签名与公布的密钥不符", "is not signed with a published key"),
        "gap": Text("编号不连续", "has a gap before it"),
        "desk_differs": Text(
            "与审计记录不符，可能被改动。请用 yanzhen trail show --subject 查明，"
            "从备份恢复工作台数据库；确系办理时系统中断的，重新办理一次",
            "differs from the audit trail: perhaps changed. Look with yanzhen trail show "
            "--subject and restore the desks' database from a backup; if the system broke off as "
            "it was done, do it again",
        ),
        "desk_missing": Text(
            "审计记录中有，工作台数据库中缺少，可能被删除。请用 yanzhen trail show --subject 查明，"
            "从备份恢复工作台数据库；确系办理时系统中断的，重新办理一次",
            "is on the audit trail and not in the desks' database: perhaps deleted. Look with "
            "yanzhen trail show --subject and restore that database from a backup; if the system "
            "broke off as it was done, do it again",
        ),
        "desk_unexpected": Text(
            "审计记录中没有，可能不是由本系统写入（刚从备份恢复的，也可能是备份期间办理的）。"
            "请查明后从备份恢复工作台数据库",
            "is not on the audit trail: perhaps this system did not write it (after a restore it "
            "may have been done while the backup was made). Find out, and restore the desks' "
            "database from a backup",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """One thing that is not as it must be.

    Args:
        table: of the database, or `log` for the published files.
        row: names the row without personal data: a certificate number, a print serial, an id.
        field: the column, or `row` for the whole of it.
        code: what is wrong; a key of this module's words.
    """

    table: str
    row: str
    field: str
    code: str

    @property
    def text(self) -> Text:
        """Return the fault as a line."""
        said = _TEXTS[self.code]
        return Text(
            f"{self.table} · {self.row} · {self.field}：{said.zh}",
            f"{self.table} · {self.row} · {self.field}: {said.en}",
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as one JSON object."""
        return {
            "table": self.table,
            "row": self.row,
            "field": self.field,
            "code": self.code,
            "message": self.text.zh,
            "message_en": self.text.en,
        }
