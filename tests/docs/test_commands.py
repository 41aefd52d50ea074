"""The table of commands in the READMEs is the tree of commands of the program."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from codes.wording import Language
from tests.docs.pages import READMES, ROOT, code_words, table_rows
from wsgi import (
    EXIT_CONFIGURATION,
    EXIT_DATA,
    EXIT_INTERNAL,
    EXIT_INTERRUPTED,
    EXIT_UNAVAILABLE,
    EXIT_USAGE,
    cli,
)

_NO_ANSWER_TO_PRINT = {
    ("yanzhen", "desk"),
    ("yanzhen", "serve"),
    ("yanzhen", "witness", "serve"),
}


def commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the path of every command that does something, and of the root."""
    if len(path) == 1 or not isinstance(command, click.Group):
        yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands(below, (*path, name))


def find(path: tuple[str, ...]) -> click.Command:
    """Return the command at a path."""
    found: click.Command = cli
    for name in path[1:]:
        assert isinstance(found, click.Group)
        below = found.get_command(click.Context(found), name)
        assert below is not None
        found = below
    return found


def words_of(command: click.Command) -> set[str]:
    """Return the arguments, as help names them, and the options of a command."""
    context = click.Context(command)
    return {
        parameter.make_metavar(context)
        if isinstance(parameter, click.Argument)
        else max(parameter.opts, key=len)
        for parameter in command.params
    }


PATHS = list(commands(cli, ("yanzhen",)))


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_every_command_and_option_has_its_place_in_the_table(page: Path) -> None:
    told = {row[0].strip("`"): set(code_words(row[1])) for row in table_rows(page, "`yanzhen.*")}

    assert told == {" ".join(path): words_of(find(path)) for path in PATHS}


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_explains_the_command_and_names_each_option(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli, [*path[1:], "--help"], prog_name="yanzhen")

    assert result.exit_code == 0
    assert all(word in result.output for word in words_of(find(path)))
    assert find(path).help


@pytest.mark.parametrize("path", PATHS[1:], ids=" ".join)
def test_every_command_that_answers_can_answer_in_json(path: tuple[str, ...]) -> None:
    assert ("--json" in words_of(find(path))) is (path not in _NO_ANSWER_TO_PRINT)


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_every_exit_code_is_explained(page: Path) -> None:
    told = {int(row[0]) for row in table_rows(page, r"\d+") if len(row) == 2}
    ours = {EXIT_USAGE, EXIT_DATA, EXIT_UNAVAILABLE, EXIT_INTERNAL, EXIT_CONFIGURATION}

    assert told == {0, 1, 2, EXIT_INTERRUPTED} | ours


def test_the_root_speaks_every_language_the_product_does() -> None:
    (option,) = (one for one in cli.params if one.name == "lang")

    assert isinstance(option.type, click.Choice)
    assert set(option.type.choices) == {language.value for language in Language}


def test_the_command_is_the_one_that_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, function = project["scripts"]["yanzhen"].partition(":")

    assert callable(getattr(importlib.import_module(module), function))
