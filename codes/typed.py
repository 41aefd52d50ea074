"""Cleans what people type before it is read as a number, and says what was changed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from codes.notices import Notice
from codes.wording import Text

# No number of any kind comes near this; what is longer is refused without being read.
LONGEST_TYPED = 200
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_FULL_WIDTH_OFFSET = 0xFEE0
# Format characters and variation selectors that arrive with copied text and show as nothing.
_INVISIBLE = frozenset(
    chr(point)
    for first, last in (
        (0xAD, 0xAD),
        (0x200B, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x2064),
        (0x2066, 0x2069),
        (0xFE00, 0xFE0F),
        (0xFEFF, 0xFEFF),
        (0xE0100, 0xE01EF),
    )
    for point in range(first, last + 1)
)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Dashes that Unicode files elsewhere than under Pd: minus signs, the kana length mark, rules.
_DASHES = {"\u2212", "\u2796", "\u30fc", "\uff70", "\u2500", "\u2043", "\u02d7"}
_LABEL = re.compile(r"^(?:职业技能等级|职业资格)?(?:证书)?(?:编号|号码)[:：]?")

FULL_WIDTH_NOTICE = Notice(
    code="typed_full_width",
    text=Text(
        "输入中含有全角字符，已按半角处理。",
        "Full-width characters were read as ordinary ones.",
    ),
)
_SEPARATOR_NOTICE = Notice(
    code="typed_separators",
    text=Text(
        "输入中含有空格或连接号，已略去。",
        "Spaces or hyphens were left out.",
    ),
)
_INVISIBLE_NOTICE = Notice(
    code="typed_invisible",
    text=Text(
        "输入中含有不可见字符，已略去。",
        "Invisible characters were left out.",
    ),
)
_LOWER_CASE_NOTICE = Notice(
    code="typed_lower_case",
    text=Text(
        "输入中含有小写字母，已按大写处理。",
        "Lower-case letters were read as capitals.",
    ),
)
_LABEL_NOTICE = Notice(
    code="typed_label",
    text=Text(
        "已略去号码前的“证书编号”字样。",
        "The words before the number were left out.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed, and what is left once spelling habits are taken out.

    Args:
        text: half-width, without spaces, dashes and invisible characters; case kept.
        notices: what was changed, each kind once.
    """

    text: str
    notices: tuple[Notice, ...]


def half_width(text: str) -> str:
    """Return `text` with full-width ASCII forms as ASCII; nothing else is changed."""
    if text.isascii():
        return text
    return "".join(
        chr(ord(char) - _FULL_WIDTH_OFFSET) if ord(char) in _FULL_WIDTH else char for char in text
    )


def ordinary(text: str) -> str:
    """Return `text` in half width, every dash a hyphen, without blanks around it."""
    narrow = half_width(text).strip()
    if narrow.isascii():
        return narrow
    return "".join("-" if _is_dash(char) else char for char in narrow)


def visible_line(text: str) -> str:
    """Return a text from outside as one line that shows all it holds, such as the name of a file.

    Control and format characters, which move the cursor, hide or turn the direction of what
    follows, and line ends are each the replacement character U+FFFD.

    Args:
        text: anything; untrusted.
    """
    if text.isprintable():
        return text
    return "".join("\ufffd" if unicodedata.category(char) in _UNSEEN else char for char in text)


def clean_typed(text: str) -> Typed:
    """Return `text` without the marks of how it was typed.

    Only habits that cannot change the meaning are taken out: width, spaces of every kind,
    dashes, invisible characters, a leading `证书编号：`. Digits of other scripts are kept, so
    that the reader refuses them.

    Args:
        text: anything; untrusted.
    """
    if text.isascii() and text.isalnum():
        return Typed(text=text, notices=())  # as most numbers come
    notices: list[Notice] = []
    visible = "".join(char for char in text if char not in _INVISIBLE).strip()
    if len(visible) != len(text.strip()):
        notices.append(_INVISIBLE_NOTICE)
    unlabelled = _LABEL.sub("", visible)
    if unlabelled != visible:
        notices.append(_LABEL_NOTICE)
    narrow = half_width(unlabelled)
    if narrow != unlabelled:
        notices.append(FULL_WIDTH_NOTICE)
    joined = "".join(char for char in narrow if not _separates(char))
    if joined != narrow.strip():
        notices.append(_SEPARATOR_NOTICE)
    return Typed(text=joined, notices=tuple(notices))


def upper_case(typed: Typed) -> Typed:
    """Return `typed` with ASCII letters as capitals, saying so where any was lower case."""
    text = typed.text
    capital = (
        text.upper()
        if text.isascii()
        else "".join(char.upper() if char.isascii() else char for char in text)
    )
    if capital == typed.text:
        return typed
    return Typed(text=capital, notices=(*typed.notices, _LOWER_CASE_NOTICE))


def _separates(char: str) -> bool:
    return char.isspace() or _is_dash(char)


def _is_dash(char: str) -> bool:
    return char in _DASHES or unicodedata.category(char) == "Pd"
