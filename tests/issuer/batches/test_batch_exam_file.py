"""The examination file of a batch whose steps the body does elsewhere."""

from __future__ import annotations

import io

from python_calamine import CalamineWorkbook

from tests.issuer.batch_desk import READY, BatchDesk


def test_the_file_says_which_steps_were_done_elsewhere_and_on_what_ground(
    ready_desk: BatchDesk,
) -> None:
    desk = ready_desk
    desk.submit(READY)
    desk.approve(READY)
    desk.work()
    book = desk.download(f"/batches/{READY}/files/examination.xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("人数和公示")
    said = {str(line[0]): str(line[1]) for line in sheet.to_python()}["结果公示"]
    assert said.startswith("不在此办理；依据：机构另有考务系统；设置：李审批 ")
    assert "；确认：赵复核 " in said
