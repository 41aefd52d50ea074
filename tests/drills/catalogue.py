"""All drills, in the order they are run: the quick ones first, so that a fault shows early."""

from __future__ import annotations

import importlib

from tests.drills.drill import Drill

NAMES = (
    "bit_flips",
    "log_flips",
    "mutated_qr",
    "mutated_rosters",
    "openapi",
    "hostile",
    "desks",
    "browser",
    "names",
    "readability",
    "forgery",
    "rare_names",
    "rotations",
    "rollback",
    "clock",
    "fault",
    "public_memory",
    "canaries",
    "insider",
    "concurrency",
    "volume",
    "kill",
)


def load(name: str) -> Drill:
    """Return the drill of this name."""
    drill = importlib.import_module(f"tests.drills.{name}").DRILL
    assert isinstance(drill, Drill)
    return drill
