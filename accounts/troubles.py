"""What is wrong with a form, beside the field that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from codes.wording import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing to complete or correct.

    Args:
        field: id of the field, or empty for the form as a whole.
        text: what is wrong.
    """

    field: str
    text: Text
