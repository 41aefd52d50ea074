"""`yanzhen keys …`: the signing keys of assessment bodies and the published key document."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.wording import Language, Text
from issuer.cli_seal import crl_url, subject_of
from issuer.custody import (
    adopt_key,
    is_in_token,
    make_key,
    make_key_in_token,
    prefer_algorithm,
    preferred_of,
    retire_key,
)
from issuer.desk import shanghai_day
from issuer.filing import find_site
from issuer.key_notices import other_keys
from issuer.publishing import PUBLIC_URL_VARIABLE, publish
from issuer.seal_custody import ensure_seal
from issuer.terminal import ask_passphrase, json_option, lay_out, open_home, say, show
from issuer.token_options import (
    optional_token_options,
    read_address,
    read_optional_address,
    token_options,
)
from keys.algorithms import Algorithm
from keys.ring import Standing
from registry.home import Home
from registry.models import SigningKey, Site
from registry.schema import open_registry
from registry.session import reading, transaction
from templates.usage_words import WrongUsage

_ALGORITHMS = {algorithm.label: algorithm for algorithm in Algorithm}
_algorithm = click.Choice(list(_ALGORITHMS), case_sensitive=False)
_day = click.DateTime(formats=["%Y-%m-%d"])
_from = click.option(
    "--from", "first_day", type=_day, help="启用日期，默认今天 / first day (today)"
)
_to = click.option("--to", "last_day", type=_day, help="停用日期，默认不限 / last day (open)")


@click.group()
def keys() -> None:
    """管理签名密钥。Manage signing keys."""


@keys.command()
@click.option("--body", "prefix", required=True, help="机构编号前缀（13位）/ the body's prefix")
@click.option(
    "--algorithm",
    type=_algorithm,
    default="ES256",
    show_default=True,
    help="签名算法，SM2 为国密 / of signatures; SM2 is the national one",
)
@optional_token_options
@_from
@_to
@json_option
def new(
    prefix: str,
    algorithm: str,
    module: Path | None,
    token: str | None,
    key: str | None,
    first_day: datetime | None,
    last_day: datetime | None,
    as_json: bool,
) -> None:
    """生成签名密钥并发布公钥文件。Make a signing key and publish the key document.

    给出 --module、--token、--key 时，密钥在密码设备中生成，私钥不离开该设备。
    PIN 码取自 YANZHEN_PKCS11_PIN，否则运行时询问；由保管库加密保存。
    """
    chosen = _ALGORITHMS[algorithm]
    address = read_optional_address(module, token, key)

    def make(
        session: Session, home: Home, site: Site, passphrase: bytes, **days: Any
    ) -> SigningKey:
        if address is None:
            return make_key(session, home, site, passphrase, algorithm=chosen, **days)
        return make_key_in_token(session, home, site, passphrase, address, algorithm=chosen, **days)

    _add_key(make, prefix, first_day, last_day, as_json=as_json)


@keys.command()
@click.option("--body", "prefix", required=True, help="机构编号前缀（13位）/ the body's prefix")
@token_options
@_from
@_to
@json_option
def adopt(
    prefix: str,
    module: Path,
    token: str,
    key: str,
    first_day: datetime | None,
    last_day: datetime | None,
    as_json: bool,
) -> None:
    """采用密码设备中已有的签名密钥。Use a signing key that a PKCS #11 token already holds.

    PIN 码取自 YANZHEN_PKCS11_PIN，否则运行时询问；由保管库加密保存。
    """
    address = read_address(module, token, key)

    def take(
        session: Session, home: Home, site: Site, passphrase: bytes, **days: Any
    ) -> SigningKey:
        return adopt_key(session, home, site, passphrase, address, **days)

    _add_key(take, prefix, first_day, last_day, as_json=as_json)


def _add_key(
    make: Callable[..., SigningKey],
    prefix: str,
    first_day: datetime | None,
    last_day: datetime | None,
    *,
    as_json: bool,
) -> None:
    """Have a key made, publish it, and see to it that the body has a seal."""
    home = open_home()
    passphrase = ask_passphrase()
    home.vault(passphrase)  # one passphrase opens the whole home: refuse a mistyped one
    now = datetime.now(UTC)
    with open_registry(home.database_url) as engine, transaction(engine) as session:
        row = make(
            session,
            home,
            find_site(session, prefix),
            passphrase,
            valid_from=first_day.date() if first_day else shanghai_day(now),
            valid_to=last_day.date() if last_day else None,
        )
        document = publish(session, home, now=now)
        preferred = preferred_of(find_site(session, prefix))
    algorithm = Algorithm(row.algorithm).label
    seal = ensure_seal(
        home,
        prefix,
        subject_of(home, prefix),
        passphrase,
        now=now,
        crl_url=crl_url(home, os.environ.get(PUBLIC_URL_VARIABLE, "")),
    )
    text = Text(
        f"已生成密钥 {row.key_id:04x}（{algorithm}），自 {row.valid_from} 起启用；"
        f"公钥文件第 {document.version} 版已发布",
        f"made key {row.key_id:04x} ({algorithm}), valid from {row.valid_from}; "
        f"key document version {document.version} is published",
    )
    if seal is not None:
        text = Text(
            f"{text.zh}\n已制作印章 {seal.seal_id}，证书由内置根证书签发；"
            "有 CA 签发的证书时，可用 yanzhen seal import 导入",
            f"{text.en}\nmade seal {seal.seal_id}, certified by the built-in authority; "
            "yanzhen seal import takes one of a real authority",
        )
    notices = other_keys(
        document.ring, row, prefix, max(row.valid_from, shanghai_day(now)), preferred
    )
    for notice in notices:
        text = Text(f"{text.zh}\n提示：{notice.text.zh}", f"{text.en}\nnote: {notice.text.en}")
    answer = {
        **_describe(row),
        "prefix": prefix,
        "key_document_version": document.version,
        "seal_id": seal.seal_id if seal else None,
        "notices": [
            {"code": one.code, "message": one.text.zh, "message_en": one.text.en} for one in notices
        ],
    }
    show(answer, text, as_json=as_json)


@keys.command("list")
@json_option
def list_keys(as_json: bool) -> None:
    """列出全部密钥。List all keys."""
    home = open_home()
    with open_registry(home.database_url) as engine, reading(engine) as session:
        query = select(SigningKey, Site).join(Site).order_by(Site.prefix, SigningKey.id)
        rows = [
            {
                **_describe(key),
                "prefix": site.prefix,
                "in_token": is_in_token(home, site.prefix, key.key_id),
            }
            for key, site in session.execute(query)
        ]
    nothing = Text("尚无密钥。用 yanzhen keys new 生成", "no keys yet; use yanzhen keys new")
    told = Text(_table(rows, Language.ZH), _table(rows, Language.EN)) if rows else nothing
    show({"keys": rows}, told, as_json=as_json)


def _table(rows: Sequence[Mapping[str, str | bool | None]], language: Language) -> str:
    head = [heading.say(language) for heading in _HEADINGS]
    cells = [
        [
            str(row["prefix"]),
            str(row["key_id"]),
            str(row["algorithm"]),
            str(row["valid_from"]),
            str(row["valid_to"] or _OPEN.say(language)),
            _STANDINGS[Standing(str(row["standing"]))].say(language),
        ]
        for row in rows
    ]
    return lay_out([head, *cells])


_HEADINGS = (
    Text("编号前缀", "prefix"),
    Text("密钥", "key"),
    Text("算法", "algorithm"),
    Text("启用日期", "first day"),
    Text("停用日期", "last day"),
    Text("状态", "state"),
)
_OPEN = Text("不限", "open")
_STANDINGS = {
    Standing.ACTIVE: Text("在用", "active"),
    Standing.RETIRED: Text("已停用", "retired"),
}


@keys.command()
@click.option("--body", "prefix", required=True, help="机构编号前缀（13位）/ the body's prefix")
@click.option(
    "--key", "key_text", required=True, help="密钥编号，4位十六进制 / key id, 4 hex digits"
)
@click.option("--last-day", type=_day, help="最后可用日期，默认今天 / last day (today)")
@click.option("--yes", is_flag=True, help="不再询问 / do not ask")
@json_option
def retire(prefix: str, key_text: str, last_day: datetime | None, yes: bool, as_json: bool) -> None:
    """停用密钥（此前签发的证书仍可核验）。Retire a key; what it signed stays verifiable."""
    home = open_home()
    try:
        key_id = int(key_text, 16)
    except ValueError as error:
        wrong = Text(
            f"“{key_text}”不是密钥编号，应为 4 位十六进制；用 yanzhen keys list 查看。",
            f"{key_text!r} is no key id, which has 4 hex digits; yanzhen keys list shows them.",
        )
        raise WrongUsage(wrong, about="--key") from error
    now = datetime.now(UTC)
    day: date = last_day.date() if last_day else shanghai_day(now)
    if not yes:
        say(
            Text(
                f"密钥 {key_id:04x} 在 {day} 之后将不再签发，且不可恢复启用。",
                f"key {key_id:04x} will sign nothing after {day}; this cannot be undone.",
            )
        )
        click.confirm("确认停用？/ Retire it?", abort=True)
    with open_registry(home.database_url) as engine, transaction(engine) as session:
        row = retire_key(session, find_site(session, prefix), key_id, last_day=day)
        document = publish(session, home, now=now)
    show(
        {**_describe(row), "prefix": prefix, "key_document_version": document.version},
        Text(f"密钥 {key_id:04x} 已停用", f"key {key_id:04x} is retired"),
        as_json=as_json,
    )


@keys.command()
@click.option("--body", "prefix", required=True, help="机构编号前缀（13位）/ the body's prefix")
@click.option("--algorithm", type=_algorithm, help="二维码所用算法 / what signs QR codes")
@click.option("--any", "no_choice", is_flag=True, help="取消选择 / take the choice back")
@json_option
def prefer(prefix: str, algorithm: str | None, no_choice: bool, as_json: bool) -> None:
    """选定二维码签名算法。Choose the algorithm that signs a body's QR codes.

    同时有国际算法和国密密钥时，另一个密钥的签名存入 PDF 附件和登记库。
    """
    if (algorithm is None) is not no_choice:
        wrong = Text("--algorithm 和 --any 须给出其一。", "Give either --algorithm or --any.")
        raise WrongUsage(wrong, about="--algorithm")
    chosen = None if algorithm is None else _ALGORITHMS[algorithm]
    home = open_home()
    with open_registry(home.database_url) as engine, transaction(engine) as session:
        prefer_algorithm(session, find_site(session, prefix), chosen)
    show(
        {"prefix": prefix, "preferred_algorithm": algorithm},
        Text("已恢复默认", "back to the default")
        if chosen is None
        else Text(f"二维码今后由 {algorithm} 签名", f"{algorithm} signs the QR codes from now on"),
        as_json=as_json,
    )


@keys.command("publish")
@json_option
def publish_document(as_json: bool) -> None:
    """重新发布公钥文件。Publish the key document again."""
    home = open_home()
    with open_registry(home.database_url) as engine, transaction(engine) as session:
        document = publish(session, home, now=datetime.now(UTC))
    show(
        {"key_document_version": document.version, "path": str(home.key_document_path)},
        Text(
            f"公钥文件第 {document.version} 版已发布：{home.key_document_path}",
            f"key document version {document.version} is published: {home.key_document_path}",
        ),
        as_json=as_json,
    )


def _describe(key: SigningKey) -> dict[str, str | None]:
    return {
        "key_id": f"{key.key_id:04x}",
        "algorithm": Algorithm(key.algorithm).label,
        "valid_from": key.valid_from.isoformat(),
        "valid_to": key.valid_to.isoformat() if key.valid_to else None,
        "standing": key.standing,
    }
