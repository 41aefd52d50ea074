"""The one error tree of this room."""

from __future__ import annotations

from codes.wording import Text


class AccountError(Exception):
    """Something about an account does not allow what was asked.

    Args:
        code: stable identifier, lower case with underscores.
        text: a sentence that is safe to show.
    """

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(f"{code}: {text.en}")
        self.code = code
        self.text = text
