"""The commands that serve: the public site, the desks, and the demo with both.

Each imports its side of the house only when called, as the application factories do.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote as quote_word
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from codes.wording import Text
from wsgi import WORKER_SECONDS, create_private_app, create_public_app

if TYPE_CHECKING:
    from flask import Flask

    from issuer.demo import Demo
    from issuer.demo_desks import DesksStart
    from registry.home import Home


_PORT = 8000


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address")
@click.option("--port", default=8000, show_default=True, help="端口 / port")
@click.option("--workers", type=click.IntRange(1, 64), help="工作进程数 / worker processes")
def serve(host: str, port: int, workers: int | None) -> None:
    """启动公众核验网站（Ctrl-C 停止）。Serve the public site until Ctrl-C."""
    from registry.home import Home, home_path
    from verifier.listening import check_address
    from verifier.opening import open_verifier

    check_address(host, port)
    home = Home.open(home_path())
    open_verifier(home).close()  # what is amiss with the home is said here, once, not by workers
    run_server(home, host=host, port=port, workers=workers)


@click.command()
@click.option("--dir", "folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address")
@click.option("--port", type=int, help="端口，默认 8000 / port (8000)")
@click.option("--once", is_flag=True, help="签发、逐一核验后退出 / issue, verify each, exit")
@click.option("--people", is_flag=True, help="显示工作台账号和验证码 / who may sign in, and codes")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def demo(
    folder: Path | None, host: str, port: int | None, once: bool, people: bool, as_json: bool
) -> None:
    """签发样本，打开核验网站和工作台。Issue samples, open verifier and desks on them.

    样本存放在 demo/ 下，可随时删除重来；工作台在下一个端口，只限本机。Samples go under demo/ and
    may be deleted at will; the desks are on the next port, for this machine only.
    """
    from issuer.demo import Demo, altered_qr_text, audit_command, demo_address, issue_demo, welcome
    from issuer.demo_desks import HOST, desks_beside, people_of
    from issuer.progress import ProgressLine
    from registry.trust_file import root_pin
    from verifier.check_all import check_all
    from verifier.listening import check_address

    _hear_ctrl_c()
    at = _PORT if port is None else port
    url = demo_address(host, at)
    place = Demo(folder=folder or Path("demo") / url.rpartition("/")[2].replace(":", "-"))
    if people:
        _tell_people(place, port or place.read_port() or _PORT, as_json=as_json)
        return
    if not once:
        check_address(host, at)  # before samples are issued for nothing
        check_address(HOST, at + 1)
    language = click.get_current_context().find_root().obj
    progress = ProgressLine(language, quiet=as_json)
    _begin(Text("准备数据目录、密钥和样本名册……", "making home, keys and roster …"), quiet=as_json)
    with progress.watching():
        home, issued = issue_demo(
            place, public_url=url, clock=lambda: datetime.now(UTC), progress=progress
        )
    listing = json.loads(place.listing.read_bytes())
    if once:
        report = check_all(home, listing)
        if as_json:
            click.echo(json.dumps(report.as_dict(), ensure_ascii=False))
        else:
            click.echo(report.text().say(language))
        raise click.exceptions.Exit(0 if report.all_valid else 1)
    _ = issued
    links = {
        "genuine": listing[0]["qr_text"],
        "altered": altered_qr_text(listing[0]["qr_text"]),
        "unknown": f"{url}/#number={listing[0]['number'][:-6]}999999&name={quote('无此人')}",
    }
    place.keep_port(at)
    _begin(Text("启动工作台，建立账号……", "starting the desks, making accounts …"), quiet=as_json)
    with desks_beside(place, public_url=url, port=at + 1) as answering:
        people_of(place, with_work=True)  # while the desks start
        start = answering()
        click.echo(welcome(place.certificates, url, links).say(language))
        _tell_desks(start, place, at)
        _begin(Text("启动核验网站……", "starting the verifier …"), quiet=as_json)
        click.echo(audit_command(sys.argv[0], url, root_pin(home)).say(language))
        run_server(home, host=host, port=at, workers=None)


def _begin(stage: Text, *, quiet: bool) -> None:
    """Say which stage of a demo begins."""
    if not quiet:
        click.echo(stage.say(click.get_current_context().find_root().obj), err=True)


def _hear_ctrl_c() -> None:
    """Let SIGINT stop this process, also where a shell began it in the background ignoring it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _tell_desks(start: DesksStart, place: Demo, port: int) -> None:
    """Say whether the desks beside a demo can be opened, and by whom."""
    from issuer.demo_desks import NO_DESKS, SLOW_DESKS, DesksStart

    language = click.get_current_context().find_root().obj
    if start is DesksStart.ENDED:
        click.echo(NO_DESKS.say(language), err=True)
        return
    if start is DesksStart.SLOW:
        click.echo(SLOW_DESKS.say(language), err=True)
    _tell_people(place, port, as_json=False)


def _tell_people(place: Demo, port: int, *, as_json: bool) -> None:
    from issuer.demo import program_called
    from issuer.demo_desks import desks_address, people_json, people_of, people_told

    people, url = people_of(place), desks_address(port + 1)
    if as_json:
        click.echo(json.dumps(people_json(people, url), ensure_ascii=False))
        return
    again = f"{program_called(sys.argv[0])} demo --people --dir {quote_word(str(place.folder))}"
    told = people_told(people, url, again)
    click.echo(told.say(click.get_current_context().find_root().obj))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address")
@click.option("--port", default=8001, show_default=True, help="端口 / port")
@click.option("--workers", type=click.IntRange(1, 64), help="工作进程数 / worker processes")
def desk(host: str, port: int, workers: int | None) -> None:
    """启动工作台（Ctrl-C 停止）。Serve the desks until Ctrl-C.

    请放在内网，并由 HTTPS 反向代理转发。Keep it on the private network, behind HTTPS.
    """
    from issuer.terminal import ask_passphrase
    from keys.passphrase import ENVIRONMENT_NAME
    from registry.home import Home, home_path
    from verifier.listening import check_address

    check_address(host, port)
    home, passphrase = Home.open(home_path()), ask_passphrase()
    os.environ.pop(ENVIRONMENT_NAME, None)  # what workers start must not find it there
    create_private_app(home, passphrase)  # what is amiss is said here, once, not by workers
    run_desks(home, passphrase, host=host, port=port, workers=workers)


def run_server(home: Home, *, host: str, port: int, workers: int | None) -> None:
    """Serve a home's public site with gunicorn until stopped."""
    from sealer.beside import passphrase_beside

    passphrase = passphrase_beside(home)
    with ExitStack() as beside:
        if passphrase is not None:
            from issuer.batch_supervisor import runner_beside

            beside.enter_context(runner_beside(home, passphrase, "sealer.beside"))
        _serve(lambda: create_public_app(home), host=host, port=port, workers=workers)


def run_desks(home: Home, passphrase: bytes, *, host: str, port: int, workers: int | None) -> None:
    """Serve a home's desks with gunicorn until stopped.

    The workers are forked with the passphrase in memory: it stands in no environment or argument.
    """
    from issuer.batch_supervisor import runner_beside

    runners = ("issuer.batch_runner", "verifier.desks.employer_runner", "police_opening")
    with ExitStack() as beside:
        for module in runners:
            beside.enter_context(runner_beside(home, passphrase, module))
        _serve(lambda: create_private_app(home, passphrase), host=host, port=port, workers=workers)


def _serve(make: Callable[[], Flask], *, host: str, port: int, workers: int | None) -> None:
    from gunicorn.app.base import BaseApplication

    from verifier.server_log import ServerLog
    from verifier.server_worker import PatientWorker

    class Server(BaseApplication):
        def load_config(self) -> None:
            self.cfg.set("bind", f"{host}:{port}")
            self.cfg.set("workers", workers or 2 * (os.cpu_count() or 1) + 1)
            self.cfg.set("timeout", WORKER_SECONDS)
            self.cfg.set("worker_class", PatientWorker)
            self.cfg.set("proc_name", "yanzhen")
            self.cfg.set("control_socket_disable", True)
            self.cfg.set("logger_class", ServerLog)

        def load(self) -> Any:
            return make()

    Server().run()
