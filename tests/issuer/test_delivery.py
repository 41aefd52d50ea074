"""What is handed over: readable names, a folder or one ZIP, a contact sheet, an order list."""

from __future__ import annotations

import hashlib
import zipfile
from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from codes.levels import Level
from issuer.copy_rows import BatchCopies, in_force
from issuer.copy_run import export_again
from issuer.copying import preview_reissue, reserve_reissue
from issuer.delivery import batch_stem, certificate_file_name, check_out, is_zip, open_delivery
from issuer.errors import IssuerError
from issuer.exporting import ExportRun, export
from issuer.order_list import OrderLine, OrderList
from keys.algorithms import Algorithm
from registry.errors import RegistryError
from registry.home import Home
from registry.models import Copy, CopyKind, ReissueReason
from registry.session import transaction
from templates.fonts import FontChain
from tests.conftest import NOW
from tests.issuer.desks import PREFIX, desk_at, file_body, issue, people, write_people
from tests.issuer.lives import silent
from tests.pdf.page_samples import page_text

NUMBER = f"{PREFIX}263000001"
DAY = date(2026, 11, 23)
FORBIDDEN = '<>:"/\\|?*'


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("欧阳𫖯", "欧阳𫖯"),
        ('A/B\\C:D*E?F"G<H>I|J', "A_B_C_D_E_F_G_H_I_J"),
        ("John Smith Jr. ", "John Smith Jr"),
        ("a\nb\u200bc", "a_b_c"),
    ],
)
def test_a_file_is_named_after_number_and_holder(name: str, written: str) -> None:
    found = certificate_file_name(NUMBER, name, CopyKind.ORIGINAL)
    assert found == f"{NUMBER}-{written}.pdf"
    assert not set(found) & set(FORBIDDEN)


def test_the_longest_name_of_any_characters_still_makes_a_file(tmp_path: Path) -> None:
    name = certificate_file_name(NUMBER, "𫖯" * 100, CopyKind.ARCHIVE)
    (tmp_path / name).write_bytes(b"")
    assert len(name.encode()) <= 240
    assert name.endswith("-存档副本.pdf")


def test_a_zip_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    with open_delivery(out, "一") as delivery:
        delivery.add("a.pdf", b"what stood here before", DAY)
    before = out.read_bytes()
    with pytest.raises(RuntimeError, match="power"), open_delivery(out, "一") as delivery:
        delivery.add("a.pdf", b"a", DAY)
        raise RuntimeError("power cut")
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out.zip"]


def test_only_an_earlier_delivery_of_the_same_things_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "photos.zip"
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.jpg", b"a photo")
    for there in (out.read_bytes(), b"no ZIP at all"):
        out.write_bytes(there)
        with pytest.raises(IssuerError, match="out_exists"), open_delivery(out, "一"):
            raise AssertionError("unreachable")
        assert out.read_bytes() == there
    out.unlink()
    with open_delivery(out, "一") as delivery:
        delivery.add("a.pdf", b"a", DAY)
    check_out(out, "一")
    with pytest.raises(IssuerError, match="out_exists"):
        check_out(out, "二")


def test_a_zip_keeps_files_as_they_are_under_their_own_names(tmp_path: Path) -> None:
    out = tmp_path / "out.zip"
    with open_delivery(out, "一") as delivery:
        assert delivery.add("某·某.pdf", b"%PDF-", DAY) == out / "某·某.pdf"
    with zipfile.ZipFile(out) as archive:
        (entry,) = archive.infolist()
        assert archive.read(entry) == b"%PDF-"
    assert (entry.filename, entry.compress_type) == ("某·某.pdf", zipfile.ZIP_STORED)
    assert entry.date_time[:3] == (2026, 11, 23)


def test_a_folder_whose_name_ends_in_zip_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "x.zip").mkdir()
    assert not is_zip(tmp_path / "x.zip")
    assert is_zip(tmp_path / "y.ZIP")


def test_a_file_that_is_there_already_is_not_written_again(tmp_path: Path) -> None:
    with open_delivery(tmp_path / "out", "一") as delivery:
        path = delivery.add("a", b"a", DAY)
        before = path.stat().st_ino
        delivery.add("a", b"a", DAY)
        assert path.stat().st_ino == before
        delivery.add("a", b"b", DAY)
    assert path.read_bytes() == b"b"


@pytest.mark.parametrize(("one", "other"), [("x/y", "x_y"), ("a b", "a_b"), (".a", "a")])
def test_the_lists_of_two_batches_never_share_a_name(one: str, other: str) -> None:
    assert batch_stem(one) != batch_stem(other)
    assert "/" not in batch_stem(one)


def order(serials: list[tuple[int, int]]) -> list[list[list[Any]]]:
    """The two sheets of an order list of these print serials, row by row."""
    with OrderList(body_name="某机构", title="一") as orders:
        for sequence, (year, serial) in enumerate(serials, start=1):
            orders.add(
                OrderLine(
                    sequence=sequence,
                    year=year,
                    print_serial=serial,
                    number=NUMBER,
                    file_name="=a.pdf",
                    sha256="0" * 64,
                    layout="national-1",
                )
            )
        content = orders.finished(DAY)
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return [book.get_sheet_by_name(name).to_python() for name in ("印制清单", "汇总")]


def test_an_order_names_every_file_and_its_totals() -> None:
    rows, totals = order([(2026, 1), (2026, 2), (2026, 4), (2027, 5)])
    assert len(rows) == 1 + 4
    assert rows[1][1:] == [
        "202600000001", NUMBER, "=a.pdf", "0" * 64, "国家样式（竖版）", 1, "A4 210×297毫米",
    ]  # fmt: skip
    said = [(label, value) for label, value, *_ in totals]
    assert ("文件数", 4) in said
    assert ("国家样式（竖版），A4 210×297毫米", 4) in said
    assert [value for label, value in said if label == "证书印制流水码"] == [
        "202600000001 至 202600000002（2 份）",
        "202600000004（1 份）",
        "202700000005（1 份）",
    ]


def test_a_batch_as_zip_holds_certificates_contact_sheet_and_order(
    home: Home, tmp_path: Path
) -> None:
    persons = people(Level.THREE, 2)
    file_body(home, algorithm=Algorithm.ES256)
    out = tmp_path / "batch.zip"
    with desk_at(home) as desk:
        outcome = issue(desk, write_people(tmp_path / "in", persons), out)
        again = issue(desk, write_people(tmp_path / "in2", persons), tmp_path / "folder")
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        found = {name: archive.read(name) for name in archive.namelist()}
    pages = [path.name for _, path in outcome.files]
    assert set(found) == {*pages, "一-核对样张.pdf", "一-印制清单.xlsx"}
    assert {path.name: path.read_bytes() for _, path in again.files} == {
        name: found[name] for name in pages
    }
    rows = CalamineWorkbook.from_filelike(BytesIO(found["一-印制清单.xlsx"]))
    listed = rows.get_sheet_by_name("印制清单").to_python()[1:]
    assert {row[3]: row[4] for row in listed} == {
        name: hashlib.sha256(found[name]).hexdigest() for name in pages
    }
    sheet = page_text(found["一-核对样张.pdf"])
    for person in persons:
        assert person.name in sheet
        assert not any(person.document_number in str(row) for row in listed)
        assert person.document_number not in sheet
    assert NUMBER in sheet
    assert "样本 SAMPLE" in sheet


def test_nothing_to_deliver_makes_no_zip(home: Home, tmp_path: Path) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    roster = write_people(
        tmp_path / "in", people(Level.THREE, 1), DOCUMENT_NUMBER="120101199001011230"
    )
    with desk_at(home) as desk:
        assert issue(desk, roster, tmp_path / "batch.zip").files == ()
    assert not (tmp_path / "batch.zip").exists()


def test_a_large_batch_has_its_contact_sheet_in_parts(home: Home, tmp_path: Path) -> None:
    file_body(home, algorithm=Algorithm.ES256)
    with desk_at(home) as desk:
        issue(desk, write_people(tmp_path / "in", people(Level.THREE, 3)), tmp_path / "all")
        run = ExportRun(
            scopes=(BatchCopies(batch_id=1),),
            condition=in_force,
            out=tmp_path / "parts",
            title="一",
            stem="一",
            cells_a_sheet=2,
        )
        export(desk, run, FontChain(), lambda _: None)
    first, second = (
        page_text((tmp_path / "parts" / name).read_bytes())
        for name in ("一-核对样张.pdf", "一-核对样张-2.pdf")
    )
    assert [NUMBER in page for page in (first, second)] == [True, False]
    assert f"{PREFIX}263000003" in second


@pytest.mark.parametrize("said", [None, NOW + timedelta(hours=1)])
def test_a_delivery_changed_behind_the_offices_back_is_not_gone_by(
    home: Home, tmp_path: Path, said: datetime | None
) -> None:
    file_body(home, algorithm=Algorithm.EDDSA)
    out, fonts = tmp_path / "out", FontChain()
    with desk_at(home) as desk:
        issue(desk, write_people(tmp_path / "in", people(Level.THREE, 1)), tmp_path / "first")
        replaces = preview_reissue(desk, NUMBER).replaces
        again = partial(reserve_reissue, desk, NUMBER, reason=ReissueReason.LOST, replaces=replaces)
        again()
        export_again(desk, "一", out=tmp_path / "all", fonts=fonts, progress=silent)
        with transaction(desk.engine) as session:
            session.execute(update(Copy).values(delivered_at=said))
        for deed in (
            again,
            partial(preview_reissue, desk, NUMBER),
            partial(export_again, desk, "一", out=out, fonts=fonts, progress=silent),
        ):
            with pytest.raises(RegistryError, match="row_altered"):
                deed()
    assert list(out.glob("*")) == []
