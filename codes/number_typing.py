"""Reads the characters people mistake for others in a certificate number."""

from __future__ import annotations

from codes.notices import Notice
from codes.number_rule import NUMBER_LENGTH, Category
from codes.typed import Typed, upper_case
from codes.wording import Text

# Only shapes that print alike; Q, D, B, Z, S at a digit's place are asked about, not read.
_ZERO = frozenset("Oo〇○◯零")
_ONE = frozenset("Ili|")
# More stray characters than this after reading look-alikes: it was no number to begin with.
_STRAY_LIMIT = 2
_HEADS = frozenset(Category)
# Letters of other scripts that look exactly like a Latin one, written by code point so that
# nobody mistakes them here either: Cyrillic, Greek, number forms, a mathematical bar.
_FOREIGN = str.maketrans(
    {
        "\u041e": "O",
        "\u043e": "o",
        "\u039f": "O",
        "\u03bf": "o",
        "\u0406": "I",
        "\u0456": "i",
        "\u0399": "I",
        "\u04c0": "I",
        "\u04cf": "l",
        "\u2160": "I",
        "\u2170": "i",
        "\u217c": "l",
        "\u2223": "|",
        "\u0405": "S",
        "\u0455": "s",
        "\u0423": "Y",
        "\u0443": "y",
        "\u03a5": "Y",
        "\u04ae": "Y",
    }
)
_FOREIGN_NOTICE = Notice(
    code="typed_foreign_letters",
    text=Text(
        "输入中含有其他文字的形近字母，已按英文字母处理。",
        "Letters of another script that look like Latin ones were read as Latin letters.",
    ),
)
_FIVE_NOTICE = Notice(
    code="number_five_read_as_s",
    text=Text(
        "第1位应为字母，“5”疑为字母S的误录，已按S处理，请与证书核对。",
        "Position 1 must be a letter; the “5” was read as S. Please compare with the certificate.",
    ),
)


def read_look_alikes(typed: Typed) -> Typed:
    """Return `typed` in capitals, with look-alikes read as what only they can mean.

    Letters stand only at the first place and, in the two-letter form, at the sixteenth, and
    that one is no O or I: so every O and I after the first place can only be 0 and 1. A number
    of 22 digits that begins with 5 can only have lost its S.

    Returns:
        A text of the same length as `typed`, with a notice for each kind of change.
    """
    if typed.text[:1] in _HEADS and _is_digits(typed.text[1:]):
        return typed
    latin = typed.text.translate(_FOREIGN)
    notices = list(typed.notices)
    if latin != typed.text:
        notices.append(_FOREIGN_NOTICE)
    digits = _read_digits(latin)
    changed = [
        place
        for place, pair in enumerate(zip(latin, digits, strict=True), start=1)
        if pair[0] != pair[1]
    ]
    if changed:
        notices.append(_digit_notice(changed))
    if len(digits) == NUMBER_LENGTH and digits[0] == "5" and _is_digits(digits):
        digits = Category.SOCIAL + digits[1:]
        notices.append(_FIVE_NOTICE)
    return upper_case(Typed(text=digits, notices=tuple(notices)))


def _read_digits(latin: str) -> str:
    """Return `latin` with O and I as digits where a digit must stand, if it is a number at all."""
    head, tail = latin[:1], "".join(_digit(char) for char in latin[1:])
    if sum(not _is_digits(char) for char in tail) > _STRAY_LIMIT:
        return latin
    starts_with_letter = len(latin) == NUMBER_LENGTH or head.upper() in tuple(Category)
    return (head if starts_with_letter else _digit(head)) + tail


def _digit(char: str) -> str:
    return "0" if char in _ZERO else "1" if char in _ONE else char


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _digit_notice(places: list[int]) -> Notice:
    listed_zh, listed_en = "、".join(map(str, places)), ", ".join(map(str, places))
    return Notice(
        code="typed_look_alikes",
        text=Text(
            f"第{listed_zh}位的形近字符（如字母O、I）已按数字0、1处理。",
            f"Look-alikes of 0 and 1 (such as O, I) at position {listed_en} were read as digits.",
        ),
    )
