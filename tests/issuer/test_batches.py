"""From spreadsheet to paper at the evaluators' desk, as its clerk and its approver do it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from codes.levels import Level
from issuer.columns import Column
from registry.home import Home
from tests.conftest import PASSPHRASE
from tests.issuer.batch_desk import (
    APPROVER,
    BatchDesk,
    filed_home,
    photos_zip,
    roster_of,
)
from tests.issuer.desks import PREFIX, PUBLIC_URL, people
from wsgi import create_private_app


@pytest.fixture
def desk(home: Home, monkeypatch: pytest.MonkeyPatch) -> BatchDesk:
    monkeypatch.setenv("YANZHEN_PUBLIC_URL", PUBLIC_URL)
    monkeypatch.delenv("YANZHEN_DESK_DATABASE_URL", raising=False)
    return BatchDesk(create_private_app(filed_home(home), PASSPHRASE))


def test_a_batch_goes_from_its_spreadsheet_to_the_list_that_holders_sign(
    desk: BatchDesk, tmp_path: Path
) -> None:
    persons = people(Level.THREE, 4)
    wrong = {2: {Column.DOCUMENT_NUMBER: "120101199001011230"}, 3: {Column.SEX: "不明"}}
    draft = desk.begin(roster_of(tmp_path, persons, wrong))
    grid = desk.get(f"/batches/{draft}/rows?show=faulty").text
    assert 'name="cell-3-DOCUMENT_NUMBER"' in grid
    assert 'name="cell-4-SEX"' in grid
    mended = {
        "cell-3-DOCUMENT_NUMBER": persons[1].document_number,
        "cell-4-SEX": persons[2].sex.zh,
    }
    assert desk.post(f"/batches/{draft}/rows", **mended).status_code == 303
    assert "缺少照片（4）" in desk.get(f"/batches/{draft}/photos").text
    assert desk.add_photos(draft, (photos_zip(persons), "照片.zip")).status_code == 303
    assert "可以提交审批" in desk.get(f"/batches/{draft}").text
    assert desk.submit(draft).status_code == 303
    review = desk.get(f"/batches/{draft}/review", APPROVER).text
    assert "将签发 4 张证书" in review
    sample = desk.get(f"/batches/{draft}/samples/2.png", APPROVER)
    assert sample.data.startswith(b"\x89PNG")
    assert desk.approve(draft).status_code == 303
    assert desk.work() == 1
    assert f"{PREFIX}263000004" in desk.get(f"/batches/{draft}").text
    packed = desk.download(f"/batches/{draft}/files/certificates.zip")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = archive.namelist()
    assert f"{PREFIX}263000001-{persons[0].name}.pdf" in names
    for file in ("results", "handover"):
        assert desk.download(f"/batches/{draft}/files/{file}.xlsx").startswith(b"PK")
