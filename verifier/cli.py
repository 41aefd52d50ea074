"""`yanzhen verify`: the verifier on the command line, for people and for scripts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from codes.wording import Language, Text
from keys.root import check_pin
from registry.home import Home, home_path
from templates.usage_words import WrongUsage
from verifier.boxed_picture import BoxedPicture
from verifier.document import MAX_FILE_BYTES
from verifier.errors import UsageError
from verifier.hints import hint_at
from verifier.key_source import file_source, home_source
from verifier.links import LinkKind, check_link, link_to_json
from verifier.opening import open_verifier, utc_now
from verifier.report_cli import read_report_path, show_report_file, write_report
from verifier.report_content import Examined, examined_file, examined_number, examined_qr
from verifier.report_desk import ReportDesk
from verifier.service import Verifier
from verifier.show import show_link, show_verdict
from verifier.status_fetch import named_source
from verifier.verdict import (
    Finding,
    Verdict,
    exit_code,
    finding_to_json,
    verdict_to_json,
)

_Answer = TypeVar("_Answer")


class _Verify(click.Group):
    """Takes what is to be verified where a command could stand: `verify FILE`, `verify FOLDER`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and Path(args[0]).exists():
            one = len(args) == 1 or args[1].startswith("-")
            alone = one and Path(args[0]).is_file() and Path(args[0]).suffix.lower() != ".zip"
            return super().resolve_command(ctx, ["file" if alone else "files", *args])
        return super().resolve_command(ctx, args)


@click.group(cls=_Verify)
def verify() -> None:
    """核验证书 / verify a certificate.

    yanzhen verify FILE 核对文件：证书或查验报告。A file alone is a certificate or a report.
    退出码：0 一致有效，1 不符、失效或未查到，2 无法核验，64 用法不对。
    Exit codes: 0 valid, 1 not so, 2 could not be verified, 64 wrong usage.
    """


def shared_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that every question has."""
    language = click.option(
        "--lang",
        type=click.Choice([one.value for one in Language]),
        help="语言，默认同 yanzhen --lang / language (that of yanzhen)",
    )
    as_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
    root = click.option(
        "--root", "pin", help="已知的根文件指纹，默认数据目录中的 / root pin (the home's)"
    )
    trust_list = click.option(
        "--trust-list",
        "trust_list",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="离线核验所用的信任列表文件，须同时给出 --root / a trust list file, with --root",
    )
    on = click.option(
        "--on", metavar="DATE", help="同时查询某一天的状态 / also the status on a day"
    )
    status_list = click.option(
        "--status-list",
        metavar="FILE_OR_URL",
        help="状态列表文件、文件夹或网址 / file, folder or address of status lists",
    )
    return language(as_json(root(trust_list(status_list(on(command))))))


def report_option(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that comes to one verdict the option to have it sealed as a report."""
    return click.option(
        "--report",
        type=click.Path(dir_okay=False, path_type=Path),
        callback=read_report_path,
        help="同时出具查验报告 / also seal a report: OUT.pdf, and OUT.json beside it",
    )(command)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options all questions share, and where a report goes, if one is wanted."""

    as_json: bool
    lang: str | None
    pin: str | None
    trust_list: Path | None
    on: str | None
    status_list: str | None
    report: Path | None = None


@verify.command()
@click.argument("number")
@click.option("--name", help="持证人姓名 / the holder's name")
@click.option("--document", "document_number", help="证件号码 / the holder's document number")
@shared_options
@report_option
def number(number: str, name: str | None, document_number: str | None, **given: Any) -> None:
    """用编号和姓名（或证件号码）核验。Verify by number and name, or document number."""
    asked = Asked(**given)

    def hint(verifier: Verifier, verdict: Verdict) -> tuple[Finding, ...]:
        return hint_at(verdict.outcome, number, document_number, verifier.today())

    _run(
        lambda verifier: verifier.verify_number(
            number, name=name, document_number=document_number, on=asked.on
        ),
        asked,
        lambda _desk, _verdict: examined_number(
            number, name=name, document_number=document_number, on=asked.on
        ),
        hint,
    )


@verify.command()
@click.argument("text")
@shared_options
@report_option
def qr(text: str, **given: Any) -> None:
    """核验二维码的文字内容。Verify the text of a QR code; its link is not opened."""
    asked = Asked(**given)
    _run(
        lambda verifier: verifier.verify_qr(text, on=asked.on),
        asked,
        lambda _desk, _verdict: examined_qr(text, on=asked.on),
    )


@verify.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--boxes",
    "boxes",
    metavar="OUT.jpg",
    type=click.Path(dir_okay=False, path_type=Path),
    help="把图片另存一份，用红框标出不符之处 / write the picture with red boxes where it differs",
)
@shared_options
@report_option
def file(path: Path, boxes: Path | None, **given: Any) -> None:
    """核验证书文件或查验报告。Verify a certificate file (PDF, picture) or a report."""
    if not path.is_file():  # a pipe or a device would be waited for without end
        odd = Text(f"“{path}”不是普通文件。", f"{path} is not a regular file.")
        raise WrongUsage(odd, about="PATH")
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        unread = Text(
            f"“{path}”无法读取（{error.strerror}）。", f"{path} cannot be read ({error.strerror})."
        )
        raise WrongUsage(unread, about="PATH") from error
    asked = Asked(**given)
    show_report_file(data, chosen_language(asked.lang), as_json=asked.as_json)

    def ask(verifier: Verifier) -> Verdict:
        verdict = verifier.verify_file(data, path.name, on=asked.on)
        if boxes is not None and verdict.boxed is not None:
            _write_boxes(boxes, verdict.boxed)
            for one in verdict.boxed.legend:
                click.echo(one.say(chosen_language(asked.lang)), err=True)
        return verdict

    _run(
        ask,
        asked,
        lambda desk, verdict: examined_file(
            data, path.name, picture=desk.picture_of(data, verdict), on=asked.on
        ),
    )


def _write_boxes(path: Path, boxed: BoxedPicture) -> None:
    try:
        path.write_bytes(boxed.jpeg)
    except OSError as error:
        unwritten = Text(
            f"“{path}”无法写入（{error.strerror}）。",
            f"{path} cannot be written ({error.strerror}).",
        )
        raise WrongUsage(unwritten, about="--boxes") from error


@verify.command()
@click.argument("url")
@shared_options
def link(url: str, **given: Any) -> None:
    """检查别人发来的链接，不会打开它。Check a link somebody sent; it is not opened.

    退出码：0 是本系统或全国查询网站的网址，1 不是，2 无法判断。
    Exit codes: 0 an address that was made known, 1 not so, 2 cannot be judged.
    """
    asked = Asked(**given)
    language = chosen_language(asked.lang)
    check = _ask(lambda verifier: check_link(verifier, url), asked)
    if asked.as_json:
        click.echo(json.dumps(link_to_json(check, language), ensure_ascii=False, indent=2))
    else:
        click.echo(show_link(check, language))
    known = 0 if check.kind.is_known else 1
    raise click.exceptions.Exit(2 if check.kind is LinkKind.UNKNOWN else known)


def chosen_language(chosen: str | None) -> Language:
    """Return the language asked for here, else for the whole command, else Chinese."""
    root = click.get_current_context().find_root().obj
    whole = root if isinstance(root, Language) else Language.ZH
    return whole if chosen is None else Language(chosen)


def _run(
    ask: Callable[[Verifier], Verdict],
    asked: Asked,
    examined: Callable[[ReportDesk, Verdict], Examined],
    hint: Callable[[Verifier, Verdict], tuple[Finding, ...]] = lambda _verifier, _verdict: (),
) -> None:
    """Ask once, print the verdict, and end with the exit code of its outcome.

    Args:
        examined: what a report says was examined.
        hint: what to say beside it of the question as it was typed.
    """
    language = chosen_language(asked.lang)

    def answer(verifier: Verifier) -> tuple[Verdict, tuple[Finding, ...]]:
        verdict = ask(verifier)
        if asked.report is not None:
            write_report(asked.report, verifier, verdict, examined, language)
        return verdict, hint(verifier, verdict)

    verdict, hints = _ask(answer, asked)
    if asked.as_json:
        body = verdict_to_json(verdict, language)
        if hints:
            body["hints"] = [finding_to_json(one, language) for one in hints]
        click.echo(json.dumps(body, ensure_ascii=False, indent=2))
    else:
        click.echo(show_verdict(verdict, language, hints))
    raise click.exceptions.Exit(exit_code(verdict))


def _ask(ask: Callable[[Verifier], _Answer], asked: Asked) -> _Answer:
    try:
        verifier = open_asked(asked)
        try:
            return ask(verifier)
        finally:
            verifier.close()
    except UsageError as error:
        raise WrongUsage(error.text) from error


def open_asked(asked: Asked) -> Verifier:
    """Open a verifier on the home, or on a trust list alone, which needs no home and no register.

    A given root pin counts instead of the home's: someone who has it from the authority need not
    believe what lies in the home.
    """
    if asked.trust_list is None:
        home = Home.open(home_path())
        source = home_source(home, asked.pin)
        return open_verifier(home, source=source, status_list=asked.status_list)
    if asked.report is not None:
        no_home = Text(
            "出具查验报告需要数据目录，不能与 --trust-list 同用。",
            "a report needs a home; it cannot be made with --trust-list.",
        )
        raise WrongUsage(no_home, about="--report")
    if asked.pin is None:
        alone = Text(
            "使用 --trust-list 时须同时用 --root 给出根文件指纹。",
            "--trust-list needs the root pin too: --root.",
        )
        raise WrongUsage(alone, about="--trust-list")
    pin = check_pin(asked.pin)
    source = file_source(asked.trust_list, pin, memory_folder(os.environ))
    memory = memory_folder(os.environ) / f"{pin}-status.json"
    lists = None if asked.status_list is None else named_source(asked.status_list, memory)
    return Verifier(source, None, b"", utc_now, status_lists=lists)


def memory_folder(environment: Mapping[str, str]) -> Path:
    """Return where a person's own verifier remembers the newest trust lists it saw."""
    state = environment.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "yanzhen" / "trust"
