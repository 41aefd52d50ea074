"""The one error tree of this room."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from codes.wording import Text


class LogError(ValueError):
    """A leaf, a tile, a note, a checkpoint or a proof is not what it must be.

    Args:
        code: stable identifier, lower case with underscores.
        text: a sentence that is safe to show to anyone.
        evidence: short public facts that support the sentence, such as where the fault is.
    """

    def __init__(
        self, code: str, text: Text, *, evidence: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        super().__init__(f"{code}: {text.en}")
        self.code = code
        self.text = text
        self.evidence = dict(evidence)
