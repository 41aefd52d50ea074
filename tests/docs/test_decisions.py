"""Decision records keep what was refused and say what would reverse them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

RECORDS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
_PARTS = {"Context", "Options refused", "Decision", "What would reverse it"}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_decision_has_its_four_parts(record: Path) -> None:
    text = record.read_text(encoding="utf-8")

    assert re.match(rf"# {record.stem[:4]} \S", text)
    assert set(re.findall(r"^## (.+)$", text, re.MULTILINE)) >= _PARTS


def test_decisions_are_numbered_without_gaps_or_repeats() -> None:
    assert [int(record.stem[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))
