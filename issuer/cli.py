"""`yanzhen init`, `yanzhen template` and `yanzhen issue`."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import click

from codes.wording import Text
from issuer.acts import marked_by_hand, privileged
from issuer.issuing import Phase, counting
from issuer.lint import LintReport
from issuer.log_custody import ensure_log
from issuer.opening import announce_host, open_desk
from issuer.operator import note_act_now
from issuer.photos import PhotoFolder
from issuer.progress import ProgressLine
from issuer.publishing import PUBLIC_URL_VARIABLE, parse_public_url, publish
from issuer.root_custody import ensure_root, open_root_keys
from issuer.roster import read_roster
from issuer.row_lines import name_lines
from issuer.run import IssueRun, RunSummary, check_only, issue_and_report
from issuer.template import write_template
from issuer.terminal import (
    ask_passphrase,
    current_operator,
    json_option,
    language,
    open_home,
    out_option,
    read_batch_name,
    read_new_file,
    say,
    show,
    workers_option,
)
from registry.holder_wrapping import count_without_key, give_keys
from registry.home import Home, home_path
from registry.schema import HEAD, open_registry
from registry.schema import migrate as migrate_schema
from registry.scrubbing import scrub
from registry.session import database, transaction
from templates.layout_files import DEFAULT_LAYOUT, known_layouts, load_layout

EXIT_DATA = 65
_ROOT_TOLD = Text(
    "已生成 1 个根密钥（secrets/root/），由它签署信任列表：仅适合一人负责的单位。"
    "多人负责的，请按 docs/trust.md 改为数人分持、离线保管（如三人持有、两人签署）。\n",
    "one root key was made (secrets/root/); it signs the trust list. That is fit for one person "
    "who answers for everything. Where several do, share it out and take it off line, such as "
    "2 of 3: docs/trust.md.\n",
)


@click.command()
@json_option
@marked_by_hand("init")
def init(as_json: bool) -> None:
    """建立数据目录（YANZHEN_HOME，默认 ./var）。Make a home folder."""
    path = home_path()
    operator, now, passphrase = current_operator(), datetime.now(UTC), ask_passphrase(new=True)
    home = Home.create(path, demo=False, passphrase=passphrase, now=now)
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        note_act_now(engine, operator, "init", "", at=now)
    pin = ensure_root(home, passphrase, now=now)
    _begin_log(home, passphrase)
    show(
        {"home": str(home.path), "demo": home.demo, "root_pin": pin},
        Text(
            f"已建立数据目录 {home.path}。口令丢失后数据无法恢复，请妥善保管。\n{_ROOT_TOLD.zh}"
            f"根文件指纹（请抄录）：{pin}\n下一步：yanzhen filing record 备案文件.json",
            f"made {home.path}. Keep the passphrase: without it the data are lost.\n"
            f"{_ROOT_TOLD.en}Root pin (write it down): {pin}\n"
            "Next: yanzhen filing record FILE.json",
        ),
        as_json=as_json,
    )


def _begin_log(home: Home, passphrase: bytes) -> None:
    """Begin the public log, which the public host names; else the first host printed begins it."""
    public_url = os.environ.get(PUBLIC_URL_VARIABLE, "")
    if not public_url:
        return
    host, _ = parse_public_url(public_url, demo=home.demo)
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        ensure_log(home, engine, host, passphrase)


@click.command()
@json_option
@marked_by_hand("migrate")
def migrate(as_json: bool) -> None:
    """将较早版本建立的数据目录升级到本版本（请先备份）。Bring an older home to this version."""
    home, operator, ask = open_home(), current_operator(), cache(ask_passphrase)
    with database(home.database_url) as engine:
        found = migrate_schema(engine, lambda: home.vault(ask()))
    rooted = not home.root_pin_path.exists()
    if rooted:
        _give_root(home, ask())
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        given = count_without_key(engine)
        if given:
            vault = home.vault(ask())
            progress = ProgressLine(language(), quiet=as_json)
            with progress.watching():
                give_keys(engine, vault, counting(Phase.SEAL, given, progress))
            scrub(engine)
        if given or rooted or found is not None:
            subject = f"{found or HEAD} {HEAD}"
            note_act_now(engine, operator, "migrate", subject, at=datetime.now(UTC))
    if found is None and not given and not rooted:
        told = Text("数据目录已是当前版本，未作改动", "the home is up to date; nothing was changed")
    else:
        told = Text(
            f"数据库结构已从 {found or HEAD} 升级到 {HEAD}；"
            f"{given} 名持证人的资料已改用各自的密钥加密",
            f"the database schema went from {found or HEAD} to {HEAD}; "
            f"the data of {given} holders are under keys of their own now",
        )
    show({"from": found or HEAD, "to": HEAD, "holders": given}, told, as_json=as_json)


def _give_root(home: Home, passphrase: bytes) -> None:
    """Make the root of a home from before trust lists were signed, and sign what is on record."""
    home.vault(passphrase)  # one passphrase opens the whole home: refuse a mistyped one
    now = datetime.now(UTC)
    ensure_root(home, passphrase, now=now)
    if home.key_document_path.exists():
        signers = open_root_keys(home, passphrase)
        with (
            open_registry(home.database_url, memory=home.trail_memory) as engine,
            transaction(engine) as session,
        ):
            publish(session, home, now=now, signers=signers)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), callback=read_new_file)
@json_option
def template(file: Path, as_json: bool) -> None:
    """写出名册模板（.xlsx）。Write an empty roster workbook."""
    write_template(file)
    show({"file": str(file)}, Text(f"已写出 {file}", f"wrote {file}"), as_json=as_json)


@click.command()
@json_option
def layouts(as_json: bool) -> None:
    """列出证书版式。List the page layouts: id, name, sheet in millimetres."""
    found = [load_layout(layout_id) for layout_id in known_layouts()]
    lines = [(f"{one.id}  {one.page_mm[0]:g}×{one.page_mm[1]:g} mm", one.name) for one in found]
    show(
        {
            "layouts": [
                {
                    "id": one.id,
                    "name": one.name.zh,
                    "name_en": one.name.en,
                    "sheet_mm": list(one.page_mm),
                    "bilingual": one.bilingual,
                    "default": one.id == DEFAULT_LAYOUT,
                }
                for one in found
            ]
        },
        Text(
            "\n".join(f"{line}  {name.zh}" for line, name in lines),
            "\n".join(f"{line}  {name.en}" for line, name in lines),
        ),
        as_json=as_json,
    )


@click.command()
@click.argument("roster", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--body", "prefix", required=True, help="机构编号前缀（13位）/ the body's prefix")
@click.option("--batch", required=True, help="批次名称，同名续办 / batch name; the same continues")
@out_option
@click.option(
    "--photos",
    type=click.Path(exists=True, path_type=Path),
    help="照片目录或 ZIP，默认花名册旁的 photos 或 photos.zip / folder or ZIP of photos",
)
@click.option(
    "--layout",
    default=DEFAULT_LAYOUT,
    show_default=True,
    help="证书版式，见 yanzhen layouts / page layout",
)
@click.option("--dry-run", is_flag=True, help="只检查，不签发 / check only")
@click.option("--skip-bad", is_flag=True, help="跳过有问题的行 / issue the good rows")
@click.option("--new-host", is_flag=True, help="确认启用新的核验网址 / confirm a new public host")
@click.option("--sample", is_flag=True, help="制作样本（仅演示目录）/ samples, demo homes only")
@workers_option
@json_option
@privileged("issue", "prefix", "batch")
def issue(
    roster: Path,
    prefix: str,
    batch: str,
    out: Path,
    photos: Path | None,
    layout: str,
    dry_run: bool,
    skip_bad: bool,
    new_host: bool,
    sample: bool,
    workers: int,
    as_json: bool,
) -> None:
    """按花名册签发证书。Issue certificates from a roster (.xlsx or .csv).

    任何一行有问题则全部不签发，除非加 --skip-bad。中断后用同一批次名重新运行即可续办。
    """
    run = IssueRun(
        roster=roster,
        prefix=prefix,
        batch=read_batch_name(batch),
        out=out,
        photos=photos,
        layout=load_layout(layout).id,
    )
    public_url = os.environ.get(PUBLIC_URL_VARIABLE, "")
    home = open_home()
    progress = ProgressLine(language(), quiet=as_json)
    tell = _say_nothing if as_json else _say_name_lines
    table = read_roster(roster)
    passphrase = ask_passphrase()
    with (
        progress.watching(),
        open_desk(
            home,
            prefix=prefix,
            passphrase=passphrase,
            public_url=public_url,
            sample=sample,
            dry_run=dry_run,
            workers=workers,
            clock=lambda: datetime.now(UTC),
        ) as desk,
        PhotoFolder(run.photo_folder) as folder,
    ):
        if not as_json:
            say(_address(desk.qr_url_prefix))
        if dry_run:
            summary = check_only(run, desk, table, folder, progress)
            tell(summary.report)
        else:
            announce_host(desk, public_url, another=new_host)
            summary = issue_and_report(
                run, desk, table, folder, skip_bad=skip_bad, progress=progress, inspected=tell
            )
    _show(summary, as_json=as_json)


def _show(summary: RunSummary, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(summary.as_dict(), ensure_ascii=False))
    else:
        for line in summary.lines():
            say(line)
    if summary.refused:
        raise SystemExit(EXIT_DATA)


def _say_name_lines(report: LintReport) -> None:
    for line in name_lines(report.notices):
        say(line)


def _say_nothing(_: LintReport) -> None:
    """The answer in JSON holds the notices of every row."""


def _address(qr_url_prefix: str) -> Text:
    if not qr_url_prefix:
        return Text(
            f"尚未设置 {PUBLIC_URL_VARIABLE}，正式签发前必须设置",
            f"{PUBLIC_URL_VARIABLE} is not set; issuing will need it",
        )
    return Text(
        f"二维码网址：{qr_url_prefix}（印出后无法更改）",
        f"QR address: {qr_url_prefix} (cannot be changed once printed)",
    )
