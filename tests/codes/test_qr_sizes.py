"""The decision record holds what the bench computes, and the bench computes what we make."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.qr_samples import NAMES, URL_PREFIXES, sample_payload, sample_text
from bench.qr_sizes import LAYOUTS, smallest, tables
from codes.qr_symbol import make_symbol
from codes.qr_tables import ErrorCorrection

DECISION = Path(__file__).parents[2] / "docs" / "decisions" / "0001-record-and-qr-text.md"


def test_the_decision_record_holds_the_computed_tables() -> None:
    assert tables() in DECISION.read_text(encoding="utf-8")


def test_samples_have_the_lengths_they_stand_for() -> None:
    assert [len(name) for name in NAMES.values()] == list(NAMES)
    assert [len(prefix) for prefix in URL_PREFIXES.values()] == list(URL_PREFIXES)


@pytest.mark.parametrize("level", [ErrorCorrection.M, ErrorCorrection.L])
@pytest.mark.parametrize("prefix", URL_PREFIXES)
@pytest.mark.parametrize("name", NAMES)
def test_symbols_are_no_larger_than_the_table_says(
    prefix: int, name: int, level: ErrorCorrection
) -> None:
    version, _ = smallest(LAYOUTS[0], prefix, len(sample_payload(NAMES[name])), level)
    assert LAYOUTS[0].name == "digits, https"
    symbol = make_symbol(sample_text(NAMES[name], URL_PREFIXES[prefix]), level=level.value, mask=0)
    assert symbol.version <= version
