"""What is said of the photo beside the printed fields."""

from __future__ import annotations

import pytest

from codes.wording import Text
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.printed import (
    PHOTO_BY_EYE,
    PHOTO_NOT_AS_ISSUED,
    PHOTO_OF_ISSUED_PAGE,
    photo_words,
)
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
        ([find(Code.PAGE_AGREES, {"what": ""})], PHOTO_OF_ISSUED_PAGE),
    ],
)
def test_what_is_said_of_the_photo_follows_what_was_compared(
    findings: list[Finding], words: Text
) -> None:
    assert photo_words(findings) == words
