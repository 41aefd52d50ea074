"""The entrances: application factories for web servers, and the root of the `yanzhen` command.

Each factory and each command imports its side of the house only when it is called, so that the
public process never loads what only the issuer may hold.
"""

from __future__ import annotations

import importlib
import os
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flask import Flask

    from registry.home import Home

EXIT_USAGE = 64
EXIT_DATA = 65
EXIT_SOFTWARE = 70
EXIT_CONFIGURATION = 78

_COMMANDS = {
    "init": ("issuer.cli:init", "建立数据目录 / make a home folder"),
    "filing": ("issuer.cli_filing:filing", "登记机构备案 / record what bodies are filed for"),
    "keys": ("issuer.cli_keys:keys", "管理签名密钥 / manage signing keys"),
    "template": ("issuer.cli:template", "下载花名册模板 / write an empty roster"),
    "issue": ("issuer.cli:issue", "按花名册签发证书 / issue certificates from a roster"),
    "verify": ("verifier.cli:verify", "核验证书 / verify a certificate"),
    "serve": ("wsgi:serve", "启动公众核验网站 / serve the public site"),
    "demo": ("wsgi:demo", "一键演示 / issue samples and open the verifier on them"),
}


def create_public_app(home: Home | None = None) -> Flask:
    """Return the public site and API of a home (YANZHEN_HOME unless given).

    Raises:
        HomeError: there is no home.
    """
    from flask import Flask

    from registry.home import Home, home_path
    from registry.session import open_engine, reading
    from verifier.api.views import blueprint as api
    from verifier.key_source import KeyDocumentFile
    from verifier.service import Verifier
    from verifier.site.headers import add_headers
    from verifier.site.views import blueprint as site

    home = home or Home.open(home_path())
    folder = Path(importlib.import_module("templates").__path__[0])
    app = Flask(
        "yanzhen",
        template_folder=str(folder / "pages"),
        static_folder=str(folder / "static"),
        root_path=str(folder),
    )
    engine = open_engine(home.database_url, read_only=True)
    documents = KeyDocumentFile(home.key_document_path)
    app.extensions["yanzhen_verifier"] = Verifier(
        documents, partial(reading, engine), home.pepper(), lambda: datetime.now(UTC)
    )
    app.extensions["yanzhen_key_documents"] = documents
    app.register_blueprint(api)
    app.register_blueprint(site)
    add_headers(app)
    app.add_url_rule("/healthz", view_func=lambda: ("ok\n", {"Content-Type": "text/plain"}))
    return app


class _LazyGroup(click.Group):
    """Imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        owner = sys.modules[__name__] if module == "wsgi" else importlib.import_module(module)
        command = getattr(owner, attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="yanzhen")
def cli() -> None:
    """验真 Yanzhen：签发并核验职业技能等级证书。

    Issues vocational skill level certificates and tells a genuine one from a false one.
    """


@cli.command(name="serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address")
@click.option("--port", default=8000, show_default=True, help="端口 / port")
@click.option("--workers", type=click.IntRange(1, 64), help="工作进程数 / worker processes")
def serve(host: str, port: int, workers: int | None) -> None:
    """启动公众核验网站（Ctrl-C 停止）。Serve the public site until Ctrl-C."""
    from registry.home import Home, home_path

    run_server(Home.open(home_path()), host=host, port=port, workers=workers)


def run_server(home: Home, *, host: str, port: int, workers: int | None) -> None:
    """Serve a home's public site with gunicorn until stopped."""
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
        def load_config(self) -> None:
            self.cfg.set("bind", f"{host}:{port}")
            self.cfg.set("workers", workers or 2 * (os.cpu_count() or 1) + 1)
            self.cfg.set("proc_name", "yanzhen")

        def load(self) -> Flask:
            return create_public_app(home)

    Server().run()
