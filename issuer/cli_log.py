"""`yanzhen log …`: the public log: begin it, publish what waits, look at it, check it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from sqlalchemy import Engine

from codes.wording import Text
from issuer.acts import marked_by_hand, privileged
from issuer.errors import LogRefused
from issuer.fsck.run import fsck
from issuer.log_checking import check_published
from issuer.log_custody import ensure_log, open_key_of_log
from issuer.log_publishing import LogOffice, cosign_again, publish_log
from issuer.log_reconciling import Reconciled, reconcile
from issuer.log_state import inspect_log
from issuer.opening import trust_source
from issuer.publishing import PUBLIC_URL_VARIABLE, Publication, parse_public_url
from issuer.publishing import publish as publish_list
from issuer.root_custody import open_root_keys
from issuer.services import Witnesses, read_witnesses, write_witnesses
from issuer.terminal import ask_passphrase, json_option, open_home, root_signers, show
from keys.root_signing import RootKey
from keys.services import check_vkey
from log.notes import VerifierKey
from registry.home import Home
from registry.schema import open_registry
from registry.session import transaction
from templates.usage_words import WrongUsage

EXIT_FAULTS = 1


@click.group()
def log() -> None:
    """管理公开日志。The public log of everything that is issued."""


@log.command()
@json_option
@privileged("log.init")
def init(as_json: bool) -> None:
    """启用公开日志：生成签署检查点的密钥（名称取自 YANZHEN_PUBLIC_URL）。Begin the log."""
    home = open_home()
    host, _ = parse_public_url(os.environ.get(PUBLIC_URL_VARIABLE, ""), demo=home.demo)
    passphrase = ask_passphrase()
    home.vault(passphrase)  # one passphrase opens the whole home: refuse a mistyped one
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        vkey = ensure_log(home, engine, host, passphrase)
        listed = _list_log(home, engine, vkey, open_root_keys(home, passphrase))
    told = Text(
        f"公开日志 {vkey.name} 已就绪。公钥（vkey），请另行妥善公布：\n{vkey}",
        f"the public log {vkey.name} is ready. Its public key (vkey), to be made known "
        f"elsewhere too:\n{vkey}",
    )
    if listed is not None:
        told = Text(f"{told.zh}\n{listed.text.zh}", f"{told.en}\n{listed.text.en}")
    show(
        {"origin": vkey.name, "vkey": str(vkey), **(listed.as_dict() if listed else {})},
        told,
        as_json=as_json,
    )


def _list_log(
    home: Home, engine: Engine, vkey: VerifierKey, signers: Sequence[RootKey]
) -> Publication | None:
    """Publish the trust list anew where one is in force that does not name the log."""
    if not home.key_document_path.exists():
        return None  # the first list will name it
    if str(vkey) in {log.vkey for log in trust_source(home)().document.logs}:
        return None
    with transaction(engine) as session:
        return publish_list(session, home, now=datetime.now(UTC), signers=signers)


@log.command()
@json_option
@privileged("log.publish")
def publish(as_json: bool) -> None:
    """将待载入的条目写入日志并公布检查点。Log what waits and publish a checkpoint."""
    with _log_office(open_home()) as office:
        done = publish_log(office)
    checkpoint = done.checkpoint
    adopted = Text("", "")
    if done.adopted:
        adopted = Text(
            f"。其中 {done.adopted} 份为启用日志前签发，收录时间以现在为准",
            f". {done.adopted} records are older than the log and count as logged now",
        )
    show(
        {
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
            "added": done.added,
            "adopted": done.adopted,
        },
        Text(
            f"日志现有 {checkpoint.size} 条，本次新增 {done.added} 条{adopted.zh}",
            f"the log has {checkpoint.size} leaves, {done.added} of them new{adopted.en}",
        ),
        as_json=as_json,
    )


@log.command()
@click.option("--add", "vkey", help="见证人公钥（vkey）/ verifier key of a witness to add")
@click.option("--url", default="", help="该见证人的网址 / where that witness is asked")
@click.option("--remove", help="不再由该公钥见证 / verifier key of a witness to leave out")
@click.option("--quorum", type=click.IntRange(0), help="至少几人见证 / how many must cosign")
@json_option
@marked_by_hand("log.witnesses")
def witnesses(
    vkey: str | None, url: str, remove: str | None, quorum: int | None, as_json: bool
) -> None:
    """设定日志的见证人，并写入信任列表。Choose who cosigns the log; the trust list names them.

    设有人数要求时，见证不足的检查点不公布，核验方也不采信。不带选项时只显示，不作改动。
    Without options it only shows them.
    """
    if (vkey, remove, quorum) != (None, None, None):
        _choose_witnesses(vkey=vkey, url=url, remove=remove, quorum=quorum, as_json=as_json)
        return
    if url:
        raise WrongUsage(
            Text("--url 须与 --add 同时给出。", "--url goes with --add."), about="--url"
        )
    _show_witnesses(read_witnesses(open_home()), as_json=as_json)


@privileged("log.witnesses", "vkey", "remove", "quorum")
def _choose_witnesses(
    *, vkey: str | None, url: str, remove: str | None, quorum: int | None, as_json: bool
) -> None:
    """Have other witnesses from now on, and publish the trust list that names them."""
    home = open_home()
    with _log_office(home) as office:
        before = read_witnesses(home)
        urls = {key: at for key, at in before.urls.items() if key != remove}
        if vkey is not None:
            urls[check_vkey(vkey)] = url
        chosen = Witnesses(quorum=before.quorum if quorum is None else quorum, urls=urls)
        _check_quorum(chosen)
        write_witnesses(home, chosen)
        try:
            cosign_again(office)
        except LogRefused:
            write_witnesses(home, before)
            raise
        with transaction(office.engine) as session:
            publication = publish_list(
                session, home, now=datetime.now(UTC), signers=root_signers(home)
            )
    show(
        {"quorum": chosen.quorum, "witnesses": list(urls), **publication.as_dict()},
        Text(
            f"见证人 {len(urls)} 个，须有 {chosen.quorum} 个签署；{publication.text.zh}",
            f"witnesses: {len(urls)}, cosignatures needed: {chosen.quorum}; {publication.text.en}",
        ),
        as_json=as_json,
    )


def _show_witnesses(chosen: Witnesses, *, as_json: bool) -> None:
    """Say who cosigns and how many must; the home is as it was."""
    asked = [f"  {vkey}  {url}".rstrip() for vkey, url in chosen.urls.items()]
    told = Text(
        f"见证人 {len(asked)} 个，须有 {chosen.quorum} 个签署",
        f"{len(asked)} witnesses, of whom {chosen.quorum} must cosign",
    )
    show(
        {"quorum": chosen.quorum, "witnesses": list(chosen.urls), "urls": dict(chosen.urls)},
        Text("\n".join([told.zh, *asked]), "\n".join([told.en, *asked])),
        as_json=as_json,
    )


def _check_quorum(chosen: Witnesses) -> None:
    asked = sum(bool(url) for url in chosen.urls.values())
    if chosen.quorum > asked:
        raise WrongUsage(
            Text(
                f"须签署的人数 {chosen.quorum} 多于有网址的见证人 {asked} 个。",
                f"cosignatures needed: {chosen.quorum}, witnesses with an address: {asked}.",
            ),
            about="--quorum",
        )


@log.command("show")
@json_option
def show_command(as_json: bool) -> None:
    """查看日志的公钥、检查点和待载入条数。Show vkey, checkpoint and what waits."""
    home = open_home()
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        state = inspect_log(home, engine)
    show(state.as_dict(), state.text, as_json=as_json)


@log.command("fsck")
@click.option("--url", help="日志所在的文件夹或网址 / folder or address of anyone's log")
@click.option("--vkey", help="该日志的公钥（vkey）/ public key of that log")
@click.option("--origin", help="该日志的名称，默认同公钥名 / its name, unless the key's own")
@json_option
def fsck_command(url: str | None, vkey: str | None, origin: str | None, as_json: bool) -> None:
    """逐行比对数据库与公开日志、工作台与审计记录。Compare database and log, desks and trail.

    加 --url 和 --vkey 时改为逐一核对任何日志的全部文件。退出码：0 无误，1 有误，2 未能核对。
    With --url and --vkey: every file of anyone's log instead (2: could not check).
    """
    if url is not None and vkey is not None:
        raise SystemExit(check_published(url, vkey, origin, as_json=as_json))
    if (url, vkey, origin) != (None, None, None):
        raise WrongUsage(Text("--url 和 --vkey 须同时给出。", "give --url and --vkey together."))
    home = open_home()
    passphrase = ask_passphrase()
    vault = home.vault(passphrase)
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        faults = fsck(home, engine, vault)
    lines = [fault.text for fault in faults]
    told = Text(
        "数据库与公开日志一致，工作台与审计记录一致",
        "database and public log agree, and so do desks and audit trail",
    )
    if faults:
        told = Text(
            "\n".join([line.zh for line in lines] + [f"共 {len(lines)} 处不符"]),
            "\n".join([line.en for line in lines] + [f"faults: {len(lines)}"]),
        )
    show({"faults": [fault.as_dict() for fault in faults]}, told, as_json=as_json)
    raise SystemExit(EXIT_FAULTS if faults else 0)


@log.command("reconcile")
@click.option("--reason", required=True, help="缘由，如“从备份恢复” / why")
@json_option
@privileged("log.reconcile")
def reconcile_command(reason: str, as_json: bool) -> None:
    """数据库落后于日志时，以已公布的日志为准续接。Go by the published log."""
    with _log_office(open_home()) as office:
        done = reconcile(office, reason)
    lives = done.lives
    show(
        {
            "size": done.size,
            "imported": done.imported,
            "lost": list(done.lost),
            "events_put_back": lives.put_back,
            "unproved": list(lives.unproved),
            "erase_again": list(lives.erase_again),
        },
        _joined(_reconciled(done)),
        as_json=as_json,
    )


def _reconciled(done: Reconciled) -> list[Text]:
    lost, lives = len(done.lost), done.lives
    said = [
        Text(
            f"已从日志补入 {done.imported} 条（共 {done.size} 条）",
            f"took {done.imported} of {done.size} leaves over from the log",
        )
    ]
    if not lost:
        said.append(Text("没有丢失证书", "no certificate is lost"))
    else:
        said.append(
            Text(
                f"以下 {lost} 个编号在日志中有、数据库中已无，不会再次使用：",
                f"{lost} numbers are in the log and no longer in the database; none is given "
                "again:",
            )
        )
        said += [Text(number, number) for number in done.lost]
    if lives.put_back:
        said.append(
            Text(
                f"已按日志补回 {lives.put_back} 项证书状态变更（如撤销、暂停）；"
                "审批人、理由和文号已随数据库丢失，请据原始文件补记",
                f"put {lives.put_back} life events (revocations, suspensions …) back from the log; "
                "who decided, why and on what paper is lost, so note it from the papers",
            )
        )
    for numbers, why in (
        (
            lives.unproved,
            Text(
                "以下证书的补发、存档或更正记录已丢失，日志中只有其摘要；"
                "找回原数据库之前，查询一律答复“登记未能证实”：",
                "a reissue, archive copy or correction of these is lost and the log has only its "
                "hash; until the database that had it is found, none is said to be valid:",
            ),
        ),
        (
            lives.erase_again,
            Text(
                "以下证书的持证人资料曾依法删除，又随备份恢复，请再次删除（yanzhen vault erase）：",
                "the holders of these had been erased and came back with the backup; erase them "
                "again (yanzhen vault erase):",
            ),
        ),
    ):
        if numbers:
            said += [why, *(Text(number, number) for number in numbers)]
    return said


def _joined(lines: list[Text]) -> Text:
    return Text("\n".join(line.zh for line in lines), "\n".join(line.en for line in lines))


@contextmanager
def _log_office(home: Home) -> Iterator[LogOffice]:
    passphrase = ask_passphrase()
    vault = home.vault(passphrase)
    key = open_key_of_log(home, passphrase)
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        yield LogOffice(
            home=home, engine=engine, vault=vault, key=key, clock=lambda: datetime.now(UTC)
        )
