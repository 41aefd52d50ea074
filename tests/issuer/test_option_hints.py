"""Options stand in what commands say, and not in what pages say."""

from __future__ import annotations

from pathlib import Path

import pytest

from codes.wording import Text
from issuer.option_hints import HINTS, hinted

ISSUER = Path(__file__).parents[2] / "issuer"


def test_a_command_names_the_option_that_mends_a_refusal() -> None:
    said = hinted("reason_missing", Text("须写明理由", "say why"))
    assert (said.zh, said.en) == ("须写明理由（--reason）", "say why (--reason)")
    plain = Text("某", "some")
    assert hinted("decided_in_future", plain) is plain


@pytest.mark.parametrize("code", sorted(HINTS))
def test_a_hint_is_of_a_refusal_that_there_is(code: str) -> None:
    assert any(f'"{code}"' in file.read_text() for file in ISSUER.glob("[!o]*.py"))


@pytest.mark.parametrize(
    "name",
    ["applications", "filing_acts", "filing_changes", "filing_decision", "public_notice"],
)
def test_what_acts_on_filings_say_names_no_command(name: str) -> None:
    source = (ISSUER / f"{name}.py").read_text()
    assert "（--" not in source and "yanzhen filing" not in source
