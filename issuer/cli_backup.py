"""`yanzhen backup` and `yanzhen restore`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from codes.wording import Text
from issuer.acts import marked_by_hand, privileged
from issuer.backing_up import BackupDone, RootKeyPlace, back_up
from issuer.backup_stream import BackupKey, BackupLock
from issuer.operator import note_act_now
from issuer.restoring import LogStanding, Restored, restore
from issuer.terminal import (
    ask_other_passphrase,
    current_operator,
    json_option,
    open_home,
    read_new_file,
    show,
)
from log.reading import open_source, read_checkpoint_file
from registry.home import Home
from registry.schema import open_registry
from templates.usage_words import WrongUsage

BACKUP_PASSPHRASE_VARIABLE = "YANZHEN_BACKUP_PASSPHRASE"  # noqa: S105 - a name
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), callback=read_new_file)
@click.option(
    "--recipient", type=_file, help="接收方 X25519 公钥，代替口令 / instead of a passphrase"
)
@click.option("--with-root", is_flag=True, help="连同根密钥 / the root key of the trust list too")
@json_option
@privileged("backup")
def backup(file: Path, recipient: Path | None, with_root: bool, as_json: bool) -> None:
    """备份数据库、文件和加密的密钥到一个加密文件。Back a home up into one encrypted file.

    备份口令取自 YANZHEN_BACKUP_PASSPHRASE，否则运行时询问；请与数据目录口令分开保管。
    """
    home = open_home()
    lock = (
        BackupLock(recipient=recipient.read_bytes())
        if recipient is not None
        else BackupLock(passphrase=_ask(new=True))
    )
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        done = back_up(engine, home, file, lock, with_root=with_root, now=datetime.now(UTC))
    root = _root_key_in(done, home)
    show(
        {
            "file": str(file),
            "files": done.files,
            "bytes": done.bytes,
            "root_key": done.root_key.value,
        },
        Text(
            f"已备份 {done.files} 个文件到 {file}。请抽查恢复：yanzhen restore\n{root.zh}",
            f"backed {done.files} files up to {file}. Try it: yanzhen restore\n{root.en}",
        ),
        as_json=as_json,
    )


def _root_key_in(done: BackupDone, home: Home) -> Text:
    """Return the sentence on the root key: without it no trust list can be signed again."""
    folder = home.root_key_folder
    match done.root_key:
        case RootKeyPlace.INCLUDED:
            return Text(
                "根密钥在此备份中：握有此备份、备份口令和数据目录口令的人，都能签署信任列表",
                "the root key IS in this backup: whoever has it, its passphrase and the home's can "
                "sign trust lists",
            )
        case RootKeyPlace.LEFT_OUT:
            return Text(
                "根密钥不在此备份中：只用它恢复的数据目录不能签署信任列表。"
                f"请把 {folder} 另行抄存一份，与备份分开保管；要放进备份，请加 --with-root",
                "the root key is NOT in this backup; a home restored from it alone cannot sign a "
                f"trust list. Keep a copy of {folder} elsewhere, apart from the backup, or back up "
                "--with-root",
            )
        case RootKeyPlace.NOT_IN_HOME:
            return Text(
                "根密钥不在此备份中，也不在本数据目录中：由各持有人自行保管和备份",
                "the root key is NOT in this backup, nor in this home; each holder keeps and backs "
                "up his own",
            )


@click.command("restore")
@click.argument("file", type=_file)
@click.option("--to", required=True, type=click.Path(path_type=Path), help="新数据目录 / new home")
@click.option("--private-key", type=_file, help="接收方 X25519 私钥 / the recipient's private key")
@click.option("--log", "log_place", help="已公布的日志：网址或目录 / published log, URL or folder")
@json_option
@marked_by_hand("restore")
def restore_command(
    file: Path, to: Path, private_key: Path | None, log_place: str | None, as_json: bool
) -> None:
    """从备份恢复为新数据目录，逐项核对后才启用。Restore a backup as a new home, all checked.

    给出 --log 时与已公布的检查点核对；落后的，须先 yanzhen log reconcile 才能继续签发。
    """
    if not file.is_file():  # a pipe or a device would be waited for without end
        odd = Text(f"“{file}”不是普通文件。", f"{file} is not a regular file.")
        raise WrongUsage(odd, about="FILE")
    operator = current_operator()
    key = (
        BackupKey(
            passphrase=ask_other_passphrase(
                BACKUP_PASSPHRASE_VARIABLE, "备份 / Backup: ", new=False
            )
        )
        if private_key is None
        else BackupKey(private_key=private_key.read_bytes())
    )
    checkpoint = None if log_place is None else read_checkpoint_file(open_source(log_place))
    with file.open("rb") as stream:
        done = restore(stream, to, key, checkpoint=checkpoint, environment=os.environ)
    home = Home.open(to)
    with open_registry(home.database_url, memory=home.trail_memory) as engine:
        note_act_now(engine, operator, "restore", done.log.value, at=datetime.now(UTC))
    show(
        {
            "home": str(done.home),
            "files": done.files,
            "trail": done.trail,
            "log": done.log.value,
            "log_size": done.log_size,
            "published_size": done.published_size,
            "altered": done.altered,
            "root_keys_here": done.root_key,
        },
        _told(done),
        as_json=as_json,
    )


def _told(done: Restored) -> Text:
    match done.log:
        case LogStanding.UP_TO_DATE:
            log = Text("公开日志与已公布的一致", "its log agrees with the published one")
        case LogStanding.BEHIND:
            log = Text(
                f"公开日志只有 {done.log_size} 条，已公布 {done.published_size} 条："
                "核对补齐之前不能签发",
                f"its log has {done.log_size} leaves, the published one {done.published_size}: "
                "nothing can be issued until they are reconciled",
            )
        case LogStanding.NOT_COMPARED:
            log = Text(
                "公开日志未与已公布的核对（--log）",
                "its log was not compared with the published one (--log)",
            )
    root = Text("根密钥已随备份恢复", "the root key came with the backup")
    if not done.root_key:
        folder = Home.open(done.home).root_key_folder
        root = Text(
            "根密钥不在此备份中：在其就位之前，新的信任列表不能签署发布，现行的照常有效。"
            f"请把另存的根密钥文件放入 {folder}；由持有人离线保管的，照旧请持有人签署",
            "the root key is NOT in this backup; until it is there no new trust list can be signed "
            f"and the present one stays in force. Put the copy kept elsewhere into {folder}; where "
            "holders keep the keys off line, have them sign as before",
        )
    told = Text(
        f"已恢复到 {done.home}，{done.files} 个文件全部核对无误；{log.zh}\n{root.zh}",
        f"restored to {done.home}, all {done.files} files checked; {log.en}\n{root.en}",
    )
    if not done.altered:
        return told
    return Text(
        f"{told.zh}\n注意：备份之前数据库中已有 {done.altered} 条记录未经本系统被改动，"
        "请运行 yanzhen log fsck 查明",
        f"{told.en}\nBeware: before the backup was made, {done.altered} row(s) of the database had "
        "been changed behind the office's back; run yanzhen log fsck",
    )


def _ask(*, new: bool) -> bytes:
    return ask_other_passphrase(BACKUP_PASSPHRASE_VARIABLE, "备份 / Backup: ", new=new)
