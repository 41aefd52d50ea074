"""What is printed is what a reader takes out of the file, character for character."""

from __future__ import annotations

import re
import zlib
from datetime import date
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from codes.documents import DocumentType
from codes.levels import Level
from templates.certificate import CertificateFace, CertificatePrinter, printed_values
from templates.labels import Field, format_reissue_remark, read_fields
from templates.layout import STANDING_FIELDS
from templates.page_plan import OWN_FONT
from tests.pdf.page_samples import BARE, draw, make_face, page_text, poppler_text, render

STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
LONG_NAME = "阿布都热合曼·买买提艾力·吐尔逊江·玉素甫艾力·阿不都克"
RARE_NAME = "𫖯𬭎䶮㛃𬱖"

FACES = {
    "ordinary": make_face(),
    "two characters": make_face(holder_name="𬭎一"),
    "minority name on two lines": make_face(holder_name=LONG_NAME),
    "thirty rare characters": make_face(holder_name=(RARE_NAME * 6)[:30]),
    "no dot to break at": make_face(holder_name="龙" * 39),
    "latin name": make_face(
        holder_name="ALEXANDER MAXIMILIAN VON HOHENZOLLERN SI",
        document_type=DocumentType.PASSPORT,
        document_number="C01X00T47",
        level=Level.ONE,
    ),
    "everything long": make_face(
        holder_name=LONG_NAME,
        body_name="天津市滨海新区某某职业技能培训与评价服务中心（有限责任公司）第三分公司考核站点",
        specialty="大型公共场所及重点单位内部治安保卫管理与应急处置（电力、油气方向）",
        document_type=DocumentType.FOREIGN_PERMANENT,
    ),
    "sample": make_face(sample=True),
    "specialty that is a label": make_face(specialty="职业技能等级评价"),
}


@pytest.mark.parametrize("face", FACES.values(), ids=FACES.keys())
def test_every_field_reads_back_by_its_label(face: CertificateFace) -> None:
    assert read_fields(page_text(render(face))) == printed_values(face)


@pytest.mark.parametrize("key", ["ordinary", "minority name on two lines", "sample"])
def test_a_second_extractor_reads_the_same(key: str, tmp_path: Path) -> None:
    face = FACES[key]
    assert read_fields(poppler_text(render(face), tmp_path)) == printed_values(face)


def test_a_sample_reads_like_a_real_certificate_but_for_its_note() -> None:
    real, sample = (page_text(render(make_face(sample=sample))) for sample in (False, True))
    assert sample.replace("样本 SAMPLE · 仅供演示，不具证书效力\r\n", "") == real


def test_the_number_is_one_run_without_spaces() -> None:
    assert "\r\n证书编号 S000012000123263000001\r\n" in page_text(render(make_face()))


def test_a_rare_name_is_extracted_right() -> None:
    read = read_fields(page_text(render(make_face(holder_name=RARE_NAME))))
    assert read[Field.HOLDER_NAME] == RARE_NAME


def test_the_faulty_table_is_not_left_behind_in_the_file() -> None:
    pdf = render(make_face())
    tables = [zlib.decompress(s) for s in STREAM.findall(pdf) if s[:1] == b"\x78"]
    assert sum(b"begincmap" in table for table in tables) == 2  # fixed words, holder's text


def test_the_holders_font_holds_no_other_holders_characters() -> None:
    printer = CertificatePrinter(BARE)
    draw(printer, make_face(holder_name="龘靐齉爨"))
    pdf = draw(printer, make_face())
    values = printed_values(make_face())
    own = "".join(text for field, text in values.items() if field not in STANDING_FIELDS)
    assert _characters_of_own_font(pdf) == set(own)


def _characters_of_own_font(pdf: bytes) -> set[str]:
    """The characters in the table of the font made for this certificate alone."""
    with pikepdf.open(BytesIO(pdf)) as document:
        fonts = document.pages[0].Resources.Font
        table = fonts[f"/{OWN_FONT}"].ToUnicode.read_bytes().decode("ascii")
    pairs = re.findall(r"<[0-9A-F]{4}> <([0-9A-F]+)>", table.partition("beginbfchar")[2])
    return {bytes.fromhex(pair).decode("utf-16-be") for pair in pairs}


def test_a_remark_is_printed_where_there_is_one_and_read_back() -> None:
    remark = format_reissue_remark(date(2027, 2, 1), "202600000001")
    marked = read_fields(page_text(render(make_face(remark=remark))))
    assert marked[Field.REMARK] == remark
    assert Field.REMARK not in read_fields(page_text(render(make_face())))
