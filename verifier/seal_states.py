"""The words in which the reading child tells of seals and pages; both sides know them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

MANY_ROWS: Final = 5  # beside which a page looks other: its pattern was drawn again


class SealState(StrEnum):
    """What there is of a seal."""

    NONE = "none"
    HOLLOW = "hollow"  # the place of a signature, without one that can be read
    SEVERAL = "several"
    ONE = "one"
    UNREADABLE = "unreadable"


class Coverage(StrEnum):
    """What the one signature covers."""

    WHOLE = "whole"
    EXTENDED = "extended"  # all but its own place, up to where something was appended
    GAP = "gap"  # it leaves out more than its own place
    MISPLACED = "misplaced"  # it speaks of places that are elsewhere in this file


class Kind(StrEnum):
    """A kind of content that a PDF holds, or that was appended to it."""

    PAGE = "page"
    CONTENT = "content"
    CATALOG = "catalog"
    ANNOTATION = "annotation"
    FORM = "form"
    SIGNATURE = "signature"
    FONT = "font"
    IMAGE = "image"
    FILE = "file"
    SCRIPT = "script"
    ACTION = "action"
    LAYERS = "layers"
    METADATA = "metadata"
    REVISIONS = "revisions"  # it was written in several revisions
    DUPLICATES = "duplicates"  # one object is written twice
    OTHER = "other"
    NOTHING = "nothing"  # a table of places without any object
    BLANKS = "blanks"  # nothing but blanks and zeros
    BYTES = "bytes"  # bytes that belong to no object
    UNREADABLE = "unreadable"
    UNSEEN = "unseen"  # more, or deeper, than is looked through


# What some readers draw and others do not, or on paper and not on a screen.
SWITCHED = frozenset({Kind.ANNOTATION, Kind.FORM, Kind.LAYERS, Kind.UNSEEN})


class Change(StrEnum):
    """How a place of a page differs from the issued page."""

    DIFFERS = "differs"  # other ink than was printed
    COVERED = "covered"  # nothing of it is to be seen
    MARKED = "marked"  # something pale or coloured was put over it
    ABSENT = "absent"  # the seal as issued is not to be seen


PHOTO = "photo"
SYMBOL = "symbol"
SEAL = "seal"
