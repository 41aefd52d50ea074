"""The files of the repository, for the tests that look at all of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = (
    "police_opening.py",
    "serving.py",
    "wsgi.py",
    "yanzhen.py",
    "accounts",
    "audit",
    "codes",
    "issuer",
    "keys",
    "log",
    "registry",
    "sealer",
    "templates",
    "verifier",
)
EVERYWHERE = (*ROOMS, "bench", "tests")

# What is made on a machine and never belongs to the repository (.gitignore).
_MADE = {"__pycache__", "var", "demo", "build", "dist", "node_modules"}
_MADE_PLACES = {ROOT / "templates" / "static" / "packages"}
_KEPT_HIDDEN = {".ci", ".gitignore", ".gitattributes", ".github"}


def files() -> Iterator[Path]:
    """Yield every file that belongs to the repository."""
    yield from _below(ROOT)


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith(".") and path.name not in _KEPT_HIDDEN
        made = path.name in _MADE or path in _MADE_PLACES or path.name.endswith(".egg-info")
        if hidden or made:
            continue
        if path.is_dir():
            yield from _below(path)
        elif path.is_file():
            yield path


def text_files() -> Iterator[tuple[Path, str]]:
    """Yield every file that is text, with its text."""
    for path in files():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def python_files(*places: str) -> list[Path]:
    """Return the Python files of these rooms and modules."""
    found: list[Path] = []
    for place in places:
        path = ROOT / place
        found += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return found


@cache
def tree(path: Path) -> ast.Module:
    """Return a Python file as syntax."""
    return ast.parse(path.read_text(encoding="utf-8"))


def shown(path: Path) -> str:
    """Return a path as people write it."""
    return str(path.relative_to(ROOT))
