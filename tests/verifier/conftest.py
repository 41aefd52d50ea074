"""Fixtures of the verifier's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.child import Child
from tests.verifier.desk import Desk
from tests.verifier.world import World
from verifier.document import document_reader


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty register with one filed body."""
    made = World.make(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    """One real child process for all files of a module."""
    with document_reader() as reader:
        yield reader


@pytest.fixture
def desk(world: World, child: Child) -> Desk:
    """Issuing and verifying in one place."""
    return Desk(world, child)
