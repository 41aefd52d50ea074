"""Codes that people write down and type again: letters and digits that are not mistaken."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_GROUP: Final = 4
RECEIPT_CHARACTERS: Final = 16


def new_code(characters: int) -> str:
    """Return a fresh random code, five bits a character, without its hyphens."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(characters))


def code_from(seed: bytes, characters: int) -> str:
    """Return the code that follows from 32 bytes nobody can guess, as `new_code` makes them.

    Args:
        characters: at most 32.
    """
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in seed[:characters])


def code_of_number(number: int, characters: int) -> str:
    """Return a whole number from 0 in the characters of codes, the last ones where it has more."""
    places = range(5 * (characters - 1), -1, -5)
    return "".join(_ALPHABET[(number >> place) % len(_ALPHABET)] for place in places)


def number_of_code(code: str) -> int | None:
    """Undo `code_of_number`; None where a character is none of codes."""
    number = 0
    for char in code:
        value = _ALPHABET.find(char)
        if value < 0:
            return None
        number = number * len(_ALPHABET) + value
    return number


def spaced(code: str) -> str:
    """Return a code as it is shown: four characters, a hyphen, four characters."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def read_code(typed: str, characters: int) -> str | None:
    """Return a code as typed, tolerant of case, blanks and look-alikes; None where it is none."""
    plain = "".join(char for char in typed.upper() if char.isascii() and char.isalnum())
    code = plain.translate(_MISREAD)
    return code if len(code) == characters else None


def digest_of_code(purpose: str, code: str) -> str:
    """Return the SHA-256 by which a code that cannot be guessed is found again."""
    return hashlib.sha256(f"yanzhen/{purpose} {code}".encode()).hexdigest()
