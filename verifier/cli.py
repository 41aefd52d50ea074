"""`yanzhen verify`: the verifier on the command line, for people and for scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click

from codes.wording import Language, Text
from registry.home import Home, home_path
from templates.usage_words import WrongUsage
from verifier.document import MAX_FILE_BYTES
from verifier.errors import UsageError
from verifier.opening import open_verifier
from verifier.service import Verifier
from verifier.show import show_verdict
from verifier.verdict import Verdict, exit_code, verdict_to_json


@click.group()
def verify() -> None:
    """核验证书 / verify a certificate.

    退出码：0 一致有效，1 不符、失效或未查到，2 无法核验，64 用法不对。
    Exit codes: 0 valid, 1 not so, 2 could not be verified, 64 wrong usage.
    """


def _shared_options(command: Callable[..., None]) -> Callable[..., None]:
    language = click.option(
        "--lang",
        type=click.Choice([one.value for one in Language]),
        help="语言，默认同 yanzhen --lang / language (that of yanzhen)",
    )
    as_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
    on = click.option(
        "--on", metavar="DATE", help="同时查询某一天的状态 / also the status on a day"
    )
    status_list = click.option(
        "--status-list",
        metavar="FILE_OR_URL",
        help="状态列表文件、文件夹或网址 / file, folder or address of status lists",
    )
    return language(as_json(status_list(on(command))))


@verify.command()
@click.argument("number")
@click.option("--name", help="持证人姓名 / the holder's name")
@click.option("--document", "document_number", help="证件号码 / the holder's document number")
@_shared_options
def number(
    number: str,
    name: str | None,
    document_number: str | None,
    on: str | None,
    status_list: str | None,
    as_json: bool,
    lang: str | None,
) -> None:
    """用编号和姓名（或证件号码）核验。Verify by number and name, or document number."""
    _run(
        lambda verifier: verifier.verify_number(
            number, name=name, document_number=document_number, on=on
        ),
        status_list=status_list,
        as_json=as_json,
        lang=lang,
    )


@verify.command()
@click.argument("text")
@_shared_options
def qr(text: str, on: str | None, status_list: str | None, as_json: bool, lang: str | None) -> None:
    """核验二维码的文字内容。Verify the text of a QR code; its link is not opened."""
    _run(
        lambda verifier: verifier.verify_qr(text, on=on),
        status_list=status_list,
        as_json=as_json,
        lang=lang,
    )


@verify.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_shared_options
def file(
    path: Path, on: str | None, status_list: str | None, as_json: bool, lang: str | None
) -> None:
    """核验证书文件（PDF 或图片）。Verify a certificate file, PDF or picture."""
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
    _run(
        lambda verifier: verifier.verify_file(data, path.name, on=on),
        status_list=status_list,
        as_json=as_json,
        lang=lang,
    )


def _language(chosen: str | None) -> Language:
    """Return the language asked for here, else for the whole command, else Chinese."""
    root = click.get_current_context().find_root().obj
    whole = root if isinstance(root, Language) else Language.ZH
    return whole if chosen is None else Language(chosen)


def _run(
    ask: Callable[[Verifier], Verdict],
    *,
    status_list: str | None,
    as_json: bool,
    lang: str | None,
) -> None:
    """Ask once, print the verdict, and end with the exit code of its outcome."""
    language = _language(lang)
    try:
        verifier = open_verifier(Home.open(home_path()), status_list=status_list)
        try:
            verdict = ask(verifier)
        finally:
            verifier.close()
    except UsageError as error:
        raise WrongUsage(error.text) from error
    if as_json:
        click.echo(json.dumps(verdict_to_json(verdict, language), ensure_ascii=False, indent=2))
    else:
        click.echo(show_verdict(verdict, language))
    raise click.exceptions.Exit(exit_code(verdict))
