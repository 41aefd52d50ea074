"""Typefaces: an operator's 仿宋 sets values, a 小标宋 the title; no glyph is lost for that."""

from __future__ import annotations

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from templates.certificate import CertificatePrinter
from templates.fonts import FontChain
from templates.layout_files import load_layout
from templates.typefaces import Typefaces
from tests.pdf.page_samples import BARE, draw, make_face, page_text

LAYOUT = load_layout("national-1")
VALUE, TITLE, TEXT = LAYOUT.styles["value"], LAYOUT.styles["title"], LAYOUT.styles["body"]


def write_font(path: Path, family: str, characters: str, advance: int) -> None:
    """Write a font of squares; the advance tells it from others."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((100, 700), (800, 700), (800, 0)):
        pen.lineTo(point)
    pen.closePath()
    square = pen.glyph()
    names = [".notdef", *(f"u{ord(c):05X}" for c in characters)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(c): f"u{ord(c):05X}" for c in characters})
    builder.setupGlyf(dict.fromkeys(names, square))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (advance, 100)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupPost()
    builder.save(path)


def typefaces(folder: Path) -> Typefaces:
    return Typefaces(FontChain(operator_dir=folder, system_dirs=()), LAYOUT)


def test_each_typeface_takes_the_fonts_of_its_families(tmp_path: Path) -> None:
    write_font(tmp_path / "b.ttf", "FZXiaoBiaoSong-B05", "证王", 901)
    write_font(tmp_path / "a.ttf", "仿宋_GB2312", "证王", 902)
    faces = typefaces(tmp_path)
    assert faces.outline("title", "证").advance == 901
    assert faces.outline("value", "证").advance == 902
    assert faces.outline("text", "证") is BARE.outline("证") or (
        faces.outline("text", "证").advance == BARE.outline("证").advance
    )


def test_a_file_name_tells_the_family_too(tmp_path: Path) -> None:
    write_font(tmp_path / "我的仿宋.ttf", "Unnamed", "证", 903)
    assert typefaces(tmp_path).outline("value", "证").advance == 903
    assert typefaces(tmp_path).outline("title", "证").advance == 1000


def test_fonts_of_no_family_serve_every_typeface_after_its_own(tmp_path: Path) -> None:
    write_font(tmp_path / "0.ttf", "Rare Characters", "证王", 904)
    write_font(tmp_path / "1.ttf", "FangSong", "证", 905)
    faces = typefaces(tmp_path)
    assert faces.outline("value", "证").advance == 905
    assert faces.outline("value", "王").advance == 904
    assert faces.outline("text", "证").advance == 904
    assert faces.outline("value", "国").advance == 1000


def test_a_character_only_another_typeface_has_is_still_printed(tmp_path: Path) -> None:
    only_there = "\U00031234"
    assert BARE.missing_characters(only_there)
    write_font(tmp_path / "title.ttf", "小标宋", only_there, 906)
    faces = typefaces(tmp_path)
    assert faces.outline("value", only_there).advance == 906


def test_without_fonts_of_the_operator_all_typefaces_are_one() -> None:
    faces = Typefaces(BARE, LAYOUT)
    assert faces.outline("value", "证") is faces.outline("title", "证")


def test_widths_are_those_of_the_typeface(tmp_path: Path) -> None:
    write_font(tmp_path / "fs.ttf", "仿宋", "王", 500)
    faces = typefaces(tmp_path)
    assert faces.width_mm(VALUE, "王王") * 2 == faces.width_mm(VALUE, "国国")
    assert faces.width_mm(TITLE, "王", 12) == faces.width_mm(VALUE, "国", 12)


def test_one_name_is_set_in_two_fonts_and_reads_as_one(tmp_path: Path) -> None:
    write_font(tmp_path / "fs.ttf", "仿宋", "王", 907)
    printer = CertificatePrinter(FontChain(operator_dir=tmp_path, system_dirs=()))
    text = page_text(draw(printer, make_face(holder_name="王𫖯䶮")))
    assert "王𫖯䶮" in text
