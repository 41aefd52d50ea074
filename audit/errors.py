"""The one error tree of this room."""

from __future__ import annotations

from codes.wording import Text


class AuditError(ValueError):
    """An audit, or a witness's answer, could not be come to.

    Args:
        code: stable identifier, lower case with underscores.
        text: a sentence that is safe to show to anyone.
    """

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(f"{code}: {text.en}")
        self.code = code
        self.text = text
