"""Whether a ground says why: what is typed to read personal data, or to settle something alone."""

from __future__ import annotations

from typing import Final

from codes.wording import Text

# A phrase of six Chinese characters says as much as ten letters do.
_HAN, _OTHER, _ENOUGH = 5, 3, 30
_FEWEST_KINDS: Final = 4
LEAST_GROUND: Final = Text(
    "至少 6 个汉字或 10 个字母，标点、空格不计",
    "at least 10 letters or 6 Chinese characters; blanks and punctuation do not count",
)


def says_why(ground: str) -> bool:
    """Return whether a ground is a phrase rather than a mark to get past the question.

    Args:
        ground: as typed; untrusted.
    """
    letters = [char for char in ground.casefold() if char.isalnum()]
    weight = sum(_HAN if _is_wide(char) else _OTHER for char in letters)
    kinds = {char for char in letters if char.isalpha()}
    return weight >= _ENOUGH and len(kinds) >= _FEWEST_KINDS


def _is_wide(char: str) -> bool:
    """Return whether one character is a word or a syllable, as of Chinese, Japanese or Korean."""
    return "\u2e80" <= char <= "\ud7ff" or char >= "\U00020000"
