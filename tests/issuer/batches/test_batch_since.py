"""Who approves a batch that was returned reads what was changed since, by whom and when."""

from __future__ import annotations

from codes.levels import Level
from codes.wording import Text
from issuer.batch_checks import keep
from issuer.batch_states import DraftState
from issuer.console.batches_since import changes_since_return
from issuer.operator import note_act_now, read_operator
from registry.batch_models import BatchDraft
from registry.session import reading
from tests.accounts.desk_app import working_as
from tests.issuer.batch_desk import APPROVER, CLERK, READY, SECOND_APPROVER, BatchDesk, photos_zip
from tests.issuer.desks import PREFIX, people
from tests.issuer.exam_desk import revision


def noted(desk: BatchDesk, act: str, about: str) -> None:
    """Note an act on the trail."""
    clerk = read_operator(name=CLERK.name, ground=None, reference=None)
    note_act_now(desk.room.register, clerk, act, f"{PREFIX} {about}", at=desk.room.clock())


def told(desk: BatchDesk, draft: int) -> list[Text]:
    """What was changed since the return."""
    with reading(desk.room.desks) as session:
        found = session.get_one(BatchDraft, draft)
    return [one.text for one in changes_since_return(desk.room, found)]


def test_the_review_of_a_batch_submitted_again_lists_what_was_changed(
    ready_desk: BatchDesk,
) -> None:
    desk, draft = ready_desk, READY
    path = f"/batches/{draft}"
    persons = people(Level.THREE, 2)
    desk.post(f"{path}/rows/2", NAME="陈玉兰")  # before the return
    desk.post(f"{path}/check")
    desk.submit(draft)
    seen = revision(desk, draft)
    desk.post(f"{path}/return", APPROVER, revision=seen, reason="第 3 行姓名有误，照片请更换")
    desk.post(f"{path}/return", APPROVER, revision=seen, reason="旧页")  # refused
    desk.post(f"{path}/rows/3", NAME="李玉岚")
    desk.add_photos(draft, (photos_zip(persons), "照片.zip"))
    assert told(desk, draft) == [
        Text("更正人员名单：第 3 行", "Rows of a batch corrected: row 3"),
        Text("上传照片：2 张", "Photos of a batch taken in: 2 photos"),
    ]
    keep(desk.room, draft, {"state": DraftState.SUBMITTED})
    page = desk.get(f"{path}/review", SECOND_APPROVER).text
    listed = page.partition("退回以后的改动")[2].partition("</ul>")[0]
    assert "更正人员名单：第 3 行" in listed and "上传照片：2 张" in listed
    assert listed.count(CLERK.name) == 2 and "第 2 行" not in listed
    with working_as(desk.app, SECOND_APPROVER) as client:
        english = client.get(f"{path}/review?lang=en", follow_redirects=True).text
    assert "Changed since it was returned" in english
    assert "Rows of a batch corrected: row 3" in english


def test_changes_of_one_kind_are_one_line_and_another_batchs_are_not_told(
    ready_desk: BatchDesk,
) -> None:
    desk, draft = ready_desk, READY
    with reading(desk.room.desks) as session:
        name = session.get_one(BatchDraft, draft).name
    noted(desk, "batch.roster", f"{name} 9")
    assert told(desk, draft) == []  # never returned
    desk.submit(draft)
    desk.post(
        f"/batches/{draft}/return", APPROVER, revision=revision(desk, draft), reason="名册有误"
    )
    for act, about in (
        ("batch.rows_corrected", f"{name} row 3"),
        ("batch.rows_corrected", f"{name} 4"),
        ("batch.rows_corrected", f"{name} row 2"),
        ("batch.rows", f"{name} all 1"),
        ("batch.row_drop", f"{name} row 3"),  # it is there still
        ("batch.row_drop", f"{name} row 8"),
        ("batch.plan", f"{name} 2"),  # of a batch that is called so
        ("batch.scores_entered", f"{name} 2 1"),
        ("batch.scores_entered", f"{name}乙 1"),
        ("batch.scores_entered", f"{name} 1"),
    ):
        noted(desk, act, about)
    assert told(desk, draft) == [
        Text("更正人员名单：第 2、3 行；4 行", "Rows of a batch corrected: rows 2, 3; 4 rows"),
        Text("移除一名人员：第 8 行", "One row removed: row 8"),
        Text("录入成绩：1 项", "Scores entered: 1 mark"),
    ]
