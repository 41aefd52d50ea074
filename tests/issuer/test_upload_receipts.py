"""What the national site answered about an issued batch: what is refused, what is left to do."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from issuer.desk import shanghai_day
from log.leaves import LifeKind
from registry.models import Award
from registry.session import reading
from tests.issuer.batch_desk import BatchDesk
from tests.issuer.desks import PREFIX
from tests.issuer.exam_desk import Clock, issued, open_examining
from tests.issuer.lives import done


@pytest.fixture
def desk(
    examining_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> BatchDesk:
    return open_examining(examining_home, tmp_path / "home", monkeypatch, clock)


def send(desk: BatchDesk, draft: int, *lines: tuple[str, str, str]) -> str:
    """Send receipts and return the page that came."""
    rows = ["证书编号,上传结果,上传日期,说明", *(f"{','.join(line)},照片不清晰" for line in lines)]
    sent = io.BytesIO("\n".join(rows).encode())
    page: str = desk.post(f"/batches/{draft}/upload", receipts=(sent, "回执.csv")).text
    return page


def numbers_of(desk: BatchDesk) -> list[str]:
    """Return the numbers of the certificates there are."""
    with reading(desk.room.register) as session:
        return list(session.scalars(select(Award.number).order_by(Award.id)))


def test_no_certificate_was_uploaded_before_it_was_issued(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = issued(desk, tmp_path, clock)
    today = shanghai_day(clock.now)
    first, second = numbers_of(desk)
    before = (today - timedelta(days=1)).isoformat()
    page = send(desk, draft, (first, "成功", before), (second, "成功", today.isoformat()))
    assert "文件第 2 行：“上传日期”早于发证日期" in page and "已记录 1 行" in page
    assert page.count("尚无回执</span>") == 1


def test_of_lines_that_contradict_each_other_none_is_taken(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = issued(desk, tmp_path, clock)
    today = shanghai_day(clock.now).isoformat()
    first, second = numbers_of(desk)
    page = send(
        desk, draft, (first, "成功", today), (second, "成功", today), (first, "失败", today)
    )
    assert page.count("同一编号出现多次而内容不一致，都没有记录") == 2 and "已记录 1 行" in page
    assert page.count("尚无回执</span>") == 1


def test_those_refused_are_packed_alone_and_it_is_said_what_to_do(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = issued(desk, tmp_path, clock)
    today = shanghai_day(clock.now).isoformat()
    first, second = numbers_of(desk)
    path = f"/batches/{draft}/upload"
    assert "只含待上传" not in desk.get(path).text
    send(desk, draft, (first, "成功", today), (second, "失败", today))
    page = desk.get(path).text
    assert "被退回的 1 张：按下表说明改正后，重新在全国平台上传" in page
    assert "只含待上传 1 张的上传包" in page and "全部证书的上传包" in page
    for only, numbers in (("open", [second]), ("", [first, second])):
        answer = desk.post(f"{path}/package.zip", only=only)
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            lines = archive.read("证书数据.csv").decode("utf-8-sig").splitlines()[1:]
        answer.close()
        cells = [line.split(",") for line in lines]
        assert [one[11] for one in cells] == numbers
        assert [one[0] for one in cells] == [str(count + 1) for count in range(len(numbers))]


def test_what_was_corrected_after_its_upload_is_to_be_uploaded_again(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = issued(desk, tmp_path, clock)
    today = shanghai_day(clock.now).isoformat()
    first, second = numbers_of(desk)
    path = f"/batches/{draft}/upload"
    send(desk, draft, (first, "成功", today), (second, "成功", today))
    assert "全部证书已上传" in desk.get(path).text and "待印制、上传" not in desk.get("/").text
    clock.now += timedelta(hours=1)
    with desk.room.desk(PREFIX, dry_run=False) as body:
        done(body, LifeKind.CORRECT, number=first)
    clock.now += timedelta(hours=1)
    page = desk.get(path).text
    assert "更正后尚未重新上传的 1 张" in page and "全部证书已上传" not in page
    assert "只含待上传 1 张的上传包" in page and "待印制、上传" in desk.get("/").text
    assert "更正后尚未重新上传" in desk.get(f"/batches/{draft}").text
    send(desk, draft, (first, "成功", shanghai_day(clock.now).isoformat()))
    assert "全部证书已上传" in desk.get(path).text and "待印制、上传" not in desk.get("/").text


def test_a_receipt_of_a_day_before_the_correction_is_of_what_stood_then(
    desk: BatchDesk, tmp_path: Path, clock: Clock
) -> None:
    draft = issued(desk, tmp_path, clock)
    before = shanghai_day(clock.now).isoformat()
    first, second = numbers_of(desk)
    clock.now += timedelta(days=1)
    with desk.room.desk(PREFIX, dry_run=False) as body:
        done(body, LifeKind.CORRECT, number=first)
    clock.now += timedelta(hours=1)
    send(desk, draft, (first, "成功", before), (second, "成功", before))
    page = desk.get(f"/batches/{draft}/upload").text
    assert "更正后尚未重新上传的 1 张" in page and "全部证书已上传" not in page
    send(desk, draft, (first, "成功", shanghai_day(clock.now).isoformat()))
    assert "全部证书已上传" in desk.get(f"/batches/{draft}/upload").text
