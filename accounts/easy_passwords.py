"""Passwords that whoever guesses tries first, however long: rows of keys, words everybody takes."""

from __future__ import annotations

import re
from typing import Final

_LEAST_RUN: Final = 3
_LEAST_LEFT: Final = 5
_ROWS: Final = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "!@#$%^&*()",
)
_WORDS: Final = (
    *("password", "passw0rd", "p@ssword", "p@ssw0rd", "mima", "admin", "administrator", "root"),
    *(
        "test",
        "welcome",
        "iloveyou",
        "woaini",
        "yanzhen",
        "letmein",
        "abc",
        "密码",
        "我爱你",
        "验真",
    ),
)
_WORD: Final = re.compile("|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)))
_REPEATED: Final = re.compile(r"(.)\1{2,}")


def is_easy(password: str) -> bool:
    """Return whether little is left of a password without what everybody takes, or it repeats.

    Args:
        password: in one case of letters.
    """
    if (password * 2).find(password, 1) <= len(password) // 2:  # one piece, again and again
        return True
    left = _without_rows(_WORD.sub("", _REPEATED.sub("", password)))
    return len(set(left)) < _LEAST_LEFT


def _without_rows(text: str) -> str:
    """Return a text without its runs along a row of keys, forwards or backwards."""
    left, at = "", 0
    while at < len(text):
        run = max(_run(text[at:], row) for row in (*_ROWS, *(row[::-1] for row in _ROWS)))
        left += text[at] if run < _LEAST_RUN else ""
        at += run if run >= _LEAST_RUN else 1
    return left


def _run(text: str, row: str) -> int:
    """Return how many characters at the beginning of a text stand together in a row."""
    length = 0
    while length < len(text) and text[: length + 1] in row:
        length += 1
    return length
