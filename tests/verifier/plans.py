"""What must be true of the copies of one award together, so that its life can have led there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from registry.models import CopyKind, CopyState


class Plan(Protocol):
    """One copy to be put on record."""

    @property
    def state(self) -> CopyState:
        """Where it is to stand."""


P = TypeVar("P", bound=Plan)


def whole_life(copies: tuple[P, ...], another: Callable[[P], P]) -> tuple[P, ...]:
    """The copies with those that must be there too: an original, and what a void one gave way to.

    What is added has the same record under serials of its own, and nobody is told of it.
    """
    held = [plan for plan in copies if plan.state is not CopyState.ARCHIVE]
    if not held:
        return (another(copies[0]), *copies)
    if any(plan.state is CopyState.CURRENT for plan in held):
        return copies
    return (*copies, another(held[-1]))


def kinds_of(copies: Sequence[Plan]) -> list[CopyKind]:
    """Why each copy was made, as its state and those before it say."""
    kinds = []
    before: CopyState | None = None
    for plan in copies:
        if plan.state is CopyState.ARCHIVE:
            kinds.append(CopyKind.ARCHIVE)
            continue
        after = CopyKind.CORRECTION if before is CopyState.CORRECTED else CopyKind.REISSUE
        kinds.append(CopyKind.ORIGINAL if before is None else after)
        before = plan.state
    return kinds
