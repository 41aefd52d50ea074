"""What a QR symbol is made of, for one version and level, taken once from the qrcode library.

For a fixed version and level every module is a sum over GF(2) of data bits, plus a constant that
depends on the mask. The tables hold the sums for each half byte of data, so that a symbol is a few
hundred XORs of long integers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, reduce
from operator import getitem, xor
from typing import Any, Literal

from qrcode import QRCode, base, constants, util

from codes.qr_penalty import Penalty

MASKS = 8
VERSIONS = 40
# Above this version half-byte tables would take tens of megabytes; single bits take a quarter.
# No text of ours is that long.
_LAST_HALF_BYTE_VERSION = 20

# The library's own mode numbers, with the types its functions ask for.
_BYTE_MODE: Literal[4] = 4
_NUMERIC_MODE: Literal[1] = 1

_DIGIT_VALUES = bytes.maketrans(b"0123456789abcdef", bytes(range(16)))


class ErrorCorrection(StrEnum):
    """The four levels of error correction, by the share of damage they mend."""

    L = "L"
    M = "M"
    Q = "Q"
    H = "H"


_LIBRARY_LEVELS = {
    ErrorCorrection.L: constants.ERROR_CORRECT_L,
    ErrorCorrection.M: constants.ERROR_CORRECT_M,
    ErrorCorrection.Q: constants.ERROR_CORRECT_Q,
    ErrorCorrection.H: constants.ERROR_CORRECT_H,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The sums and constants of one version and level.

    Args:
        size: modules a side.
        stride: bits a row: `size` rounded up to whole bytes, the bits to the right zero.
        data_bytes: codewords of data the symbol holds.
        sums: for each digit of the data, what each value of it adds to the symbol.
        digit_format: how the data are written out as those digits, such as `0308x`.
        constants: for each mask, the symbol of all-zero data.
        trial_constants: the same without format and version information, which the library
            leaves blank while it compares masks.
        penalty: judges symbols of this size.
    """

    size: int
    stride: int
    data_bytes: int
    sums: tuple[tuple[int, ...], ...]
    digit_format: str
    constants: tuple[int, ...]
    trial_constants: tuple[int, ...]
    penalty: Penalty

    def sum_of(self, data: int) -> int:
        """Return the sum of the modules that the data set; a constant makes it a symbol."""
        digits = format(data, self.digit_format).encode("ascii").translate(_DIGIT_VALUES)
        return reduce(xor, map(getitem, self.sums, digits), 0)

    def best_mask(self, data_sum: int) -> int:
        """Return the first mask of lowest penalty."""
        points = [self.penalty.points(data_sum ^ constant) for constant in self.trial_constants]
        return points.index(min(points))


def capacity_bits(version: int, level: ErrorCorrection) -> int:
    """Return how many bits of data a symbol holds."""
    return util.BIT_LIMIT_TABLE[_LIBRARY_LEVELS[level]][version]


def length_field_bits(version: int) -> tuple[int, int]:
    """Return how wide the length is written in a byte segment and in a numeric segment."""
    return util.length_in_bits(_BYTE_MODE, version), util.length_in_bits(_NUMERIC_MODE, version)


@lru_cache(maxsize=8)
def load_tables(version: int, level: ErrorCorrection) -> Tables:
    """Return the tables of a version and level, made on first use (0.1 s at version 8)."""
    canvas = _Canvas(version, level)
    digit_bits = 4 if version <= _LAST_HALF_BYTE_VERSION else 1
    data_bytes = sum(block.data_count for block in canvas.blocks)
    sums = tuple(_digit_sums(list(_bit_sums(canvas)), digit_bits))
    return Tables(
        size=canvas.size,
        stride=canvas.stride,
        data_bytes=data_bytes,
        sums=sums,
        digit_format=f"0{len(sums)}{'x' if digit_bits > 1 else 'b'}",
        constants=tuple(canvas.draw(bytes(canvas.codewords), mask) for mask in range(MASKS)),
        trial_constants=tuple(
            canvas.draw(bytes(canvas.codewords), mask, trial=True) for mask in range(MASKS)
        ),
        penalty=Penalty(canvas.size, canvas.stride),
    )


class _Canvas:
    """Lets the library draw codewords of one version and level."""

    def __init__(self, version: int, level: ErrorCorrection) -> None:
        self._library_level = _LIBRARY_LEVELS[level]
        self._version = version
        self.size = 4 * version + 17
        self.stride = (self.size + 7) // 8 * 8
        self.blocks = base.rs_blocks(version, self._library_level)
        self.codewords = sum(block.total_count for block in self.blocks)

    def draw(self, codewords: bytes, mask: int, *, trial: bool = False) -> int:
        """Return the symbol the library draws of interleaved codewords."""
        code: QRCode[Any] = QRCode(version=self._version, error_correction=self._library_level)
        code.data_cache = list(codewords)
        code.makeImpl(trial, mask)
        rows = ("".join("1" if dark else "0" for dark in row) for row in code.modules)
        return int("".join(row.ljust(self.stride, "0") for row in rows), 2)

    def bit_places(self) -> list[int]:
        """Return, for each bit of the interleaved codewords, the module it sets.

        Bit number n is found by drawing, for each binary digit of n + 1, all bits whose number has
        that digit.
        """
        bits = 8 * self.codewords
        blank = self.draw(bytes(self.codewords), 0)
        drawn = []
        for digit in range(bits.bit_length()):
            text = "".join(str((number + 1) >> digit & 1) for number in range(bits))
            drawn.append(self.draw(int(text, 2).to_bytes(self.codewords), 0) ^ blank)
        places = [0] * bits
        modules = self.stride * self.size
        columns = zip(*(format(image, f"0{modules}b") for image in reversed(drawn)), strict=True)
        for place, number in enumerate(int("".join(column), 2) for column in columns):
            if number:
                places[number - 1] = 1 << (modules - 1 - place)
        return places


def _bit_sums(canvas: _Canvas) -> Iterator[int]:
    """Yield, for each data bit in order of the data, all modules it flips."""
    places = canvas.bit_places()
    data_bytes = sum(block.data_count for block in canvas.blocks)
    by_bit = [bytes(_multiply(0x80 >> bit, value) for value in range(256)) for bit in range(8)]
    for number, block in enumerate(canvas.blocks):
        correction_sums = [
            sums
            for codeword in range(data_bytes + number, canvas.codewords, len(canvas.blocks))
            for sums in _digit_sums(places[8 * codeword : 8 * codeword + 8], 4)
        ]
        correction_bytes = block.total_count - block.data_count
        for place, remainder in enumerate(_unit_remainders(block.data_count, correction_bytes)):
            data_at = 8 * _interleaved(canvas.blocks, number, place)
            for bit, multiplied in enumerate(by_bit):
                correction = remainder.translate(multiplied).hex().encode("ascii")
                digits = correction.translate(_DIGIT_VALUES)
                yield reduce(xor, map(getitem, correction_sums, digits), places[data_at + bit])


def _interleaved(blocks: list[base.RSBlock], number: int, place: int) -> int:
    """Return where the data codeword `place` of block `number` stands in the symbol."""
    before = sum(min(place, block.data_count) for block in blocks)
    return before + sum(block.data_count > place for block in blocks[:number])


@lru_cache(maxsize=8)
def _unit_remainders(data_count: int, correction_count: int) -> tuple[bytes, ...]:
    """Return, for each data codeword of a block, the error correction of that codeword being 1."""
    generator = [1]
    for power in range(correction_count):
        shifted = [_multiply(value, base.gexp(power)) for value in generator]
        generator = [a ^ b for a, b in zip([*generator, 0], [0, *shifted], strict=True)]
    remainder = generator[1:]
    remainders = [bytes(remainder)]
    for _ in range(data_count - 1):
        lead, rest = remainder[0], [*remainder[1:], 0]
        remainder = [
            value ^ _multiply(lead, factor)
            for value, factor in zip(rest, generator[1:], strict=True)
        ]
        remainders.append(bytes(remainder))
    return tuple(reversed(remainders))


def _multiply(a: int, b: int) -> int:
    """Return the product in the field of 256 elements that QR uses."""
    return base.gexp(base.glog(a) + base.glog(b)) if a and b else 0


def _digit_sums(bit_sums: list[int], digit_bits: int) -> Iterator[tuple[int, ...]]:
    """Yield, for each digit of `digit_bits` bits, the sum for each of its values."""
    for start in range(0, len(bit_sums), digit_bits):
        sums = [0]
        for bit_sum in reversed(bit_sums[start : start + digit_bits]):
            sums += [bit_sum ^ other for other in sums]
        yield tuple(sums)
