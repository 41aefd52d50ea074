"""The symbol is the library's own, bit for bit, and reads back."""

from __future__ import annotations

import random
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from qrcode import QRCode, constants, util

from codes.errors import CodesError
from codes.qr_symbol import Symbol, make_symbol, needed_bits
from codes.qr_tables import ErrorCorrection, capacity_bits
from codes.qr_text import encode_qr_text
from codes.record import encode_record
from tests.codes.record_samples import make_record

PREFIX_23 = "https://yz.example.cn/#"
LIBRARY_LEVELS = {
    "L": constants.ERROR_CORRECT_L,
    "M": constants.ERROR_CORRECT_M,
    "Q": constants.ERROR_CORRECT_Q,
    "H": constants.ERROR_CORRECT_H,
}


def library_rows(prefix: str, digits: str, level: str, mask: int | None) -> tuple[int, ...]:
    """Return the rows the qrcode library draws of a byte segment and a numeric segment."""
    code: QRCode[Any] = QRCode(error_correction=LIBRARY_LEVELS[level], border=0, mask_pattern=mask)
    if prefix:
        code.add_data(util.QRData(prefix.encode(), mode=4))
    if digits:
        code.add_data(util.QRData(digits.encode(), mode=1))
    code.make()
    return tuple(int("".join("1" if dark else "0" for dark in row), 2) for row in code.get_matrix())


def digits_to_fill(prefix: str, version: int, level: str, randomness: random.Random) -> str:
    """Return a random number of digits that needs exactly `version`."""
    correction = ErrorCorrection(level)
    low = 0 if version == 1 else capacity_bits(version - 1, correction)
    fitting = [
        count
        for count in range(8, 7100)
        if needed_bits(len(prefix), count, version) <= capacity_bits(version, correction)
        and (version == 1 or needed_bits(len(prefix), count, version - 1) > low)
    ]
    count = randomness.choice([fitting[0], fitting[-1], randomness.choice(fitting)])
    return str(randomness.randrange(10 ** (count - 1), 10**count))


def read_back(symbol: Symbol, *, pixels_per_module: int = 3) -> str:
    """Return what zxing-cpp reads from a picture of the symbol."""
    row_bits = 8 * symbol.row_bytes
    picture = Image.frombytes("1", (row_bits, symbol.size), symbol.bitmap, "raw", "1;I")
    picture = picture.crop((0, 0, symbol.size, symbol.size)).convert("L")
    quiet = 4
    side = symbol.size + 2 * quiet
    page = Image.new("L", (side, side), 255)
    page.paste(picture, (quiet, quiet))
    page = page.resize((side * pixels_per_module,) * 2, Image.Resampling.NEAREST)
    found = zxingcpp.read_barcodes(page)
    assert len(found) == 1
    return str(found[0].text)


@pytest.mark.parametrize("level", ["L", "M"])
@pytest.mark.parametrize("version", [7, 8, 9, 10, 11, 12])
def test_every_mask_of_the_usual_versions_is_drawn_as_the_library_draws_it(
    version: int, level: str
) -> None:
    randomness = random.Random(f"{version}{level}")
    for mask in range(8):
        digits = digits_to_fill(PREFIX_23, version, level, randomness)
        symbol = make_symbol(PREFIX_23 + digits, level=level, mask=mask)
        assert (symbol.version, symbol.mask) == (version, mask)
        assert symbol.rows == library_rows(PREFIX_23, digits, level, mask)


@pytest.mark.parametrize(
    ("version", "level"), [(1, "L"), (2, "M"), (5, "Q"), (5, "H"), (10, "H"), (21, "L")]
)
def test_other_versions_and_levels_are_drawn_as_the_library_draws_them(
    version: int, level: str
) -> None:
    randomness = random.Random(version)
    prefix = PREFIX_23 if version > 3 else "a"
    digits = digits_to_fill(prefix, version, level, randomness)
    symbol = make_symbol(prefix + digits, level=level, mask=version % 8)
    assert symbol.version == version
    assert symbol.rows == library_rows(prefix, digits, level, version % 8)


def test_the_mask_is_the_one_the_library_chooses() -> None:
    randomness = random.Random(18004)
    chosen = set()
    for _ in range(12):
        digits = str(randomness.randrange(10**300, 10**303))
        symbol = make_symbol(PREFIX_23 + digits)
        chosen.add(symbol.mask)
        assert symbol.rows == library_rows(PREFIX_23, digits, "M", None)
    assert len(chosen) > 1


@pytest.mark.parametrize(
    ("prefix", "digits"), [("no digits at all", ""), ("", "1" * 17), ("a1234567", ""), ("验真", "")]
)
def test_an_absent_segment_is_left_out(prefix: str, digits: str) -> None:
    assert make_symbol(prefix + digits, mask=0).rows == library_rows(prefix, digits, "M", 0)


@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
@pytest.mark.parametrize("name", ["王伟", "欧阳小明", "阿卜杜热合曼·买买提明"])
def test_a_picture_of_the_symbol_reads_back(name: str, level: str) -> None:
    payload = encode_record(make_record(holder_name=name))
    text = encode_qr_text(PREFIX_23, algorithm=-7, payload=payload, signature=bytes(range(64)))
    assert read_back(make_symbol(text, level=level)) == text


@pytest.mark.parametrize("algorithm", [-7, -8])
def test_a_four_character_name_behind_a_23_character_prefix_needs_version_8_at_level_m(
    algorithm: int,
) -> None:
    assert len(PREFIX_23) == 23
    payload = encode_record(make_record())
    worst = encode_qr_text(PREFIX_23, algorithm=algorithm, payload=payload, signature=b"\xff" * 64)
    symbol = make_symbol(worst, level="M")
    assert symbol.version == 8
    assert symbol.size == 49


def test_rows_modules_and_bitmap_say_the_same() -> None:
    symbol = make_symbol(PREFIX_23 + "1" * 300)
    for row, bits in enumerate(symbol.rows):
        written = "".join("1" if symbol.is_dark(row, column) else "0" for column in range(49))
        assert written == f"{bits:049b}"
    assert len(symbol.bitmap) == symbol.size * symbol.row_bytes
    assert symbol.rows[0] >> 42 == 0b1111111


def test_a_text_beyond_version_40_is_refused() -> None:
    with pytest.raises(CodesError) as caught:
        make_symbol("1" * 8000, level="L")
    assert caught.value.code == "qr_too_long"
