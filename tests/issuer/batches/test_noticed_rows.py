"""Rows with a remark: how a changed name will be printed, and their sample pages."""

from __future__ import annotations

from pathlib import Path

from codes.levels import Level
from issuer.columns import Column
from tests.issuer.batch_desk import BatchDesk, roster_of
from tests.issuer.desks import people

CHANGED = {2: {Column.NAME: "买买提.阿不都拉"}}


def test_a_name_that_was_changed_is_shown_as_it_will_be_printed(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = desk.begin(roster_of(tmp_path, people(Level.THREE, 2), CHANGED))
    page = desk.get(f"/batches/{draft}/rows?show=noticed").text
    assert "将印为“买买提·阿不都拉”。" in page
