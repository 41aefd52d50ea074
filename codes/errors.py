"""The one error tree of this room."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from codes.wording import Text


class CodesError(ValueError):
    """Something typed, scanned or stored is not what the rule asks for.

    Args:
        code: stable identifier, lower case with underscores.
        text: a sentence that is safe to show to anyone; it never repeats personal data.
        position: 1-based character position the fault is at, where there is one.
        evidence: short public facts (never personal data) that support the sentence.
    """

    def __init__(
        self,
        code: str,
        text: Text,
        *,
        position: int | None = None,
        evidence: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(f"{code}: {text.en}")
        self.code = code
        self.text = text
        self.position = position
        self.evidence = dict(evidence)
