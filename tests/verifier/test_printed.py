"""What is said of the photo beside the printed fields."""

from __future__ import annotations

import pytest

from codes.wording import Text
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.printed import PHOTO_BY_EYE, PHOTO_NOT_AS_ISSUED, photo_words
from verifier.verdict import Finding


def differs(field: str) -> Finding:
    return find(Code.PAGE_DIFFERS, {"field": field}, {"field": field})


@pytest.mark.parametrize(
    ("findings", "words"),
    [
        ([], PHOTO_BY_EYE),
        ([differs("level")], PHOTO_BY_EYE),
        ([differs("photo")], PHOTO_NOT_AS_ISSUED),
        ([find(Code.PHOTO_DIFFERS)], PHOTO_NOT_AS_ISSUED),
    ],
)
def test_a_photo_that_differs_is_said_so_however_it_was_compared(
    findings: list[Finding], words: Text
) -> None:
    assert photo_words(findings) == words
