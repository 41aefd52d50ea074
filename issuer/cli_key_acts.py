"""`yanzhen keys retire`, `rotate` and `compromise`: how a body's signing key comes to its end."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from accounts.spoken import spoken_day
from codes.wording import Text
from issuer.acts import privileged
from issuer.cli_following import at_hand, look_at_hand
from issuer.custody import compromise_key, retire_key, rotate_key
from issuer.desk import SHANGHAI, shanghai_day
from issuer.filing import find_site
from issuer.key_loss import KeyLoss, count_loss
from issuer.publishing import publish
from issuer.terminal import ask_passphrase, json_option, open_home, say
from keys.algorithms import Algorithm
from keys.json_fields import write_moment
from registry.models import SigningKey
from registry.schema import open_registry
from registry.session import reading, transaction
from templates.usage_words import WrongUsage

ALGORITHMS = {algorithm.label: algorithm for algorithm in Algorithm}
MAX_REASON = 200

algorithm_type = click.Choice(list(ALGORITHMS), case_sensitive=False)
day_type = click.DateTime(formats=["%Y-%m-%d"])
_instant_type = click.DateTime(formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M"])
_body_option = click.option(
    "--body", "prefix", required=True, help="机构编号前缀（13位）/ the body's prefix"
)
_yes_option = click.option("--yes", is_flag=True, help="不再询问 / do not ask")


def _read_key_id(_context: click.Context, _parameter: click.Parameter, text: str) -> int:
    try:
        return int(text, 16)
    except ValueError as error:
        wrong = Text(
            f"“{text}”不是密钥编号，应为 4 位十六进制；用 yanzhen keys list 查看。",
            f"{text!r} is no key id, which has 4 hex digits; yanzhen keys list shows them.",
        )
        raise WrongUsage(wrong, about="--key") from error


_key_option = click.option(
    "--key",
    "key_id",
    required=True,
    callback=_read_key_id,
    help="密钥编号，4位十六进制 / key id, 4 hex digits",
)


@click.command()
@_body_option
@_key_option
@click.option("--last-day", type=day_type, help="最后可用日期，默认今天 / last day (today)")
@_yes_option
@json_option
@privileged("keys.retire", "prefix", "key_id")
def retire(prefix: str, key_id: int, last_day: datetime | None, yes: bool, as_json: bool) -> None:
    """停用密钥（此前签发的证书仍可核验）。Retire a key; what it signed stays verifiable."""
    home = open_home()
    now = datetime.now(UTC)
    day: date = last_day.date() if last_day else shanghai_day(now)
    if not yes:
        last = spoken_day(day)
        say(
            Text(
                f"密钥 {key_id:04x} 在{last.zh}之后将不再签发，且不可恢复启用。",
                f"key {key_id:04x} will sign nothing after {last.en}; this cannot be undone.",
            )
        )
        click.confirm("确认停用？/ Retire it?", abort=True)
    hand = look_at_hand(home)
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        transaction(engine) as session,
    ):
        row = retire_key(session, find_site(session, prefix), key_id, last_day=day)
        publication = publish(session, home, now=now, signers=hand.signers)
    told = publication.text
    hand.show(
        {**describe_key(row), "prefix": prefix, **publication.as_dict()},
        Text(f"密钥 {key_id:04x} 已停用；{told.zh}", f"key {key_id:04x} is retired; {told.en}"),
        as_json=as_json,
    )


@click.command()
@_body_option
@click.option("--algorithm", type=algorithm_type, default="ES256")
@click.option("--from", "first_day", type=day_type, help="启用日期，默认今天 / first day (today)")
@json_option
@privileged("keys.rotate", "prefix")
def rotate(prefix: str, algorithm: str, first_day: datetime | None, as_json: bool) -> None:
    """更换签名密钥：新密钥自某日起签发，旧的停用。Change to a new key from a day on."""
    home = open_home()
    passphrase = ask_passphrase()
    home.vault(passphrase)  # one passphrase opens the whole home: refuse a mistyped one
    now = datetime.now(UTC)
    today = shanghai_day(now)
    hand = at_hand(home, passphrase)
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        transaction(engine) as session,
    ):
        row = rotate_key(
            session,
            home,
            find_site(session, prefix),
            passphrase,
            algorithm=ALGORITHMS[algorithm],
            first_day=first_day.date() if first_day else today,
            today=today,
        )
        publication = publish(session, home, now=now, signers=hand.signers)
    told, since = publication.text, spoken_day(row.valid_from)
    hand.show(
        {**describe_key(row), "prefix": prefix, **publication.as_dict()},
        Text(
            f"已生成密钥 {row.key_id:04x}（{algorithm}），自{since.zh}起由它签发，"
            f"原有密钥届时停用；{told.zh}",
            f"made key {row.key_id:04x} ({algorithm}); it signs from {since.en} on and the "
            f"others no longer do; {told.en}",
        ),
        as_json=as_json,
    )


@click.command()
@_body_option
@_key_option
@click.option(
    "--since",
    required=True,
    type=_instant_type,
    help="失密时间，如 2026-11-23T09:30（北京时间）/ instant, Beijing time unless it has an offset",
)
@click.option("--reason", required=True, help="事由 / why, for the record")
@_yes_option
@json_option
@privileged("keys.compromise", "prefix", "key_id")
def compromise(
    prefix: str, key_id: int, since: datetime, reason: str, yes: bool, as_json: bool
) -> None:
    """声明密钥失密：此时之后的签名一律不予采信。Declare a key compromised since an instant."""
    reason = reason.strip()
    if not 1 <= len(reason) <= MAX_REASON or not reason.isprintable():
        wrong = Text(f"应为 1–{MAX_REASON} 个字符", f"has 1–{MAX_REASON} printable characters")
        raise WrongUsage(wrong, about="--reason")
    home = open_home()
    instant = (since if since.tzinfo else since.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    if not yes:
        with (
            open_registry(home.database_url, memory=home.trail_memory) as engine,
            reading(engine) as session,
        ):
            loss = count_loss(session, find_site(session, prefix), key_id, instant)
        say(_warning(key_id, instant, loss))
        click.confirm("确认声明失密？/ Declare it compromised?", abort=True)
    hand = look_at_hand(home)
    now = datetime.now(UTC)
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        transaction(engine) as session,
    ):
        site = find_site(session, prefix)
        row = compromise_key(session, site, key_id, since=instant, reason=reason, now=now)
        loss = count_loss(session, site, key_id, instant)
        publication = publish(session, home, now=now, signers=hand.signers)
    told = publication.text
    hand.show(
        {
            **describe_key(row),
            "prefix": prefix,
            "certificates": loss.as_dict(),
            **publication.as_dict(),
        },
        Text(
            f"密钥 {key_id:04x} 已声明失密；{told.zh}。{loss.text.zh}。"
            f"下一步：yanzhen keys new --body {prefix}",
            f"key {key_id:04x} is declared compromised; {told.en}. {loss.text.en}. "
            f"Next: yanzhen keys new --body {prefix}",
        ),
        as_json=as_json,
    )


def _warning(key_id: int, since: datetime, loss: KeyLoss) -> Text:
    local = since.astimezone(SHANGHAI)
    day = spoken_day(local.date())
    return Text(
        f"声明密钥 {key_id:04x} 自北京时间{day.zh} {local:%H:%M:%S} 起失密，不可撤回。用它签发而"
        f"未能证明此前已记入公开日志的证书，都将核验为“未登记”。{loss.text.zh}。",
        f"key {key_id:04x} is declared compromised since {day.en}, {local:%H:%M:%S} Beijing time; "
        "this cannot be taken back. Whatever it signed that is not shown to have been in the "
        f"public log before will verify as unregistered; {loss.text.en}.",
    )


def describe_key(key: SigningKey) -> dict[str, str | None]:
    """Return a key as members of a JSON answer."""
    since = key.compromised_since
    return {
        "key_id": f"{key.key_id:04x}",
        "algorithm": Algorithm(key.algorithm).label,
        "valid_from": key.valid_from.isoformat(),
        "valid_to": key.valid_to.isoformat() if key.valid_to else None,
        "standing": key.standing,
        "compromised_since": None if since is None else write_moment(since),
    }
