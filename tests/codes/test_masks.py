"""What is shown of a document number where the whole is not."""

from __future__ import annotations

import pytest

from codes.documents import (
    mask_apart,
    mask_document,
    mask_to_end,
)


@pytest.mark.parametrize(
    ("number", "masked", "to_end"),
    [
        ("110105194912310021", "110***************", "**************0021"),
        ("USA110180010112", "USA************", "***********0112"),
        ("H12345678", "H********", "*****5678"),
        ("12345678", "1*******", "****5678"),
        ("1234567", "*******", "*******"),
        ("12345", "*****", "*****"),
        ("", "", ""),
    ],
)
def test_a_masked_number_keeps_little_and_its_length(number: str, masked: str, to_end: str) -> None:
    assert mask_document(number) == masked
    assert mask_to_end(number) == to_end


@pytest.mark.parametrize(
    ("numbers", "masked"),
    [
        (
            ["110101199001010015", "110101199001010023"],
            ["110*************1*", "110*************2*"],
        ),
        (
            ["110101199001010015", "110101199001020010"],
            ["110**********1001*", "110**********2001*"],
        ),
        (["110101199001010015", "110102199001010016"], ["110***************"] * 2),
        (["E12345678", "E12345688"], ["E******7*", "E******8*"]),
        (["1234567", "1234577"], ["*******", "*******"]),
    ],
)
def test_namesakes_show_what_differs_and_never_the_check_character(
    numbers: list[str], masked: list[str]
) -> None:
    assert mask_apart(numbers) == masked
