"""`yanzhen keys …`: the signing keys of assessment bodies and the published key document."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import click
from sqlalchemy import select

from codes.notices import Notice
from codes.wording import Language, Text
from issuer.cli_seal import crl_url, subject_of
from issuer.custody import make_key, retire_key
from issuer.desk import shanghai_day
from issuer.filing import find_site
from issuer.publishing import PUBLIC_URL_VARIABLE, publish
from issuer.seal_custody import ensure_seal
from issuer.terminal import ask_passphrase, json_option, lay_out, open_home, say, show
from keys.algorithms import Algorithm
from keys.ring import Ring, Standing
from registry.models import SigningKey, Site
from registry.schema import open_registry
from registry.session import reading, transaction
from templates.usage_words import WrongUsage

_ALGORITHMS = {algorithm.label: algorithm for algorithm in Algorithm}
_algorithm = click.Choice(list(_ALGORITHMS), case_sensitive=False)
_day = click.DateTime(formats=["%Y-%m-%d"])


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
@click.option("--from", "first_day", type=_day, help="启用日期，默认今天 / first day (today)")
@click.option("--to", "last_day", type=_day, help="停用日期，默认不限 / last day (open)")
@json_option
def new(
    prefix: str,
    algorithm: str,
    first_day: datetime | None,
    last_day: datetime | None,
    as_json: bool,
) -> None:
    """生成签名密钥并发布公钥文件。Make a signing key and publish the key document."""
    home = open_home()
    passphrase = ask_passphrase()
    home.vault(passphrase)  # one passphrase opens the whole home: refuse a mistyped one
    now = datetime.now(UTC)
    with open_registry(home.database_url) as engine, transaction(engine) as session:
        row = make_key(
            session,
            home,
            find_site(session, prefix),
            passphrase,
            algorithm=_ALGORITHMS[algorithm],
            valid_from=first_day.date() if first_day else shanghai_day(now),
            valid_to=last_day.date() if last_day else None,
        )
        document = publish(session, home, now=now)
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
    notices = _other_keys(document.ring, row, prefix, max(row.valid_from, shanghai_day(now)))
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


def _other_keys(ring: Ring, new: SigningKey, prefix: str, day: date) -> list[Notice]:
    """Return what to know where a body now has several keys that may sign on a day.

    Args:
        day: the first on which the new key and the others meet.
    """
    active = [
        key.key_id
        for key in ring.keys_of(prefix)
        if key.standing is Standing.ACTIVE and key.covers(day)
    ]
    signing = ring.signing_key(prefix, day)
    if signing is None or active in ([], [new.key_id]):
        return []
    spare = [key_id for key_id in active if key_id != signing.key_id]
    retire = [f"yanzhen keys retire --body {prefix} --key {key_id:04x}" for key_id in spare]
    return [
        Notice(
            code="key_second_active",
            text=Text(
                f"该机构现有 {len(active)} 个在用密钥，自 {day} 起由 {signing.key_id:04x} 签发。"
                f"不再需要的请停用：{'；'.join(retire)}",
                f"this body now has {len(active)} active keys; from {day} on, "
                f"{signing.key_id:04x} signs. Retire what is not needed: {'; '.join(retire)}",
            ),
        )
    ]


@keys.command("list")
@json_option
def list_keys(as_json: bool) -> None:
    """列出全部密钥。List all keys."""
    home = open_home()
    with open_registry(home.database_url) as engine, reading(engine) as session:
        query = select(SigningKey, Site).join(Site).order_by(Site.prefix, SigningKey.id)
        rows = [{**_describe(key), "prefix": site.prefix} for key, site in session.execute(query)]
    nothing = Text("尚无密钥。用 yanzhen keys new 生成", "no keys yet; use yanzhen keys new")
    told = Text(_table(rows, Language.ZH), _table(rows, Language.EN)) if rows else nothing
    show({"keys": rows}, told, as_json=as_json)


def _table(rows: Sequence[Mapping[str, str | None]], language: Language) -> str:
    head = [heading.say(language) for heading in _HEADINGS]
    cells = [
        [
            str(row["prefix"]),
            str(row["key_id"]),
            str(row["algorithm"]),
            str(row["valid_from"]),
            row["valid_to"] or _OPEN.say(language),
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
