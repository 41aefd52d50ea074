"""How commands are told of a key in a PKCS #11 token: three options, and the PIN unseen."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from codes.wording import Text
from issuer.errors import IssuerError
from keys.tokens import TokenAddress
from templates.usage_words import WrongUsage

PIN_VARIABLE = "YANZHEN_PKCS11_PIN"

_Command = TypeVar("_Command", bound=Callable[..., Any])
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


def _token_options(*, required: bool) -> Callable[[_Command], _Command]:
    """Return what gives a command the three options that name a key in a token."""
    options = (
        click.option(
            "--module", required=required, type=_file, help="厂商的 PKCS#11 库 / vendor's library"
        ),
        click.option("--token", required=required, help="令牌名称 / label of the token"),
        click.option(
            "--key", required=required, help="令牌中私钥的名称 / label of the private key"
        ),
    )

    def decorate(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


token_options = _token_options(required=True)
optional_token_options = _token_options(required=False)


def read_address(module: Path, token: str, key: str) -> TokenAddress:
    """Return where a key is, its PIN taken from the environment or asked for.

    Raises:
        IssuerError: there is no PIN (`secret_missing`).
    """
    pin = ask_secret(PIN_VARIABLE, "PIN 码 / PIN: ")
    return TokenAddress(module=str(module), token=token, key=key, pin=pin)


def read_optional_address(
    module: Path | None, token: str | None, key: str | None
) -> TokenAddress | None:
    """Return where a key is, or None where no token is meant.

    Raises:
        WrongUsage: some of the three options are given and others not.
        IssuerError: there is no PIN (`secret_missing`).
    """
    if module is None and token is None and key is None:
        return None
    if module is None or token is None or key is None:
        lacking = Text(
            "--module、--token、--key 三项须一并给出。",
            "--module, --token and --key go together.",
        )
        raise WrongUsage(lacking, about="--token")
    return read_address(module, token, key)


def ask_secret(variable: str, question: str) -> str:
    """Return a secret from the environment, else from the keyboard, unseen.

    Raises:
        IssuerError: there is neither (`secret_missing`).
    """
    if given := os.environ.get(variable):
        return given
    if not sys.stdin.isatty():
        raise IssuerError(
            "secret_missing",
            Text(f"请设置环境变量 {variable}", f"set the environment variable {variable}"),
        )
    typed: str = click.prompt(
        question, hide_input=True, default="", show_default=False, prompt_suffix="", err=True
    )
    return typed
