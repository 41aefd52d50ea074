"""How long after an approval the public is told: by the verifier on line, and by the status list.

    python -m bench.life_visible           twelve revocations among 1 000 certificates
    python -m bench.life_visible --quick   three among twenty

`yanzhen serve` runs on a home; each certificate is revoked by a `yanzhen life approve` of its own
while the site is asked again and again, number with name, and for its signed status list. Seconds
are counted from the commit of the approval, which is seen in the database. `--json` prints one
object on the last line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, Final

import click
from sqlalchemy import select

from bench.issue_font import WORKPLACE
from bench.issue_share import candidates, desk_of_bench, issue
from bench.served import LONGEST_SECONDS, served
from issuer.candidates import Candidate
from issuer.desk import shanghai_day
from issuer.life_acts import propose
from issuer.life_forms import ActForm
from issuer.reserving import live_key
from keys.status_list import StatusValue, keys_by_name, read_status_list, split_index
from log.leaves import LifeKind
from registry.home import Home
from registry.life_models import Ground
from registry.models import Award, AwardStatus, Copy
from registry.session import database, reading
from templates.fonts import FontChain
from tests.drills.office import PASSPHRASE, make_office
from verifier.verdict import Outcome

FULL, QUICK = (1000, 12), (20, 3)
PROMISED: Final = {"online": 1.0, "list": 60.0}
_ROOT: Final = Path(__file__).parents[1]
_YANZHEN: Final = (sys.executable, "-c", "from yanzhen import main; main()")
_PAUSE_SECONDS: Final = 0.02

Ask = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Seconds from the commit of an approval until it was seen; the command's from its start."""

    online: float
    list: float
    command: float


def measure(folder: Path, count: int, revoked: int) -> dict[str, Any]:
    """Revoke certificates one by one and return the figures.

    Args:
        folder: an empty one.
        count: certificates that are issued.
        revoked: how many of them are revoked.
    """
    home = make_office(folder, {})
    chosen = list(islice(candidates(1), count))
    issue(home, "visible", chosen, workers=1)
    environment = os.environ | {
        "YANZHEN_HOME": str(home.path),
        "YANZHEN_PASSPHRASE": PASSPHRASE.decode(),
    }
    with _site(environment) as port:
        every = [_revoke(home, port, environment, one) for one in chosen[:revoked]]
    return {"bench": "life_visible", "awards": count, "revoked": revoked, **_figures(every)}


def _figures(every: Sequence[Seen]) -> dict[str, float]:
    told: dict[str, float] = {}
    for name in ("online", "list", "command"):
        seconds = [getattr(seen, name) for seen in every]
        told[f"{name}_seconds_median"] = round(median(seconds), 3)
        told[f"{name}_seconds_most"] = round(max(seconds), 3)
    return told


def _revoke(home: Home, port: int, environment: Mapping[str, str], candidate: Candidate) -> Seen:
    """Revoke a certificate by the command and see when whoever asks is told."""
    with desk_of_bench(home) as desk:
        with reading(desk.engine) as session:
            mark = live_key(
                desk.vault,
                desk.site,
                int(candidate.document_type),
                candidate.document_number,
                candidate.occupation.index,
                int(candidate.level),
            )
            query = select(Award.number, Copy.status_index).join(Copy, Copy.award_id == Award.id)
            number, status_index = session.execute(query.where(Award.live_key == mark)).one()
        form = ActForm(
            kind=LifeKind.REVOKE,
            number=number,
            batch=None,
            ground=Ground.BOUGHT,
            reason="经核查属实",
            reference="〔2026〕15号",
            correction=None,
        )
        act = propose(desk, form, proposer="张提出", fonts=FontChain())
        status_keys = keys_by_name(desk.document.status_keys, shanghai_day(desk.clock()))
    list_id, position = split_index(status_index)

    def online() -> bool:
        body = json.dumps({"number": number, "name": candidate.name}).encode()
        answer = json.loads(_fetch(port, "/api/v1/verify", body))
        return bool(answer["outcome"] == Outcome.NOT_CURRENT.value)

    def listed() -> bool:
        found = read_status_list(_fetch(port, f"/status/{list_id}"), status_keys)
        return found.value_of(position) is StatusValue.INVALID

    with database(home.database_url) as engine:

        def committed() -> bool:
            with reading(engine) as session:
                query = select(Award.status).where(Award.number == number)
                return session.scalar(query) == AwardStatus.REVOKED

        asks = {"commit": committed, "online": online, "list": listed}
        if any(ask() for ask in asks.values()):
            raise click.ClickException(f"{number} is revoked already")
        return _watch(asks, ["life", "approve", str(act), "--as", "李审批", "--yes"], environment)


def _watch(
    asks: Mapping[str, Ask], arguments: Sequence[str], environment: Mapping[str, str]
) -> Seen:
    moments: dict[str, float] = {}
    start = time.perf_counter()
    threads = [
        threading.Thread(target=_until, args=(name, ask, moments), daemon=True)
        for name, ask in asks.items()
    ]
    for thread in threads:
        thread.start()
    subprocess.run(
        [*_YANZHEN, *arguments],
        cwd=_ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    command = time.perf_counter() - start
    for thread in threads:
        thread.join()
    if missing := asks.keys() - moments.keys():
        raise click.ClickException(f"not seen in time: {', '.join(sorted(missing))}")
    commit = moments["commit"]
    return Seen(
        online=max(0.0, moments["online"] - commit),
        list=max(0.0, moments["list"] - commit),
        command=command,
    )


def _until(name: str, ask: Ask, moments: dict[str, float]) -> None:
    """Ask until the answer is yes; note when it had come."""
    deadline = time.perf_counter() + LONGEST_SECONDS
    while not ask():
        if time.perf_counter() > deadline:
            return
        time.sleep(_PAUSE_SECONDS)
    moments[name] = time.perf_counter()


def _site(environment: Mapping[str, str]) -> AbstractContextManager[int]:
    """Serve the home's public site for one block; yield the port."""
    return served(
        lambda port: [*_YANZHEN, "serve", "--port", str(port)],
        lambda port: _fetch(port, "/robots.txt"),
        environment,
    )


def _fetch(port: int, path: str, body: bytes | None = None) -> bytes:
    """Return what the site on this machine answers; raises OSError where it does not."""
    headers = {} if body is None else {"Content-Type": "application/json"}
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
    finally:
        connection.close()
    if answer.status != HTTPStatus.OK:
        raise ConnectionError(f"{path}: {answer.status}")
    return data


@click.command()
@click.option("--quick", is_flag=True, help="Measure less.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on the last line.")
def main(*, quick: bool, as_json: bool) -> None:
    """Measure how soon an approval is seen."""
    WORKPLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORKPLACE) as folder:
        figures = measure(Path(folder), *(QUICK if quick else FULL))
    for name, most in PROMISED.items():
        seconds = figures[f"{name}_seconds_most"]
        kept = "kept  " if seconds <= most else "MISSED"
        click.echo(f"{kept} {name}: {seconds} s at most after the approval (promised <= {most} s)")
    click.echo(f"the whole command takes {figures['command_seconds_median']} s")
    if as_json:
        click.echo(json.dumps(figures))


if __name__ == "__main__":
    main()
