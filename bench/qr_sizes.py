"""How large the QR symbol becomes for each way to write the signed record into it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.qr_samples import NAMES, URL_PREFIXES, sample_payload
from codes.qr_tables import VERSIONS, ErrorCorrection, capacity_bits

SIGNATURE_BYTES = 64
LEVELS = (ErrorCorrection.M, ErrorCorrection.L)

# From the number of possible messages to the segment's mode and its characters.
Alphabet = Callable[[int], tuple[str, int]]

# The QR text begins with 1 or 2, a COSE_Sign1 array with 0x84.
_COMPACT = (1, 3)
_WHOLE_COSE = (10, 0x85)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One way to write a QR text.

    Args:
        name: as the table shows it.
        alphabet: how the bytes are spelled.
        upper_case: the URL before `#` is in upper case and takes alphanumeric mode; `#` itself
            exists in byte mode only.
        framing: bytes carried beside record and signature, and the first byte's bound.
    """

    name: str
    alphabet: Alphabet
    upper_case: bool
    framing: tuple[int, int] = _COMPACT


def digits(messages: int) -> tuple[str, int]:
    """Plain decimal digits."""
    return "numeric", len(str(messages - 1))


def characters_43(messages: int) -> tuple[str, int]:
    """The 43 characters of QR's alphanumeric mode that a fragment may hold."""
    return "alphanumeric", math.ceil(math.log(messages, 43))


def base32(messages: int) -> tuple[str, int]:
    """Base32 without padding."""
    return "alphanumeric", math.ceil(8 * _byte_count(messages) / 5)


def base64url(messages: int) -> tuple[str, int]:
    """Base64url without padding, which has no mode of its own."""
    return "byte", math.ceil(8 * _byte_count(messages) / 6)


def _byte_count(messages: int) -> int:
    return ((messages - 1).bit_length() + 7) // 8


_ALPHABETS: dict[str, Alphabet] = {
    "digits": digits,
    "43 characters": characters_43,
    "base32": base32,
    "base64url": base64url,
}
LAYOUTS = [
    *(
        Layout(name=f"{name}, {scheme}", alphabet=alphabet, upper_case=scheme.isupper())
        for name, alphabet in _ALPHABETS.items()
        for scheme in ("https", "HTTPS")
    ),
    Layout(
        name="digits, https, whole COSE", alphabet=digits, upper_case=False, framing=_WHOLE_COSE
    ),
]


def segment_bits(mode: str, count: int, version: int) -> int:
    """Return how many bits a segment of `count` characters takes (ISO/IEC 18004 7.4)."""
    group = 0 if version < 10 else 1 if version < 27 else 2
    match mode:
        case "numeric":
            leftover = {0: 0, 1: 4, 2: 7}[count % 3]
            return 4 + (10, 12, 14)[group] + 10 * (count // 3) + leftover
        case "alphanumeric":
            return 4 + (9, 11, 13)[group] + 11 * (count // 2) + 6 * (count % 2)
        case _:
            return 4 + (8, 16, 16)[group] + 8 * count


def text_bits(layout: Layout, prefix_characters: int, payload_bytes: int, version: int) -> int:
    """Return how many bits a whole QR text takes."""
    framing_bytes, first_bound = layout.framing
    size = framing_bytes + payload_bytes + SIGNATURE_BYTES
    mode, count = layout.alphabet(first_bound * 256 ** (size - 1))
    in_bytes = 1 if layout.upper_case else prefix_characters
    bits = segment_bits("alphanumeric", prefix_characters - 1, version) if layout.upper_case else 0
    if mode == "byte":
        return bits + segment_bits("byte", in_bytes + count, version)
    return bits + segment_bits("byte", in_bytes, version) + segment_bits(mode, count, version)


def smallest(
    layout: Layout, prefix_characters: int, payload_bytes: int, level: ErrorCorrection
) -> tuple[int, int]:
    """Return the smallest version and the bits left over in it."""
    for version in range(1, VERSIONS + 1):
        slack = capacity_bits(version, level) - text_bits(
            layout, prefix_characters, payload_bytes, version
        )
        if slack >= 0:
            return version, slack
    raise ValueError("no version holds the text")


def rows() -> Iterator[tuple[ErrorCorrection, Layout, int, int, int, int]]:
    """Yield level, layout, prefix length, name length, version and bits left over."""
    for level in LEVELS:
        for layout in LAYOUTS:
            for prefix in URL_PREFIXES:
                for name_length, name in NAMES.items():
                    version, slack = smallest(layout, prefix, len(sample_payload(name)), level)
                    yield level, layout, prefix, name_length, version, slack


def tables() -> str:
    """Return a Markdown table for each level; a cell is `version · modules a side · bits left`."""
    columns = [(prefix, name) for prefix in URL_PREFIXES for name in NAMES]
    found = {
        (level, layout.name, prefix, name): f"{version} · {4 * version + 17} · {slack}"
        for level, layout, prefix, name, version, slack in rows()
    }
    lines = []
    for level in LEVELS:
        lines.append(f"| level {level} | " + " | ".join(f"{p}, {n}" for p, n in columns) + " |")
        lines.append("|---" * (len(columns) + 1) + "|")
        for layout in LAYOUTS:
            cells = (found[level, layout.name, prefix, name] for prefix, name in columns)
            lines.append(f"| {layout.name} | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)
