"""What a decision rests on and who took it, as histories say it in both languages."""

from __future__ import annotations

import pytest

from codes.wording import Text
from issuer.filing_view import both_text, grounds_text


@pytest.mark.parametrize(
    ("reference", "reason", "said"),
    [
        (None, "", Text("", "")),
        (None, "续聘", Text("理由：续聘", "Reason: 续聘")),
        (
            "津人社停〔2026〕2号",
            None,
            Text("文号：津人社停〔2026〕2号", "Reference: 津人社停〔2026〕2号"),
        ),
        ("甲1号", "乙", Text("文号：甲1号；理由：乙", "Reference: 甲1号; Reason: 乙")),
    ],
)
def test_number_and_reason_stand_each_under_its_name(
    reference: str | None, reason: str | None, said: Text
) -> None:
    assert grounds_text(reference, reason) == said


def test_two_persons_are_listed_as_each_language_lists() -> None:
    assert both_text("赵经办", "钱主任") == Text("赵经办、钱主任", "赵经办, 钱主任")
    assert both_text("赵经办", None) == Text("赵经办", "赵经办")
