"""Whole journeys of those who judge certificates: the police, and an employer with a long list."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from python_calamine import CalamineWorkbook

from tests.journeys.desk_employer import OFF, REVOKED, ROWS, check_staff
from tests.journeys.desk_police import OutsideWalk, investigate, outside_desks_to_walk
from tests.keys.seal_samples import need_openssl
from tests.pdf.page_samples import need


@pytest.fixture(scope="module")
def outside(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OutsideWalk]:
    """One server for both journeys."""
    with outside_desks_to_walk(browser, tmp_path_factory.mktemp("outside")) as outside:
        yield outside


def test_police_go_from_a_forged_photo_to_a_bundle_that_public_tools_verify(
    outside: OutsideWalk, tmp_path: Path
) -> None:
    need_openssl()
    need(shutil.which("pdfsig") is not None, "pdfsig (package poppler-utils)")
    custody = investigate(outside.walk, outside.desk, tmp_path)
    for act in ("接收送检材料", "与登记内容不符", "询问评价机构", "移交", "认定伪造、变造"):
        assert act in custody


def test_an_employer_goes_from_2000_rows_to_the_workbook_and_an_alert(
    outside: OutsideWalk, tmp_path: Path
) -> None:
    book = check_staff(outside.walk, outside.desk, tmp_path)
    _, *rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert len(rows) == ROWS
    told = ["\n".join(map(str, row)) for row in rows]
    assert sum("核验一致，现行有效" in row for row in told) == ROWS - OFF
    assert sum("已撤销" in row for row in told) == len(REVOKED)
