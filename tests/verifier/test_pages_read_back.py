"""Every printed page reads back by position, exactly; a stranger's page gives nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from codes.documents import DocumentType
from codes.number import parse_number
from issuer.sample_people import SamplePerson, sample_people
from templates.certificate import CertificateFace, CertificatePrinter, printed_values
from templates.labels import LABELS, Field
from templates.page_reading import PagePrint, read_page
from templates.text_lines import LEAST_BREAK, Glyph
from tests.pdf.page_samples import BARE, draw, make_face, page_picture, render
from tests.templates.typed_pages import typed
from tests.verifier import edits
from tests.verifier.edits import Mark, marked
from tests.verifier.page_prints import glyphs_of, printed, values
from tests.verifier.papers import face
from tests.verifier.world import BODY_NAME, make_record, sign_record
from verifier.compare import DocumentNumberCheck, compare_fields, expect

PEOPLE = sample_people()
DEMO_BODY = "津城样本职业技能评价中心（虚构）"
LONG_NAME = "阿布都热合曼·买买提艾力·吐尔逊江·玉素甫艾力·阿不都克"
LONG = {
    "name on two lines": {"holder_name": LONG_NAME},
    "name without a place to break": {"holder_name": "龙" * 39},
    "rare name": {"holder_name": ("𫖯𬭎䶮㛃𬱖" * 6)[:30]},
    "latin name": {"holder_name": "ALEXANDER MAXIMILIAN VON HOHENZOLLERN SI"},
    "everything long": {
        "holder_name": LONG_NAME,
        "body_name": "天津市滨海新区某某职业技能培训与评价服务中心（有限责任公司）第三分公司考核站",
        "specialty": "大型公共场所及重点单位内部治安保卫管理与应急处置（电力、油气方向）",
        "document_type": DocumentType.FOREIGN_PERMANENT,
    },
    "specialty called like a label": {"specialty": "职业技能等级评价"},
    "specialty that is a label": {"specialty": "职业技能等级"},
    "real": {"sample": False},
}
PAGE_POINTS = (595, 842)


def demo_face(person: SamplePerson) -> CertificateFace:
    serial = PEOPLE.index(person) + 1
    return make_face(
        body_name=DEMO_BODY,
        holder_name=person.name,
        document_type=person.document_type,
        document_number=person.document_number,
        level=person.level,
        number=parse_number(f"S00001200012326{person.level.value}{serial:06d}"),
        issued_on=date(2026, 11, 25),
        print_serial_text=f"2026{serial:08d}",
        sample=True,
    )


def expected_values(shown: CertificateFace) -> dict[str, str]:
    return {field.value: text for field, text in printed_values(shown).items()}


@cache
def demo_pages() -> dict[str, bytes]:
    faces = [demo_face(person) for person in PEOPLE]
    printer = CertificatePrinter(BARE)
    return {one.holder_name: draw(printer, one) for one in faces}


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_a_page_of_the_demo_reads_back_exactly(person: SamplePerson) -> None:
    page = printed(demo_pages()[person.name])
    assert values(page) == expected_values(demo_face(person))
    assert page.extra == ()


@pytest.mark.parametrize("changes", LONG.values(), ids=LONG.keys())
@pytest.mark.parametrize("again", [False, True], ids=["as issued", "printed again"])
def test_long_and_rare_values_read_back_exactly(changes: dict[str, Any], again: bool) -> None:
    shown = make_face(**({"sample": True} | changes))
    pdf = render(shown)
    page = printed(edits.printed_again(pdf, scale=0.94) if again else pdf)
    assert values(page) == expected_values(shown)
    assert page.extra == ()


def test_a_strangers_page_gives_no_fields() -> None:
    """Its text is read, for it carries a QR code, but nothing in it is labelled like ours."""
    pdf = render(make_face())
    output = BytesIO()
    canvas = Canvas(output, pagesize=PAGE_POINTS)
    canvas.drawString(72, 700, "Invoice 4711: Name of the customer, Level 3, Total 12.50")
    canvas.drawString(72, 660, "Name    John Sample")
    code = page_picture(pdf, 200).crop((200, 1550, 520, 1900))
    canvas.drawImage(ImageReader(code), 72, 300, 115, 126)
    canvas.save()
    page = printed(output.getvalue())
    assert page.fields == {}
    assert page.extra[0].text.startswith("Invoice 4711")


@cache
def genuine_glyphs() -> tuple[Glyph, ...]:
    return glyphs_of(render(face(sign_record(make_record()))))


def codes_by_field(page: PagePrint) -> dict[str, str]:
    expected = expect(make_record(), body_names=frozenset({BODY_NAME}), body_name=BODY_NAME)
    findings = compare_fields(
        page.fields,
        expected,
        document_check=DocumentNumberCheck.NOT_ASKED,
        document_masked=None,
    )
    return {one.evidence["field"]: one.code for one in findings}


def touches_a_value(added: list[Glyph], page: PagePrint) -> bool:
    """Whether an addition stands so near a value, or its label, that it reads as one with it."""
    boxes = value_boxes() + label_boxes()
    return any(
        glyph.left - room < right
        and glyph.right + room > left
        and glyph.bottom < top
        and glyph.top > bottom
        for glyph in added
        for left, bottom, right, top, size in boxes
        for room in [LEAST_BREAK * max(glyph.size, size)]
    )


@cache
def label_boxes() -> list[tuple[float, float, float, float, float]]:
    """The same of every label; what abuts on one makes another word of it."""
    text = "".join(one.text for one in genuine_glyphs())
    labels = [label.zh for field, label in LABELS.items() if field is not Field.REMARK]
    return [box_of(text.rindex(label), len(label)) for label in labels]


@cache
def value_boxes() -> list[tuple[float, float, float, float, float]]:
    """Left, bottom, right, top and size of every value of the genuine page, by its texts."""
    wanted = expected_values(face(sign_record(make_record())))
    text = "".join(one.text for one in genuine_glyphs())
    return [box_of(text.rindex(value), len(value)) for value in wanted.values()]


def box_of(start: int, length: int) -> tuple[float, float, float, float, float]:
    part = genuine_glyphs()[start : start + length]
    return part[0].left, part[0].bottom, part[-1].right, part[0].top, part[0].size


ADDED = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from(["与原件相符", "张三", "Page 1 of 1", "核", "2026年1月1日"]),
            st.text("甲乙丙ABC123：/年·", min_size=1, max_size=12),
            st.sampled_from([f"{label.zh} 张三" for label in LABELS.values()]),
            st.sampled_from([f"{label.zh}：张三" for label in LABELS.values()]),
        ),
        st.floats(0, 560),
        st.floats(5, 830),
        st.sampled_from([6.0, 9.0, 12.0, 14.0, 40.0]),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=600, deadline=None)
@given(ADDED)
def test_no_addition_beside_the_values_makes_a_field_differ(
    additions: list[tuple[str, float, float, float, bool]],
) -> None:
    added = [
        replace(glyph, run=1000 + at)
        for at, (text, x, y, size, level) in enumerate(additions)
        for glyph in typed(text, x, y, size, level=level)
    ]
    page = read_page([*genuine_glyphs(), *added])
    if touches_a_value(added, page):
        return
    assert "field_differs" not in codes_by_field(page).values()


def test_the_page_the_property_starts_from_agrees_in_every_field() -> None:
    found = codes_by_field(read_page(genuine_glyphs()))
    assert found.pop("document_number") == "field_not_compared"
    assert set(found.values()) == {"field_agrees"}
    assert len(value_boxes()) == len(set(Field) - {Field.REMARK})


@settings(max_examples=12, deadline=None)
@given(
    st.floats(65, 150), st.floats(20, 290), st.sampled_from([8.0, 12.0, 40.0]), st.floats(0, 360)
)
def test_no_mark_drawn_on_a_file_beside_the_values_makes_a_field_differ(
    x: float, y: float, size: float, degrees: float
) -> None:
    pdf = render(face(sign_record(make_record())))
    mark = Mark(text="与原件相符", x=x, y=y, size=size, degrees=degrees)
    glyphs = glyphs_of(marked(pdf, mark))
    added = list(glyphs[len(genuine_glyphs()) :])
    page = read_page(glyphs)
    if not touches_a_value(added, page):
        assert "field_differs" not in codes_by_field(page).values()
