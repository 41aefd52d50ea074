"""`yanzhen trail …`: shows and checks the audit trail."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import click

from codes.wording import Text
from issuer.desk import SHANGHAI
from issuer.terminal import EXIT_FOUND, ROW_NUMBER, json_option, lay_out, open_home, show
from registry.schema import open_registry
from registry.session import reading
from registry.trail import TrailFilter, TrailReport, check_trail, find_entries
from registry.trail_models import TrailEntry

_day = click.DateTime(formats=["%Y-%m-%d"])
_FAULTS_SHOWN = 20


@click.group()
def trail() -> None:
    """审计记录：谁、何时、对什么、因何、凭何。Who did what, to what, why, on what paper."""


@trail.command("show")
@click.option("--actor", help="经办人 / who")
@click.option("--act", help="行为，如 copies 或 copies.export / what was done, or a group of it")
@click.option("--subject", help="对象包含的文字 / text in the subject, such as a number")
@click.option("--since", type=_day, help="起始日期 / from this day on")
@click.option("--until", type=_day, help="截止日期（含）/ to this day")
@click.option("--before", type=ROW_NUMBER, help="只列此序号之前的（翻页）/ earlier entries")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@json_option
def show_command(
    actor: str | None,
    act: str | None,
    subject: str | None,
    since: datetime | None,
    until: datetime | None,
    before: int | None,
    limit: int,
    as_json: bool,
) -> None:
    """列出审计记录，新的在前。List entries, the newest first."""
    home = open_home()
    wanted = TrailFilter(
        actor=actor,
        act=act,
        subject=subject,
        since=None if since is None else _midnight(since),
        until=None if until is None else _midnight(until) + timedelta(days=1),
        before=before,
    )
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        reading(engine) as session,
    ):
        found = find_entries(session, wanted, limit=limit)
    nothing = Text("没有符合条件的审计记录", "no entries")
    table = lay_out([_line(entry) for entry in found]) if found else ""
    show(
        {"entries": [_as_dict(entry) for entry in found]},
        Text(table, table) if found else nothing,
        as_json=as_json,
    )


@trail.command("check")
@json_option
def check_command(as_json: bool) -> None:
    """检查审计记录是否被改动、删除、插入、改序或截去。Find whatever was done to the trail.

    发现问题时退出码为 1。Exit code 1 where anything is wrong.
    """
    home = open_home()
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        report = check_trail(engine, home.trail_memory)
    show(
        {
            "entries": report.entries,
            "remembered": report.remembered,
            "head": report.head.hex(),
            "faults": [{"kind": fault.kind.value, "id": fault.id} for fault in report.faults],
        },
        _told(report),
        as_json=as_json,
    )
    if report.faults:
        raise click.exceptions.Exit(EXIT_FOUND)


def _told(report: TrailReport) -> Text:
    if not report.faults:
        return Text(
            f"审计记录完整：{report.entries} 条，末条摘要 {report.head.hex()}",
            f"the trail is whole: {report.entries} entries, head {report.head.hex()}",
        )
    lines = [(f"第 {one.id} 条", f"entry {one.id}", one.kind) for one in report.faults]
    shown = lines[:_FAULTS_SHOWN]
    rest = len(lines) - len(shown)
    zh = [f"{where}：{kind.text.zh}" for where, _, kind in shown]
    en = [f"{where}: {kind.text.en}" for _, where, kind in shown]
    more = (f"……另有 {rest} 处", f"… and {rest} more") if rest else ("", "")
    head = (f"审计记录有 {len(lines)} 处问题：", f"the trail is wrong in {len(lines)} places:")
    return Text("\n".join([head[0], *zh, more[0]]).rstrip(), "\n".join([head[1], *en, more[1]]))


def _midnight(day: datetime) -> datetime:
    return datetime.combine(day.date(), time(), tzinfo=SHANGHAI).astimezone(UTC)


def _line(entry: TrailEntry) -> list[str]:
    at = entry.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return [
        str(entry.id), at, entry.actor, entry.act, entry.subject, entry.ground, entry.reference
    ]  # fmt: skip


def _as_dict(entry: TrailEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "act": entry.act,
        "subject": entry.subject,
        "ground": entry.ground,
        "reference": entry.reference,
        "hash": entry.hash.hex(),
    }
