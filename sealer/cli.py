"""`yanzhen sealer`: runs beside `yanzhen serve` and seals the reports that people ask for."""

from __future__ import annotations

import os
import signal
import sys
from getpass import getpass
from threading import Event

import click

from codes.printing import json_line
from codes.wording import Language, Text
from keys.passphrase import read_passphrase
from registry.home import Home, home_path
from sealer.running import seal_until


@click.command()
@click.option("--once", is_flag=True, help="封签等候的报告后退出 / seal what waits, then exit")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
def sealer(once: bool, as_json: bool) -> None:
    """持续封签查验报告，直到停止。Seal verification reports until stopped.

    与 yanzhen serve 同时运行；只用查验报告专用密钥。Runs beside yanzhen serve; needs the report
    key of the home and no other.
    """
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    home = Home.open(home_path())
    ask = getpass if sys.stdin.isatty() else None
    passphrase = read_passphrase(os.environ, ask)
    sealed = seal_until(home, passphrase, lambda seconds: once or stopped.wait(seconds))
    told = Text(f"已封签查验报告 {sealed} 份", f"sealed {sealed} reports")
    chosen = click.get_current_context().find_root().obj
    language = chosen if isinstance(chosen, Language) else Language.ZH
    click.echo(json_line({"sealed": sealed}) if as_json else told.say(language))
