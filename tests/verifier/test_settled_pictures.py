"""What is unclear in a picture is settled where a PDF's page lies dot for dot on the issued one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from templates.labels import LABELS, Field
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.seal import PageChange, PageComparison
from verifier.seal_findings import settle_unclear
from verifier.seal_states import PHOTO, Change
from verifier.verdict import Finding

UNCLEAR_PHOTO = find(Code.PHOTO_UNCLEAR, {"why": ""}, {"field": PHOTO, "why": "blurred"})
AGREEING_NAME = find(
    Code.PICTURE_FIELD_AGREES, {"field": LABELS[Field.HOLDER_NAME]}, {"field": Field.HOLDER_NAME}
)


def settled(differing: Sequence[str], *seen: Finding) -> list[str]:
    """The codes of what is seen, where a page differs in these places."""
    changes = tuple(
        PageChange(place=place, near="", change=Change.DIFFERS, box_mm=(1, 1, 9, 9))
        for place in differing
    )
    page = PageComparison(changes=changes, other_files=(), pages=1)
    return [one.code for one in settle_unclear(seen, page, {Field.HOLDER_NAME: "张明"})]


def test_an_unclear_photo_that_differs_dot_for_dot_differs() -> None:
    assert settled([PHOTO], UNCLEAR_PHOTO) == [Code.PAGE_DIFFERS]


@pytest.mark.parametrize("differing", [[], [Field.LEVEL], [PHOTO, *list(Field)[:5]]])
def test_it_stays_unclear_where_nothing_or_nearly_all_differs(differing: list[str]) -> None:
    """All of a scan lies a little elsewhere."""
    assert settled(differing, UNCLEAR_PHOTO) == [Code.PHOTO_UNCLEAR]


def test_what_agrees_in_the_picture_agrees() -> None:
    assert settled([Field.HOLDER_NAME], AGREEING_NAME) == [Code.PICTURE_FIELD_AGREES]


def test_without_a_comparison_nothing_is_settled() -> None:
    assert settle_unclear((UNCLEAR_PHOTO,), None, {}) == (UNCLEAR_PHOTO,)
