"""`yanzhen keys …`: the signing keys of assessment bodies and the published key document."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.spoken import spoken_day
from codes.wording import Language, Text
from issuer.acts import privileged
from issuer.cli_following import at_hand, look_at_hand
from issuer.cli_key_acts import (
    ALGORITHMS,
    algorithm_type,
    compromise,
    day_type,
    describe_key,
    retire,
    rotate,
)
from issuer.cli_seal import crl_url, subject_of
from issuer.custody import (
    adopt_key,
    is_in_token,
    make_key,
    make_key_in_token,
    prefer_algorithm,
    preferred_of,
)
from issuer.desk import shanghai_day
from issuer.filing import find_site
from issuer.key_notices import other_keys
from issuer.publishing import PUBLIC_URL_VARIABLE, publish
from issuer.seal_custody import ensure_seal
from issuer.terminal import ask_passphrase, json_option, lay_out, open_home, show
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

_from = click.option(
    "--from", "first_day", type=day_type, help="启用日期，默认今天 / first day (today)"
)
_to = click.option("--to", "last_day", type=day_type, help="停用日期，默认不限 / last day (open)")


@click.group()
def keys() -> None:
    """管理签名密钥。Manage signing keys."""


for _act in (retire, rotate, compromise):
    keys.add_command(_act)


@keys.command()
@click.option("--body", "prefix", required=True, help="机构编号前缀（13位）/ the body's prefix")
@click.option(
    "--algorithm",
    type=algorithm_type,
    default="ES256",
    show_default=True,
    help="签名算法，SM2 为国密 / of signatures; SM2 is the national one",
)
@optional_token_options
@_from
@_to
@json_option
@privileged("keys.new", "prefix")
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
    chosen = ALGORITHMS[algorithm]
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
@privileged("keys.adopt", "prefix")
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
    hand = at_hand(home, passphrase)
    registry = open_registry(home.database_url, memory=home.trail_memory)
    with registry as engine, transaction(engine) as session:
        row = make(
            session,
            home,
            find_site(session, prefix),
            passphrase,
            valid_from=first_day.date() if first_day else shanghai_day(now),
            valid_to=last_day.date() if last_day else None,
        )
        publication = publish(session, home, now=now, signers=hand.signers)
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
    since = spoken_day(row.valid_from)
    text = Text(
        f"已生成密钥 {row.key_id:04x}（{algorithm}），自{since.zh}起启用；{publication.text.zh}",
        f"made key {row.key_id:04x} ({algorithm}), valid from {since.en}; {publication.text.en}",
    )
    if seal is not None:
        text = Text(
            f"{text.zh}\n已制作印章 {seal.seal_id}，证书由内置根证书签发；"
            "有 CA 签发的证书时，可用 yanzhen seal import 导入",
            f"{text.en}\nmade seal {seal.seal_id}, certified by the built-in authority; "
            "yanzhen seal import takes one of a real authority",
        )
    ring, first = publication.document.ring, max(row.valid_from, shanghai_day(now))
    for notice in (notices := other_keys(ring, row, prefix, first, preferred)):
        text = Text(f"{text.zh}\n提示：{notice.text.zh}", f"{text.en}\nnote: {notice.text.en}")
    answer = {
        **describe_key(row),
        "prefix": prefix,
        **publication.as_dict(),
        "seal_id": seal.seal_id if seal else None,
        "notices": [
            {"code": one.code, "message": one.text.zh, "message_en": one.text.en} for one in notices
        ],
    }
    hand.show(answer, text, as_json=as_json)


@keys.command("list")
@json_option
def list_keys(as_json: bool) -> None:
    """列出全部密钥。List all keys."""
    home = open_home()
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        reading(engine) as session,
    ):
        query = select(SigningKey, Site).join(Site).order_by(Site.prefix, SigningKey.id)
        rows = [
            {
                **describe_key(key),
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
    Standing.COMPROMISED: Text("已失密", "compromised"),
}


@keys.command()
@click.option("--body", "prefix", required=True, help="机构编号前缀（13位）/ the body's prefix")
@click.option("--algorithm", type=algorithm_type, help="二维码所用算法 / what signs QR codes")
@click.option("--any", "no_choice", is_flag=True, help="取消选择 / take the choice back")
@json_option
@privileged("keys.prefer", "prefix", "algorithm")
def prefer(prefix: str, algorithm: str | None, no_choice: bool, as_json: bool) -> None:
    """选定二维码签名算法。Choose the algorithm that signs a body's QR codes.

    同时有国际算法和国密密钥时，另一个密钥的签名存入 PDF 附件和登记库。
    """
    if (algorithm is None) is not no_choice:
        wrong = Text("--algorithm 和 --any 须给出其一。", "Give either --algorithm or --any.")
        raise WrongUsage(wrong, about="--algorithm")
    chosen = None if algorithm is None else ALGORITHMS[algorithm]
    home = open_home()
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        transaction(engine) as session,
    ):
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
@privileged("keys.publish")
def publish_document(as_json: bool) -> None:
    """重新签署并发布信任列表，有效期重新起算。Sign and publish the trust list again."""
    home = open_home()
    hand = look_at_hand(home)
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        transaction(engine) as session,
    ):
        publication = publish(session, home, now=datetime.now(UTC), signers=hand.signers)
    answer = {**publication.as_dict(), "path": str(home.key_document_path)}
    hand.show(answer, publication.text, as_json=as_json)
