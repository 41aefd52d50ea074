"""Photos handed in again for a batch: what cannot be used takes nobody's place."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, select

from codes.levels import Level
from issuer.columns import Column
from registry.batch_models import BatchPhoto
from registry.session import reading
from tests.issuer.batch_desk import APPROVER, BatchDesk, photos_zip, portrait, roster_of
from tests.issuer.desks import people

PERSONS = people(Level.THREE, 2)
NO_PICTURE = b"%PDF-1.7 a scan of the form"
STAYS = "后来上传的照片不能采用，仍用先前合格的这一张"


def packed(*files: tuple[str, bytes]) -> tuple[bytes, str]:
    """Return files as a ZIP to be sent."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return file.getvalue(), "照片.zip"


def begun(desk: BatchDesk, folder: Path) -> int:
    """Return a batch of two people with their photos."""
    draft = desk.begin(roster_of(folder, PERSONS))
    desk.add_photos(draft, (photos_zip(PERSONS), "照片.zip"))
    return draft


def printed(desk: BatchDesk, draft: int) -> list[bytes]:
    """Return the photos that will be printed, in the order of rows."""
    page = desk.get(f"/batches/{draft}/photos").text
    places = re.findall(rf'src="(/batches/{draft}/photos/\d+\.jpg)"', page)
    return [desk.get(place).data for place in places]


def kept(desk: BatchDesk, draft: int) -> int:
    """Return how many pictures are on record."""
    with reading(desk.room.desks) as session:
        query = select(func.count(BatchPhoto.id)).where(BatchPhoto.draft_id == draft)
        return session.scalar(query) or 0


def test_a_later_photo_that_cannot_be_used_leaves_the_earlier_one(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = begun(desk, tmp_path)
    first, second = printed(desk, draft)
    desk.add_photos(draft, packed(("1.jpg", NO_PICTURE), ("2.jpg", portrait(PERSONS[1], 9))))
    after = printed(desk, draft)
    assert after[0] == first and after[1] != second
    page = desk.get(f"/batches/{draft}/photos").text
    assert "新照片不能采用，仍用原照片（1）" in page
    assert f"照片文件“1.jpg”：{STAYS}。后来那张：照片是 PDF 格式" in page
    assert STAYS in desk.get(f"/batches/{draft}/rows?show=noticed").text
    assert desk.submit(draft).status_code == 303
    assert STAYS in desk.get(f"/batches/{draft}/review", APPROVER).text


def test_an_approver_reads_unlike_faults_of_photos_apart_and_a_like_one_once(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = begun(desk, tmp_path)
    desk.add_photos(draft, packed(("1.jpg", NO_PICTURE), ("2.jpg", NO_PICTURE)))
    like = desk.get(f"/batches/{draft}/review", APPROVER).text
    assert "2 行（第 2、3 行）</b>" in like and like.count(STAYS) == 1
    assert "照片文件“" not in like
    desk.add_photos(draft, packed(("2.jpg", bytes(21 << 20))))
    unlike = desk.get(f"/batches/{draft}/review", APPROVER).text
    for row, why in ((2, "照片是 PDF 格式"), (3, "照片过大")):
        assert why in unlike.partition(f"1 行（第 {row} 行）</b>")[2].partition("</li>")[0]


def test_the_page_of_photos_counts_people_and_files_apart(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path)
    desk.add_photos(draft, packed(("无此人.jpg", portrait(PERSONS[0], 9))))
    page = desk.get(f"/batches/{draft}/photos").text
    for name, told in (
        ("名册人数", "2"),
        ("有可用照片的人员", "2"),
        ("缺少照片的人员", "0"),
        ("收到的照片文件", "3 个"),
        ("其中没有对应人员", "1"),
    ):
        assert f"<dt>{name}</dt><dd>{told}<" in page, name


def test_who_has_the_photo_of_another_is_counted_once(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path)
    same = portrait(PERSONS[0], 1)
    desk.add_photos(draft, packed(("1.jpg", same), ("2.jpg", same)))
    page = desk.get(f"/batches/{draft}/photos").text
    for name, told in (("有可用照片的人员", "0"), ("照片不合格的人员", "2")):
        assert f"<dt>{name}</dt><dd>{told}<" in page, name


def test_a_photo_that_is_called_as_its_person_is_leads_to_the_row(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = desk.begin(roster_of(tmp_path, PERSONS))
    desk.add_photos(draft, packed((f"{PERSONS[1].name}.jpg", portrait(PERSONS[1], 2))))
    page = desk.get(f"/batches/{draft}/photos").text
    assert "与第 3 行姓名相同，请改名为“2.jpg”后重新上传" in page
    assert "没有“1.jpg”" in page


def test_while_photos_are_judged_nobody_is_told_to_be_without_one(
    desk: BatchDesk, tmp_path: Path
) -> None:
    draft = desk.begin(roster_of(tmp_path, PERSONS))
    assert "还差 2 人" in desk.get(f"/batches/{draft}").text
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("issuer.console.batches_photos.check_soon", lambda *_: None)
        patch.setattr("issuer.console.batches.has_runner", lambda *_: True)
        desk.add_photos(draft, (photos_zip(PERSONS), "照片.zip"))
        page = desk.get(f"/batches/{draft}/photos").text
        assert "请先不要重新上传" in page and "照片.zip" not in page
        assert "缺少照片" not in page and "还差" not in page and "没有“1.jpg”" not in page
        told = desk.get(f"/batches/{draft}/progress").json
        assert (told["text"], told["total"]) == ("检查照片", 0)
    desk.work()
    page = desk.get(f"/batches/{draft}/photos").text
    assert "请先不要重新上传" not in page and "缺少照片的人员</dt><dd>0<" in page


def test_a_good_photo_takes_the_place_of_all_before_it(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path)
    first, second = printed(desk, draft)
    for _ in range(3):
        desk.add_photos(draft, packed(("1.jpg", NO_PICTURE)))
    assert kept(desk, draft) == 3  # both that are printed, and the fault told last
    desk.add_photos(draft, packed(("1.jpg", portrait(PERSONS[0], 9))))
    after = printed(desk, draft)
    assert after[0] != first and after[1] == second
    assert STAYS not in desk.get(f"/batches/{draft}/photos").text
    assert kept(desk, draft) == 2
    assert len(list((desk.room.folder(draft) / "photos").glob("??/*"))) == 2


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        ([("甲/1.jpg", b"a"), ("乙/1.jpg", b"b")], "不止一张同名照片"),
        ([("1.jpg", bytes(21 << 20))], "照片过大"),
    ],
    ids=["two of one name", "too large"],
)
def test_what_else_cannot_be_used_takes_no_place_either(
    desk: BatchDesk, tmp_path: Path, upload: list[tuple[str, bytes]], said: str
) -> None:
    draft = begun(desk, tmp_path)
    first, _ = printed(desk, draft)
    desk.add_photos(draft, packed(*upload))
    assert printed(desk, draft)[0] == first
    page = desk.get(f"/batches/{draft}/photos").text
    assert STAYS in page and said in page


def test_a_photo_with_another_ending_stands_against_the_earlier_one(
    desk: BatchDesk, tmp_path: Path
) -> None:
    number = PERSONS[0].document_number
    draft = desk.begin(roster_of(tmp_path, PERSONS[:1], {1: {Column.PHOTO: ""}}))
    desk.add_photos(draft, packed((f"{number}.jpg", portrait(PERSONS[0], 1))))
    (first,) = printed(desk, draft)
    desk.add_photos(draft, packed((f"{number}.png", NO_PICTURE)))
    assert printed(desk, draft) == [first]
    assert STAYS in desk.get(f"/batches/{draft}/photos").text
    desk.add_photos(draft, packed((f"{number}.jpeg", portrait(PERSONS[0], 9))))
    (later,) = printed(desk, draft)
    assert later != first


def test_a_photo_stays_until_a_later_one_is_judged(desk: BatchDesk, tmp_path: Path) -> None:
    draft = begun(desk, tmp_path)
    before = printed(desk, draft)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("issuer.console.batches_photos.check_soon", lambda *_: None)
        desk.add_photos(draft, packed(("1.jpg", portrait(PERSONS[0], 9))))
        assert printed(desk, draft) == before
    desk.work()
    assert printed(desk, draft)[0] != before[0]
