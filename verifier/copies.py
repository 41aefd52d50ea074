"""Which copy of an opened award is meant: records are compared, nothing is proved here."""

from __future__ import annotations

from codes.names import fold_name
from registry.opened import OpenedAward, OpenedCopy


def copy_for(award: OpenedAward, name: str | None) -> OpenedCopy | None:
    """Return the copy that stands for the award; to a former name, the last that carries it."""
    shown = award.shown
    if name is None or shown is None:
        return shown
    wanted = fold_name(name)
    for copy in (shown, *reversed(award.copies)):
        if copy.signed is not None and fold_name(copy.signed[1].holder_name) == wanted:
            return copy
    return shown


def copy_with(award: OpenedAward, payload: bytes) -> OpenedCopy | None:
    """Return the copy that carries exactly `payload`: records are compared, never signatures."""
    for copy in award.copies:
        if copy.signed is not None and copy.signed[0].payload == payload:
            return copy
    return None
