"""How long a body waits for the preview of a large roster, and how much memory that takes.

    python -m bench.desk_preview           50 000 rows
    python -m bench.desk_preview --quick   2 000 rows

A workbook of invented people, one row in fifty at fault, goes the way of an upload to the
evaluators' desk: read, put away sealed, every lint on every row, the first page of rows at fault
asked for. Beside it stands the bare reading of the same file by the library we read workbooks with,
which takes no row apart. Each runs in a process of its own; the memory is that process's greatest,
with that of the child in which the workbook is read. `--json` prints one object on the last line.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import click
from python_calamine import CalamineWorkbook
from stdnum.iso7064 import mod_11_2

from accounts.person import Person
from accounts.roles import Role
from issuer.batch_checks import check
from issuer.batch_drafts import begin, fill, read_rows
from issuer.batch_room import BatchRoom, find_draft
from issuer.batch_runner import open_room
from issuer.columns import Column
from issuer.roster import open_workbook_child, parse_roster
from issuer.template import write_roster
from registry.home import Home
from registry.session import reading
from templates.layout_files import DEFAULT_LAYOUT
from tests.drills.office import NOW, PASSPHRASE, PREFIX, PUBLIC_URL, make_office

FULL, QUICK = 50_000, 2_000
PROMISED_SECONDS: Final = 20.0
PROMISED_MB: Final = 500.0
_AT_FAULT: Final = 50  # one row of so many
_PAGE: Final = 50
_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_FIRST_BORN: Final = date(1962, 1, 1)


def measure(rows: int) -> dict[str, Any]:
    """Return the figures of both ways for a roster of so many rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        make_office(path, {})
        write_roster(path / "roster.xlsx", [_cells(place) for place in range(rows)])
        ours, bare = (_apart(way, path) for way in ("preview", "bare"))
    kept = ours["seconds"] <= PROMISED_SECONDS and ours["memory_mb"] <= PROMISED_MB
    ratio = round(ours["seconds"] / bare["seconds"], 1)
    told = {"bench": "desk_preview", "rows": rows, "kept": kept, "ratio": ratio}
    return told | {"preview": ours, "bare": bare}


def _apart(way: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.desk_preview", "--way", way, str(folder)]
    told: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=-1).stdout)
    return told


def _cells(place: int) -> list[str]:
    chance = random.Random(place)
    born = _FIRST_BORN + timedelta(days=place % 14_000)
    digits = f"120101{born:%Y%m%d}{place // 14_000 * 2 + place % 2:03d}"
    cells = {
        Column.NAME: chance.choice(_SURNAMES) + _everyday(chance) + _everyday(chance),
        Column.DOCUMENT_TYPE: "居民身份证",
        Column.DOCUMENT_NUMBER: digits + mod_11_2.calc_check_digit(digits),
        Column.SEX: "男" if place % 2 else "女",
        Column.BIRTH_DATE: born.isoformat(),
        Column.OCCUPATION: "保卫管理员",
        Column.LEVEL: "三级/高级工",
    }
    if place % _AT_FAULT == 0:
        cells[Column.SEX] = "不明"
    return [cells.get(column, "") for column in Column]


def _everyday(chance: random.Random) -> str:
    """Return one of the 3 755 everyday characters of GB 2312."""
    return bytes((chance.randrange(0xB0, 0xD7), chance.randrange(0xA1, 0xFA))).decode("gb2312")


def preview(folder: Path) -> dict[str, Any]:
    """Take a roster in as an upload of it is taken in, up to the page of its rows at fault."""
    data = (folder / "roster.xlsx").read_bytes()
    home = Home.open(folder / "home", environment={})
    room = replace(open_room(home, PASSPHRASE), clock=lambda: NOW, public_url=PUBLIC_URL)
    steps: dict[str, float] = {}
    person = Person(
        account_id=1, name="王经办", roles=frozenset({Role.BODY_CLERK}), body=str(PREFIX)
    )

    def step(name: str, act: Callable[[], Any]) -> Any:
        begun = time.perf_counter()
        done = act()
        steps[name] = round(time.perf_counter() - begun, 2)
        return done

    with open_workbook_child() as child:
        table = step("read", lambda: parse_roster(data, "roster.xlsx", child))
    prefix = str(PREFIX)
    draft = begin(room, person, prefix=prefix, name="一", layout=DEFAULT_LAYOUT)
    step("put_away", partial(fill, room, prefix, draft, table))
    del table  # as when the request is over: another process checks
    step("check", lambda: check(room, prefix, draft))
    shown = step("show", lambda: _first_page(room, draft))
    if not shown:
        raise SystemExit("no row was found at fault")
    return {"seconds": round(sum(steps.values()), 2), **steps, **_used()}


def _first_page(room: BatchRoom, draft_id: int) -> int:
    with reading(room.desks) as session:
        draft = find_draft(session, str(PREFIX), draft_id)
    if draft.trouble is not None:
        raise SystemExit(f"the check stopped: {draft.trouble}")
    return len(read_rows(room, draft, show="faulty", offset=0, limit=_PAGE))


def bare(folder: Path) -> dict[str, Any]:
    """Read the workbook as anyone would."""
    begun = time.perf_counter()
    with CalamineWorkbook.from_path(folder / "roster.xlsx") as workbook:
        rows = workbook.get_sheet_by_index(0).to_python()
    if not rows:
        raise SystemExit("the workbook is empty")
    return {"seconds": round(time.perf_counter() - begun, 3), **_used()}


def _used() -> dict[str, float]:
    """Return what this process and its children took; the start of Python is in it."""
    used = [resource.getrusage(one) for one in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "processor_seconds": round(sum(one.ru_utime + one.ru_stime for one in used), 2),
        "memory_mb": round(sum(one.ru_maxrss for one in used) / 1024, 1),
    }


@click.command()
@click.option("--quick", is_flag=True, help="fewer rows")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object on the last line")
@click.option("--way", nargs=2, hidden=True, help="one way alone, in a folder made ready")
def main(quick: bool, as_json: bool, way: tuple[str, str] | None) -> None:
    """Have a roster previewed, and read bare."""
    if way is not None:
        click.echo(json.dumps({"preview": preview, "bare": bare}[way[0]](Path(way[1]))))
        return
    os.environ.pop("YANZHEN_DESK_DATABASE_URL", None)
    figures = measure(QUICK if quick else FULL)
    click.echo(f"{figures['rows']} rows: {figures['preview']}; bare {figures['bare']}")
    if as_json:
        click.echo(json.dumps(figures))
    sys.exit(0 if figures["kept"] else 1)


if __name__ == "__main__":
    main()
