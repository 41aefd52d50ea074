"""Modules and functions stay small enough to be read, tests included."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.arch.sources import EVERYWHERE, ROOMS, python_files, shown, tree

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function from `def` to its end; the docstring does not count."""
    first = node.lineno
    doc = ast.get_docstring(node, clean=False)
    spared = 0 if doc is None else doc.count("\n") + 1
    return (node.end_lineno or first) - first + 1 - spared


def test_no_module_is_longer_than_a_reader_holds() -> None:
    lengths = {
        shown(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files(*EVERYWHERE)
    }

    assert {name: lines for name, lines in lengths.items() if lines > MAX_MODULE_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {
        f"{shown(path)}:{node.name}": length(node)
        for path in python_files(*EVERYWHERE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    # A migration is one list of statements, written by a tool and never read from top to bottom.
    read = {name: lines for name, lines in lengths.items() if "/migrations/versions/" not in name}

    assert {name: lines for name, lines in read.items() if lines > MAX_FUNCTION_LINES} == {}


@pytest.mark.parametrize(
    "path",
    [path for path in python_files(*EVERYWHERE) if path.name == "__init__.py"],
    ids=shown,
)
def test_a_package_says_what_it_is_and_does_nothing(path: Path) -> None:
    (only,) = tree(path).body

    assert isinstance(only, ast.Expr)
    assert ast.get_docstring(tree(path))


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        shown(path) for path in python_files(*EVERYWHERE) if not ast.get_docstring(tree(path))
    ]

    assert silent == []


def test_every_public_class_and_function_of_the_product_says_what_it_does() -> None:
    silent = [
        f"{shown(path)}:{node.name}"
        for path in python_files(*ROOMS)
        if "migrations" not in path.parts
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        if not node.name.startswith("_") and not ast.get_docstring(node)
    ]

    assert silent == []
