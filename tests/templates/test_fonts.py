"""Which characters can be printed, where their shapes come from, and how the others are refused."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest
from fontTools.ttLib import TTFont as OpenTypeFont

from templates.errors import TemplatesError
from templates.fonts import FontChain, explain_missing
from templates.glyphs import UNITS_PER_EM
from tests.pdf.page_samples import BARE, HANAZONO_BLOCKS, need_hanazono


def characters(first: int, last: int) -> str:
    return "".join(chr(code) for code in range(first, last + 1))


def test_bare_floor_holds_every_unified_ideograph_of_the_first_plane() -> None:
    assert BARE.missing_characters(characters(0x4E00, 0x9FFF)) == ()
    assert BARE.missing_characters(characters(0x3400, 0x4DBF)) == ()
    assert BARE.missing_characters("·（）、，—-/.0123456789AZaz") == ()


def test_bare_floor_holds_all_the_wheel_has_beyond_the_first_plane() -> None:
    held: set[int] = set()
    for path in (pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path()):
        with OpenTypeFont(path, lazy=True) as font:
            held |= {code for code in font.getBestCmap() if code > 0xFFFF}
    assert len(held) > 440
    assert BARE.missing_characters("".join(map(chr, held))) == ()
    assert BARE.missing_characters("𫖯𬭎") == ()


def test_floor_characters_have_a_shape() -> None:
    for character in "䶮㛃𫖯𬭎龘·䶶鿿":
        assert not BARE.outline(character).is_blank


@pytest.mark.parametrize(("first", "last"), HANAZONO_BLOCKS, ids=["A", "B", "C", "D", "E", "F"])
def test_hanazono_brings_each_extension_above_99_percent(first: int, last: int) -> None:
    chain = need_hanazono()
    missing = chain.missing_characters(characters(first, last))
    assert len(missing) <= (last - first + 1) // 100


def test_serif_is_asked_before_sans_and_hanazono() -> None:
    chain = need_hanazono()
    assert chain.source_of("国") == "NotoSerifSC-Regular.otf"
    assert chain.source_of("𫖯") == "NotoSerifSC-Regular.otf"
    assert chain.source_of("\U00020001") == "HanaMinB.ttf"
    assert BARE.source_of("\U00020001") is None


def test_missing_characters_are_named_once_in_order() -> None:
    assert BARE.missing_characters("王\U00020001一\U00020000\U00020001") == (
        "\U00020001",
        "\U00020000",
    )


@pytest.mark.parametrize(
    ("character", "package"),
    [
        ("\U00020000", "fonts-hanazono"),
        ("\U0002a701", "fonts-hanazono"),
        ("\U0002ceb1", "fonts-hanazono"),
        ("\U00030001", "fonts-babelstone-han"),
        ("\U00031351", "fonts-babelstone-han"),
    ],
)
def test_refusal_names_character_code_point_and_package(character: str, package: str) -> None:
    text = explain_missing(character)
    for sentence in (text.zh, text.en):
        assert f"U+{ord(character):04X}" in sentence
        assert package in sentence
        assert character in sentence


def test_refusal_without_a_known_package_points_to_the_folder() -> None:
    text = explain_missing("ༀ")
    assert "YANZHEN_FONTS" in text.zh
    assert "U+0F00" in text.en


def test_subset_holds_exactly_the_characters_asked_for() -> None:
    font = OpenTypeFont(BytesIO(BARE.subset("国𫖯A国")))
    assert set(font.getBestCmap()) == {ord("国"), 0x2B5AF, ord("A")}
    assert font["head"].unitsPerEm == UNITS_PER_EM
    assert "glyf" in font
    assert "CFF " not in font


def test_subset_is_the_same_every_time() -> None:
    assert BARE.subset("国A") == FontChain(system_dirs=()).subset("A国")


def test_subset_refuses_what_no_font_holds() -> None:
    with pytest.raises(TemplatesError) as refusal:
        BARE.subset("国\U00020000")
    assert refusal.value.code == "character_missing"


def test_hanazono_shapes_stand_in_the_same_box() -> None:
    chain = need_hanazono()
    font = OpenTypeFont(BytesIO(chain.subset("国\U00020000")))
    names = [font.getBestCmap()[code] for code in (ord("国"), 0x20000)]
    assert [font["hmtx"][name][0] for name in names] == [1000, 1000]
    for name in names:
        glyph = font["glyf"][name]
        assert -120 <= glyph.yMin < 60
        assert 700 < glyph.yMax <= 880


def test_operator_fonts_come_first(tmp_path: Path) -> None:
    (tmp_path / "own.ttf").write_bytes(BARE.subset("国龘"))
    (tmp_path / "notes.txt").write_text("not a font")
    chain = FontChain(operator_dir=tmp_path, system_dirs=())
    assert chain.files[0] == "own.ttf"
    assert chain.source_of("国") == "own.ttf"
    assert chain.source_of("家") == "NotoSerifSC-Regular.otf"


def test_operator_folder_is_named_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "own.ttf").write_bytes(BARE.subset("国"))
    chain = FontChain.from_environment({"YANZHEN_FONTS": str(tmp_path)})
    assert chain.source_of("国") == "own.ttf"
    assert FontChain.from_environment({}).source_of("国") == "NotoSerifSC-Regular.otf"


def test_missing_operator_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplatesError) as refusal:
        FontChain(operator_dir=tmp_path / "nowhere")
    assert refusal.value.code == "font_folder_missing"


@pytest.mark.parametrize("content", [b"", b"not a font", b"\x00\x01\x00\x00" + bytes(40)])
def test_broken_operator_font_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.ttf").write_bytes(content)
    with pytest.raises(TemplatesError) as refusal:
        FontChain(operator_dir=tmp_path, system_dirs=()).missing_characters("国")
    assert refusal.value.code == "font_unreadable"
    assert "broken.ttf" in refusal.value.text.zh
