"""How the issuer's commands speak: language, passphrase prompt, JSON or sentences."""

from __future__ import annotations

import math
import os
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from codes.printing import json_line, printable
from codes.wording import Language, Text
from issuer.batch_names import parse_batch_name
from issuer.crew import usable_cpus
from issuer.delivery import ZIP_SUFFIX
from issuer.errors import IssuerError
from issuer.operator import Operator, choose_name, read_operator
from issuer.root_custody import has_root_keys, open_root_keys
from keys.passphrase import ENVIRONMENT_NAME, read_passphrase
from keys.root_signing import RootKey
from registry.home import Home, home_path
from templates.usage_words import WrongUsage

Command = TypeVar("Command", bound=Callable[..., Any])

PDF_SUFFIX = ".pdf"
MAX_WORKERS = 64
EXIT_FOUND = 1  # a check was made, and something is wrong
OPERATOR_META = "yanzhen.operator"


def _read_out(_context: click.Context, _parameter: click.Parameter, out: Path) -> Path:
    if out.exists() and not out.is_dir() and out.suffix.lower() != ZIP_SUFFIX:
        taken = Text(
            f"“{out}”是文件，不是文件夹；请写文件夹，或以 .zip 结尾的文件名。",
            f"{out} is a file, not a folder; name a folder, or a file that ends in .zip.",
        )
        raise WrongUsage(taken, about="--out")
    _check_folders(out, about="--out")
    return out


def _check_folders(file: Path, *, about: str) -> None:
    """Refuse a name below something that is no folder."""
    above = next((folder for folder in file.parents if folder.exists()), None)
    if above is not None and not above.is_dir():
        wrong = Text(
            f"“{above}”是文件，不是文件夹，其下不能写入“{file.name}”。",
            f"{above} is a file, not a folder; nothing can be written below it.",
        )
        raise WrongUsage(wrong, about=about)


def read_new_file(_context: click.Context, parameter: click.Parameter, file: Path) -> Path:
    """Take the name of a file to be written, where there is none yet (a callback of options)."""
    if file.exists():
        taken = Text(
            f"“{file}”已存在，不予覆盖；请换一个文件名，或先移走原文件。",
            f"{file} already exists and is not overwritten; choose another name, or move it away.",
        )
        raise WrongUsage(
            taken,
            about=_name_of(parameter),
        )
    _check_folders(file, about=_name_of(parameter))
    return file


def _name_of(parameter: click.Parameter) -> str:
    """Return how a person knows an argument (`FILE`) or an option (`--out`)."""
    is_argument = isinstance(parameter, click.Argument)
    return parameter.human_readable_name if is_argument else parameter.opts[0]


def read_new_pdf(context: click.Context, parameter: click.Parameter, file: Path) -> Path:
    """Take the name of a PDF to be written, where there is none yet (a callback of options)."""
    if file.suffix.lower() != PDF_SUFFIX:
        wrong = Text(f"“{file}”应以 .pdf 结尾。", f"{file} must end in .pdf.")
        raise WrongUsage(wrong, about=_name_of(parameter))
    return read_new_file(context, parameter, file)


out_option = click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    callback=_read_out,
    help="证书输出目录，或以 .zip 结尾的文件名 / folder for the certificates, or a ZIP file",
)
workers_option = click.option(
    "--workers",
    type=click.IntRange(1, MAX_WORKERS),
    default=usable_cpus,
    show_default="CPUs",
    help="签名、制作证书的进程数，少量时只用一个 / processes that sign and draw; a few need one",
)
ROW_NUMBER = click.IntRange(1, 2**31 - 1)
"""The number of an act, an erasure, an application, an entry: what every database can count."""

json_option = click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")


def language() -> Language:
    """Return the language the person chose for this command."""
    chosen = click.get_current_context().find_root().obj
    return chosen if isinstance(chosen, Language) else Language.ZH


def say(text: Text, *, err: bool = False) -> None:
    """Print a sentence in the chosen language."""
    click.echo(printable(text.say(language())), err=err)


def lay_out(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as lines with their cells one below the other; ideographs take two columns."""
    widths = [max(map(_columns, cells)) for cells in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True)
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def show(answer: Mapping[str, Any], text: Text, *, as_json: bool) -> None:
    """Print an answer: one JSON object, or a sentence."""
    if as_json:
        click.echo(json_line(answer))
    else:
        say(text)


def current_operator() -> Operator:
    """Return who acts, as `yanzhen --as NAME --ground … --reference …` says.

    Raises:
        IssuerError: as `read_operator`.
    """
    given = click.get_current_context().meta.get(OPERATOR_META, {})
    return read_operator(
        name=given.get("name"), ground=given.get("ground"), reference=given.get("reference")
    )


def as_option(parameter: str | None = None) -> Callable[[Command], Command]:
    """Return the option `--as` of a command where two persons matter.

    Without it the command takes who acts from `yanzhen --as`, else it is the system's user. The
    audit trail names the same person.

    Args:
        parameter: of the command that is given the name, as `issuer.operator.parse_name` returns
            it; None for a command that asks `current_operator`.
    """

    def take(context: click.Context, _parameter: click.Parameter, typed: str | None) -> str:
        given = context.meta.setdefault(OPERATOR_META, {})
        given["name"] = choose_name(given.get("name"), typed)
        return current_operator().name

    return click.option(
        "--as",
        parameter or "operator",
        expose_value=parameter is not None,
        callback=take,
        help="经办人，默认同 yanzhen --as / who acts (as yanzhen --as)",
    )


class FiniteRange(click.FloatRange):
    """A range of numbers that `nan`, which compares with nothing, is not in."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number; as `click.FloatRange`."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a valid {self.name}.", param, ctx)
        return number


def open_home() -> Home:
    """Open the home that YANZHEN_HOME names; raises HomeError where there is none."""
    return Home.open(home_path())


def ask_passphrase(*, new: bool = False) -> bytes:
    """Return the passphrase from YANZHEN_PASSPHRASE or from the keyboard, unseen.

    Raises:
        KeysError: none was given, it is too short, or the two typed differ.
    """
    return ask_other_passphrase(ENVIRONMENT_NAME, "", new=new)


def ask_other_passphrase(variable: str, called: str, *, new: bool) -> bytes:
    """Return another passphrase from its own variable or from the keyboard; as `ask_passphrase`.

    Args:
        variable: of the environment.
        called: what stands before the question.
        new: it is being chosen.
    """

    def prompt(question: str) -> str:
        answer: str = click.prompt(
            f"{called}{question}",
            hide_input=True,
            default="",
            show_default=False,
            prompt_suffix="",
            err=True,
        )
        return answer

    given = os.environ.get(variable)
    environment = {} if given is None else {ENVIRONMENT_NAME: given}
    return read_passphrase(environment, prompt if sys.stdin.isatty() else None, new=new)


def root_signers(home: Home) -> tuple[RootKey, ...]:
    """Return the root keys that lie in a home; asks for the passphrase only where there are any.

    Raises:
        KeysError: as `ask_passphrase`, `open_root_keys`.
    """
    return open_root_keys(home, ask_passphrase()) if has_root_keys(home) else ()


def read_batch_name(typed: str) -> str:
    """Return the name of a batch as it is kept; raises click's error where it cannot be one."""
    try:
        return parse_batch_name(typed)
    except IssuerError as error:
        raise WrongUsage(error.text, about="--batch") from error
