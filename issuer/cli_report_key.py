"""`yanzhen report-key …`: the key that seals verification reports (查验报告)."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import click

from accounts.spoken import spoken_day
from codes.wording import Text
from issuer.acts import privileged
from issuer.cli_seal import crl_url
from issuer.desk import shanghai_day
from issuer.publishing import PUBLIC_URL_VARIABLE
from issuer.report_key_custody import make_report_key, revoke_report_key
from issuer.report_key_files import StoredReportKey, read_report_keys
from issuer.terminal import ask_passphrase, json_option, open_home, say, show
from keys.seal import inspect_validity


@click.group("report-key")
def report_key() -> None:
    """管理查验报告专用密钥。Manage the key that seals verification reports."""


@report_key.command()
@click.option("--name", "organisation", required=True, help="出具单位 / who issues reports")
@click.option("--credit-code", help="统一社会信用代码 / its credit code")
@json_option
@privileged("report_key.new", "organisation")
def new(organisation: str, credit_code: str | None, as_json: bool) -> None:
    """制作查验报告专用密钥，此后的报告由它封签。Make the key that seals reports from now on."""
    home, passphrase, now = open_home(), ask_passphrase(), datetime.now(UTC)
    home.vault(passphrase)  # one passphrase opens the whole home: refuse a mistyped one
    url = crl_url(home, os.environ.get(PUBLIC_URL_VARIABLE, ""))
    made = make_report_key(home, organisation, credit_code, passphrase, now=now, crl_url=url)
    last = spoken_day(shanghai_day(made.chain.not_after))
    show(
        describe(made, now),
        Text(
            f"查验报告专用密钥 {made.key_id} 已就绪，有效期至{last.zh}。请重新启动 yanzhen sealer",
            f"report key {made.key_id} is ready, valid to {last.en}. Start yanzhen sealer again",
        ),
        as_json=as_json,
    )


@report_key.command("list")
@json_option
def list_keys(as_json: bool) -> None:
    """列出查验报告专用密钥。List the report keys, the newest first."""
    now = datetime.now(UTC)
    rows = [describe(one, now) for one in read_report_keys(open_home())]
    lines = "\n".join(
        f"{row['key_id']}  {row['signer']}  {str(row['valid_to'])[:10]}  {row['state']}"
        for row in rows
    )
    nothing = Text(
        "尚无查验报告专用密钥。用 yanzhen report-key new 制作",
        "no report key yet; use yanzhen report-key new",
    )
    show({"report_keys": rows}, Text(lines, lines) if lines else nothing, as_json=as_json)


@report_key.command()
@click.option("--key", "key_id", required=True, help="密钥编号（16位）/ key id, 16 hex digits")
@click.option("--yes", is_flag=True, help="不再询问 / do not ask")
@json_option
@privileged("report_key.revoke", "key_id")
def revoke(key_id: str, yes: bool, as_json: bool) -> None:
    """撤销密钥并列入撤销列表。Revoke a report key; the published list says so."""
    home, passphrase, now = open_home(), ask_passphrase(), datetime.now(UTC)
    if not yes:
        say(
            Text(
                "此前用它封签的查验报告，核对时将提示密钥已撤销；不可恢复。",
                "reports it sealed before will be shown, when checked, as sealed by a revoked "
                "key; this cannot be undone.",
            )
        )
        click.confirm("确认撤销？/ Revoke it?", abort=True)
    revoked = revoke_report_key(home, key_id, passphrase, now=now)
    show(
        describe(revoked, now),
        Text(f"密钥 {key_id} 已撤销", f"report key {key_id} is revoked"),
        as_json=as_json,
    )


def describe(stored: StoredReportKey, now: datetime) -> dict[str, Any]:
    """Return a report key as `--json` tells of it."""
    state = "revoked" if stored.revoked_at else inspect_validity(stored.chain, now).value
    return {
        "key_id": stored.key_id,
        "signer": stored.chain.signer_name,
        "organization": stored.chain.organization,
        "sha256": stored.chain.fingerprint,
        "valid_from": stored.chain.not_before.isoformat(),
        "valid_to": stored.chain.not_after.isoformat(),
        "state": state,
    }
