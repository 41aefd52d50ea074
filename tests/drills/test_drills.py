"""Every drill holds at its short figure, and turns red where its defect is planted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.drills.__main__ import EXIT_BROKEN, EXIT_NOT_RUN
from tests.drills.catalogue import NAMES, load
from tests.drills.copies import DEFECTS, copy_code, defect_path, plant, run_short
from tests.drills.drill import DEFAULT_SEED, Figure


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code as it is."""
    return copy_code(tmp_path_factory.mktemp("drills") / "code")


@pytest.mark.parametrize("name", NAMES)
def test_the_drill_holds_on_the_code_as_it_is(name: str, code: Path) -> None:
    run = run_short(code, name)
    _skip_if_not_run(run.returncode, run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{name}: passed" in run.stdout


@pytest.mark.parametrize("name", NAMES)
def test_the_drill_turns_red_where_its_defect_is_planted(
    name: str, code: Path, tmp_path: Path
) -> None:
    copy = copy_code(tmp_path / "code", code)
    assert plant(copy, name) == ""
    run = run_short(copy, name, load(name).defect_part)
    _skip_if_not_run(run.returncode, run.stdout)
    assert run.returncode == EXIT_BROKEN, run.stdout + run.stderr
    assert f"{name}: FAILED" in run.stdout


def test_every_drill_has_a_defect_and_every_defect_a_drill() -> None:
    assert {path.stem for path in DEFECTS.iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_defect_still_fits_and_changes_the_product_only(name: str, code: Path) -> None:
    assert plant(code, name, only_try=True) == ""
    touched = [
        line.removeprefix("+++ b/").split("/")[0]
        for line in defect_path(name).read_text(encoding="utf-8").splitlines()
        if line.startswith("+++ ")
    ]
    assert touched
    assert "tests" not in touched


@pytest.mark.parametrize("name", NAMES)
def test_a_drill_says_what_it_promises_and_where_its_defect_shows(name: str) -> None:
    drill = load(name)
    assert drill.name == name
    assert drill.promise.endswith(".")
    short = {part.name for part in drill.parts(Figure.SHORT, DEFAULT_SEED)}
    full = [part.name for part in drill.parts(Figure.FULL, DEFAULT_SEED)]
    assert drill.defect_part in short
    assert len(full) == len(set(full))


def _skip_if_not_run(code: int, said: str) -> None:
    if code == EXIT_NOT_RUN:
        lack = said.strip().splitlines()[-1]
        if os.environ.get("CI") == "true":
            pytest.fail(lack)
        pytest.skip(lack)
