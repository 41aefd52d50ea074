"""`yanzhen vault …`: erasure under the law, and the vault's keys."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import click

from codes.documents import inspect_document, parse_document_type
from codes.number import parse_number
from codes.wording import Text
from issuer.acts import privileged
from issuer.cli_vault_keys import passphrase, rotate
from issuer.desk import shanghai_day
from issuer.erasing import (
    ErasureLine,
    approve_erasure,
    find_by_document,
    find_by_number,
    list_erasures,
    propose_erasure,
    remove_files,
    withdraw_erasure,
)
from issuer.erasure_wish import ErasureGround, Wish
from issuer.tending import open_tender
from issuer.terminal import (
    ROW_NUMBER,
    as_option,
    ask_passphrase,
    current_operator,
    json_option,
    lay_out,
    open_home,
    say,
    show,
)
from registry.schema import open_registry
from registry.scrubbing import scrub as scrub_database
from registry.session import transaction
from registry.vault_models import ErasureState
from templates.usage_words import WrongUsage

_STATES = {
    ErasureState.PROPOSED: Text("待审批", "waits for approval"),
    ErasureState.WITHDRAWN: Text("已撤回", "taken back"),
    ErasureState.DESTROYED: Text("密钥已销毁，文件待清除", "keys destroyed, files to be removed"),
    ErasureState.DONE: Text("已删除", "erased"),
}
_OUTSIDE = ("certificate_files", "result_workbooks", "zip_files", "rosters", "older_backups")
_HELD_OUTSIDE = Text(
    "本系统以外仍载有该人资料，须另行处置：此前交付或导出的证书 PDF、结果表、ZIP 文件，"
    "花名册和照片原件，以及此前的备份（从中恢复后须重新删除）",
    "Outside this system the person's data are still in certificates (PDF), result workbooks and "
    "ZIP files written before, in rosters and photos handed in, and in older backups (erase again "
    "after restoring one): deal with those yourselves",
)


@click.group()
def vault() -> None:
    """个人信息保管库：依法删除、更换密钥。Erasure under the law; the vault's keys."""


vault.add_command(rotate)
vault.add_command(passphrase)


@vault.command()
@click.option("--number", help="持证人的证书编号 / a certificate number of the holder")
@click.option(
    "--document-type", help="证件类型；号码随后输入，不写在命令行 / then asked for the number"
)
@click.option(
    "--ground",
    required=True,
    type=click.Choice([ground.value for ground in ErasureGround]),
    help="事由：本人要求、违法处理、期限届满、法院或主管部门决定 / why",
)
@click.option("--reference", required=True, help="依据，如申请书编号 / the paper it rests on")
@click.option("--order", help="法院或主管部门文号，可越过保管期限 / overrides the retention rule")
@as_option()
@json_option
@privileged("vault.propose", "number", "ground")
def erase(
    number: str | None,
    document_type: str | None,
    ground: str,
    reference: str,
    order: str | None,
    as_json: bool,
) -> None:
    """申请依法删除一名持证人的资料，须由他人审批。Propose to erase a holder's data.

    编号、统计和公开日志保留；保管期限内不予删除。Numbers, counts and the public log stay.
    """
    if bool(number) is bool(document_type):
        either = Text(
            "请写 --number 或 --document-type，二者选一。",
            "give either --number or --document-type.",
        )
        raise WrongUsage(either)
    home, now = open_home(), datetime.now(UTC)
    wish = Wish(ground=ErasureGround(ground), reference=reference, order_reference=order)
    key = None if number else home.vault(ask_passphrase())
    document = _ask_document(document_type, now) if document_type else None
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        transaction(engine) as session,
    ):
        if number:
            holder = find_by_number(session, str(parse_number(number)))
        else:
            assert key is not None and document is not None  # one of the two was given
            holder = find_by_document(session, key, *document)
        line = propose_erasure(session, home, holder, wish, current_operator(), now=now)
    show(
        _as_dict(line),
        Text(
            f"第 {line.id} 号删除申请已登记，涉及证书 {len(line.numbers)} 张："
            f"{'、'.join(line.numbers)}。请由他人审批：yanzhen vault approve {line.id} --as 姓名",
            f"erasure {line.id} is proposed; certificates: {', '.join(line.numbers)}. "
            f"Another person approves it: yanzhen vault approve {line.id} --as NAME",
        ),
        as_json=as_json,
    )


@vault.command()
@click.argument("erasure_id", metavar="ID", type=ROW_NUMBER)
@click.option("--yes", is_flag=True, help="不再询问 / do not ask")
@as_option()
@json_option
@privileged("vault.approving", "erasure_id")
def approve(erasure_id: int, yes: bool, as_json: bool) -> None:
    """审批并执行删除，不可恢复。Approve an erasure, which is done at once and for good.

    随即公布日志和状态列表。Log and status lists are published at once.
    """
    home, passphrase = open_home(), ask_passphrase()
    key, who = home.vault(passphrase), current_operator()
    if not yes:
        say(
            Text(
                f"第 {erasure_id} 号申请所涉资料将永久无法打开，证书将不能核验。",
                f"the data of erasure {erasure_id} will never open again and the certificates "
                "cannot be verified.",
            ),
            err=True,
        )
        click.confirm("确认删除？/ Erase them?", abort=True, err=True)
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        line = approve_erasure(engine, home, key, erasure_id, who, now=datetime.now(UTC))
        scrubbed = scrub_database(engine)
    with open_tender(home, passphrase, clock=lambda: datetime.now(UTC)) as tender:
        faults = tender.round().faults
    published = _published(faults)
    told = {"scrubbed": scrubbed, "unpublished": list(faults), "held_outside": list(_OUTSIDE)}
    show(
        {**_as_dict(line), **told},
        Text(
            f"已删除，涉及证书：{'、'.join(line.numbers)}。{_scrubbed(scrubbed).zh}。{published.zh}。"
            f"{_HELD_OUTSIDE.zh}",
            f"erased; certificates: {', '.join(line.numbers)}. {_scrubbed(scrubbed).en}. "
            f"{published.en}. {_HELD_OUTSIDE.en}",
        ),
        as_json=as_json,
    )


@vault.command()
@click.argument("erasure_id", metavar="ID", type=ROW_NUMBER)
@as_option()
@json_option
@privileged("vault.withdrawing", "erasure_id")
def withdraw(erasure_id: int, as_json: bool) -> None:
    """撤回或不予批准待审批的删除申请。Take back or decline a proposed erasure."""
    home = open_home()
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        transaction(engine) as session,
    ):
        line = withdraw_erasure(session, erasure_id, current_operator(), now=datetime.now(UTC))
    show(
        _as_dict(line),
        Text(f"第 {line.id} 号申请已撤回", f"erasure {line.id} is taken back"),
        as_json=as_json,
    )


@vault.command()
@json_option
def erasures(as_json: bool) -> None:
    """列出删除申请。List proposed and finished erasures."""
    home = open_home()
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        lines = list_erasures(engine)
    rows = [
        (
            str(line.id),
            shanghai_day(line.proposed_at).isoformat(),
            line.proposer,
            line.approver or "—",
        )
        for line in lines
    ]
    zh = [
        [*row, _STATES[line.state].zh, " ".join(line.numbers)]
        for row, line in zip(rows, lines, strict=True)
    ]
    en = [
        [*row, _STATES[line.state].en, " ".join(line.numbers)]
        for row, line in zip(rows, lines, strict=True)
    ]
    nothing = Text("没有删除申请", "no erasures")
    show(
        {"erasures": [_as_dict(line) for line in lines]},
        Text(lay_out(zh), lay_out(en)) if lines else nothing,
        as_json=as_json,
    )


@vault.command()
@json_option
@privileged("vault.scrub")
def scrub(as_json: bool) -> None:
    """清除数据库文件中的旧内容（PostgreSQL 期间锁表）。Take old bytes out of database files.

    PostgreSQL 请在夜间运行；SQLite 删除时已自动清除。On PostgreSQL tables are locked meanwhile.
    """
    home = open_home()
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        removed = remove_files(engine, home)
        done = scrub_database(engine, rewrite=True)
    show({"scrubbed": done, "files_removed": removed}, _scrubbed(done), as_json=as_json)


def _published(faults: tuple[str, ...]) -> Text:
    if not faults:
        return Text("日志和状态列表已公布", "log and status lists are published")
    codes = ", ".join(faults)
    return Text(
        f"日志或状态列表尚未公布（{codes}），请运行 yanzhen tend --once",
        f"log or status lists are not published yet ({codes}); run yanzhen tend --once",
    )


def _scrubbed(done: bool) -> Text:
    if done:
        return Text("数据库文件中的旧内容已清除", "old bytes are gone from the database's files")
    return Text(
        "数据库文件中还留有旧内容，请在空闲时运行 yanzhen vault scrub",
        "old bytes are still in the database's files; run yanzhen vault scrub at a quiet hour",
    )


def _ask_document(document_type: str, now: datetime) -> tuple[int, str]:
    """Return type and number of a document; the number is read from the keyboard or from input."""
    kind = parse_document_type(document_type)
    if sys.stdin.isatty():
        typed: str = click.prompt("证件号码 / Document number", err=True)
    else:
        typed = sys.stdin.readline()
    reading_ = inspect_document(kind, typed.strip(), today=shanghai_day(now))
    return int(reading_.kind), reading_.number


def _as_dict(line: ErasureLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "state": line.state.value,
        "numbers": list(line.numbers),
        "ground": line.wish.ground.value,
        "reference": line.wish.reference,
        "order": line.wish.order_reference,
        "proposer": line.proposer,
        "proposed_at": line.proposed_at.isoformat(),
        "approver": line.approver,
        "decided_at": None if line.decided_at is None else line.decided_at.isoformat(),
    }
