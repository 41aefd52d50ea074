"""What is known of a symbol before it is read."""

from __future__ import annotations

import pytest

from codes.qr_fixed import FORMATS, fixed_modules, framed_modules, modules_a_side
from codes.qr_symbol import Symbol, make_symbol
from codes.qr_tables import ErrorCorrection

_TEXTS = {length: "https://a.example/q#" + "7" * length for length in (30, 150, 250, 330)}


def agrees(modules: tuple[tuple[bool | None, ...], ...], symbol: Symbol) -> bool:
    return all(
        dark is None or dark == symbol.is_dark(row, column)
        for row, line in enumerate(modules)
        for column, dark in enumerate(line)
    )


@pytest.mark.parametrize("text", _TEXTS.values(), ids=map(str, _TEXTS))
@pytest.mark.parametrize("level", ErrorCorrection)
def test_every_symbol_shows_what_is_fixed_and_the_frame_of_its_format_alone(
    text: str, level: ErrorCorrection
) -> None:
    symbol = make_symbol(text, level=level)
    frames = [framed_modules(symbol.version, number) for number in range(FORMATS)]
    format_number = 8 * list(ErrorCorrection).index(level) + symbol.mask

    assert symbol.size == modules_a_side(symbol.version)
    assert agrees(fixed_modules(symbol.version), symbol)
    assert [number for number, frame in enumerate(frames) if agrees(frame, symbol)] == [
        format_number
    ]


@pytest.mark.parametrize("version", [2, 7, 10])
def test_only_the_two_copies_of_the_format_differ_between_frames(version: int) -> None:
    fixed, framed = fixed_modules(version), framed_modules(version, 0)
    undecided = [
        (row, column)
        for row, line in enumerate(framed)
        for column, dark in enumerate(line)
        if dark is not None and fixed[row][column] is None
    ]

    assert len(undecided) == 30
