"""What a spreadsheet program would compute is made harmless; what certificates print stays."""

from __future__ import annotations

import pytest

from registry.sheet_writing import harmless, write_csv_rows


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "--1", "-=1"])
def test_what_would_be_computed_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["--", "-", "", "张三", "1-1"])
def test_nothing_else_does(text: str) -> None:
    assert harmless(text) == text


def test_no_specialty_goes_out_as_it_is_printed() -> None:
    assert write_csv_rows(["工种"], [["--"]]).decode("utf-8-sig") == "工种\r\n--\r\n"
