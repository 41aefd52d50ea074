"""`yanzhen filing …`: what assessment bodies are filed for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import select

from codes.occupations import occupation_by_index
from codes.wording import Text
from issuer.desk import shanghai_day
from issuer.filing import levels_filed, read_filing, record_filing
from issuer.publishing import publish
from issuer.terminal import json_option, open_home, show
from registry.models import Site
from registry.session import database, reading, transaction


@click.group()
def filing() -> None:
    """登记评价机构备案。Record what assessment bodies are filed for."""


@filing.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def record(file: Path, as_json: bool) -> None:
    """登记一份备案文件（JSON）。Record a filing from a JSON file."""
    home = open_home()
    form = read_filing(file)
    with database(home.database_url) as engine, transaction(engine) as session:
        site = record_filing(session, form)
        document = publish(session, home, now=datetime.now(UTC))
    answer = {"prefix": site.prefix, "name": form.name, "key_document_version": document.version}
    show(
        answer,
        Text(
            f"已登记：{form.name}，编号前缀 {site.prefix}。"
            f"下一步：yanzhen keys new --body {site.prefix}",
            f"recorded: {form.name}, prefix {site.prefix}. "
            f"Next: yanzhen keys new --body {site.prefix}",
        ),
        as_json=as_json,
    )


@filing.command("list")
@json_option
def list_filings(as_json: bool) -> None:
    """列出已登记的机构。List the bodies on record."""
    home = open_home()
    today = shanghai_day(datetime.now(UTC))
    with database(home.database_url) as engine, reading(engine) as session:
        sites = session.scalars(select(Site).order_by(Site.prefix)).all()
        rows = [
            {
                "prefix": site.prefix,
                "name": site.body.name,
                "levels": {
                    occupation_by_index(index).code: [int(level) for level in levels]
                    for index, levels in levels_filed(site, today).items()
                },
                "keys": len(site.keys),
            }
            for site in sites
        ]
    if not rows:
        nothing = Text(
            "尚未登记任何机构。用 yanzhen filing record 文件.json 登记",
            "no body is on record yet; use yanzhen filing record FILE.json",
        )
        show({"bodies": rows}, nothing, as_json=as_json)
        return
    lines = "\n".join(f"{row['prefix']}  {row['name']}  {row['levels']}" for row in rows)
    show({"bodies": rows}, Text(lines, lines), as_json=as_json)
