"""What the operator reads about a photo, and how the record binds it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from python_calamine import load_workbook
from sqlalchemy import select

from codes.documents import Sex
from codes.levels import Level
from codes.qr_text import decode_qr_text
from codes.record import commit, decode_record
from issuer.awarding import read_data_key, read_private
from issuer.columns import Column
from issuer.faces import face_of
from issuer.lint import LintReport, lint_rows
from issuer.photos import PhotoFolder
from issuer.results import write_results
from issuer.sample_photos import paint_portrait
from keys.algorithms import Algorithm
from registry.home import Home
from registry.models import Copy
from registry.session import reading
from tests.issuer.archives import write_zip
from tests.issuer.desks import desk_at, file_body, issue, people, write_people
from tests.issuer.roster_files import Row, context, person, table_of
from tests.issuer.test_results import result


def paint(path: Path, ground: str) -> None:
    painted = paint_portrait(seed=5, sex=Sex.MALE, birth_year=1985, ground=ground)
    painted.save(path, "JPEG", quality=85)


def linted(place: Path, *rows: Row) -> LintReport:
    with PhotoFolder(place) as photos:
        return lint_rows(table_of(place.parent, *rows), photos, context())


def test_a_refused_photo_is_named_by_row_cell_and_file_with_what_to_do(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    paint(photos / "0012.jpg", "#438EDB")
    (problem,) = linted(photos, person(photo="0012")).problems
    assert (problem.row, problem.column, problem.code) == (2, "照片", "photo_background")
    assert problem.cell is not None
    assert problem.text.zh.startswith("照片文件“0012.jpg”：照片背景为蓝色，应为白色；请")
    assert problem.text.en.startswith("File “0012.jpg”: The background is blue; it must be white.")


@pytest.mark.parametrize("column", ["", "number", "name", "other"])
def test_the_name_of_the_file_tells_neither_name_nor_document_number(
    tmp_path: Path, column: str
) -> None:
    row = person()
    name, number = row[Column.NAME], row[Column.DOCUMENT_NUMBER]
    other = "120101195001019978"
    file = {"": "", "number": f"{number.lower()}_2.jpg", "name": f"{name}.jpg"}.get(
        column, f"{other}.jpg"
    )
    photos = tmp_path / "photos"
    photos.mkdir()
    paint(photos / (file or f"{number}.jpg"), "#BE0000")
    (problem,) = linted(photos, person(photo=file)).problems
    assert problem.code == "photo_background"
    assert "〔" in problem.text.zh
    for secret in (name, number, number.lower(), other):
        assert secret not in problem.text.zh + problem.text.en


def test_a_file_name_is_shown_short_and_without_control_characters(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (problem,) = linted(photos, person(photo="a\u202eb" + "c" * 80)).problems
    assert problem.code == "photo_missing"
    assert "“a?bccc" in problem.text.zh
    assert len(problem.text.zh) < 140


def test_the_result_workbook_tells_of_the_background(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    paint(photos / "1.jpg", "#00BFF3")
    paint(photos / "2.jpg", "#F5ECD6")
    archive = write_zip(
        tmp_path / "p.zip", {path.name: path.read_bytes() for path in photos.iterdir()}
    )
    rows = person(0, photo="1.jpg"), person(1, photo="2.jpg")
    report = linted(archive, *rows)
    write_results(tmp_path / "out.xlsx", table_of(tmp_path, *rows), report, result(dry_run=True))
    with load_workbook(tmp_path / "out.xlsx") as workbook:
        head, *rows_told = workbook.get_sheet_by_name("签发结果").to_python()
        summary = str(workbook.get_sheet_by_name("汇总").to_python())
    first, second = (dict(zip(head, row, strict=True)) for row in rows_told)
    assert first["结果"] == "未通过"
    assert "【照片】" in str(first["原因"])
    assert "背景为蓝色" in str(first["原因"])
    assert second["结果"] == "检查通过"
    assert "接近白色" in str(second["提示"])
    assert "背景为蓝色" in summary


def test_the_record_binds_every_byte_of_the_stored_photo(home: Home, tmp_path: Path) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    with desk_at(home) as desk:
        issue(desk, roster, tmp_path / "out")
        with reading(desk.engine) as session:
            copy = session.scalars(select(Copy)).one()
            private = read_private(desk, copy.award)
            photo = desk.home.store.get(private.photo_stored, read_data_key(desk, copy.award))
            signed = decode_record(decode_qr_text(face_of(desk, copy).qr_text).payload)

    def commitment(jpeg: bytes) -> bytes:
        return commit(private.salt, private.document_number, hashlib.sha256(jpeg).digest())

    assert commitment(photo) == signed.commitment
    for place in range(0, len(photo), 97):
        changed = photo[:place] + bytes([photo[place] ^ 1]) + photo[place + 1 :]
        assert commitment(changed) != signed.commitment


def test_another_photo_in_the_folder_gives_another_commitment(home: Home, tmp_path: Path) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    with desk_at(home) as desk:
        issue(desk, roster, tmp_path / "out")
        with reading(desk.engine) as session:
            award = session.scalars(select(Copy)).one().award
            private = read_private(desk, award)
    source = tmp_path / "in" / "photos" / "1.jpg"
    with PhotoFolder(source.parent) as photos:
        before = photos.read(file="1.jpg", document_number="").photo
    data = bytearray(source.read_bytes())
    data[len(data) // 2] ^= 1  # one bit of the picture itself
    source.write_bytes(data)
    with PhotoFolder(source.parent) as photos:
        after = photos.read(file="1.jpg", document_number="").photo
    assert before is not None
    assert after is not None
    assert before.sha256 == private.photo_sha256 != after.sha256
    assert commit(private.salt, private.document_number, after.sha256) != commit(
        private.salt, private.document_number, before.sha256
    )
