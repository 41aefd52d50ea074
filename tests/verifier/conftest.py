"""Fixtures of the verifier's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verifier.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty register with one filed body."""
    made = World.make(tmp_path)
    yield made
    made.engine.dispose()
