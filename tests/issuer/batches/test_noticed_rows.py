"""Rows with a remark: how a changed name will be printed, and their sample pages."""

from __future__ import annotations

import re
from pathlib import Path

from codes.levels import Level
from issuer.columns import Column
from tests.issuer.batch_desk import APPROVER, BatchDesk, photos_zip, roster_of
from tests.issuer.desks import people

CHANGED = {2: {Column.NAME: "买买提.阿不都拉"}}


def test_a_name_that_was_changed_is_shown_as_it_will_be_printed(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = desk.begin(roster_of(tmp_path, people(Level.THREE, 2), CHANGED))
    page = desk.get(f"/batches/{draft}/rows?show=noticed").text
    assert "将印为“买买提·阿不都拉”。" in page


def test_an_approver_sees_samples_of_rows_with_a_remark_and_of_any_row(
    desk: BatchDesk, tmp_path: Path
) -> None:
    persons = people(Level.THREE, 6)
    draft = desk.begin(roster_of(tmp_path, persons, CHANGED))
    desk.add_photos(draft, (photos_zip(persons), "照片.zip"))
    assert desk.submit(draft).status_code == 303
    review = desk.get(f"/batches/{draft}/review", APPROVER).text
    samples = re.findall(rf'data-picture="/batches/{draft}/samples/(\d+).png"', review)
    assert samples == ["2", "3", "5", "7"], "the first, the changed name, the middle, the last"
    other = desk.get(f"/batches/{draft}/rows/4", APPROVER).text
    assert f'href="/batches/{draft}/samples/4.png"' in other
