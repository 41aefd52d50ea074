"""The entrances: the application factory for web servers, and the root of the `yanzhen` command.

The factory and each command import their side of the house only when called, so that the public
process never loads what only the issuer may hold.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from codes.wording import Language, Text

if TYPE_CHECKING:
    from flask import Flask

    from issuer.console.office import Office
    from registry.home import Home

EXIT_USAGE = 64
EXIT_DATA = 65
EXIT_UNAVAILABLE = 69
EXIT_INTERNAL = 70
EXIT_CONFIGURATION = 78
EXIT_INTERRUPTED = 130
# What the keys' room refuses because of what it was given; all else is the state of the home.
_INPUT_CODES = ("pkcs12_", "seal_", "certificate_", "crl_", "timestamp_", "token_")
_HOME_CODES = ("seal_authority_",)
# A device, an engine or another's server that is not there, or does not do its part.
_ABSENT_CODES = frozenset(
    {
        "address_unusable",
        "algorithm_unavailable",
        "log_quorum_missing",
        "log_unreachable",
        "port_taken",
        "timestamp_unreachable",
        "token_failed",
        "token_missing",
        "token_module_missing",
        "token_support_missing",
        "witness_unreachable",
    }
)
WORKER_SECONDS = 60  # until a worker that says nothing is taken for dead
LANGUAGE_VARIABLE = "YANZHEN_LANG"
DEBUG_VARIABLE = "YANZHEN_DEBUG"
SEAL_META = "yanzhen.seal_report"  # where `verify --report` finds how a report is sealed
OPERATOR_META = "yanzhen.operator"  # where the issuer's commands find who acts

_COMMANDS = {
    "init": ("issuer.cli:init", "建立数据目录 / make a home folder"),
    "migrate": (
        "issuer.cli:migrate",
        "升级较早版本的数据目录 / bring an older home to this version",
    ),
    "filing": ("issuer.cli_filing:filing", "登记机构备案 / record what bodies are filed for"),
    "keys": ("issuer.cli_keys:keys", "管理签名密钥 / manage signing keys"),
    "trust": (
        "issuer.cli_trust:trust",
        "管理根密钥和信任列表 / manage root keys and the trust list",
    ),
    "seal": ("issuer.cli_seal:seal", "管理电子印章 / manage the seals in PDFs"),
    "report-key": ("issuer.cli_report_key:report_key", "管理查验报告专用密钥 / the report key"),
    "template": ("issuer.cli:template", "写出名册模板 / write an empty roster"),
    "issue": ("issuer.cli:issue", "按花名册签发证书 / issue certificates from a roster"),
    "copies": (
        "issuer.cli_copies:copies",
        "补发、存档副本、再次导出 / reissues, duplicates, export",
    ),
    "life": (
        "issuer.cli_life:life",
        "更正、暂停、撤销等，两人办理 / correct, suspend, revoke: two persons",
    ),
    "status": ("issuer.cli_status:status", "公布证书状态列表 / publish the status lists"),
    "tend": (
        "issuer.cli_status:tend",
        "持续公布日志和状态列表 / keep log and status lists published",
    ),
    "log": ("issuer.cli_log:log", "管理公开日志 / the public log"),
    "vault": (
        "issuer.cli_vault:vault",
        "依法删除、更换密钥和口令 / erasure, vault key and passphrase",
    ),
    "backup": ("issuer.cli_backup:backup", "加密备份 / back a home up"),
    "restore": ("issuer.cli_backup:restore_command", "从备份恢复 / restore a backup"),
    "trail": ("issuer.cli_trail:trail", "查看、检查审计记录 / show and check the audit trail"),
    "stock": ("issuer.cli_stock:stock", "套打到预印纸 / print onto pre-printed stock"),
    "layouts": ("issuer.cli:layouts", "列出证书版式 / list the page layouts"),
    "audit": ("audit.cli:audit", "核对公开日志 / audit a public log"),
    "witness": ("audit.cli_witness:witness", "见证人 / a witness of logs"),
    "verify": ("verifier.cli_many:verify", "核验证书 / verify a certificate"),
    "sealer": ("sealer.cli:sealer", "封签查验报告 / seal verification reports"),
    "accounts": (
        "issuer.cli_accounts:accounts",
        "管理工作台账号 / accounts of the desks",
    ),
    "desk": ("serving:desk", "启动工作台 / serve the desks"),
    "serve": ("serving:serve", "启动公众核验网站 / serve the public site"),
    "demo": ("serving:demo", "签发样本并打开核验网站 / issue samples and open the verifier"),
}


def create_public_app(home: Home | None = None) -> Flask:
    """Return the public site and API of a home (the one YANZHEN_HOME names unless given).

    Raises:
        HomeError: there is no home, or its look-up secret is missing.
    """
    from registry.home import Home, home_path
    from templates.page_headers import add_headers
    from verifier.api.mounting import add_keyed_api
    from verifier.api.views import blueprint as api
    from verifier.budgets_gate import open_gate
    from verifier.budgets_request import GATE_EXTENSION
    from verifier.bulk_jobs import BulkJobs
    from verifier.file_slots import FileSlots
    from verifier.opening import open_verifier
    from verifier.site.batch import blueprint as batch
    from verifier.site.complaints import add_complaints
    from verifier.site.holder import add_holder_pages
    from verifier.site.link_page import blueprint as link_page
    from verifier.site.log_files import blueprint as log_files
    from verifier.site.notices import add_notices
    from verifier.site.register import blueprint as register
    from verifier.site.reports import add_reports
    from verifier.site.scanner import blueprint as scanner
    from verifier.site.status_lists import blueprint as status_lists
    from verifier.site.views import blueprint as site
    from verifier.status_source import VersionMemory

    app = _application("yanzhen")
    home = home or Home.open(home_path())
    # One file a core: the other workers stay free for look-ups, whoever sends what.
    mark = hashlib.sha256(str(home.path).encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"yanzhen-{os.getuid()}-{mark}"
    slots = FileSlots(folder, os.cpu_count() or 1)
    app.extensions["yanzhen_verifier"] = open_verifier(home, slots=slots)
    app.extensions["yanzhen_home"] = home
    app.extensions[GATE_EXTENSION] = open_gate(home)
    half = max(1, (os.cpu_count() or 1) // 2)
    app.extensions["yanzhen_bulk"] = BulkJobs(home.path, folder / "batches", half)
    app.extensions["yanzhen_status_memory"] = VersionMemory(home.lists_seen_path, must_keep=False)
    for part in (api, site, batch, scanner, link_page, log_files, status_lists, register):
        app.register_blueprint(part)
    add_reports(app, home, app.extensions["yanzhen_verifier"])
    add_notices(app, home)
    add_complaints(app, home, app.extensions["yanzhen_reports"], slots)
    add_holder_pages(app, home, app.extensions["yanzhen_verifier"])
    add_keyed_api(app, home, folder / "api-batches", running=half)
    add_headers(app)
    app.add_url_rule("/healthz", "healthz", lambda: ("ok\n", {"Content-Type": "text/plain"}))
    return app


def create_private_app(
    home: Home, passphrase: bytes, *, clock: Callable[[], datetime] | None = None
) -> Flask:
    """Return the desks of a home: where authority, assessment bodies and police do their work.

    Args:
        home: the installation.
        passphrase: opens its vault and private keys.
        clock: returns now, aware UTC; the system's unless given.

    Raises:
        HomeError, RegistryUnavailable: the home is not fit for work.
        VaultError: the passphrase is wrong.
    """
    from accounts.csrf import protect_forms
    from accounts.display import add_display
    from accounts.error_pages import add_error_pages
    from accounts.guard import guard
    from accounts.mounting import add_account_pages
    from accounts.next_page_notice import add_done
    from accounts.page_words import desk_words
    from accounts.uploads import limit_bodies
    from issuer.console.opening import open_office
    from issuer.errors import IssuerError
    from keys.errors import KeysError
    from registry.errors import RegistryError, RegistryUnavailable
    from templates.memory_request import MemoryRequest
    from templates.page_headers import add_headers

    app = _application("yanzhen_desks")
    office = open_office(app, home, passphrase, clock=clock or (lambda: datetime.now(UTC)))
    app.request_class = MemoryRequest
    app.context_processor(desk_words)
    add_display(app)
    add_done(app)
    guard(app)
    limit_bodies(app)
    protect_forms(app)
    refusals = {IssuerError: 409, RegistryError: 409, RegistryUnavailable: 503, KeysError: 503}
    add_error_pages(app, refusals)
    add_account_pages(app)
    _add_desks(app, home, office)
    add_headers(app)
    return app


def _application(name: str) -> Flask:
    """Return an application without pages yet; ids in its addresses fit a database."""
    from flask import Flask

    from templates.row_ids import RowId

    root = str(Path(__file__).parent / "templates")
    app = Flask(name, root_path=root, template_folder="pages", static_folder="static")
    app.url_map.converters["int"] = RowId
    return app


def _add_desks(app: Flask, home: Home, office: Office) -> None:
    """Add the pages of every desk."""
    from accounts.page_words import add_places
    from accounts.waiting import add_waiting
    from issuer.console.authority_desk import add_authority_desk
    from issuer.console.batches import PLACES as BATCH_PLACES
    from issuer.console.batches_room import blueprint as batches
    from issuer.console.batches_waiting import waiting_batches
    from issuer.console.certificates_places import add_certificates
    from issuer.console.complaints import add_complaints
    from issuer.console.front import blueprint as front
    from issuer.console.trail import add_trail
    from police_opening import add_police
    from verifier.desks.employers import add_employers

    app.register_blueprint(front)
    add_certificates(app)
    app.register_blueprint(batches)
    add_places(app, BATCH_PLACES)
    add_waiting(app, waiting_batches)
    add_authority_desk(app)
    add_complaints(app)
    add_trail(app)
    add_police(app, office)
    add_employers(app, home, office.vault, public_url=office.public_url)


class _LazyGroup(click.Group):
    """Imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang",
    type=click.Choice([language.value for language in Language]),
    envvar=LANGUAGE_VARIABLE,
    default=Language.ZH.value,
    show_default=True,
    help="语言 / language",
)
@click.option("--as", "name", help="经办人，默认系统用户 / who acts (the system's user)")
@click.option("--ground", help="事由，记入审计记录 / why, for the audit trail")
@click.option("--reference", help="依据，如文号 / the paper it rests on, for the audit trail")
@click.version_option(package_name="yanzhen")
@click.pass_context
def cli(
    context: click.Context,
    lang: str,
    name: str | None,
    ground: str | None,
    reference: str | None,
) -> None:
    """验真 Yanzhen：签发并核验职业技能等级证书。

    Issues vocational skill level certificates and tells a genuine one from a false one.
    """
    context.obj = Language(lang)
    context.meta[OPERATOR_META] = {"name": name, "ground": ground, "reference": reference}
    context.meta[SEAL_META] = _seal_report


def _seal_report(*given: Any) -> Any:
    """Seal a report at once; the verifier's room does not import the sealer's."""
    from sealer.at_once import seal_at_once

    return seal_at_once(*given)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the `yanzhen` command; every failure is one clear sentence and an exit code.

    Exit codes: what the command says; 64 wrong usage, 65 refused input, 69 database,
    timestamp authority, log, witness, token or algorithm out of reach, 70 a fault of the
    program, 78 no home or an incomplete one, 130 stopped or declined.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not os.environ.get(DEBUG_VARIABLE):
        # What it logs of a statement that Ctrl-C broke off is a stack trace; we say what happened.
        logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    try:
        code = cli.main(args=given, prog_name="yanzhen", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except click.Abort:
        click.echo(Text("已取消", "cancelled").say(asked_language(given)), err=True)
        sys.exit(EXIT_INTERRUPTED)
    except click.ClickException as error:
        from templates.usage_words import show_usage

        click.echo(show_usage(error, asked_language(given)), err=True)
        sys.exit(EXIT_USAGE)
    except Exception as error:  # the one border where anything unforeseen becomes a sentence
        if os.environ.get(DEBUG_VARIABLE):
            raise
        _fail(error, asked_language(given), as_json="--json" in given)


def asked_language(given: Sequence[str]) -> Language:
    """Return the language a command line asks for, even one that cannot be understood.

    The last `--lang` counts, then the environment, then Chinese.
    """
    following = zip(given, [*given[1:], ""], strict=True)
    asked = [
        value if word == "--lang" else word.removeprefix("--lang=")
        for word, value in following
        if word == "--lang" or word.startswith("--lang=")
    ]
    known = {language.value: language for language in Language}
    chosen = [known[word] for word in asked if word in known]
    return chosen[-1] if chosen else known.get(os.environ.get(LANGUAGE_VARIABLE, ""), Language.ZH)


def _fail(error: Exception, language: Language, *, as_json: bool) -> None:
    from issuer.option_hints import hinted

    code, text = getattr(error, "code", None), getattr(error, "text", None)
    if not isinstance(code, str) or not isinstance(text, Text):
        code, text = "internal_error", _unforeseen(error)
    text = hinted(code, text)
    answer: dict[str, Any] = {"code": code, "message": text.zh, "message_en": text.en}
    if as_json:
        click.echo(json.dumps({"error": answer}, ensure_ascii=False))
    click.echo(f"yanzhen: {text.say(language)}", err=True)
    sys.exit(_exit_code(error))


def _unforeseen(error: Exception) -> Text:
    reason = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        reason = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return Text(
        f"未能完成（{reason}）。已登记的内容不受影响，可重新运行；设 {DEBUG_VARIABLE}=1 可查看细节",
        f"not finished ({reason}). What is on record is safe; run it again. "
        f"{DEBUG_VARIABLE}=1 shows details",
    )


def _exit_code(error: Exception) -> int:
    from issuer.errors import Interrupted, LogRefused, WorkerFailed
    from keys.errors import KeysError
    from registry.errors import HomeError, RegistryUnavailable, VaultError

    code = str(getattr(error, "code", ""))
    if isinstance(error, RegistryUnavailable) or code in _ABSENT_CODES:
        return EXIT_UNAVAILABLE
    if isinstance(error, KeysError) and code.startswith(_INPUT_CODES):
        return EXIT_CONFIGURATION if code.startswith(_HOME_CODES) else EXIT_DATA
    if isinstance(error, HomeError | VaultError | KeysError | LogRefused):
        return EXIT_CONFIGURATION
    if isinstance(error, WorkerFailed):
        return EXIT_INTERNAL
    if isinstance(error, Interrupted):
        return EXIT_INTERRUPTED
    return EXIT_DATA if isinstance(getattr(error, "text", None), Text) else EXIT_INTERNAL


if __name__ == "__main__":
    main()
