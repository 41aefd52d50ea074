"""The desks of a small home in a browser, and one page with every piece pages are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, jsonify, render_template_string, request

from accounts.marked import MarkedCell, MarkedRow
from accounts.roles import signed_in
from accounts.tables import Column, ColumnKind, Filter, FilterKind, TableSpec, read_table
from codes.wording import Text
from verifier.site.forms import Trouble

_PAGE = Path(__file__).with_name("specimen.html")
_STATES = (("current", Text("现行有效", "in force")), ("suspended", Text("暂停", "suspended")))
_SPEC = TableSpec(
    columns=(
        Column(key="number", text=Text("证书编号", "Number"), kind=ColumnKind.CODE, sortable=True),
        Column(key="name", text=Text("姓名", "Name")),
        Column(key="issued", text=Text("发证日期", "Issued"), kind=ColumnKind.DATE, sortable=True),
        Column(key="score", text=Text("得分", "Score"), kind=ColumnKind.NUMBER, sortable=True),
        Column(key="state", text=Text("状态", "State")),
    ),
    filters=(
        Filter(key="batch", text=Text("批次", "Batch")),
        Filter(key="state", text=Text("状态", "State"), kind=FilterKind.CHOICE, choices=_STATES),
        Filter(key="since", text=Text("发证日期不早于", "Issued since"), kind=FilterKind.DAY),
    ),
    sort="number",
    size=20,
)
_NOW = datetime(2026, 11, 22, 7, 4, tzinfo=UTC)

blueprint = Blueprint("specimen", __name__)


@dataclass(frozen=True, slots=True)
class _Certificate:
    number: str
    name: str
    issued: date
    score: int
    state: Text
    tone: str


@blueprint.get("/specimen")
@signed_in
def specimen() -> str:
    """Show every piece once."""
    states = [("good", _STATES[0][1]), ("warn", _STATES[1][1]), ("bad", Text("撤销", "revoked"))]
    rows = [
        _Certificate(
            f"S00001200012323300000{n}", name, date(2026, 11, n), 60 + 1117 * n, state, tone
        )
        for n, (name, (tone, state)) in enumerate(
            zip(["张伟", "古丽·阿卜杜热合曼", "欧阳娜娜"], states, strict=True), start=1
        )
    ]
    bad = Text("身份证号码校验码不符，请核对证件原件", "The check character is wrong: look again")
    marked = [
        MarkedRow(
            number=n,
            cells=[
                MarkedCell(value=name),
                MarkedCell(
                    value="44030019900101001X",
                    trouble=bad if n == 4 else None,
                    field="row-4-document" if n == 4 else "",
                ),
                MarkedCell(value="三级"),
                MarkedCell(
                    value="安检员",
                    trouble=Text("本批多为“保卫”，请确认", "Most rows say 保卫: is this right?")
                    if n == 5
                    else None,
                    warning=True,
                ),
                MarkedCell(value="82"),
                MarkedCell(value="77"),
                MarkedCell(value=""),
            ],
            trouble=Text("与第 2 行重复", "the same as row 2") if n == 5 else None,
        )
        for n, name in ((3, "张伟"), (4, "李娜"), (5, "王芳"))
    ]
    troubles = [
        Trouble(field="name", text=Text("姓名至少两个字", "A name has two characters at least")),
        Trouble(field="ground", text=Text("请填写事由", "Say why")),
        Trouble(field="kind", text=Text("暂停须有依据", "A suspension needs a paper")),
    ]
    said: dict[str, Any] = {
        "table": read_table(request.args, _SPEC),
        "bare": read_table({}, TableSpec(columns=_SPEC.columns)),
        "rows": rows,
        "today": date(2026, 11, 22),
        "now": _NOW,
        "marked": marked,
        "troubles": troubles,
    }
    return render_template_string(_PAGE.read_text(encoding="utf-8"), **said)


@blueprint.get("/poll")
@signed_in
def poll() -> Any:
    """Answer how far the work came."""
    return jsonify(done=121, total=300, text="正在签发", state="running")
