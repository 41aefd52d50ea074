"""Whole journeys at the desks, from signing in to the result, by what the pages show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.issuer.lives import NUMBER, SECOND, issue_people
from tests.journeys.desk_batch import ROWS, certificates_in, issue_batch
from tests.journeys.desk_change import RIGHT_NAME, correct, look_on, reissue
from tests.journeys.desk_filing import PREFIX, file_and_issue
from tests.journeys.desk_walk import Walk, desks_to_walk
from tests.sealer.test_reports import text_of


@pytest.fixture(scope="module")
def walk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """One server for every journey."""
    with desks_to_walk(browser, tmp_path_factory.mktemp("walk") / "demo") as walk:
        yield walk


def test_a_correction_by_keyboard_and_a_reissue(walk: Walk, tmp_path: Path) -> None:
    issue_people(walk.home, tmp_path)
    corrected = correct(walk, NUMBER)
    assert RIGHT_NAME in text_of(corrected)
    assert text_of(reissue(walk, SECOND))
    look_on(walk, NUMBER)


def test_a_batch_of_300_with_17_errors_goes_from_its_spreadsheet_to_the_zip(
    walk: Walk, tmp_path: Path
) -> None:
    assert len(certificates_in(issue_batch(walk, tmp_path))) == ROWS


def test_an_application_goes_to_the_first_certificate(walk: Walk, tmp_path: Path) -> None:
    (name,) = certificates_in(file_and_issue(walk, tmp_path))
    assert name.startswith(PREFIX)
