"""The public log under /log/: the files any web server could serve, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from issuer.log_publishing import publish_log
from registry.home import Home
from tests.issuer.log_offices import append_filings, log_office
from wsgi import create_public_app


@pytest.fixture(scope="module")
def logged(empty_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose log has 300 leaves; nothing here changes it."""
    folder = tmp_path_factory.mktemp("logged") / "home"
    shutil.copytree(empty_once, folder)
    home = Home.open(folder, environment={})
    with log_office(home) as office:
        append_filings(office, 300)
        publish_log(office)
    return home


@pytest.fixture(scope="module")
def client(logged: Home) -> Iterator[FlaskClient]:
    """The public site of that home."""
    app = create_public_app(logged)
    yield app.test_client()
    app.extensions["yanzhen_verifier"].close()


def test_the_checkpoint_is_text_that_is_always_asked_for_anew(
    client: FlaskClient, logged: Home
) -> None:
    for name in ("checkpoint", "vkey"):
        answer = client.get(f"/log/{name}")
        assert answer.data == (logged.log_folder / name).read_bytes()
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-cache"
        again = client.get(f"/log/{name}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000"]
)
def test_tiles_and_bundles_are_bytes_that_never_change(
    client: FlaskClient, logged: Home, path: str
) -> None:
    answer = client.get(f"/log/{path}")
    assert answer.data == (logged.log_folder / path).read_bytes()
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/002",
        "tile/0/0",
        "tile/0/000.p/256",
        "tile/0/../../pepper",
        "tile/%2e%2e/%2e%2e/pepper",
        "lock",
        "../pepper",
    ],
)
def test_nothing_else_is_there(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/log/{path}")
    assert answer.status_code == 404


def test_a_home_without_a_log_serves_none(home: Home) -> None:
    app = create_public_app(home)
    assert app.test_client().get("/log/checkpoint").status_code == 404
    app.extensions["yanzhen_verifier"].close()
