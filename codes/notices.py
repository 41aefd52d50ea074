"""What a reading has to tell the person who typed: remarks, faults, the meaning of parts."""

from __future__ import annotations

from dataclasses import dataclass

from codes.wording import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something worth saying that does not stop the value from being used.

    Args:
        code: stable identifier, lower case with underscores.
        text: a sentence that is safe to show to anyone; it never repeats personal data.
    """

    code: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A reason why a value is refused.

    Args:
        code: stable identifier, lower case with underscores.
        text: a sentence that is safe to show to anyone; it never repeats personal data.
        position: 1-based character position in the normalised value, where there is one.
    """

    code: str
    text: Text
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a number and what it says.

    Args:
        positions: first and last 1-based character position.
        label: what the part is called.
        value: the characters as they stand in the number.
        meaning: what these characters say.
    """

    positions: tuple[int, int]
    label: Text
    value: str
    meaning: Text
