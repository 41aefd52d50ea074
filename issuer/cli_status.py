"""`yanzhen status …` and `yanzhen tend`: the published status lists, and what keeps them fresh."""

from __future__ import annotations

import logging
import signal
from datetime import UTC, datetime
from threading import Event
from types import FrameType

import click

from codes.wording import Text
from issuer.acts import privileged
from issuer.status_publishing import publish_behind
from issuer.tending import EVERY_SECONDS, open_tender
from issuer.terminal import FiniteRange, ask_passphrase, json_option, open_home, say, show

EXIT_DATA = 65


@click.group()
def status() -> None:
    """公布证书状态列表。Publish the status lists."""


@status.command()
@click.option("--all", "every", is_flag=True, help="全部重新签发 / sign every list anew")
@json_option
@privileged("status.publish")
def publish(every: bool, as_json: bool) -> None:
    """公布有变化或即将到期的状态列表。Publish lists that changed or are soon to expire.

    登记库自相矛盾时照样公布（取较重的状态），并以退出码 65 提示。
    Where the register contradicts itself the graver status is published, and the exit code is 65.
    """
    with open_tender(open_home(), ask_passphrase(), clock=lambda: datetime.now(UTC)) as tender:
        lists = publish_behind(tender.status, every=every)
    contradicted = [number for one in lists for number in one.contradicted]
    show(
        {
            "status_lists": [{"list": one.list_id, "version": one.version} for one in lists],
            "contradicted": contradicted,
        },
        Text(f"已公布状态列表 {len(lists)} 个", f"published {len(lists)} status lists"),
        as_json=as_json,
    )
    if contradicted:
        numbers = "、".join(contradicted)
        say(
            Text(
                f"下列证书的登记状态与其状态记录或此前公布的列表矛盾，可能被人改动：{numbers}",
                f"what the register says of these contradicts their events or the list before; "
                f"someone may have changed it: {numbers}",
            ),
            err=True,
        )
        raise click.exceptions.Exit(EXIT_DATA)


@click.command()
@click.option(
    "--every",
    "every_seconds",
    type=FiniteRange(1, 60),
    default=EVERY_SECONDS,
    show_default=True,
    help="每隔多少秒检查一次 / seconds between rounds",
)
@click.option("--once", is_flag=True, help="只做一次 / one round only")
@json_option
@privileged("tend")
def tend(every_seconds: float, once: bool, as_json: bool) -> None:
    """持续公布日志和状态列表，直到停止。Keep log and status lists published until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    stop = Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    with open_tender(open_home(), ask_passphrase(), clock=lambda: datetime.now(UTC)) as tender:
        if once:
            done = tender.round()
            show(
                {"lists": done.lists, "leaves": done.leaves, "faults": list(done.faults)},
                Text(
                    f"公布状态列表 {done.lists} 个，日志 {done.leaves} 条",
                    f"published {done.lists} status lists and {done.leaves} leaves",
                ),
                as_json=as_json,
            )
            raise click.exceptions.Exit(1 if done.faults else 0)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        tender.keep(stop, every_seconds=every_seconds)
