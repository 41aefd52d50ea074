"""The runner goes on where it stopped, and runs nothing a second time on the same code."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from tests.drills import results, running
from tests.drills.drill import Drill, DrillFailed, Facts, Figure, Part, add_facts, shares
from tests.drills.results import Journal, Occasion, has_passed, write_result
from tests.drills.running import run_drill

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
OCCASION = Occasion(
    drill="example", figure=Figure.FULL, seed=7, code="c0de" * 16, commit="0123456789ab"
)


class Stage:
    """A drill of three parts that counts its runs and may break in the second."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.broken = True
        self.drill = Drill(
            name="example",
            promise="It holds.",
            method="Three parts\n        are run.",
            parts=lambda figure, seed: [
                Part(name=name, run=partial(self._run, name)) for name in ("one", "two", "three")
            ],
            defect="None.",
            defect_part="one",
        )

    def _run(self, name: str, folder: Path) -> Facts:
        assert list(folder.iterdir()) == []
        (folder / "litter").touch()
        self.runs.append(name)
        if name == "two" and self.broken:
            raise DrillFailed("two broke")
        return {"runs": 1, "kinds": name}


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stage:
    stage = Stage()
    monkeypatch.setattr(running, "load", lambda name: stage.drill)
    monkeypatch.setattr(results, "RESULTS", tmp_path / "docs")
    monkeypatch.setattr(results, "WORK", tmp_path / "build")
    return stage


def quiet(_: str) -> None:
    """Tell nobody."""


def test_an_interrupted_drill_goes_on_after_the_parts_that_were_through(stage: Stage) -> None:
    first = run_drill(OCCASION, journal=Journal(OCCASION), progress=quiet)
    assert first.broken == "two broke"
    stage.broken = False
    second = run_drill(OCCASION, journal=Journal(OCCASION), progress=quiet)
    assert second.broken is None
    assert second.facts == {"runs": 3, "kinds": "one; two; three"}
    assert stage.runs == ["one", "two", "two", "three"]


def test_a_part_can_be_run_alone(stage: Stage) -> None:
    assert run_drill(OCCASION, only="three", progress=quiet).facts["runs"] == 1
    assert stage.runs == ["three"]


def test_a_result_holds_for_its_code_figure_and_seed_only(stage: Stage) -> None:
    assert not has_passed(OCCASION)
    write_result(stage.drill, OCCASION, facts={"runs": 3}, seconds=61.4, broken=None, now=NOW)
    assert has_passed(OCCASION)
    assert has_passed(dataclasses.replace(OCCASION, commit="another"))
    for change in ({"code": "0" * 64}, {"seed": 8}, {"figure": Figure.SHORT}):
        assert not has_passed(dataclasses.replace(OCCASION, **change))


def test_a_result_that_failed_does_not_count_as_passed(stage: Stage) -> None:
    path = write_result(stage.drill, OCCASION, facts={}, seconds=1, broken="it broke", now=NOW)
    assert not has_passed(OCCASION)
    assert "**Broken:** it broke" in path.read_text(encoding="utf-8")


def test_a_result_page_says_what_was_done_and_names_no_place(stage: Stage, tmp_path: Path) -> None:
    facts: Facts = {"runs": 12345, "kinds": "one"}
    path = write_result(stage.drill, OCCASION, facts=facts, seconds=61.4, broken=None, now=NOW)
    page = path.read_text(encoding="utf-8")
    for line in (
        "# Drill: example",
        "| Result | passed |",
        "| Seed | 7 |",
        "| Commit | 0123456789ab |",
        "| Duration | 0:01:01 |",
        "| runs | 12\u202f345 |",
    ):
        assert line in page.splitlines()
    assert "/" not in page.replace("defects/example.patch", "").replace("tests/drills/", "")


def test_counts_are_added_and_words_kept_once() -> None:
    assert add_facts([{"a": 1, "b": "x"}, {"a": 2, "b": "x", "c": 3}]) == {"a": 3, "b": "x", "c": 3}
    assert add_facts([]) == {}


def test_shares_add_up_and_differ_by_one_at_most() -> None:
    assert shares(10, 3) == [4, 3, 3]
    assert shares(2, 3) == [1, 1, 0]
