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
