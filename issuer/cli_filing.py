"""`yanzhen filing …`: what assessment bodies are filed for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from codes.levels import Level
from codes.occupations import occupation_by_index
from codes.wording import Text
from issuer.desk import shanghai_day
from issuer.filing import FiledScope, levels_filed, read_filing, record_filing
from issuer.publishing import publish
from issuer.terminal import json_option, open_home, root_signers, show
from registry.models import Site
from registry.schema import open_registry
from registry.session import reading, transaction


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
    signers = root_signers(home)
    with open_registry(home.database_url) as engine, transaction(engine) as session:
        site = record_filing(session, form)
        publication = publish(session, home, now=datetime.now(UTC), signers=signers)
    answer = {"prefix": site.prefix, "name": form.name, **publication.as_dict()}
    waiting = Text("", "") if publication.in_force else publication.text
    show(
        answer,
        Text(
            f"已登记：{form.name}，编号前缀 {site.prefix}。"
            f"下一步：yanzhen keys new --body {site.prefix}\n{waiting.zh}".rstrip(),
            f"recorded: {form.name}, prefix {site.prefix}. "
            f"Next: yanzhen keys new --body {site.prefix}\n{waiting.en}".rstrip(),
        ),
        as_json=as_json,
    )


@filing.command("list")
@json_option
def list_filings(as_json: bool) -> None:
    """列出已登记的机构。List the bodies on record."""
    home = open_home()
    today = shanghai_day(datetime.now(UTC))
    with open_registry(home.database_url) as engine, reading(engine) as session:
        sites = session.scalars(select(Site).order_by(Site.prefix)).all()
        rows = [
            {
                "prefix": site.prefix,
                "name": site.body.name,
                "levels": {
                    occupation_by_index(index).code: [int(level) for level in levels]
                    for index, levels in levels_filed(site, today).items()
                },
                "scopes": [_scope_as_dict(scope) for scope in _scopes(site)],
                "keys": len(site.keys),
            }
            for site in sites
        ]
        lines = [line for site in sites for line in _lines(site)]
    if not rows:
        nothing = Text(
            "尚未登记任何机构。用 yanzhen filing record 文件.json 登记",
            "no body is on record yet; use yanzhen filing record FILE.json",
        )
        show({"bodies": rows}, nothing, as_json=as_json)
        return
    show(
        {"bodies": rows},
        Text("\n".join(line.zh for line in lines), "\n".join(line.en for line in lines)),
        as_json=as_json,
    )


def _scopes(site: Site) -> list[FiledScope]:
    """Return what a site was ever filed for: levels of one occupation and window together."""
    filed: dict[tuple[int, date, date | None], list[Level]] = {}
    for one in site.filings:
        window = (one.occupation, one.valid_from, one.valid_to)
        filed.setdefault(window, []).append(Level(one.level))
    return [
        FiledScope(
            occupation=occupation_by_index(index),
            levels=tuple(sorted(levels, reverse=True)),
            valid_from=valid_from,
            valid_to=valid_to,
        )
        for (index, valid_from, valid_to), levels in filed.items()
    ]


def _scope_as_dict(scope: FiledScope) -> dict[str, Any]:
    return {
        "occupation": scope.occupation.code,
        "levels": [int(level) for level in scope.levels],
        "from": scope.valid_from.isoformat(),
        "to": scope.valid_to.isoformat() if scope.valid_to else None,
    }


def _lines(site: Site) -> Iterator[Text]:
    """Yield a line for the site and one for each thing it is filed for."""
    name, keys = site.body.name, len(site.keys)
    yield Text(f"{site.prefix}  {name}  密钥 {keys} 个", f"{site.prefix}  {name}  keys: {keys}")
    for scope in _scopes(site):
        occupation, first, last = scope.occupation, scope.valid_from, scope.valid_to
        levels_zh = "、".join(level.zh for level in scope.levels)
        levels_en = ", ".join(level.en for level in scope.levels)
        until = Text(f"至 {last}", f"to {last}") if last else Text("起，未定截止日期", "on, open")
        yield Text(
            f"  {occupation.zh}（{occupation.code}）：{levels_zh}，{first} {until.zh}",
            f"  {occupation.en} ({occupation.code}): {levels_en}; from {first} {until.en}",
        )
