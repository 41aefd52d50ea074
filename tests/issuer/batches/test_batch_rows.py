"""Rows of a batch at the evaluators' desk: wrong ones, mended ones, files that are none."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

from python_calamine import CalamineWorkbook

from codes.levels import Level
from issuer.columns import Column
from issuer.roster import open_workbook_child, parse_roster
from registry.batch_models import BatchDraft
from registry.session import reading
from tests.issuer.batch_desk import CLERK, READY, BatchDesk, ready, roster_of
from tests.issuer.desks import people


def test_mended_rows_come_back_from_a_spreadsheet(desk: BatchDesk, tmp_path: Path) -> None:
    persons = people(Level.THREE, 4)
    wrong = {2: {Column.DOCUMENT_NUMBER: "1"}, 4: {Column.SEX: "不明"}}
    draft = desk.begin(roster_of(tmp_path, persons, wrong))
    packed = desk.download(f"/batches/{draft}/corrections.xlsx")
    with open_workbook_child() as child:
        table = parse_roster(packed, "待改正.xlsx", child)
    assert table.original_rows == {2: 3, 3: 5}
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(packed)).get_sheet_by_index(0)
    head, first, second = [[str(cell) for cell in row] for row in sheet.to_python()]
    assert "照片" not in first[-1] + second[-1], "photos are simply still to come"
    assert "还差 4 人" in desk.get(f"/batches/{draft}").text
    first[head.index("证件号码")] = persons[1].document_number
    second[head.index("性别")] = persons[3].sex.zh
    sent = csv_of([head, second, first])
    answer = desk.post(f"/batches/{draft}/corrections", corrections=(io.BytesIO(sent), "改.csv"))
    assert answer.status_code == 303, answer.text
    assert "改正名册中" not in desk.get(f"/batches/{draft}").text
    stray = csv_of([head, ["99", *first[1:]], ["98", *second[1:]], second])
    answer = desk.post(f"/batches/{draft}/corrections", corrections=(io.BytesIO(stray), "改.csv"))
    assert answer.status_code == 422
    assert "对不上" in answer.text


def test_a_merged_cell_is_taken_once_its_page_is_saved(desk: BatchDesk, tmp_path: Path) -> None:
    sheet, merged = "xl/worksheets/sheet1.xml", io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(roster_of(tmp_path, people(Level.THREE, 2)))) as made,
        zipfile.ZipFile(merged, "w") as archive,
    ):
        for name in made.namelist():
            text = made.read(name).replace(
                b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="E2:E3"/></mergeCells>'
            )
            archive.writestr(name, text if name == sheet else made.read(name))
    draft = desk.begin(merged.getvalue())
    rows = f"/batches/{draft}/rows"
    page = desk.get(rows).text
    typed = dict(re.findall(r'name="(cell-[23]-BIRTH_DATE)" value="([^"]+)"', page))
    assert "请取消合并" in page and len(typed) == 2
    one, other = typed
    desk.post(rows, CLERK, **{one: typed[one], other: ""})
    page = desk.get(rows).text
    assert one not in page and f'name="{other}" value=""' in page


def test_a_row_calls_optional_only_what_may_stay_empty(ready_desk: BatchDesk) -> None:
    page = ready_desk.get(f"/batches/{READY}/rows/2").text
    labels = re.findall(r'<label for="([A-Z_]+)">[^<]*(<span class="optional">)?', page)
    assert len(labels) == len(Column)
    optional = {Column[name] for name, said in labels if said}
    assert optional == {Column.SPECIALTY, Column.PHOTO, Column.LATIN_NAME}


def test_a_number_that_another_person_has_can_be_mended_where_it_stands(
    desk: BatchDesk, tmp_path: Path
) -> None:
    persons = people(Level.THREE, 3)
    typed = {Column.DOCUMENT_NUMBER: persons[0].document_number, Column.LEVEL: Level.FOUR.zh}
    draft = desk.begin(roster_of(tmp_path, persons, {2: typed}))
    page = desk.get(f"/batches/{draft}/rows?show=faulty").text
    assert "也可能是号码填错" in page
    field = "cell-3-DOCUMENT_NUMBER"
    assert f'name="{field}" value="{persons[0].document_number}"' in page
    rows = f"/batches/{draft}/rows"
    assert desk.post(rows, CLERK, **{field: persons[1].document_number}).status_code == 303
    assert "也可能是号码填错" not in desk.get(f"{rows}?show=all").text


def test_columns_stay_in_the_order_of_the_sheet(desk: BatchDesk, tmp_path: Path) -> None:
    persons = people(Level.THREE, 3)
    draft = desk.begin(roster_of(tmp_path, persons, {2: {Column.LEVEL: "很高"}}))

    def headings(show: str) -> list[str]:
        page = desk.get(f"/batches/{draft}/rows?show={show}").text
        return re.findall(r'<th scope="col">([^<]+)</th>', page)

    assert headings("faulty") == headings("all")
    assert headings("all")[:2] == [Column.NAME.value, Column.DOCUMENT_TYPE.value]


def test_a_row_that_sums_the_roster_up_is_nobody_and_told(desk: BatchDesk, tmp_path: Path) -> None:
    persons = people(Level.THREE, 3)
    total = dict.fromkeys(Column, "") | {Column.NAME: "合　计", Column.LEVEL: "2人"}
    draft = desk.begin(roster_of(tmp_path, persons, {3: total}))
    page = desk.get(f"/batches/{draft}/rows?show=all").text
    assert "第 4 行是合计行，没有作为人员读入。" in page
    assert 'id="row-3"' in page and 'id="row-4"' not in page and "为空，请填写" not in page
    assert "改正名册中" not in desk.get(f"/batches/{draft}").text


def test_beside_the_number_of_a_row_stand_the_columns_at_fault(
    desk: BatchDesk, tmp_path: Path
) -> None:
    wrong = {2: {Column.LEVEL: "很高", Column.SEX: "不明"}}
    draft = desk.begin(roster_of(tmp_path, people(Level.THREE, 3), wrong))
    page = desk.get(f"/batches/{draft}/rows?show=all").text
    told = dict(re.findall(r'id="row-(\d+)".*?<span class="where">(.*?)</span></th>', page))
    assert told["3"] == "<span>性别</span><span>级别</span>"
    assert told["2"] == "<span>照片</span>", "where nothing stops the row: what is still to come"


def test_a_row_changed_on_another_page_is_not_written_over(ready_desk: BatchDesk) -> None:
    path = f"/batches/{READY}/rows/2"

    def held() -> str:
        found = re.search(r'name="held" value="([0-9a-f]+)"', ready_desk.get(path).text)
        assert found is not None
        return found[1]

    first = second = held()
    assert ready_desk.post(path, CLERK, held=first, NAME="郭一").status_code == 303
    late = ready_desk.post(path, CLERK, held=second, NAME="郭二")
    assert late.status_code == 409 and "您的修改没有保存" in late.text
    assert 'value="郭一"' in late.text and "郭二" not in late.text
    assert ready_desk.post(path, CLERK, held=held(), NAME="郭二").status_code == 303


def test_a_grid_saved_late_leaves_rows_that_were_changed_meanwhile(
    desk: BatchDesk, tmp_path: Path
) -> None:
    wrong = [replace(one, name=f"{one.name}1") for one in people(Level.THREE, 2)]
    draft = desk.begin(roster_of(tmp_path, wrong), "两个页面")
    desk.work()
    path = f"/batches/{draft}/rows?show=all"
    page = desk.get(path).text
    held = dict(re.findall(r'name="(held-\d+)" value="(\w+)"', page))
    cells = re.findall(r'name="(cell-\d+-NAME)"', page)
    assert len(held) == len(cells) == 2
    first, second = cells
    assert desk.post(path, CLERK, **held, **{first: "郭一"}).status_code == 303
    late = desk.post(path, CLERK, **held, **{first: "郭二", second: "吴三"})
    assert late.status_code == 409 and "第 2 行在您打开之后已被改动" in late.text
    page = desk.get(path).text
    assert "郭一" in page and "吴三" in page and "郭二" not in page


def test_bad_files_change_nothing(desk: BatchDesk, tmp_path: Path) -> None:
    answer = desk.post("/batches", name="二", roster=(io.BytesIO(b"PK\x03\x04junk"), "坏.xlsx"))
    assert answer.status_code == 422
    assert 'value="二"' in answer.text
    assert desk.get("/batches/1").status_code == 404
    draft = ready(desk, tmp_path)
    assert desk.add_photos(draft, (b"PK\x03\x04junk", "坏.zip")).status_code == 422
    answer = desk.post(f"/batches/{draft}/roster", roster=(io.BytesIO(b"\x00\x01" * 50), "坏.xlsx"))
    assert answer.status_code == 422
    assert "可以提交审批" in desk.get(f"/batches/{draft}").text


def test_people_of_two_batches_are_told_and_checked_anew_once_one_is_issued(
    ready_desk: BatchDesk, tmp_path: Path
) -> None:
    desk = ready_desk
    with reading(desk.room.desks) as session:
        name = session.get_one(BatchDraft, READY).name
    persons = people(Level.THREE, 3)
    rows = f"/batches/{desk.begin(roster_of(tmp_path, persons), '又一批')}/rows"
    page = desk.get(f"{rows}?show=all").text
    assert page.count(f"批次“{name}”中也有此人的同职业、同级别") == 2
    assert "每一行都已通过检查" in page
    older = desk.get(f"/batches/{READY}/rows?show=noticed").text  # was not checked again
    assert older.count("批次“又一批”中也有此人的同职业、同级别") == 2
    desk.submit(READY)
    desk.approve(READY)
    desk.work()
    page = desk.get(f"{rows}?show=all").text
    assert page.count("此人已持有本机构核发的同职业、同级别有效证书") == 2
    assert "中也有此人" not in page and "每一行都已通过检查" not in page


def csv_of(rows: list[list[str]]) -> bytes:
    """Return rows as a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")
