"""`yanzhen accounts …`: the people who use the desks. It stands here, not in `accounts/`, because
every act is noted in the audit trail as this room's other commands note theirs.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from accounts.account_acts import (
    NewAccount,
    add_account,
    change_roles,
    disable_account,
    enable_account,
    list_accounts,
    reset_account,
)
from accounts.account_rules import fold_username
from accounts.bureau import open_bureau
from accounts.desk_address import DESK_URL_VARIABLE
from accounts.role_standing import waiting_roles
from accounts.roles import Role
from accounts.setup_links import SetupLink
from accounts.spoken import spoken_day
from codes.wording import Text
from issuer.acts import privileged
from issuer.desk import shanghai_day
from issuer.still_working import StillWorking, still_working
from issuer.terminal import (
    ask_passphrase,
    current_operator,
    json_option,
    lay_out,
    open_home,
    show,
)
from registry.account_models import AccountRow

_roles = click.option(
    "--role",
    "roles",
    type=click.Choice([role.value for role in Role]),
    multiple=True,
    required=True,
    help="角色，可重复 / role, may be repeated",
)
_body = click.option(
    "--body", help="机构的编号前缀（机构角色） / prefix of the body, for its roles"
)
_url = click.option(
    "--url",
    envvar=DESK_URL_VARIABLE,
    default="http://localhost:8001",
    show_default=True,
    help="工作台网址 / address of the desks",
)


@click.group()
def accounts() -> None:
    """管理工作台账号。Accounts of the people who use the desks."""


@accounts.command()
@click.argument("username")
@click.option("--name", required=True, help="姓名，用于审计记录 / the person's name")
@_roles
@_body
@_url
@json_option
@privileged("accounts.add", "username", "roles", "body")
def add(
    username: str, name: str, roles: tuple[str, ...], body: str | None, url: str, as_json: bool
) -> None:
    """添加人员，给出一次性设置链接（72 小时有效）。Add somebody; prints their one-time link."""
    with open_bureau(open_home(), ask_passphrase()) as bureau:
        new = NewAccount(username=username, name=name, roles=roles, body=body)
        added, link = add_account(bureau, new, made_by=current_operator().name)
    _show_link(added, link, url, as_json=as_json)


@accounts.command()
@click.argument("username")
@_url
@json_option
@privileged("accounts.reset", "username")
def reset(username: str, url: str, as_json: bool) -> None:
    """重置账号：密码和第二重验证作废，给出新的设置链接。Void what proves an account; a new link."""
    home = open_home()
    with open_bureau(home, ask_passphrase()) as bureau:
        by = current_operator().name
        link = reset_account(bureau, fold_username(username), by=by)
        left = still_working(home, bureau.desks, fold_username(username))
    _show_link(fold_username(username), link, url, left=left, as_json=as_json)


def _show_link(
    username: str, link: SetupLink, url: str, *, left: StillWorking | None = None, as_json: bool
) -> None:
    address, day = url.rstrip("/") + link.path, spoken_day(shanghai_day(link.until))
    show(
        {"username": username, "link": address, "until": link.until.isoformat(), **_left(left)},
        _with_left(
            left,
            Text(
                f"{username} 的设置链接，只能使用一次，有效期至{day.zh}，请当面交给本人：\n"
                f"{address}",
                f"set-up link of {username}, works once, until {day.en}; hand it over in person:\n"
                f"{address}",
            ),
        ),
        as_json=as_json,
    )


def _left(left: StillWorking | None) -> dict[str, Any]:
    return {} if left is None else {"still_working": asdict(left)}


def _with_left(left: StillWorking | None, text: Text) -> Text:
    told = Text("", "") if left is None else left.text
    return Text(text.zh + told.zh, text.en + told.en)


@accounts.command("list")
@json_option
def list_people(as_json: bool) -> None:
    """列出账号。List the accounts."""
    with open_bureau(open_home(), ask_passphrase()) as bureau:
        rows = list_accounts(bureau)
    nothing = Text(
        "尚无账号。用 yanzhen accounts add 添加", "no accounts; use yanzhen accounts add"
    )
    lines = [(row.username, row.name, _roles_of(row), row.body or "", _state(row)) for row in rows]
    text = Text(lay_out(lines), lay_out(lines)) if lines else nothing
    show({"accounts": [_described(row) for row in rows]}, text, as_json=as_json)


def _roles_of(row: AccountRow) -> str:
    waiting = waiting_roles(row)
    return ",".join(f"{one.role}{' (waits)' * (one.role in waiting)}" for one in row.roles)


def _state(row: AccountRow) -> str:
    if not row.active:
        return "disabled"
    return "in use" if row.password else "to be set up"


def _described(row: AccountRow) -> dict[str, Any]:
    return {
        "username": row.username,
        "name": row.name,
        "roles": [one.role for one in row.roles],
        "waiting": sorted(waiting_roles(row)),
        "body": row.body,
        "state": _state(row),
        "second_factor": bool(row.totp_secret or row.passkeys),
    }


@accounts.command()
@click.argument("username")
@json_option
@privileged("accounts.disable", "username")
def disable(username: str, as_json: bool) -> None:
    """停用账号，立即退出其全部登录。Disable an account, and end its sessions."""
    home = open_home()
    with open_bureau(home, ask_passphrase()) as bureau:
        disable_account(bureau, fold_username(username), by=current_operator().name)
        left = still_working(home, bureau.desks, fold_username(username))
    told = _with_left(left, Text("已停用", "disabled"))
    show({"disabled": username, **_left(left)}, told, as_json=as_json)


@accounts.command()
@click.argument("username")
@json_option
@privileged("accounts.enable", "username")
def enable(username: str, as_json: bool) -> None:
    """恢复使用已停用的账号。Enable a disabled account."""
    with open_bureau(open_home(), ask_passphrase()) as bureau:
        enable_account(bureau, fold_username(username), by=current_operator().name)
    show({"enabled": username}, Text("已恢复使用", "enabled"), as_json=as_json)


@accounts.command("roles")
@click.argument("username")
@_roles
@_body
@json_option
@privileged("accounts.roles", "username", "roles", "body")
def set_roles(username: str, roles: tuple[str, ...], body: str | None, as_json: bool) -> None:
    """更改账号的角色，即时生效，无须他人确认。Give an account other roles; they count at once."""
    with open_bureau(open_home(), ask_passphrase()) as bureau:
        by = current_operator().name
        change_roles(bureau, fold_username(username), roles, body, by=by)
    show({"roles": list(roles)}, Text("角色已更改", "the roles were changed"), as_json=as_json)
