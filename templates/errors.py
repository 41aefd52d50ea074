"""The one error tree of this room."""

from __future__ import annotations

from codes.wording import Text


class TemplatesError(ValueError):
    """A page cannot be drawn as asked.

    Args:
        code: stable identifier, lower case with underscores.
        text: a sentence that is safe to show to anyone; it never repeats personal data.
    """

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(f"{code}: {text.en}")
        self.code = code
        self.text = text
