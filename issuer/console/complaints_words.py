"""What the desks' pages of complaints say: the list's columns, and what was done."""

from __future__ import annotations

from typing import Final

from accounts.tables import Column, ColumnKind, Filter, FilterKind, TableSpec
from codes.wording import Text
from registry.complaints import ComplaintKind

_STATES: Final = {
    "open": Text("未办结", "open"),
    "mine": Text("由我办理", "mine"),
    "overdue": Text("已逾期", "overdue"),
    "closed": Text("已办结", "settled"),
}
LIST: Final = TableSpec(
    columns=(
        Column(key="id", text=Text("编号", "No.")),
        Column(key="kind", text=Text("事项", "About")),
        Column(key="sent_at", text=Text("提交日期", "Sent"), kind=ColumnKind.DATE),
        Column(key="due_on", text=Text("办结期限", "Due"), kind=ColumnKind.DATE),
        Column(key="assignee", text=Text("办理人", "With")),
        Column(key="state", text=Text("办理情况", "Status")),
    ),
    filters=(
        Filter(
            key="state",
            text=Text("办理情况", "Status"),
            kind=FilterKind.CHOICE,
            choices=tuple(_STATES.items()),
        ),
        Filter(
            key="kind",
            text=Text("事项", "About"),
            kind=FilterKind.CHOICE,
            choices=tuple((one.value, one.text) for one in ComplaintKind),
        ),
    ),
)
ANSWERED: Final = Text(
    "答复已保存，提交人凭回执编号可以看到；尚未办结",
    "The answer is kept, and its sender sees it by the receipt code; not settled yet",
)
SETTLED: Final = Text(
    "已答复并办结，提交人凭回执编号可以看到答复",
    "Answered and settled; its sender sees the answer by the receipt code",
)
NOBODY: Final = Text("请选择本单位的经办人", "Choose somebody of this office")
TAKE_FIRST: Final = Text("请先领取，再查看内容", "Take it first, then read it")
READ_FIRST: Final = Text(
    "请先查看内容，再答复；已填写的答复会保留",
    "Read what it says first, then answer; what was typed is kept",
)
