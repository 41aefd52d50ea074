"""The judge itself: it passes a file that conforms, and finds each defect by its own rule."""

from __future__ import annotations

import random
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
import typst

from templates.labels import Field
from tests.pdf.archival import (
    file_defects,
    page_defects,
    places_defects,
    seal_defects,
    tag_defects,
)
from tests.pdf.archival.defects import Defect
from tests.pdf.archival.file_defects import unsealed_sample
from tests.pdf.archival.glyph_shapes import inspect_shapes
from tests.pdf.archival.plain_writer import write, write_classic
from tests.pdf.archival.sample import ENGLISH, FONTS, NAME, NUMBER, TITLE, sample_pdf
from tests.pdf.archival_rules import RULES, inspect_archival, read_aloud, spoken_fields

DEFECTS = (
    *file_defects.DEFECTS,
    *page_defects.DEFECTS,
    *places_defects.DEFECTS,
    *seal_defects.DEFECTS,
    *tag_defects.DEFECTS,
)
SAMPLE = write(sample_pdf())
# Found only in files that pikepdf writes: see the test with a password below.
WITHOUT_A_DEFECT = {"file_is_not_encrypted"}


def rules_broken(pdf: bytes) -> set[str]:
    """Return the names of the rules a file breaks."""
    return {broken.rule for broken in inspect_archival(pdf)}


def test_a_conforming_file_breaks_no_rule_in_either_form() -> None:
    assert inspect_archival(SAMPLE) == ()
    assert inspect_archival(write_classic(sample_pdf())) == ()


def test_a_file_not_yet_sealed_breaks_no_rule() -> None:
    assert inspect_archival(unsealed_sample()) == ()


def test_an_invisible_seal_breaks_no_rule() -> None:
    pdf = sample_pdf()
    widget = pdf.pages[0].obj.Annots[0]
    widget.Rect = [0, 0, 0, 0]
    del widget.AP
    assert inspect_archival(write(pdf)) == ()


@pytest.mark.parametrize("name", ["MARIA DEL CARMEN GARCIA", "Ouyang Shan", "阿布都·热西提"])
def test_a_name_in_latin_letters_belongs_to_no_language(name: str) -> None:
    assert inspect_archival(write(sample_pdf(name))) == ()


def test_a_page_without_a_field_for_a_seal_breaks_no_rule() -> None:
    pdf = sample_pdf()
    page = pdf.pages[0].obj
    del page["/Annots"], page["/Tabs"], pdf.Root["/AcroForm"]
    root = pdf.Root.StructTreeRoot
    document = root.K[0]
    document.K = document.K[:-1]
    root.ParentTree.Nums = root.ParentTree.Nums[:2]
    assert inspect_archival(write(pdf)) == ()


def test_content_tagged_within_a_form_breaks_no_rule() -> None:
    pdf = sample_pdf()
    tag_defects.tag_the_artwork(pdf, "q /Art Do Q")
    assert inspect_archival(write(pdf)) == ()


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_each_defect_is_found_by_its_own_rule_alone(defect: Defect) -> None:
    assert rules_broken(defect.file()) == {defect.rule} | defect.also, inspect_archival(
        defect.file()
    )


def test_every_rule_is_tried_by_a_defect() -> None:
    names = {rule.name for rule in RULES}
    assert len(names) == len(RULES)
    assert names - {defect.rule for defect in DEFECTS} == WITHOUT_A_DEFECT


def test_a_file_with_a_password_is_found() -> None:
    output = BytesIO()
    with pikepdf.open(BytesIO(SAMPLE)) as pdf:
        pdf.save(output, encryption=pikepdf.Encryption(owner="owner", user="", R=6))
    assert "file_is_not_encrypted" in rules_broken(output.getvalue())


def test_a_damaged_file_is_reported_and_never_raised_on() -> None:
    source = random.Random(3)
    found = 0
    for _ in range(60):
        damaged = bytearray(SAMPLE)
        for _ in range(source.randrange(1, 30)):
            damaged[source.randrange(len(damaged))] = source.randrange(256)
        found += bool(rules_broken(bytes(damaged)))
    # The rest fell where no rule of form can see it, inside the photo or the signature's bytes.
    assert found > 40
    assert rules_broken(b"no PDF at all") == {"file_opens"}


def test_the_page_is_read_in_order_with_roles_and_languages() -> None:
    heard = [(spoken.role, spoken.language, spoken.text) for spoken in read_aloud(SAMPLE)]
    assert heard == [
        ("H1", "zh-CN", TITLE),
        ("P", "en", ENGLISH),
        ("TH", "zh-CN", "姓名"),
        ("TD", "zh-CN", NAME),
        ("TH", "zh-CN", "证书编号"),
        ("TD", "zh-CN", NUMBER),
        ("Figure", "zh-CN", "持证人照片"),
        ("Figure", "zh-CN", "二维码"),
        ("Form", "zh-CN", "评价机构印章"),
    ]


def test_fields_are_heard_in_order_each_after_its_label() -> None:
    heard = spoken_fields(read_aloud(SAMPLE))
    assert list(heard.items()) == [(Field.HOLDER_NAME, NAME), (Field.NUMBER, NUMBER)]


def test_what_is_heard_is_what_another_reader_extracts() -> None:
    document = pypdfium2.PdfDocument(SAMPLE)
    text = document[0].get_textpage().get_text_range()
    document.close()
    said = [spoken.text for spoken in read_aloud(SAMPLE) if spoken.role in {"H1", "P", "TH", "TD"}]
    assert "".join(text.split()) == "".join("".join(said).split())


def test_glyphs_drawn_otherwise_than_read_are_found_without_a_cmap() -> None:
    assert inspect_shapes(SAMPLE, FONTS) == ()
    swapped = page_defects.two_readings_are_swapped.file()
    assert [broken.rule for broken in inspect_shapes(swapped, FONTS)] == [
        "shapes_agree_with_readings"
    ] * 2


def test_a_file_of_another_maker_passes_the_rules_that_are_not_ours() -> None:
    """typst writes PDF/A-3a: the rules must not be fitted to our own sample alone."""
    page = '#set document(title: "Sample")\n#set text(lang: "en")\n= Sample\nWords of a page.'
    pdf = typst.compile(page.encode(), pdf_standards=["a-3a"])
    ours = {rule.name for rule in RULES if "ours" in rule.clause or "14289" in rule.clause}
    # Its fonts are CFF, its colours need no output intent, its cross-references are streams.
    own_ways = {
        *("fonts_are_composite", "fonts_are_embedded", "glyph_map_is_given", "font_names_agree"),
        *("output_intent_is_given", "cross_reference_is_exact"),
    }
    assert rules_broken(pdf) - ours - own_ways == set()
