"""`yanzhen seal …`: the seals that stand in certificates' PDFs, and who timestamps them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from accounts.spoken import spoken_day
from codes.wording import Language, Text
from issuer.acts import privileged
from issuer.cli_timestamps import crl, timestamps
from issuer.desk import shanghai_day
from issuer.errors import IssuerError
from issuer.filing import find_site
from issuer.publishing import LANDING_PATH, PUBLIC_URL_VARIABLE, parse_public_url
from issuer.seal_custody import (
    find_seal,
    import_seal,
    make_seal,
    register_token,
    revoke_seal,
    usable_seal,
)
from issuer.seal_files import StoredSeal, read_seals
from issuer.terminal import ask_passphrase, json_option, lay_out, open_home, say, show
from issuer.timestamping import read_timestamps
from issuer.token_options import (
    ask_secret,
    read_address,
    token_options,
)
from keys.certificates import load_certificate, shown_issuer, shown_name
from keys.seal import ChainState, inspect_validity
from keys.seal_authority import SealSubject
from registry.home import Home
from registry.schema import open_registry
from registry.session import reading

PKCS12_VARIABLE = "YANZHEN_PKCS12_PASSWORD"
CRL_PATH = "/seal.crl"

_body = click.option(
    "--body", "prefix", required=True, help="机构编号前缀（13位）/ the body's prefix"
)
_other_name = click.option(
    "--other-name",
    is_flag=True,
    help="证书名称可与备案名称不同 / take another name",
)
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def seal() -> None:
    """管理电子印章。Manage the seals in certificates' PDFs."""


seal.add_command(timestamps)
seal.add_command(crl)


@seal.command()
@_body
@json_option
@privileged("seal.new", "prefix")
def new(prefix: str, as_json: bool) -> None:
    """用内置根证书制作印章。Make a seal with a certificate of the built-in authority."""
    home, passphrase, now = _open()
    made = make_seal(
        home,
        prefix,
        subject_of(home, prefix),
        passphrase,
        now=now,
        crl_url=crl_url(home, os.environ.get(PUBLIC_URL_VARIABLE, "")),
    )
    _show_new(home, made, as_json=as_json)


@seal.command("import")
@click.argument("file", type=_file)
@_body
@click.option("--certificates", type=_file, help="补充的上级证书 / issuers the file lacks")
@_other_name
@json_option
@privileged("seal.import", "prefix")
def import_file(
    file: Path, prefix: str, certificates: Path | None, other_name: bool, as_json: bool
) -> None:
    """导入 CA 签发的印章（PKCS#12）。Import a seal that a real authority certified.

    文件口令取自 YANZHEN_PKCS12_PASSWORD，否则运行时询问。
    """
    home, passphrase, now = _open()
    name = subject_of(home, prefix).name
    made = import_seal(
        home,
        prefix,
        file.read_bytes(),
        ask_secret(PKCS12_VARIABLE, "PKCS#12 口令 / PKCS #12 password: ").encode(),
        passphrase,
        more=certificates.read_bytes() if certificates else None,
        filed_name=None if other_name else name,
        now=now,
    )
    _show_new(home, made, as_json=as_json)


@seal.command()
@_body
@token_options
@click.option("--certificates", required=True, type=_file, help="印章证书及上级证书（PEM）/ chain")
@_other_name
@json_option
@privileged("seal.pkcs11", "prefix")
def pkcs11(
    prefix: str,
    module: Path,
    token: str,
    key: str,
    certificates: Path,
    other_name: bool,
    as_json: bool,
) -> None:
    """登记私钥在密码设备中的印章。Register a seal whose key stays in a PKCS #11 token.

    PIN 码取自 YANZHEN_PKCS11_PIN，否则运行时询问；由保管库加密保存。
    """
    home, passphrase, now = _open()
    name = subject_of(home, prefix).name
    address = read_address(module, token, key)
    made = register_token(
        home,
        prefix,
        address,
        certificates.read_bytes(),
        passphrase,
        filed_name=None if other_name else name,
        now=now,
    )
    _show_new(home, made, as_json=as_json)


@seal.command("list")
@json_option
def list_seals(as_json: bool) -> None:
    """列出全部印章和时间戳设置。List all seals, and who timestamps them."""
    home = open_home()
    now = datetime.now(UTC)
    seals = read_seals(home)
    used = {
        usable_seal([s for s in seals if s.prefix == p], now) for p in {s.prefix for s in seals}
    }
    rows = [{**describe(one, now), "in_use": one in used} for one in seals]
    authority = read_timestamps(home)
    nothing = Text("尚无印章。用 yanzhen seal new 制作", "no seals yet; use yanzhen seal new")
    told = Text(_table(rows, Language.ZH), _table(rows, Language.EN)) if rows else nothing
    if authority is not None:
        stamped = f"RFC 3161: {authority.url}"
        told = Text(f"{told.zh}\n{stamped}", f"{told.en}\n{stamped}")
    show(
        {"seals": rows, "timestamps": authority.url if authority else None},
        told,
        as_json=as_json,
    )


def _table(rows: Sequence[Mapping[str, Any]], language: Language) -> str:
    head = [heading.say(language) for heading in _HEADINGS]
    cells = [
        [
            str(row["prefix"]),
            str(row["seal_id"]),
            str(row["signer"]),
            str(row["kind"]),
            str(row["valid_from"])[:10],
            str(row["valid_to"])[:10],
            _STATES[str(row["state"])].say(language),
            (_IN_USE if row["in_use"] else _NOT_IN_USE).say(language),
        ]
        for row in rows
    ]
    return lay_out([head, *cells])


_HEADINGS = (
    Text("编号前缀", "prefix"),
    Text("印章", "seal"),
    Text("持有者", "owner"),
    Text("算法", "algorithm"),
    Text("生效日期", "first day"),
    Text("到期日期", "last day"),
    Text("状态", "state"),
    Text("使用", "use"),
)
_REVOKED = "revoked"
_STATES = {
    ChainState.USABLE.value: Text("可用", "usable"),
    ChainState.NOT_YET.value: Text("尚未生效", "not valid yet"),
    ChainState.EXPIRED.value: Text("已过期", "expired"),
    _REVOKED: Text("已撤销", "revoked"),
}
_IN_USE, _NOT_IN_USE = Text("在用", "in use"), Text("未用", "not in use")


@seal.command()
@_body
@click.option("--seal", "seal_id", required=True, help="印章编号（16位）/ seal id, 16 hex digits")
@click.option("--yes", is_flag=True, help="不再询问 / do not ask")
@json_option
@privileged("seal.revoke", "prefix", "seal_id")
def revoke(prefix: str, seal_id: str, yes: bool, as_json: bool) -> None:
    """撤销印章：不再使用，并列入撤销列表。Revoke a seal: use it no more, and say so publicly."""
    home, passphrase, now = _open()
    find_seal(home, prefix, seal_id)
    if not yes:
        say(
            Text(
                f"印章 {seal_id} 将不再使用，且不可恢复；由外部 CA 签发的，还须向该 CA 申请撤销。",
                f"seal {seal_id} will not be used again; this cannot be undone. If an outside "
                "authority certified it, ask that authority to revoke it too.",
            )
        )
        click.confirm("确认撤销？/ Revoke it?", abort=True)
    revoked = revoke_seal(home, prefix, seal_id, passphrase, now=now)
    show(
        describe(revoked, now),
        Text(f"印章 {seal_id} 已撤销", f"seal {seal_id} is revoked"),
        as_json=as_json,
    )


def subject_of(home: Home, prefix: str) -> SealSubject:
    """Return the body filed under a prefix as the subject of a seal's certificate.

    Raises:
        IssuerError: no such body is filed.
    """
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        reading(engine) as session,
    ):
        body = find_site(session, prefix).body
        return SealSubject(name=body.name, credit_code=body.credit_code, demo=home.demo)


def crl_url(home: Home, public_url: str) -> str | None:
    """Return where the public finds the list of revoked seals, or None where it is unknown.

    Args:
        home: a demo has no lasting address.
        public_url: the setting, perhaps empty or wrong: issuing will say so.
    """
    if home.demo:
        return None
    try:
        _, qr_url_prefix = parse_public_url(public_url, demo=False)
    except IssuerError:
        return None
    return qr_url_prefix.removesuffix(LANDING_PATH) + CRL_PATH


def describe(stored: StoredSeal, now: datetime) -> dict[str, Any]:
    """Return a seal as `--json` tells of it."""
    state = inspect_validity(stored.chain, now).value
    leaf, end = (load_certificate(stored.chain.certificates[place]) for place in (0, -1))
    return {
        "prefix": stored.prefix,
        "seal_id": stored.seal_id,
        "signer": stored.chain.signer_name,
        "organization": stored.chain.organization,
        "issuer": shown_issuer(leaf),
        "self_signed": leaf == end and stored.chain.complete,
        "chain_end": shown_name(end),
        "kind": f"{stored.chain.kind.value} {stored.chain.key_bits}",
        "source": stored.source.value,
        "valid_from": stored.chain.not_before.isoformat(),
        "valid_to": stored.chain.not_after.isoformat(),
        "state": _REVOKED if stored.revoked_at else state,
        "reaches_root": stored.chain.complete,
    }


def trust_note(told: dict[str, Any]) -> Text | None:
    """Return why readers will not trust a seal that `describe` tells of, or None."""
    if told["self_signed"]:
        return Text(
            "注意：该证书是自签名证书，没有 CA 担保，阅读器不会信任它",
            "Note: the certificate is self-signed, no authority vouches for it: readers will not "
            "trust it",
        )
    if not told["reaches_root"]:
        return Text(
            f"注意：证书链止于“{told['chain_end']}”，未到根证书，阅读器不会信任它；"
            "可用 --certificates 补上上级证书",
            f"Note: the chain ends at “{told['chain_end']}”, no root: readers will not trust it; "
            "--certificates adds the missing issuers",
        )
    return None


def _open() -> tuple[Home, bytes, datetime]:
    """Return the home, its passphrase proven right, and now."""
    home = open_home()
    passphrase = ask_passphrase()
    home.vault(passphrase)  # one passphrase opens the whole home: refuse a mistyped one
    return home, passphrase, datetime.now(UTC)


def _show_new(home: Home, made: StoredSeal, *, as_json: bool) -> None:
    name = subject_of(home, made.prefix).name
    agrees = name in (made.chain.organization, made.chain.signer_name)
    told = describe(made, made.created_at)
    owner = made.chain.organization or made.chain.signer_name
    last = spoken_day(shanghai_day(made.chain.not_after))
    text = Text(
        f"印章 {made.seal_id} 已就绪：{owner}，由 {told['issuer']} 签发，有效期至{last.zh}",
        f"seal {made.seal_id} is ready: {owner}, issued by {told['issuer']}, valid to {last.en}",
    )
    note = trust_note(told)
    if note is not None:
        text = Text(f"{text.zh}\n{note.zh}", f"{text.en}\n{note.en}")
    answer = {**told, "name_agrees": agrees}
    show(answer, text, as_json=as_json)
