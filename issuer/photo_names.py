"""File names of photos: which are pictures, and when two names mean the same file."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import TypeVar

Place = TypeVar("Place")

EXTENSIONS = (".jpg", ".jpeg", ".png")
_JPEGS = {"jpg": "jpeg", "jpeg": "jpg"}
# Not taken, but found all the same: the refusal can then say what they are.
OTHER_EXTENSIONS = (".heic", ".heif", ".avif", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".pdf")


def fold_name(name: str) -> str:
    """Return the form in which file names are compared: some systems decompose accents."""
    return unicodedata.normalize("NFC", name).casefold()


def is_picture_name(name: str) -> bool:
    """Return whether a file of this name is taken for somebody's photo."""
    return fold_name(name).endswith(EXTENSIONS + OTHER_EXTENSIONS)


def leads_elsewhere(name: str) -> bool:
    """Return whether what was typed is a path instead of the mere name of a file."""
    return "/" in name or "\\" in name or "\0" in name or name in (".", "..")


def names_for(wanted: str) -> Sequence[Sequence[str]]:
    """Return what a file may be called that serves for a name, folded, the better first.

    A `.jpeg` serves where a `.jpg` is asked for and there is none, and the other way round.

    Args:
        wanted: with or without extension; untrusted.

    Returns:
        Groups of names; none is better than another of its group.
    """
    folded = fold_name(wanted)
    if not folded:
        return ()
    stem, dot, ending = folded.rpartition(".")
    twin = [stem + dot + _JPEGS[ending]] if ending in _JPEGS else []
    return (
        [folded],
        twin,
        [folded + end for end in EXTENSIONS],
        [folded + end for end in OTHER_EXTENSIONS],
    )


def find_name(names: Mapping[str, Sequence[Place]], wanted: str) -> Sequence[Place]:
    """Return the files of this name, the extension and case left open.

    Args:
        names: places of files by folded name.
        wanted: with or without extension; untrusted.
    """
    for group in names_for(wanted):
        found = [place for name in group for place in names.get(name, ())]
        if found:
            return found
    return ()
