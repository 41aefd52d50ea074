"""File names of photos: which are pictures, and when two names mean the same file."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import TypeVar

Place = TypeVar("Place")

EXTENSIONS = (".jpg", ".jpeg", ".png")
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


def find_name(names: Mapping[str, Sequence[Place]], wanted: str) -> Sequence[Place]:
    """Return the files of this name, the extension and case left open.

    Args:
        names: places of files by folded name.
        wanted: with or without extension; untrusted.
    """
    folded = fold_name(wanted)
    if not folded:
        return ()
    if folded in names:
        return names[folded]
    for extensions in (EXTENSIONS, OTHER_EXTENSIONS):
        found = [place for end in extensions for place in names.get(folded + end, ())]
        if found:
            return found
    return ()


def few_apart(one: str, other: str, *, most: int = 2) -> int | None:
    """Return in how many characters two names differ (put in, left out or another), up to `most`.

    None where they differ in more.
    """
    if abs(len(one) - len(other)) > most:
        return None
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    one, other = one[at:], other[at:]
    if not one or not other:
        return len(one) + len(other)
    if not most:
        return None
    ways = ((one[1:], other[1:]), (one[1:], other), (one, other[1:]))
    found = [few_apart(*way, most=most - 1) for way in ways]
    return min((1 + count for count in found if count is not None), default=None)
