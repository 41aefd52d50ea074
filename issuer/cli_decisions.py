"""What the commands of the filing procedure share: who decides, when, and trying without effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import click
from sqlalchemy.orm import Session

from codes.wording import Text
from issuer.desk import shanghai_day
from issuer.filing_acts import Decision, parse_reason, parse_reference
from issuer.operator import parse_name
from issuer.publishing import Publication
from issuer.terminal import as_option
from registry.home import Home
from registry.schema import open_registry
from registry.session import transaction

Command = TypeVar("Command", bound=Callable[..., Any])

DAY = click.DateTime(formats=["%Y-%m-%d"])

dry_run_option = click.option(
    "--dry-run", is_flag=True, help="只试办，不登记 / try it, change nothing"
)
body_option = click.option(
    "--body", "prefix", required=True, help="机构编号前缀（13位）/ the body's prefix"
)
from_option = click.option(
    "--from", "first_day", type=DAY, required=True, help="生效日期 / first day it has effect"
)


def decision_options(*, two_persons: bool) -> Callable[[Command], Command]:
    """Add the options that say who decides, why, by which document and when.

    Args:
        two_persons: the act grants rights or does harm, and needs an approver.
    """
    options = [
        as_option("decider"),
        click.option("--reason", help="理由 / why"),
        click.option("--reference", help="文号 / the document's number"),
        click.option(
            "--decided-on", type=DAY, help="决定日期，默认今天 / day of the decision (today)"
        ),
    ]
    if two_persons:
        options.insert(
            1,
            click.option(
                "--approver", required=True, help="审批人姓名，须为另一人 / another who approves"
            ),
        )

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def read_decision(
    now: datetime,
    decider: str,
    approver: str | None,
    reason: str | None,
    reference: str | None,
    decided_on: datetime | None,
) -> Decision:
    """Return the decision that the options say.

    Raises:
        IssuerError: a name is none (`operator_name`), or a text is too long (`decision_text`).
    """
    return Decision(
        decider=decider,
        approver=None if approver is None else parse_name(approver),
        reason=parse_reason(reason),
        reference=parse_reference(reference),
        decided_on=decided_on.date() if decided_on else shanghai_day(now),
    )


@contextmanager
def deciding(home: Home, *, dry_run: bool = False) -> Iterator[Session]:
    """Yield a session of one transaction; where it is only tried, nothing of it is kept."""
    with (
        open_registry(home.database_url, memory=home.trail_memory) as engine,
        transaction(engine) as session,
    ):
        yield session
        if dry_run:
            session.rollback()


def tried(text: Text, *, dry_run: bool) -> Text:
    """Return what is said of an act, marked where it was only tried."""
    if not dry_run:
        return text
    return Text(f"试办通过，未登记：{text.zh}", f"only tried, nothing was put on record: {text.en}")


def published(publication: Publication | None) -> dict[str, int | None]:
    """Return what publishing came to, as members of an answer; None throughout where only tried."""
    if publication is None:
        return {"trust_list_version": None, "signatures_missing": None}
    return {**publication.as_dict()}


def and_waiting(text: Text, publication: Publication | None) -> Text:
    """Return what is said of an act, and that the list with it still waits for signatures."""
    if publication is None or publication.in_force:
        return text
    waiting = publication.text
    return Text(f"{text.zh}\n{waiting.zh}", f"{text.en}\n{waiting.en}")
