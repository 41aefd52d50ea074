"""Every test can fail, and none fails silently."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.arch.sources import python_files, shown, tree

_ASSERTING_NAMES = ("assert_", "check_", "expect")
_PYTEST_ASSERTIONS = {"raises", "fail", "warns"}


def can_fail(function: ast.FunctionDef, helpers: frozenset[str]) -> bool:
    """Return whether a test asserts, expects an exception, or calls something that does."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            if name.startswith(_ASSERTING_NAMES) or name in _PYTEST_ASSERTIONS | helpers:
                return True
    return False


def asserting_helpers(module: ast.Module) -> frozenset[str]:
    """Return the functions of a module that assert something and are no tests."""
    return frozenset(
        node.name
        for node in module.body
        if isinstance(node, ast.FunctionDef)
        if not node.name.startswith("test_") and can_fail(node, frozenset())
    )


def all_tests(module: ast.Module) -> list[ast.FunctionDef]:
    """Return the test functions of a module."""
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def test_every_test_asserts_something() -> None:
    idle = [
        f"{shown(path)}:{test.name}"
        for path in python_files("tests")
        for test in all_tests(tree(path))
        if not can_fail(test, asserting_helpers(tree(path)))
    ]

    assert idle == []


def test_an_empty_test_would_be_seen() -> None:
    idle, asserting = all_tests(ast.parse("def test_a(): f()\ndef test_b(): assert f()\n"))

    assert not can_fail(idle, frozenset())
    assert can_fail(asserting, frozenset())


def test_no_test_replaces_our_own_code() -> None:
    mocking = [
        shown(path)
        for path in python_files("tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom | ast.Import)
        if "mock" in (getattr(node, "module", "") or "") + " ".join(n.name for n in node.names)
    ]

    assert mocking == []


@pytest.mark.parametrize(("in_ci", "exit_code"), [("true", 1), ("", 0)])
def test_a_skip_is_a_failure_in_ci_and_only_there(
    tmp_path: Path, in_ci: str, exit_code: int
) -> None:
    test = tmp_path / "test_one.py"
    test.write_text(
        "import pytest\ndef test_a(): assert True\n"
        "def test_b(): pytest.skip('no such tool here')\n",
        encoding="utf-8",
    )

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "tests.skips", "-p",
         "no:cacheprovider", str(test)],
        env=os.environ | {"CI": in_ci},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert done.returncode == exit_code, done.stdout
    assert ("no such tool here" in done.stdout) is (in_ci == "true")
