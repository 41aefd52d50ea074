"""One sentence in the two languages the product speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_ONE_OR_MORE: Final = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")


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


def counted(text: Text, count: int) -> Text:
    """Return a sentence as it reads of a count: English is `{one|more}`, Chinese the same for all.

    Args:
        text: whose English has both forms of each word that differs: `{batch|batches} to approve`.
        count: of the things it speaks of.
    """
    return Text(text.zh, _ONE_OR_MORE.sub(r"\1" if count == 1 else r"\2", text.en))
