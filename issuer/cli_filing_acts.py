"""`yanzhen filing …` after the filing: 续期、变更、暂停、恢复、撤销."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import click

from accounts.spoken import spoken_day
from codes.levels import Level, parse_level
from codes.occupations import Occupation, parse_occupation
from codes.wording import Text
from issuer.acts import privileged
from issuer.cli_decisions import (
    DAY,
    and_waiting,
    body_option,
    deciding,
    decision_options,
    dry_run_option,
    from_option,
    published,
    read_decision,
    tried,
)
from issuer.cli_following import look_at_hand
from issuer.filing_acts import Decision
from issuer.filing_view import act_as_dict
from issuer.site_acts import SiteAct, SiteActKind, carry_out
from issuer.terminal import json_option, open_home, show
from keys.filing_windows import EVENT_NAMES, FilingEvent
from templates.usage_words import WrongUsage


def _enact(
    act: SiteAct, decision: Decision, *, now: datetime, dry_run: bool, as_json: bool
) -> None:
    """Do one act, publish, and say what it came to."""
    if act.takes_rights and decision.reference is None:
        raise WrongUsage(
            Text("这一事项须用 --reference 写明决定的文号。", "this act needs --reference."),
            about="--reference",
        )
    home, prefix = open_home(), act.prefix
    hand = None if dry_run else look_at_hand(home)
    signers = None if hand is None else hand.signers
    with deciding(home, dry_run=dry_run) as session:
        enacted = carry_out(session, home, act, decision, now=now, signers=signers)
        struck, publication = enacted.struck, enacted.publication
        answer = act_as_dict(enacted.act) | {"prefix": prefix, "awards_struck": struck}
    name = EVENT_NAMES[FilingEvent(str(answer["event"]))]
    since = spoken_day(date.fromisoformat(str(answer["effective_on"])))
    said = Text(f"{name.zh}：{prefix}，自{since.zh}起生效", f"{name.en}: {prefix}, from {since.en}")
    if struck:
        said = Text(
            f"{said.zh}；发证日期在生效日当天或以后的 {struck} 份证书将不再通过核验",
            f"{said.en}; awards dated on or after that day, which will no longer verify: {struck}",
        )
    answer |= {**published(publication), "dry_run": dry_run}
    print_out = show if hand is None else hand.show
    print_out(answer, tried(and_waiting(said, publication), dry_run=dry_run), as_json=as_json)


@click.command()
@body_option
@click.option("--to", "last_day", type=DAY, required=True, help="新的截止日（含）/ new last day")
@decision_options(two_persons=True)
@dry_run_option
@json_option
@privileged("filing.renew", "prefix")
def renew(prefix: str, last_day: datetime, dry_run: bool, as_json: bool, **said: Any) -> None:
    """续期：将现有备案范围延长到新的截止日。Prolong all that is filed to a new last day."""
    now = datetime.now(UTC)
    act = SiteAct(kind=SiteActKind.RENEW, prefix=prefix, day=last_day.date())
    _enact(act, read_decision(now, **said), now=now, dry_run=dry_run, as_json=as_json)


@click.command()
@body_option
@click.option("--name", help="新的机构名称，今天起用 / the body's new name, from today")
@click.option("--address", help="新的站点地址，今天起用 / the site's new address, from today")
@click.option(
    "--drop", "dropped", multiple=True, help="取消的职业:级别，如 3-02-02-00:1 / what to take out"
)
@click.option("--from", "first_day", type=DAY, help="--drop 的生效日期 / first day of --drop")
@click.option("--approver", help="审批人，--drop 须另一人审批 / who approves --drop")
@decision_options(two_persons=False)
@dry_run_option
@json_option
@privileged("filing.change", "prefix")
def change(
    prefix: str,
    name: str | None,
    address: str | None,
    dropped: tuple[str, ...],
    first_day: datetime | None,
    dry_run: bool,
    as_json: bool,
    **said: Any,
) -> None:
    """变更机构名称、站点地址或缩小范围（一次一项）。Change a name or address, or narrow the scope.

    已核发的证书保留核发时的名称。扩大范围须重新申报（apply）。
    """
    if sum(bool(one) for one in (name, address, dropped)) != 1:
        raise WrongUsage(
            Text(
                "请在 --name、--address、--drop 中选一项。",
                "give exactly one of --name, --address and --drop.",
            )
        )
    if bool(dropped) != (first_day is not None):
        raise WrongUsage(
            Text("--drop 与 --from 须同时使用。", "--drop and --from go together."), about="--from"
        )
    now, pairs = datetime.now(UTC), tuple(_read_pair(one) for one in dropped)
    if name or address:
        kind = SiteActKind.RENAME if name else SiteActKind.MOVE
        act = SiteAct(kind=kind, prefix=prefix, text=(name or address or "").strip())
    else:
        day = first_day.date() if first_day else None
        act = SiteAct(kind=SiteActKind.NARROW, prefix=prefix, day=day, dropped=pairs)
    _enact(act, read_decision(now, **said), now=now, dry_run=dry_run, as_json=as_json)


def _read_pair(typed: str) -> tuple[Occupation, Level]:
    occupation, _, level = typed.rpartition(":")
    return parse_occupation(occupation), parse_level(level)


@click.command()
@body_option
@from_option
@decision_options(two_persons=True)
@dry_run_option
@json_option
@privileged("filing.suspend", "prefix")
def suspend(prefix: str, first_day: datetime, dry_run: bool, as_json: bool, **said: Any) -> None:
    """暂停备案：自生效日起不得核发，生效日以前核发的不受影响。Suspend a filing from a day on."""
    now = datetime.now(UTC)
    act = SiteAct(kind=SiteActKind.SUSPEND, prefix=prefix, day=first_day.date())
    _enact(act, read_decision(now, **said), now=now, dry_run=dry_run, as_json=as_json)


@click.command()
@body_option
@from_option
@decision_options(two_persons=True)
@dry_run_option
@json_option
@privileged("filing.resume", "prefix")
def resume(prefix: str, first_day: datetime, dry_run: bool, as_json: bool, **said: Any) -> None:
    """恢复暂停的备案；暂停期间仍无资格。Resume a suspended filing; the days between stay a gap."""
    now = datetime.now(UTC)
    act = SiteAct(kind=SiteActKind.RESUME, prefix=prefix, day=first_day.date())
    _enact(act, read_decision(now, **said), now=now, dry_run=dry_run, as_json=as_json)


@click.command()
@body_option
@click.option("--from", "first_day", type=DAY, help="生效日期 / first day without the filing")
@click.option(
    "--from-the-beginning", is_flag=True, help="自始撤销：所发证书均视为超出范围 / annul it wholly"
)
@decision_options(two_persons=True)
@dry_run_option
@json_option
@privileged("filing.withdraw", "prefix")
def withdraw(
    prefix: str,
    first_day: datetime | None,
    from_the_beginning: bool,
    dry_run: bool,
    as_json: bool,
    **said: Any,
) -> None:
    """撤销备案；之前核发的证书仍然有效，除非自始撤销。Withdraw a filing from a day on.

    撤销后再次开展评价须重新申报（apply）。
    """
    if from_the_beginning == (first_day is not None):
        raise WrongUsage(
            Text(
                "请在 --from 与 --from-the-beginning 中选一项。",
                "give either --from or --from-the-beginning.",
            )
        )
    now = datetime.now(UTC)
    kind = SiteActKind.ANNUL if from_the_beginning else SiteActKind.WITHDRAW
    act = SiteAct(kind=kind, prefix=prefix, day=first_day.date() if first_day else None)
    _enact(act, read_decision(now, **said), now=now, dry_run=dry_run, as_json=as_json)


COMMANDS: tuple[click.Command, ...] = (renew, change, suspend, resume, withdraw)
