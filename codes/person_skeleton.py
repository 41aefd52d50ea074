"""When two spellings may stand for one person: coarser than a name, for telling two persons apart.

Where two persons are asked for, a second spelling of the first one's name must not pass for the
second person. That two people of one office are taken for one costs them a fuller name.
"""

from __future__ import annotations

import unicodedata

from codes.name_characters import is_unseen, radical_as_ideograph
from codes.simplified import simplified

# Cyrillic letters, case folded, that look like Latin ones in either case.
_LATIN_LIKE = dict(zip("авеѕіјкмнорстухһԁԛԝ", "abesijkmhopctyxhdqw", strict=True))


def person_skeleton(name: str) -> str:
    """Return the form in which all spellings of one person's name are equal; for comparison only.

    Letters and digits are all that is left: no width, case, accent, space, hyphen, dot or unseen
    character. Simplified and traditional forms of a character are one where the table knows them,
    Cyrillic letters those that they look like.

    Args:
        name: anything; untrusted.
    """
    plain = "".join(radical_as_ideograph(char) or char for char in name)
    letters = "".join(
        char
        for char in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain).casefold())
        if unicodedata.category(char)[0] in "LN" and not is_unseen(char)
    )
    return "".join(_LATIN_LIKE.get(char) or char for char in simplified(letters))


def is_same_person(one: str, other: str) -> bool:
    """Return whether two names stand, or may stand, for one person, however they are spelt."""
    skeletons = person_skeleton(one), person_skeleton(other)
    if not all(skeletons):  # signs alone: as they are written
        return one.casefold() == other.casefold()
    return skeletons[0] == skeletons[1]
