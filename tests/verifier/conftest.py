"""Fixtures of the verifier's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from registry.child import Child
from tests.verifier.desk import Desk
from tests.verifier.world import World
from verifier.document import document_reader
from verifier.opening import open_verifier
from verifier.service import Verifier

if TYPE_CHECKING:
    from tests.forgery.papers import Works


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


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Works:
    """A small office and three certificates of its, to be forged."""
    from tests.forgery.papers import make_works  # takes time that few tests need

    return make_works(tmp_path_factory.mktemp("works"), seed=3, count=3)


@pytest.fixture(scope="module")
def verifier(works: Works) -> Iterator[Verifier]:
    """The verifier of that office's own home."""
    opened = open_verifier(works.home)
    yield opened
    opened.close()
