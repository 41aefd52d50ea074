"""`yanzhen filing …`, from the application to the filing: 申报、初审、遴选、公示、异议、备案."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.acts import privileged
from issuer.application_form import read_application, sample_application
from issuer.application_states import Step
from issuer.applications import (
    find_application,
    open_material,
    read_materials,
    submit,
    supplement,
    take_step,
)
from issuer.cli_decisions import (
    DAY,
    and_waiting,
    deciding,
    decision_options,
    dry_run_option,
    published,
    read_decision,
    tried,
)
from issuer.cli_following import look_at_hand
from issuer.desk import shanghai_day
from issuer.filing import read_prefix
from issuer.filing_decision import FilingTerms, file_application
from issuer.filing_view import application_as_dict, application_line, join_lines
from issuer.public_notice import (
    ObjectionOutcome,
    add_objection,
    check_none_sent,
    objections_now,
    open_objection_now,
    read_objection,
    settle_objection,
    start_notice,
)
from issuer.publishing import Publication, publish
from issuer.terminal import (
    ROW_NUMBER,
    ask_passphrase,
    json_option,
    open_home,
    read_new_file,
    show,
)
from registry.home import Home
from registry.public_database import public_database, public_database_url
from registry.session import reading
from registry.store import write_durably

_id_argument = click.argument("application_id", metavar="ID", type=ROW_NUMBER)
_file_argument = click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), callback=read_new_file)
@json_option
def template(file: Path, as_json: bool) -> None:
    """写出备案申请样例（JSON）。Write a sample application, to be filled in."""
    text = json.dumps(sample_application(), ensure_ascii=False, indent=2)
    write_durably(file, text.encode() + b"\n", mode=0o644)
    show(
        {"file": str(file)},
        Text(
            f"已写出 {file}。请按营业执照填写，材料文件放在同一目录，"
            f"然后运行 yanzhen filing apply {file}",
            f"wrote {file}. Fill it in, put the materials beside it, "
            f"then run yanzhen filing apply {file}",
        ),
        as_json=as_json,
    )


@click.command()
@_file_argument
@click.option("--supplements", type=ROW_NUMBER, help="补正的申请编号 / the one returned")
@decision_options(two_persons=False)
@dry_run_option
@json_option
@privileged("filing.apply", "supplements")
def apply(file: Path, supplements: int | None, dry_run: bool, as_json: bool, **said: Any) -> None:
    """受理备案申请（或 --supplements 补正材料）。Take in an application, or a supplement to one.

    材料文件与申请文件放在同一目录；材料加密保存，只登记名称和 SHA-256。
    """
    home, now = open_home(), datetime.now(UTC)
    decision = read_decision(now, approver=None, **said)
    form = read_application(file, today=shanghai_day(now))
    materials = read_materials(form, file.absolute().parent)
    if dry_run:
        checked = Text(
            f"申请材料齐全，{len(materials)} 份", f"complete, with {len(materials)} materials"
        )
        show({"dry_run": True}, tried(checked, dry_run=True), as_json=as_json)
        return
    vault = home.vault(ask_passphrase())
    with deciding(home) as session:
        if supplements is None:
            application = submit(session, home, vault, form, materials, decision, now=now)
        else:
            application = find_application(session, supplements)
            supplement(session, home, vault, application, form, materials, decision, now=now)
        _show_application(session, application.id, now, as_json=as_json)


def _decide(step: Step, application_id: int, dry_run: bool, as_json: bool, **said: Any) -> None:
    home, now = open_home(), datetime.now(UTC)
    decision = read_decision(now, approver=None, **said)
    with deciding(home, dry_run=dry_run) as session:
        take_step(session, find_application(session, application_id), step, decision, now=now)
        _show_application(session, application_id, now, as_json=as_json, dry_run=dry_run)


@click.command()
@_id_argument
@decision_options(two_persons=False)
@dry_run_option
@json_option
@privileged("filing.accept", "application_id")
def accept(**said: Any) -> None:
    """材料初审或评估遴选通过。Pass the preliminary review, or the evaluation and selection."""
    _decide(Step.ACCEPT, **said)


@click.command("return")
@_id_argument
@decision_options(two_persons=False)
@dry_run_option
@json_option
@privileged("filing.return", "application_id")
def return_(**said: Any) -> None:
    """退回申请单位补正（须写理由）。Return an application for a supplement; say why."""
    _decide(Step.RETURN, **said)


@click.command()
@_id_argument
@decision_options(two_persons=False)
@dry_run_option
@json_option
@privileged("filing.refuse", "application_id")
def refuse(**said: Any) -> None:
    """不予备案，办结申请（须写理由）。Refuse an application for good; say why."""
    _decide(Step.REFUSE, **said)


@click.group()
def notice() -> None:
    """公示。The public notice."""


@notice.command()
@_id_argument
@click.option("--first", type=DAY, required=True, help="公示首日，明天或以后 / first day, to come")
@click.option("--last", type=DAY, required=True, help="公示末日（含）/ last day, included")
@click.option("--day-off", "days_off", type=DAY, multiple=True, help="法定节假日 / a holiday")
@decision_options(two_persons=False)
@dry_run_option
@json_option
@privileged("filing.notice", "application_id")
def start(
    application_id: int,
    first: datetime,
    last: datetime,
    days_off: tuple[datetime, ...],
    dry_run: bool,
    as_json: bool,
    **said: Any,
) -> None:
    """开始公示：从明天或以后起，按整日计，须满规定的工作日。Start the public notice.

    周末不计；法定节假日用 --day-off 逐日写明。调休上班的周末也不计，公示只会更长。
    """
    home, now = open_home(), datetime.now(UTC)
    decision = read_decision(now, approver=None, **said)
    with deciding(home, dry_run=dry_run) as session:
        start_notice(
            session,
            find_application(session, application_id),
            decision,
            first_day=first.date(),
            last_day=last.date(),
            days_off=[day.date() for day in days_off],
            now=now,
        )
        _show_application(session, application_id, now, as_json=as_json, dry_run=dry_run)


@click.group()
def objection() -> None:
    """公示期间的异议。Objections received during the public notice."""


@objection.command()
@_id_argument
@_file_argument
@decision_options(two_persons=False)
@json_option
@privileged("filing.objection", "application_id")
def add(application_id: int, file: Path, as_json: bool, **said: Any) -> None:
    """登记一件异议，加密保存。Put an objection on record, sealed.

    FILE 为 JSON：from（提出人）、text（内容）、received_on（收到日期）。
    """
    home, now = open_home(), datetime.now(UTC)
    decision, form = read_decision(now, approver=None, **said), read_objection(file)
    vault = home.vault(ask_passphrase())
    with deciding(home) as session:
        application = find_application(session, application_id)
        add_objection(session, vault, application, form, decision, now=now)
        _show_application(session, application_id, now, as_json=as_json)


@objection.command()
@_id_argument
@click.argument("number", type=ROW_NUMBER)
@click.option(
    "--outcome",
    type=click.Choice([one.value for one in ObjectionOutcome]),
    required=True,
    help="不成立或成立 / dismissed or upheld",
)
@decision_options(two_persons=False)
@dry_run_option
@json_option
@privileged("filing.settle", "application_id", "number")
def settle(
    application_id: int, number: int, outcome: str, dry_run: bool, as_json: bool, **said: Any
) -> None:
    """处理一件异议（须写理由）。Settle an objection; say why."""
    home, now = open_home(), datetime.now(UTC)
    decision = read_decision(now, approver=None, **said)
    with deciding(home, dry_run=dry_run) as session:
        application = find_application(session, application_id)
        settle_objection(session, application, number, ObjectionOutcome(outcome), decision, now=now)
        _show_application(session, application_id, now, as_json=as_json, dry_run=dry_run)


@click.command("read")
@_id_argument
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="输出目录 / folder to write to",
)
@json_option
@privileged("filing.read", "application_id")
def read_sealed(application_id: int, out: Path, as_json: bool) -> None:
    """将申请的材料和异议解密写出，供审查。Write materials and objections out, opened.

    写出的文件含个人信息，用后请删除。
    """
    home = open_home()
    with deciding(home) as session:
        files = _sealed_files(home, session, application_id)
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_durably(out / name, content)
    show(
        {"files": list(files)},
        Text(f"已写出 {len(files)} 个文件到 {out}", f"wrote {len(files)} files to {out}"),
        as_json=as_json,
    )


def _sealed_files(home: Home, session: Session, application_id: int) -> dict[str, bytes]:
    vault = home.vault(ask_passphrase())
    application = find_application(session, application_id)
    files: dict[str, bytes] = {}
    names = [one["file"] for one in json.loads(application.forms[-1].form)["materials"]]
    materials = application.forms[-1].materials
    for number, (material, name) in enumerate(zip(materials, names, strict=True), start=1):
        files[f"{number:02d}-{Path(name).name}"] = open_material(home, vault, material)
    for number, _ in enumerate(objections_now(application), start=1):
        words = open_objection_now(vault, application, number)
        text = f"{words.sender}\n{words.received_on}\n\n{words.text}\n"
        files[f"异议-{number}.txt"] = text.encode()
    return files


@click.command("file")
@_id_argument
@click.option(
    "--prefix", "prefixes", multiple=True, required=True, help="各站点的编号前缀 / for each site"
)
@click.option("--from", "first_day", type=DAY, required=True, help="备案起始日 / first day")
@click.option("--to", "last_day", type=DAY, required=True, help="备案截止日（含）/ last day")
@decision_options(two_persons=True)
@dry_run_option
@json_option
@privileged("filing.file", "application_id", "prefixes")
def file_(
    application_id: int,
    prefixes: tuple[str, ...],
    first_day: datetime,
    last_day: datetime,
    dry_run: bool,
    as_json: bool,
    **said: Any,
) -> None:
    """作出备案决定并发布（公示期满、异议处理完毕后）。File an application that passed all stages.

    多个站点按申请中的顺序逐一给出 --prefix。经办人与审批人须为两人。
    """
    home, now = open_home(), datetime.now(UTC)
    decision = read_decision(now, **said)
    terms = FilingTerms(
        prefixes=tuple(map(read_prefix, prefixes)), first=first_day.date(), last=last_day.date()
    )
    hand = None if dry_run else look_at_hand(home)
    publication: Publication | None = None
    with deciding(home, dry_run=dry_run) as session:
        application = find_application(session, application_id)
        file_application(session, application, terms, decision, now=now)
        with public_database(public_database_url(home)) as public, reading(public) as sent:
            check_none_sent(sent, application)
        if hand is not None:
            publication = publish(session, home, now=now, signers=hand.signers)
        name = application.name
    following = "；".join(f"yanzhen keys new --body {prefix}" for prefix in prefixes)
    said_of = Text(
        f"已备案：{name}，编号前缀 {'、'.join(prefixes)}。下一步：{following}",
        f"filed: {name}, {', '.join(prefixes)}. Next: {following}",
    )
    answer = {"prefixes": prefixes, **published(publication), "dry_run": dry_run}
    print_out = show if hand is None else hand.show
    print_out(answer, tried(and_waiting(said_of, publication), dry_run=dry_run), as_json=as_json)


def _show_application(
    session: Session, application_id: int, now: datetime, *, as_json: bool, dry_run: bool = False
) -> None:
    today = shanghai_day(now)
    application = find_application(session, application_id)
    answer = application_as_dict(application, today) | {"dry_run": dry_run}
    show(
        answer,
        tried(join_lines([application_line(application, today)]), dry_run=dry_run),
        as_json=as_json,
    )


COMMANDS: tuple[click.Command, ...] = (
    template,
    apply,
    accept,
    return_,
    refuse,
    notice,
    objection,
    read_sealed,
    file_,
)
