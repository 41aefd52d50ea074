"""Which characters may stand in a holder's name, and why the others may not.

Ideographs are judged by block and not by this Python's Unicode tables, so that the newest
extensions are names from the day they are printed on identity cards.
Source: GB 18030-2022; Unicode blocks of unified and compatibility ideographs.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from types import MappingProxyType

from codes.wording import Text

DOT = "\u00b7"
# Dots that people and fonts use for the one inside names: bullet, katakana, hyphenation,
# operator, half-width, ano teleia, sinological and word-separator dots.
DOT_VARIANTS = frozenset(
    "\u00b7\u2022\u30fb\u2027\u2219\u22c5\uff65\u0387\ua78f\u2024\u25cf\u2e31\u2e33\u26ab\ufe52"
)
# U+3007 (〇) and U+3005 (々) stand in names although Unicode does not call them ideographs.
_NAME_SIGNS = frozenset("\u3007\u3005")
_IDEOGRAPHS = (
    (0x3400, 0x4DBF),  # Extension A
    (0x4E00, 0x9FFF),
    (0xF900, 0xFA6D),  # compatibility, twelve of them unified (FA0E, FA0F, FA11 … FA29)
    (0xFA70, 0xFAD9),
    (0x20000, 0x2A6DF),  # B
    (0x2A700, 0x2B73F),  # C
    (0x2B740, 0x2B81D),  # D
    (0x2B820, 0x2CEAD),  # E
    (0x2CEB0, 0x2EBE0),  # F
    (0x2EBF0, 0x2EE5D),  # I
    (0x2F800, 0x2FA1D),  # compatibility supplement
    (0x30000, 0x3134A),  # G
    (0x31350, 0x323AF),  # H
    (0x323B0, 0x33479),  # J
)
_LATIN_MARKS = frozenset(".'-")
# Curled and typographic forms of the two marks, and the primes people type for them.
STRAIGHT_MARKS = MappingProxyType(
    dict.fromkeys("\u2018\u2019\u02bc\u02b9\u2032\u00b4`", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-")
)
_LATIN_BLOCKS = ((0x41, 0x5A), (0x61, 0x7A), (0xC0, 0x24F), (0x259, 0x259), (0x1E00, 0x1EFF))
_RADICALS = (0x2E80, 0x2FDF)
_LOST = frozenset("?*_□■○◯〇〓\ufffd") - _NAME_SIGNS
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
# Braille without dots, a null note head, the place of an object: symbols that print nothing.
_BLANK_SYMBOLS = frozenset("\u2800\U0001d159\ufffc")
_VARIATION = ((0xFE00, 0xFE0F), (0x180B, 0x180F), (0xE0100, 0xE01EF))
_DESCRIPTION = ((0x2FF0, 0x2FFF), (0x31EF, 0x31EF), (0x303E, 0x303E))
_EMOJI = ((0x1F000, 0x1FAFF), (0x2600, 0x27BF), (0x2B00, 0x2BFF))


@lru_cache(maxsize=4096)
def is_ideograph(char: str) -> bool:
    """Return whether `char` is a Chinese character, 〇 and 々 included."""
    return char in _NAME_SIGNS or _within(char, _IDEOGRAPHS)


@lru_cache(maxsize=4096)
def is_latin(char: str) -> bool:
    """Return whether `char` is one Latin letter of an ordinary alphabet."""
    if not _within(char, _LATIN_BLOCKS):
        return False
    # Clicks (Lo), title-case digraphs (Lt) and ligatures are no letters of a name.
    return unicodedata.category(char) in ("Lu", "Ll") and not unicodedata.decomposition(
        char
    ).startswith("<")


def is_latin_mark(char: str) -> bool:
    """Return whether `char` may stand between or after Latin letters: `.`, `'` or `-`."""
    return char in _LATIN_MARKS


@lru_cache(maxsize=4096)
def radical_as_ideograph(char: str) -> str | None:
    """Return the ideograph that a radical sign looks like (U+2F00 ⼀ for 一), or None.

    Text copied out of PDF files often holds these signs in place of ordinary characters.
    """
    if not _within(char, (_RADICALS,)):
        return None
    ideograph = unicodedata.normalize("NFKC", char)
    return ideograph if ideograph != char and is_ideograph(ideograph) else None


@lru_cache(maxsize=4096)
def is_ignorable(char: str) -> bool:
    """Return whether `char` shows nothing of its own: format characters, variation selectors."""
    return unicodedata.category(char) == "Cf" or _within(char, _VARIATION)


def is_unseen(char: str) -> bool:
    """Return whether `char` shows nothing beside its neighbours, or only changes one of them."""
    is_mark = unicodedata.category(char)[0] in "MC"
    return is_mark or is_ignorable(char) or char in _FILLERS or char in _BLANK_SYMBOLS


def refusal_reason(char: str) -> tuple[str, Text]:
    """Return a stable code and a short reason why `char` cannot stand in a name."""
    code = _reason_by_character(char) or _reason_by_category(unicodedata.category(char))
    return code, _REASONS[code]


def _within(char: str, blocks: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(char) <= last for first, last in blocks)


def _reason_by_character(char: str) -> str | None:
    if char in _BIDI:
        return "name_bidi"
    if char in _FILLERS:
        return "name_invisible"
    if char in _LOST:
        return "name_lost_character"
    blocks = (
        ("name_variation", _VARIATION),
        ("name_description", _DESCRIPTION),
        ("name_radical", (_RADICALS,)),
        ("name_emoji", _EMOJI),
    )
    return next((code for code, ranges in blocks if _within(char, ranges)), None)


def _reason_by_category(category: str) -> str:
    exact = {
        "Cc": "name_control",
        "Cf": "name_invisible",
        "Zl": "name_control",
        "Zp": "name_control",
        "Zs": "name_space",
        "Co": "name_private_use",
        "Cs": "name_unassigned",
        "Cn": "name_unassigned",
    }
    by_class = {"N": "name_digit", "M": "name_mark", "P": "name_punctuation", "L": "name_script"}
    return exact.get(category) or by_class.get(category[0], "name_symbol")


_REASONS = {
    "name_bidi": Text("是改变文字方向的控制符", "a control that changes the direction of text"),
    "name_invisible": Text("是不可见字符", "an invisible character"),
    "name_lost_character": Text(
        "疑为未能录入的生僻字或脱敏符号，请改填原字",
        "it seems to stand for a rare or masked character; write the character itself",
    ),
    "name_variation": Text(
        "是异体选择符，请只填写汉字本身", "a variation selector; write only the character itself"
    ),
    "name_description": Text(
        "是汉字结构描述符，请填写该字本身", "it describes a character; write the character itself"
    ),
    "name_radical": Text("是部首符号，不是汉字", "a radical sign, not a character"),
    "name_emoji": Text("是表情或图形符号", "an emoji or a pictograph"),
    "name_control": Text("是控制符或换行符", "a control character or line break"),
    "name_space": Text("是位置不当的空格", "a space where none can stand"),
    "name_private_use": Text(
        "是自造字编码，各系统显示不一，请改用该字的国家标准编码",
        "a private-use code that each system shows differently; use the standard code",
    ),
    "name_unassigned": Text("是未分配的编码", "an unassigned code"),
    "name_digit": Text("是数字", "a digit or number"),
    "name_mark": Text("是附加符号", "a combining mark"),
    "name_punctuation": Text("是标点符号", "a punctuation mark"),
    "name_script": Text(
        "不是汉字或拉丁字母，请按身份证件上的汉字或拉丁字母姓名填写",
        "neither a Chinese character nor a Latin letter; write the name as the identity document"
        " has it in one of these",
    ),
    "name_symbol": Text("是符号", "a symbol"),
}
