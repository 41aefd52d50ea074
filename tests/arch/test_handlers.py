"""A broad except says beside it why it is broad; a suppression says its cause."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.arch.sources import EVERYWHERE, ROOMS, python_files, shown, text_files, tree

_BROAD = {"Exception", "BaseException"}
_REASON = re.compile(r"#\s*(noqa: \w+\s*-\s*)?\w+ \w+ \w+")
_SUPPRESSION = re.compile(r"#\s*(type: ignore|noqa)")
_EXPLAINED = re.compile(
    r"#\s*(type: ignore\[[\w-]+(, ?[\w-]+)*\]|noqa: \w+(, ?\w+)*)\s*(#|-)\s*\S+ \S+"
)
_TODO = re.compile(r"#\s*(TODO|FIXME|XXX)\b(?!.*\b(because|until|when|after)\b)")


def broad_handlers(module: ast.Module) -> list[ast.ExceptHandler]:
    """Return the handlers that catch everything and do not pass it on."""
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.ExceptHandler)
        if node.type is None or _BROAD & _names(node.type)
        if not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
    ]


def _names(kind: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(kind) if isinstance(node, ast.Name)}


def test_every_broad_except_has_its_reason_beside_it() -> None:
    silent = []
    for path in python_files(*EVERYWHERE):
        lines = path.read_text(encoding="utf-8").splitlines()
        silent += [
            f"{shown(path)}:{handler.lineno}"
            for handler in broad_handlers(tree(path))
            if not _REASON.search(lines[handler.lineno - 1])
        ]

    assert silent == []


def test_a_broad_except_without_a_reason_would_be_seen() -> None:
    silent = ast.parse("try: f()\nexcept Exception: pass\n")
    passing_on = ast.parse("try: f()\nexcept BaseException:\n    g()\n    raise\n")

    assert len(broad_handlers(silent)) == 1
    assert not _REASON.search("except Exception:  # noqa: BLE001")
    assert broad_handlers(passing_on) == []


def test_every_suppression_in_the_product_says_its_cause() -> None:
    silent = [
        f"{shown(path)}:{number}"
        for path in python_files(*ROOMS, "bench")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if _SUPPRESSION.search(line) and not _EXPLAINED.search(line)
    ]

    assert silent == []


def test_every_todo_carries_its_reason() -> None:
    bare = [
        f"{shown(path)}:{number}"
        for path, text in text_files()
        if path.suffix in {".py", ".js", ".css", ".toml", ""} and path != Path(__file__)
        for number, line in enumerate(text.splitlines(), start=1)
        if _TODO.search(line)
    ]

    assert bare == []
