"""What the READMEs tell people to type works and prints what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.console import Step, agrees, run, steps
from tests.docs.pages import READMES, ROOT, blocks


def _is_ignored(made: Path, ignored: list[str]) -> bool:
    """Whether git would leave out what a command made at the top of a clone."""
    folder = made.is_dir() and f"/{made.name}/" in ignored
    return folder or f"/{made.name}" in ignored


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_every_command_of_the_readme_prints_what_it_says_and_leaves_nothing_for_git(
    page: Path, tmp_path: Path
) -> None:
    for step, printed in run(page, tmp_path):
        assert agrees(step, printed), f"$ {step.command}\n{printed}"

    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert [one.name for one in tmp_path.iterdir() if not _is_ignored(one, ignored)] == []


def test_both_readmes_show_the_same_commands() -> None:
    english, chinese = (
        [re.sub(r" --lang en|'[^']*'|LANG=\w+", "", step.command) for step in steps(page)]
        for page in READMES
    )

    assert english == chinese
    assert len(english) > 10


def test_both_readmes_have_the_same_blocks_and_headings() -> None:
    outlines = []
    for page in READMES:
        levels = re.findall(r"^(#+) ", page.read_text(encoding="utf-8"), re.MULTILINE)
        tables = len(re.findall(r"^\|[-|]+\|$", page.read_text(encoding="utf-8"), re.MULTILINE))
        outlines.append((levels, tables, [(one.language, one.file) for one in blocks(page)]))

    assert outlines[0] == outlines[1]


def test_three_dots_stand_for_anything_within_a_line_and_nothing_else_is_forgiven() -> None:
    step = Step(command="echo", expected="made key ... today\n")

    assert agrees(step, "made key cc11 today\n")
    assert not agrees(step, "made key cc11\n today\n")
    assert not agrees(step, "made key cc11 today\nand more\n")
