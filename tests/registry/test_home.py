"""A home is made whole or not at all, and nothing else makes one."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import HomeError, RegistryUnavailable, VaultError
from registry.home import Home, home_path
from registry.schema import HEAD, check_schema, migrate
from registry.session import database
from tests.conftest import NOW, PASSPHRASE


def test_a_new_home_opens_with_its_passphrase(home: Home) -> None:
    opened = Home.open(home.path, environment={})
    assert opened == home
    assert opened.vault(PASSPHRASE).seal("x", b"y") != b"y"
    with pytest.raises(VaultError, match="passphrase_wrong"):
        opened.vault(b"another")


def test_nobody_else_may_read_a_home(home: Home) -> None:
    assert home.path.stat().st_mode & 0o077 == 0
    for path in (home.path / "secrets").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_opening_a_folder_that_is_no_home_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="home_missing") as caught:
        Home.open(tmp_path, environment={})
    assert "yanzhen init" in caught.value.text.zh
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("marker", ["", "[]", "{}", '{"format": 2, "demo": true}', "\udcff"])
def test_a_damaged_marker_is_named(home: Home, marker: str) -> None:
    (home.path / "home.json").write_text(marker, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(HomeError, match="home_damaged"):
        Home.open(home.path, environment={})


def test_an_existing_folder_is_never_overwritten(home: Home) -> None:
    before = sorted(path.name for path in home.path.rglob("*"))
    with pytest.raises(HomeError, match="home_exists"):
        Home.create(home.path, demo=True, passphrase=b"x", now=NOW, environment={})
    assert sorted(path.name for path in home.path.rglob("*")) == before


def test_a_home_that_cannot_be_finished_leaves_nothing(tmp_path: Path) -> None:
    unreachable = {"YANZHEN_DATABASE_URL": "sqlite:////nonexistent/folder/file"}
    with pytest.raises(Exception, match="unable to open"):
        Home.create(tmp_path / "h", demo=True, passphrase=b"x", now=NOW, environment=unreachable)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "postgresq://u:SECRET@127.0.0.1:1/x",
        "postgresql://u:SECRET@127.0.0.1:port/x",
        "postgresql://[::1/SECRET",
        "mysql://u:SECRET@h/x",
        "sqlite://SECRET",
        "SECRET",
    ],
)
def test_an_address_of_no_database_is_said_without_its_password(url: str) -> None:
    with pytest.raises(HomeError, match="database_url_invalid") as caught, database(url):
        raise AssertionError("it was taken")
    assert "SECRET" not in caught.value.text.zh + caught.value.text.en


def test_a_missing_database_is_unreachable_and_not_made_anew(home: Home) -> None:
    (home.path / "registry.sqlite3").unlink()
    with pytest.raises(RegistryUnavailable), database(home.database_url) as engine:
        check_schema(engine)
    assert not (home.path / "registry.sqlite3").exists()


def test_another_schema_is_refused(home: Home) -> None:
    with database(home.database_url) as engine:
        check_schema(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'other'")
        with pytest.raises(HomeError, match="schema_mismatch"):
            check_schema(engine)


def test_two_versions_at_once_are_refused_and_named(home: Home) -> None:
    with database(home.database_url) as engine:
        with engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0003')")
        for look in (check_schema, lambda one: migrate(one, lambda: home.vault(PASSPHRASE))):
            with pytest.raises(HomeError, match=f"schema_mismatch.*0003, {HEAD}"):
                look(engine)


def test_the_environment_names_the_home(tmp_path: Path) -> None:
    assert home_path({"YANZHEN_HOME": str(tmp_path)}) == tmp_path
    assert home_path({}).name == "var"
