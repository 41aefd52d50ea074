"""The codes of a batch's hand-over list: none are voided by somebody who does not know of them."""

from __future__ import annotations

import re

from tests.issuer.batch_desk import CLERK, READY, BatchDesk


def test_codes_are_made_again_only_by_who_knows_of_those_there_are(ready_desk: BatchDesk) -> None:
    at = f"/batches/{READY}"
    ready_desk.submit(READY)
    ready_desk.approve(READY)
    ready_desk.work()
    path = f"{at}/files/handover-codes.xlsx"
    assert "生成过查看码" not in ready_desk.get(at).text
    assert ready_desk.post(path, sure="yes", made="").status_code == 200
    again = ready_desk.post(path, sure="yes", made="")
    assert again.status_code == 409 and "没有再次生成" in again.text
    assert f"由 {CLERK.name} 生成过查看码，其中 2 个还没有用过" in again.text
    made = re.search(r'name="made" value="([^"]+)"', again.text)
    assert made is not None and 'value="yes" checked' not in again.text
    assert ready_desk.post(path, sure="yes", made=made[1]).status_code == 200
    assert ready_desk.post(path, sure="yes", made=made[1]).status_code == 409
