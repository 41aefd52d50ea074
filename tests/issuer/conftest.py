"""Shells for the issuer's commands: before anything is there, and with a filed body and its key."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from registry.home import Home
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.ceremonies import Ceremony
from tests.issuer.desks import FILING, PREFIX
from tests.issuer.exam_desk import Clock, make_examining_home
from tests.issuer.lives import issue_two
from tests.issuer.shells import SECRET, Shell
from tests.issuer.tokens import soft_tokens
from tests.issuer.vault_homes import Issued, issue_to_some


@pytest.fixture(scope="session")
def soft_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Tokens for the whole run; see `tests.issuer.tokens`."""
    store = tmp_path_factory.mktemp("softhsm")
    with soft_tokens(store):
        yield store


@pytest.fixture
def shell(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Shell:
    monkeypatch.setenv("YANZHEN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("YANZHEN_PASSPHRASE", SECRET)
    monkeypatch.setenv("YANZHEN_PUBLIC_URL", "https://yz.example.cn")
    for name in ("YANZHEN_DATABASE_URL", "YANZHEN_LANG", "YANZHEN_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return Shell(capsys)


@pytest.fixture(scope="session")
def filed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first who files a body by the commands leaves a copy of its home."""
    return tmp_path_factory.mktemp("filed") / "home"


@pytest.fixture
def filed_shell(shell: Shell, filed_once: Path, tmp_path: Path) -> Shell:
    """A home with a filed body and its key, as the commands make it."""
    filing, home = tmp_path / "filing.json", tmp_path / "home"
    filing.write_text(json.dumps(FILING, ensure_ascii=False), encoding="utf-8")
    if filed_once.exists():
        shutil.copytree(filed_once, home)
        return shell
    assert shell("init").code == 0
    assert shell("filing", "record", filing).code == 0
    assert shell("keys", "new", "--body", PREFIX).code == 0
    shutil.copytree(home, filed_once)
    return shell


@pytest.fixture(scope="session")
def examining_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a home whose body skips no step; tests work on copies of it."""
    return make_examining_home(tmp_path_factory.mktemp("examining") / "home")


@pytest.fixture
def clock() -> Clock:
    """The clock of an examination's desks, which the test turns on."""
    return Clock()


@pytest.fixture(scope="session")
def issued_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a home with two certificates; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("issued")
    home = Home.create(folder / "home", demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    issue_two(home, folder)
    return home.path


@pytest.fixture
def two_issued(issued_once: Path, tmp_path: Path) -> Home:
    """A demo home with two certificates of one batch."""
    shutil.copytree(issued_once, tmp_path / "home")
    return Home.open(tmp_path / "home", environment={})


@pytest.fixture(scope="session")
def issued_to_some_once(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    """The first of all homes with certificates of invented people; tests work on copies of it."""
    return issue_to_some(tmp_path_factory.mktemp("issued"))


@pytest.fixture
def issued(issued_to_some_once: Issued, tmp_path: Path) -> Issued:
    """A demo home with certificates of three invented people."""
    return issued_to_some_once.copy_to(tmp_path / "home")


@pytest.fixture
def engine(issued: Issued) -> Iterator[Engine]:
    """The registry of `issued`."""
    with issued.engine() as engine:
        yield engine


@pytest.fixture
def ceremony(filed_shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ceremony:
    return Ceremony(
        filed_shell, tmp_path, Home.open(tmp_path / "home", environment={}), monkeypatch
    )
