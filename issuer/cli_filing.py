"""`yanzhen filing …`: applications, filings and what becomes of them. Here: what is on record."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.occupations import occupation_by_index
from codes.wording import Text
from issuer import cli_application, cli_filing_acts
from issuer.acts import privileged
from issuer.applications import find_application
from issuer.cli_decisions import and_waiting
from issuer.cli_following import look_at_hand
from issuer.desk import shanghai_day
from issuer.filing import find_site, levels_filed, read_filing
from issuer.filing_acts import standing_of
from issuer.filing_record import record_filing
from issuer.filing_sums import acts_of, sum_of
from issuer.filing_view import (
    act_as_dict,
    act_line,
    application_as_dict,
    application_line,
    application_lines,
    join_lines,
    scope_lines,
    scopes_as_dicts,
    standing_text,
)
from issuer.publishing import publish
from issuer.terminal import as_option, json_option, open_home, show
from registry.filing_models import FilingApplication
from registry.models import Site
from registry.schema import open_registry
from registry.session import reading, transaction


@click.group()
def filing() -> None:
    """办理评价机构备案：申报、初审、遴选、公示、备案及以后的变更。

    File assessment bodies: application, review, selection, public notice, filing, and changes.
    """


@filing.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_option("decider")
@json_option
@privileged("filing.record")
def record(file: Path, decider: str, as_json: bool) -> None:
    """录入已有备案（已在别处作出的备案决定，JSON）。Record a filing that was decided elsewhere."""
    home, now = open_home(), datetime.now(UTC)
    form = read_filing(file)
    hand = look_at_hand(home)
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        transaction(engine) as session,
    ):
        before = _acts_on_record(session, str(form.prefix))
        site = record_filing(session, form, now=now, decider=decider)
        if len(acts_of(session, site)) == before:
            show(*_nothing_new(site, form.name), as_json=as_json)
            return
        publication = publish(session, home, now=now, signers=hand.signers)
    answer = {"prefix": site.prefix, "name": form.name, "changed": True, **publication.as_dict()}
    said = Text(
        f"已登记：{form.name}，编号前缀 {site.prefix}。"
        f"下一步：yanzhen keys new --body {site.prefix}",
        f"recorded: {form.name}, prefix {site.prefix}. Next: yanzhen keys new --body {site.prefix}",
    )
    hand.show(answer, and_waiting(said, publication), as_json=as_json)


def _acts_on_record(session: Session, prefix: str) -> int:
    site = session.scalar(select(Site).where(Site.prefix == prefix))
    return 0 if site is None else len(acts_of(session, site))


def _nothing_new(site: Site, name: str) -> tuple[dict[str, Any], Text]:
    """Return what is said of a filing that holds nothing but what is on record."""
    said = Text(
        f"已登记过，未作改动：{name}，编号前缀 {site.prefix}。",
        f"already recorded, nothing changed: {name}, prefix {site.prefix}.",
    )
    if not site.keys:
        step = f"yanzhen keys new --body {site.prefix}"
        said = Text(f"{said.zh}下一步：{step}", f"{said.en} Next: {step}")
    return {"prefix": site.prefix, "name": name, "changed": False}, said


@filing.command("list")
@json_option
def list_filings(as_json: bool) -> None:
    """列出已备案的机构和各件申请的进度、下一步。List bodies, and applications with what is next."""
    home, today = open_home(), shanghai_day(datetime.now(UTC))
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        reading(engine) as session,
    ):
        sites = session.scalars(select(Site).order_by(Site.prefix)).all()
        applications = session.scalars(
            select(FilingApplication).order_by(FilingApplication.id)
        ).all()
        answer = {
            "bodies": [_site_as_dict(session, site) for site in sites],
            "applications": [application_as_dict(one, today) for one in applications],
        }
        lines = [line for site in sites for line in _site_lines(session, site)]
        lines += [application_line(one, today) for one in applications]
    nothing = Text(
        "尚未登记任何机构。申报用 yanzhen filing apply 申请.json；"
        "录入已有备案用 yanzhen filing record 备案.json",
        "no body is on record yet; use yanzhen filing apply FILE.json, or yanzhen filing record "
        "FILE.json for one that was decided elsewhere",
    )
    show(answer, join_lines(lines) if lines else nothing, as_json=as_json)


@filing.command("show")
@click.argument("which")
@json_option
def show_one(which: str, as_json: bool) -> None:
    """查看一件申请（编号）或一家机构的备案沿革（前缀）。Show an application, or a body's history.

    WHICH 为申请编号（如 1）或机构编号前缀（13位）。
    """
    home, today = open_home(), shanghai_day(datetime.now(UTC))
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        reading(engine) as session,
    ):
        answer: dict[str, Any]
        if which.isascii() and which.isdigit():
            application = find_application(session, int(which[:9]), hold=False)
            answer = application_as_dict(application, today)
            lines = list(application_lines(application, today))
        else:
            site = find_site(session, which)
            acts = acts_of(session, site)
            answer = {
                **_site_as_dict(session, site),
                "address": site.address,
                "acts": [act_as_dict(one) for one in acts],
            }
            lines = [*_site_lines(session, site), *(act_line(one) for one in acts)]
    show(answer, join_lines(lines), as_json=as_json)


def _site_as_dict(session: Session, site: Site) -> dict[str, Any]:
    today, total = shanghai_day(datetime.now(UTC)), sum_of(session, site)
    return {
        "prefix": site.prefix,
        "name": site.body.name,
        "standing": standing_of(total, today).value,
        "levels": {
            occupation_by_index(index).code: [int(level) for level in levels]
            for index, levels in levels_filed(session, site.id, today).items()
        },
        "scopes": scopes_as_dicts(total.windows),
        "keys": len(site.keys),
    }


def _site_lines(session: Session, site: Site) -> list[Text]:
    """Return a line for the site and one for each thing it is filed for."""
    today, total = shanghai_day(datetime.now(UTC)), sum_of(session, site)
    standing = standing_text(standing_of(total, today))
    name, keys = site.body.name, len(site.keys)
    head = Text(
        f"{site.prefix}  {name}  {standing.zh}  密钥 {keys} 个",
        f"{site.prefix}  {name}  {standing.en}  keys: {keys}",
    )
    return [head, *scope_lines(total.windows)]


for command in (*cli_application.COMMANDS, *cli_filing_acts.COMMANDS):
    filing.add_command(command)
