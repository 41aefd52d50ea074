"""Every setting the code reads stands in the READMEs, and nothing else does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.arch.sources import ROOMS, ROOT, python_files
from tests.docs.pages import READMES, code_words, table_rows

_SETTING = re.compile(r"YANZHEN_[A-Z0-9_]+[A-Z]")


def settings_in(files: list[Path]) -> set[str]:
    """Return every setting named in the files."""
    return {name for file in files for name in _SETTING.findall(file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_every_setting_in_the_code_is_documented_and_the_other_way_round(page: Path) -> None:
    in_code = settings_in([*python_files(*ROOMS, "tests", "bench"), ROOT / "Makefile"])
    in_code |= settings_in([file for file in (ROOT / ".ci").iterdir() if file.is_file()])

    assert settings_in([page]) == in_code


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_every_setting_of_the_product_has_a_row_of_its_own(page: Path) -> None:
    rows = {name for row in table_rows(page, "`YANZHEN_.*") for name in code_words(row[0])}
    set_by_the_program = {"YANZHEN_CHILD_MEMORY", "YANZHEN_CHILD_CPU"}

    assert rows == settings_in(python_files(*ROOMS)) - set_by_the_program
