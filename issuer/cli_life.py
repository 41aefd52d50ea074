"""`yanzhen life …`: what happens to certificates after they were issued, by two persons."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from codes.number import parse_number, parse_prefix
from codes.wording import Text
from issuer.acts import privileged
from issuer.certificate_acts import propose_once
from issuer.correcting import parse_correction
from issuer.desk import Desk
from issuer.life_acts import act_unknown, find_place, list_acts, reject, show_act, withdraw
from issuer.life_forms import MAKES_COPY, ActForm
from issuer.life_run import approve_and_publish
from issuer.life_show import (
    act_as_dict,
    acts_as_table,
    approved_text,
    counted,
    describe,
    outcome_as_dict,
)
from issuer.life_words import KINDS_BY_CODE
from issuer.opening import announce_host, open_desk
from issuer.progress import ProgressLine
from issuer.publishing import PUBLIC_URL_VARIABLE
from issuer.terminal import (
    ROW_NUMBER,
    as_option,
    ask_passphrase,
    json_option,
    language,
    open_home,
    read_batch_name,
    say,
    show,
)
from log.leaves import LifeKind
from registry.life_models import ActState, Ground
from registry.models import ReissueReason
from registry.schema import open_registry
from registry.session import reading
from templates.fonts import FontChain
from templates.usage_words import WrongUsage

_as = as_option("operator")
_yes = click.option("--yes", is_flag=True, help="不再询问 / do not ask")
_reason = click.option("--reason", required=True, help="事由 / why")
_GROUNDED = frozenset({LifeKind.REVOKE, LifeKind.ANNUL})
_OF_MANY = frozenset({LifeKind.ANNUL, LifeKind.BODY_MERGED})


@click.group()
def life() -> None:
    """证书状态变更：一人提出，另一人审批。Correct, suspend, revoke …: proposed, then approved."""


@life.command("propose")
@click.argument("kind", type=click.Choice(list(KINDS_BY_CODE)), metavar="KIND")
@click.argument("number", required=False)
@click.option("--body", "prefix", help="机构编号前缀（13位）/ the body's prefix")
@click.option("--batch", help="整批办理 / a whole batch")
@click.option(
    "--ground",
    type=click.Choice([ground.value for ground in Ground]),
    help="撤销的事由类别 / ground of a revocation",
)
@_reason
@click.option("--reference", required=True, help="文号 / number of the paper it rests on")
@click.option("--name", help="正确的姓名 / the right name")
@click.option("--latin-name", help="正确姓名的拉丁字母写法 / its spelling in Latin letters")
@click.option("--specialty", help="正确的工种，无则写 -- / the right specialty, -- for none")
@click.option(
    "--because",
    type=click.Choice([reason.value for reason in ReissueReason]),
    help="补发的事由：遗失、损毁、其他 / why a reissue is asked for",
)
@click.option("--successor", help="并入的机构名称 / the body it became part of")
@_as
@json_option
@privileged("life.proposing", "kind", "number", "prefix", "batch")
def propose_command(
    kind: str,
    number: str | None,
    prefix: str | None,
    batch: str | None,
    ground: str | None,
    reason: str,
    reference: str,
    name: str | None,
    latin_name: str | None,
    specialty: str | None,
    because: str | None,
    successor: str | None,
    operator: str,
    as_json: bool,
) -> None:
    """提出一项变更，须由另一人审批后生效。Propose an act; nothing changes until it is approved."""
    what = KINDS_BY_CODE[kind]
    number = None if number is None else str(parse_number(number))
    batch = None if batch is None else read_batch_name(batch)
    _check_target(what, number, prefix, batch)
    _check_belonging(
        what, ground=ground, right=name or specialty, because=because, successor=successor
    )
    form = ActForm(
        kind=what,
        number=number,
        batch=batch,
        ground=None if ground is None else Ground(ground),
        reason=reason,
        reference=reference,
        correction=(
            parse_correction(name, specialty, latin_name) if what is LifeKind.CORRECT else None
        ),
        reissue=None if because is None else ReissueReason(because),
        successor=successor,
    )
    with _desk(number[:13] if number else str(parse_prefix(prefix or ""))) as desk:
        fonts = FontChain.from_environment(os.environ)
        act_id = propose_once(desk, form, proposer=operator, fonts=fonts)
        act = show_act(desk, act_id)
    show(
        act_as_dict(act),
        Text(
            f"已提出，编号 {act_id}，涉及证书 {counted(act.hits).zh}。须由另一人审批："
            f"yanzhen life approve {act_id} --as 姓名",
            f"proposed as {act_id}; it hits {counted(act.hits).en}. Another person approves it: "
            f"yanzhen life approve {act_id} --as NAME",
        ),
        as_json=as_json,
    )


@life.command("list")
@click.option("--body", "prefix", required=True, help="机构编号前缀（13位）/ the body's prefix")
@click.option("--state", type=click.Choice([state.value for state in ActState]))
@json_option
@privileged("life.list", "prefix")
def list_command(prefix: str, state: str | None, as_json: bool) -> None:
    """列出审批事项，最近的在前。List acts, the latest first."""
    with _desk(str(parse_prefix(prefix))) as desk:
        acts = list_acts(desk, None if state is None else ActState(state))
    told = {"acts": [act_as_dict(act) for act in acts]}
    show(told, acts_as_table(acts), as_json=as_json)


@life.command("show")
@click.argument("act_id", type=ROW_NUMBER, metavar="ACT")
@json_option
@privileged("life.show", "act_id")
def show_command(act_id: int, as_json: bool) -> None:
    """查看一项审批事项。Show one act."""
    with _desk(_site_and_kind(act_id)[0]) as desk:
        act = show_act(desk, act_id)
    show(act_as_dict(act), describe(act), as_json=as_json)


@life.command("approve")
@click.argument("act_id", type=ROW_NUMBER, metavar="ACT")
@_as
@_yes
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="新制证书的输出目录 / folder for the certificate that is made",
)
@click.option("--new-host", is_flag=True, help="确认启用新的核验网址 / confirm a new public host")
@json_option
@privileged("life.approving", "act_id")
def approve_command(
    act_id: int, operator: str, yes: bool, out: Path | None, new_host: bool, as_json: bool
) -> None:
    """审批并立即生效，同时公布日志和状态列表。Approve an act; it takes effect at once."""
    with _desk_of(act_id, new_host=new_host) as desk:
        act = show_act(desk, act_id)
        making = act.kind in MAKES_COPY
        if making and out is None:
            raise WrongUsage(
                Text(
                    "更正、补发、存档副本须用 --out 写明输出目录。",
                    "what makes a copy needs --out.",
                )
            )
        if not yes and act.state is ActState.PROPOSED:
            say(describe(act), err=True)
            click.confirm("确认批准？/ Approve it?", abort=True, err=True)
        outcome = approve_and_publish(
            desk,
            act_id,
            approver=operator,
            hits=act.hits,
            out=out if making else None,
            fonts=FontChain.from_environment(os.environ),
            progress=ProgressLine(language(), quiet=as_json),
        )
    show(outcome_as_dict(outcome, act_id), approved_text(outcome, act_id), as_json=as_json)


@life.command("reject")
@click.argument("act_id", type=ROW_NUMBER, metavar="ACT")
@_as
@_reason
@json_option
@privileged("life.rejecting", "act_id")
def reject_command(act_id: int, operator: str, reason: str, as_json: bool) -> None:
    """不予批准他人提出的事项。Decline what another person proposed."""
    with _desk(_site_and_kind(act_id)[0]) as desk:
        reject(desk, act_id, decided_by=operator, reason=reason)
        act = show_act(desk, act_id)
    show(act_as_dict(act), Text(f"不予批准 {act_id}", f"declined {act_id}"), as_json=as_json)


@life.command("withdraw")
@click.argument("act_id", type=ROW_NUMBER, metavar="ACT")
@_as
@_reason
@json_option
@privileged("life.withdrawing", "act_id")
def withdraw_command(act_id: int, operator: str, reason: str, as_json: bool) -> None:
    """撤回自己提出的事项。Take one's own proposal back."""
    with _desk(_site_and_kind(act_id)[0]) as desk:
        withdraw(desk, act_id, decided_by=operator, reason=reason)
        act = show_act(desk, act_id)
    show(act_as_dict(act), Text(f"已撤回 {act_id}", f"taken back {act_id}"), as_json=as_json)


def _check_target(
    kind: LifeKind, number: str | None, prefix: str | None, batch: str | None
) -> None:
    """Refuse an act on one award where a batch is meant, and the other way round."""
    if kind is LifeKind.BODY_MERGED:
        sound = bool(number) is not bool(prefix) and not (number and batch)
    elif kind is LifeKind.ANNUL:
        sound = number is None and bool(prefix) and bool(batch)
    else:
        sound = number is not None and prefix is None and batch is None
    if not sound:
        where = "--body 和 --batch" if kind in _OF_MANY else "证书编号"
        raise WrongUsage(
            Text(
                f"这一事项请写{where}。",
                "this act is "
                + ("of a batch: --body and --batch." if kind in _OF_MANY else "of one number."),
            )
        )


def _check_belonging(
    kind: LifeKind,
    *,
    ground: str | None,
    right: str | None,
    because: str | None,
    successor: str | None,
) -> None:
    """Refuse options that belong to another act, and one that is missing."""
    wanted = (
        ("--ground", ground, kind in _GROUNDED),
        ("--name", right, kind is LifeKind.CORRECT),
        ("--because", because, kind is LifeKind.REISSUE),
        ("--successor", successor, kind is LifeKind.BODY_MERGED),
    )
    for option, given, belongs in wanted:
        if belongs and not given:
            raise WrongUsage(Text(f"这一事项须写 {option}。", f"this act needs {option}."))
        if given and not belongs:
            raise WrongUsage(Text(f"{option} 不用于这一事项。", f"{option} is not for this act."))


@contextmanager
def _desk(prefix: str) -> Iterator[Desk]:
    """Open a body's desk for what prints nothing."""
    home = open_home()
    with open_desk(
        home,
        prefix=prefix,
        passphrase=ask_passphrase(),
        public_url="",
        sample=home.demo,
        dry_run=True,
        clock=lambda: datetime.now(UTC),
    ) as desk:
        yield desk


@contextmanager
def _desk_of(act_id: int, *, new_host: bool = False) -> Iterator[Desk]:
    """Open the desk of the body an act belongs to; to make a copy, its QR address announced."""
    home = open_home()
    prefix, kind = _site_and_kind(act_id)
    making = kind in MAKES_COPY
    public_url = os.environ.get(PUBLIC_URL_VARIABLE, "") if making else ""
    with open_desk(
        home,
        prefix=prefix,
        passphrase=ask_passphrase(),
        public_url=public_url,
        sample=home.demo,
        dry_run=not making,
        clock=lambda: datetime.now(UTC),
    ) as desk:
        if making:
            announce_host(desk, public_url, another=new_host)
        yield desk


def _site_and_kind(act_id: int) -> tuple[str, LifeKind]:
    with open_registry(open_home().database_url) as engine, reading(engine) as session:
        found = find_place(session, act_id)
    if found is None:
        raise act_unknown(act_id)
    return found.prefix, found.kind
