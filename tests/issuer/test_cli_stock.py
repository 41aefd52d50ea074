"""`yanzhen stock …`, `yanzhen layouts` and a bilingual batch as an evaluator types them."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2
import pytest

from codes.levels import Level
from templates.layout_files import known_layouts
from tests.issuer.desks import PREFIX, people, write_people
from tests.issuer.shells import Shell
from tests.pdf.page_samples import page_text

BATCH = ("--body", PREFIX, "--batch", "一")


@pytest.fixture
def issued(filed_shell: Shell, tmp_path: Path) -> Shell:
    roster = write_people(tmp_path / "in", people(Level.THREE, 3), LATIN_NAME="Li Override")
    answer = filed_shell(
        "issue", roster, *BATCH, "--layout", "bilingual-1", "--out", tmp_path / "out", "--json"
    )
    assert answer.code == 0, answer.err
    assert answer.json["layout"] == "bilingual-1"
    return filed_shell


def texts(pdf: Path) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def test_a_bilingual_certificate_prints_the_name_the_roster_gave_for_ever(
    issued: Shell, tmp_path: Path
) -> None:
    (page,) = (tmp_path / "out").glob(f"{PREFIX}263000001-*.pdf")
    assert "Name: Li Override" in re.sub(r"\s+", " ", page_text(page.read_bytes()))
    assert issued("verify", "file", page, "--json").json["outcome"] == "valid"
    new = issued(
        "copies", "reissue", f"{PREFIX}263000001", "--reason", "lost", "--yes",
        "--out", tmp_path / "new", "--json",
    )  # fmt: skip
    assert new.code == 0
    text = page_text((tmp_path / "new" / new.json["copies"][0]["pdf"]).read_bytes())
    assert "Name: Li Override" in re.sub(r"\s+", " ", text)


def test_a_batch_is_printed_on_stock_without_what_the_stock_has(
    issued: Shell, tmp_path: Path
) -> None:
    out = tmp_path / "stock.pdf"
    answer = issued("stock", "print", *BATCH, "--out", out, "--json")
    assert answer.json == {"out": str(out), "pages": 3}
    assert out.stat().st_mode & 0o777 == 0o600
    pages = texts(out)
    assert len(pages) == 3
    for place, (text, person) in enumerate(zip(pages, people(Level.THREE, 3), strict=True), 1):
        for printed in (person.name, person.document_number, f"20260000000{place}"):
            assert printed in text
        assert f"{PREFIX}26300000{place}" in text
        for preprinted in ("姓名", "职业技能等级证书", "评价机构", "osta.org.cn", "Name:"):
            assert preprinted not in text
    assert "Li Override" in pages[0]


def test_the_layout_of_the_stock_may_be_another(issued: Shell, tmp_path: Path) -> None:
    out = tmp_path / "stock.pdf"
    options = ("--layout", "landscape-1", "--standing", "--out", out)
    assert issued("stock", "print", *BATCH, *options).code == 0
    text = texts(out)[0]
    assert "Li Override" not in text
    assert "jndj.osta.org.cn" in text
    document = pypdfium2.PdfDocument(out)
    assert [round(side) for side in document[0].get_size()] == [842, 595]
    document.close()


def test_a_batch_nobody_knows_leaves_no_file(filed_shell: Shell, tmp_path: Path) -> None:
    out = tmp_path / "stock.pdf"
    assert filed_shell("stock", "print", *BATCH, "--out", out).code == 65
    assert not out.exists()


def test_offsets_are_kept_for_body_and_layout(issued: Shell, tmp_path: Path) -> None:
    before, after, given = (tmp_path / name for name in ("before.pdf", "after.pdf", "given.pdf"))
    issued("stock", "print", *BATCH, "--out", before)
    offsets = ("stock", "offsets", "--body", PREFIX, "--layout", "bilingual-1", "--json")
    assert issued(*offsets).json["offset_x_mm"] == 0
    kept = issued(*offsets, "--offset-x", "1.5", "--offset-y", "-2")
    assert (kept.json["offset_x_mm"], kept.json["offset_y_mm"]) == (1.5, -2)
    assert issued(*offsets).json == kept.json
    issued("stock", "print", *BATCH, "--out", after)
    assert after.read_bytes() != before.read_bytes()
    issued("stock", "print", *BATCH, "--offset-x", "1.5", "--offset-y", "-2", "--out", given)
    assert given.read_bytes() == after.read_bytes()


def test_a_damaged_file_of_offsets_is_said_to_be_so(filed_shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "home" / "stock.json").write_text('{"a": 1}')
    answer = filed_shell("stock", "offsets", "--body", PREFIX)
    assert answer.code == 65
    assert "stock.json" in answer.err


@pytest.mark.parametrize("layout_id", known_layouts())
def test_the_calibration_page_names_every_field(
    shell: Shell, tmp_path: Path, layout_id: str
) -> None:
    out = tmp_path / "calibrate.pdf"
    assert shell("stock", "calibrate", out, "--layout", layout_id).code == 0
    (text,) = texts(out)
    for words in ("套打校准页", "姓名 Name", "证书编号 Certificate number", "照片", "二维码"):
        assert words in text
    assert f"--layout {layout_id}" in re.sub(r"\s+", " ", text)


def test_layouts_are_listed(shell: Shell) -> None:
    listed = shell("layouts", "--json").json["layouts"]
    assert [one["id"] for one in listed] == list(known_layouts())
    assert [one["id"] for one in listed if one["default"]] == ["national-1"]
    assert {tuple(one["sheet_mm"]) for one in listed} == {(210, 297), (297, 210)}
    assert "landscape-1" in shell("layouts").out
