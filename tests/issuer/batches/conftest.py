"""Homes with a filed body, and with a batch that can be submitted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.home import Home
from tests.conftest import NOW, PASSPHRASE
from tests.issuer.batch_desk import READY, BatchDesk, desk_of_copy, filed_home, ready
from tests.issuer.desks import PUBLIC_URL


@pytest.fixture(scope="package")
def filed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a home with a filed body; tests work on copies of it."""
    path = tmp_path_factory.mktemp("filed") / "home"
    home = Home.create(path, demo=True, passphrase=PASSPHRASE, now=NOW, environment={})
    return filed_home(home).path


@pytest.fixture(scope="package", autouse=True)
def surroundings() -> Iterator[None]:
    """Let the desks of these tests print their own address, and keep all in their home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YANZHEN_PUBLIC_URL", PUBLIC_URL)
        for name in ("YANZHEN_DESK_DATABASE_URL", "YANZHEN_DATABASE_URL"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="package")
def ready_once(
    surroundings: None, filed_once: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of a home with a batch that can be submitted; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("ready")
    desk = desk_of_copy(filed_once, folder)
    assert ready(desk, folder) == READY
    for engine in (desk.room.desks, desk.room.register):
        engine.dispose()
    return folder / "home"


@pytest.fixture
def desk(filed_once: Path, tmp_path: Path) -> BatchDesk:
    """Desks at which no batch was begun."""
    return desk_of_copy(filed_once, tmp_path)


@pytest.fixture
def ready_desk(ready_once: Path, tmp_path: Path) -> BatchDesk:
    """Desks with the batch `READY`."""
    return desk_of_copy(ready_once, tmp_path)
