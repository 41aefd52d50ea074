"""`yanzhen witness`: cosigns the checkpoints of other people's logs, on a machine of its own."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from audit.cli import language
from audit.witness_home import WitnessHome
from audit.witness_server import WitnessServer
from codes.wording import Text
from keys.passphrase import read_passphrase
from log.notes import parse_vkey

_folder = click.option(
    "--dir",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="见证人自己的文件夹 / folder of the witness",
)
_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")


@click.group()
def witness() -> None:
    """见证人：为日志检查点加签。A witness cosigns checkpoints of logs.

    应由日志运营方之外的机构在另一台机器上运行。Run it elsewhere than the log.
    """


@witness.command()
@_folder
@click.option("--name", required=True, help="见证人名称，如 witness.example.cn / its name")
@_json
def init(folder: Path, name: str, as_json: bool) -> None:
    """新建见证人及其密钥（口令加密保存）。Make a witness with a sealed key of its own."""
    home = WitnessHome.create(folder, name, _passphrase(new=True))
    _show(
        {"name": name, "vkey": str(home.vkey)},
        Text(
            f"已建立见证人 {name}。公钥（vkey），请交给日志运营方和核对者：\n{home.vkey}",
            f"made the witness {name}. Its public key (vkey), for logs and auditors:\n{home.vkey}",
        ),
        as_json=as_json,
    )


@witness.command()
@_folder
@click.option("--vkey", required=True, help="日志公钥（vkey）/ public key of the log")
@click.option("--origin", help="日志名称，默认同公钥名 / its name, unless the key's own")
@_json
def watch(folder: Path, vkey: str, origin: str | None, as_json: bool) -> None:
    """添加要见证的日志。Watch one more log; a running witness is to be started again."""
    key = parse_vkey(vkey)
    name = key.name if origin is None else origin
    home = WitnessHome.open(folder).watch(name, key)
    _show(
        {"origin": name, "logs": sorted(home.logs)},
        Text(f"此后见证日志 {name}", f"the log {name} is watched from now on"),
        as_json=as_json,
    )


@witness.command()
@_folder
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8100, show_default=True, help="端口 / port"
)
def serve(folder: Path, host: str, port: int) -> None:
    """启动见证服务（Ctrl-C 停止）。Answer add-checkpoint requests until Ctrl-C."""
    awake = WitnessHome.open(folder).wake(_passphrase(), lambda: datetime.now(UTC))
    with WitnessServer((host, port), awake) as server:
        bound = server.server_address[1]
        told = Text(f"见证服务已启动，端口 {bound}", f"the witness answers on port {bound}")
        click.echo(told.say(language()), err=True)
        server.serve_forever()


def _passphrase(*, new: bool = False) -> bytes:
    """Return the passphrase from YANZHEN_PASSPHRASE or from the keyboard, unseen."""

    def prompt(question: str) -> str:
        answer: str = click.prompt(
            question, hide_input=True, default="", show_default=False, prompt_suffix="", err=True
        )
        return answer

    return read_passphrase(os.environ, prompt if sys.stdin.isatty() else None, new=new)


def _show(answer: dict[str, object], text: Text, *, as_json: bool) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False) if as_json else text.say(language()))
