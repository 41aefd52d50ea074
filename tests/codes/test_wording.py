"""A sentence that speaks of a count reads right of one and of several."""

from __future__ import annotations

import pytest

from codes.wording import Text, counted


@pytest.mark.parametrize(("count", "english"), [(1, "batch to approve"), (2, "batches to approve")])
def test_english_has_the_form_of_its_count(count: int, english: str) -> None:
    text = Text("个批次待审批", "{batch|batches} to approve")
    assert counted(text, count) == Text("个批次待审批", english)


def test_a_sentence_without_forms_stays_as_it_is() -> None:
    text = Text("没有待办", "nothing to do {yet}")
    assert counted(text, 1) == text
