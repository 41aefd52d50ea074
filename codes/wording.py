"""One sentence in the two languages the product speaks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """The languages every sentence exists in; Chinese is the default everywhere."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in Chinese and in English, written together so that neither is forgotten.

    Args:
        zh: the Chinese sentence, as a Chinese official would write it.
        en: the English sentence.
    """

    zh: str
    en: str

    def say(self, language: Language) -> str:
        """Return the sentence in `language`."""
        return self.zh if language is Language.ZH else self.en
