"""PDFs that are not the issued file: printed anew they agree, whatever was changed is named."""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from jsonschema_rs import Draft202012Validator, ValidationError
from PIL import Image

from templates.labels import LABELS, SEAL_ALT, Field
from tests.pdf.page_samples import need
from tests.verifier.desk import codes, of_code
from tests.verifier.edits import GREY, Mark, marked, printed_again, redacted, value_mark
from tests.verifier.seals import anew_files as anew
from tests.verifier.seals import attack_files as attacks
from tests.verifier.seals import shadow_files as shadows
from tests.verifier.seals.conftest import Office
from tests.verifier.seals.picture_files import hide_from_pdfium
from verifier.api.schemas import SCHEMAS
from verifier.page_marks import doubtful_places
from verifier.picture import parse_boxed
from verifier.seal import PageChange, PageComparison
from verifier.seal_findings import inspect_page
from verifier.seal_states import Change
from verifier.site.boxed import boxed_view
from verifier.site.present import facts, meaning, ordered_findings
from verifier.verdict import Outcome, Status, Verdict, verdict_to_json

_CORNERS = [[1, 1], [9, 1], [9, 5], [1, 5]]


def printed_by_cairo(pdf: bytes, folder: Path) -> bytes:
    """The page as poppler and cairo print it: every font, picture and pattern written anew."""
    need(shutil.which("pdftocairo") is not None, "pdftocairo (package poppler-utils)")
    (folder / "in.pdf").write_bytes(pdf)
    subprocess.run(["pdftocairo", "-pdf", "in.pdf", "out.pdf"], cwd=folder, check=True)
    return (folder / "out.pdf").read_bytes()


def test_a_page_printed_anew_by_another_program_agrees_and_is_not_called_valid(
    office: Office, tmp_path: Path
) -> None:
    """Another program may draw it otherwise: see the next test."""
    verdict = office.verify(printed_by_cairo(office.pdf, tmp_path))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert {"file_saved_anew", "page_agrees", "seal_missing"} <= codes(verdict)
    assert not codes(verdict) & {"file_identical", "seal_whole", "file_not_identical"}


def test_a_page_printed_smaller_on_another_sheet_agrees(office: Office) -> None:
    verdict = office.verify(printed_again(office.pdf, scale=0.9))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "page_agrees" in codes(verdict)


def test_what_only_other_programs_show_is_not_called_valid(office: Office) -> None:
    """A rectangle with a name for a side: PDFium clips everything away, poppler ignores it."""
    verdict = office.verify(anew.unsealed(office.pdf, hide_from_pdfium))
    assert verdict.outcome is not Outcome.VALID
    assert "file_saved_anew" in codes(verdict)


def test_a_page_changed_and_then_printed_anew_is_named(office: Office) -> None:
    changed = anew.unsealed(office.pdf, anew.print_over)
    verdict = office.verify(printed_again(changed, scale=0.97))
    assert verdict.outcome is Outcome.ALTERED
    assert [one["field"] for one in of_code(verdict, "page_differs")] == ["holder_name"]


def test_a_certificate_behind_another_page_is_the_page_that_is_compared(office: Office) -> None:
    """A cover sheet before it is no alteration of it."""

    def put_cover(document: pikepdf.Pdf) -> None:
        document.add_blank_page(page_size=(595, 842))
        document.pages.reverse()

    verdict = office.verify(anew.unsealed(office.pdf, put_cover))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "pages_added" in codes(verdict)
    assert not codes(verdict) & {"page_differs", "page_covered", "page_marked"}


@pytest.mark.parametrize("forged", [False, True])
def test_a_page_whose_words_lie_elsewhere_is_judged_by_what_it_shows(
    office: Office, forged: bool
) -> None:
    """Turned on its side; the words of the forged one are those on record still."""

    def change(document: pikepdf.Pdf) -> None:
        document.pages[0].Rotate = 90
        if forged:
            anew.print_over(document)

    verdict = office.verify(anew.unsealed(office.pdf, change))
    assert verdict.outcome is not Outcome.VALID
    assert "file_saved_anew" in codes(verdict)
    assert "field_agrees" not in codes(verdict)
    agreeing = {one["field"] for one in of_code(verdict, "picture_field_agrees")}
    assert "level" in agreeing
    assert ("holder_name" in agreeing) is not forged


def test_another_certificate_drawn_beside_a_small_genuine_one_is_told(office: Office) -> None:
    """Words bring the pages together, and nothing of what stands beside is words."""
    sheet = printed_again(anew.unsealed(office.pdf, shadows.nothing), scale=0.6)

    def draw_beside(document: pikepdf.Pdf) -> None:
        document.pages[0].MediaBox = pikepdf.Array([0, 0, 900, 842])
        document.pages[0].contents_add(b"\nq 0 g 640 300 200 40 re f Q\n")

    plain, drawn = (anew.changed(sheet, change) for change in (shadows.nothing, draw_beside))
    assert "page_agrees" in codes(office.verify(plain))
    told = codes(office.verify(drawn))
    assert "page_marked" in told
    assert "page_agrees" not in told


def test_another_portrait_in_a_page_printed_anew_is_named(office: Office) -> None:
    """The portrait is all that differs; the words cannot tell."""
    with pikepdf.open(anew.as_file(office.pdfs[1])) as other:
        portrait = anew.portrait_of(other)

        def swap(document: pikepdf.Pdf) -> None:
            anew.put_portrait(document, document.copy_foreign(portrait))

        verdict = office.verify(anew.unsealed(office.pdf, swap))
    assert verdict.outcome is Outcome.ALTERED
    assert [one["field"] for one in of_code(verdict, "page_differs")] == ["photo"]


def test_a_page_without_its_red_seal_says_so_and_agrees_but_for_it(office: Office) -> None:
    verdict = office.verify(anew.unsealed(office.pdf, shadows.nothing))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "page_seal_absent" in codes(verdict)
    (agrees,) = [one for one in verdict.findings if one.code == "page_agrees"]
    assert agrees.text.zh.startswith("除印章外")


def test_a_page_that_kept_its_red_seal_agrees_everywhere(office: Office) -> None:
    verdict = office.verify(anew.saved_anew(office.pdf))
    assert "page_seal_absent" not in codes(verdict)
    (agrees,) = [one for one in verdict.findings if one.code == "page_agrees"]
    assert agrees.text.zh.startswith("页面所显示的内容")


def test_another_red_seal_is_named_and_boxed(office: Office) -> None:
    verdict = office.verify(anew.unsealed(office.pdf, anew.put_other_seal))
    assert verdict.outcome is Outcome.ALTERED
    assert [one["field"] for one in of_code(verdict, "page_differs")] == ["seal"]
    view = boxed_view(verdict)
    assert view is not None
    assert [one.label for one in view.differences] == [SEAL_ALT]


def test_a_name_painted_over_is_covered_and_not_called_altered(office: Office) -> None:
    verdict = office.verify(anew.unsealed(office.pdf, anew.wipe_name))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert of_code(verdict, "field_covered") == [{"field": "holder_name"}]
    assert not codes(verdict) & {"page_differs", "page_covered", "page_agrees"}


def test_a_pale_watermark_is_a_mark_and_not_an_alteration(office: Office) -> None:
    over = Mark(text="仅供入职使用", x=110, y=200, size=30, ink=GREY)
    verdict = office.verify(marked(anew.unsealed(office.pdf, shadows.nothing), over))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "page_marked" in codes(verdict)
    assert "page_differs" not in codes(verdict)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (anew.open_with_script, {"action"}),
        (anew.attach_program, {"file"}),
    ],
    ids=["script", "program"],
)
def test_a_page_that_agrees_in_a_file_that_holds_more_is_not_valid(
    office: Office, change: shadows.Change, told: set[str]
) -> None:
    verdict = office.verify(anew.unsealed(office.pdf, change))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    (evidence,) = of_code(verdict, "file_holds_more")
    assert set(evidence["what"].split()) == told
    assert "page_agrees" in codes(verdict)


@pytest.mark.parametrize(
    ("make", "told"),
    [(anew.with_object_twice, {"duplicates"}), (attacks.with_empty_table, {"revisions"})],
    ids=["an object twice", "two tables"],
)
def test_a_file_that_readers_may_read_differently_is_not_valid(
    office: Office, make: Callable[[bytes], bytes], told: set[str]
) -> None:
    verdict = office.verify(make(anew.unsealed(office.pdf, shadows.nothing)))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    (evidence,) = of_code(verdict, "file_holds_more")
    assert set(evidence["what"].split()) == told


def test_a_name_forged_in_a_layer_for_print_is_named(office: Office) -> None:
    verdict = office.verify(anew.unsealed(office.pdf, anew.put_in_layer))
    assert verdict.outcome is Outcome.ALTERED
    assert [one["field"] for one in of_code(verdict, "page_differs")] == ["holder_name"]
    assert "file_holds_more" in codes(verdict)


def test_another_record_attached_is_named(office: Office) -> None:
    verdict = office.verify(anew.unsealed(office.pdf, anew.swap_record))
    assert verdict.outcome is Outcome.ALTERED
    assert of_code(verdict, "attached_other") == [{"names": "record.cose"}]


def test_a_sealed_file_saved_anew_by_another_program_is_inconclusive(office: Office) -> None:
    verdict = office.verify(anew.saved_anew(office.pdf))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert {"seal_resaved", "page_agrees"} <= codes(verdict)


def test_what_differs_on_the_page_is_boxed_beside_what_is_on_record(office: Office) -> None:
    verdict = office.verify(printed_again(anew.unsealed(office.pdf, anew.print_over), scale=0.97))
    assert verdict.boxed is not None
    ((name, corners),) = verdict.boxed.boxes
    assert name == "holder_name"
    with Image.open(BytesIO(verdict.boxed.jpeg)) as picture:
        assert picture.size == verdict.boxed.size
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    (left, top), (right, bottom) = corners[0], corners[2]
    edge = pixels[int(top), int(left) + 2 : int(right) - 2]
    assert ((edge[:, 0] > 150) & (edge[:, 1:].max(axis=1) < 120)).mean() > 0.9
    assert int(top) < int(bottom)
    agreed = [one for one in verdict.findings if one.code == "field_agrees"]
    assert "holder_name" in {one.evidence["field"] for one in agreed}  # below what is drawn over it
    assert {verdict.box_sign(one) for one in agreed} == {""}
    (differs,) = [one for one in verdict.findings if one.code == "page_differs"]
    assert verdict.box_sign(differs) == "① "
    view = boxed_view(verdict)
    assert view is not None
    assert verdict.certificate is not None
    assert [one.record for one in view.differences] == [verdict.certificate.holder_name]


def test_the_answer_is_as_the_document_of_the_api_says(office: Office) -> None:
    told = verdict_to_json(office.verify(anew.unsealed(office.pdf, anew.print_over)))
    assert told["boxes"] is not None
    assert told["certificate"] is not None
    named = {"$ref": "#/components/schemas/Verdict", "components": {"schemas": SCHEMAS}}
    Draft202012Validator(named).validate(told)
    for member in ("certificate", "boxes"):
        with pytest.raises(ValidationError):
            Draft202012Validator(named).validate(told | {member: {}})


@pytest.mark.parametrize(("rows", "told"), [(2, "level holder_name number"), (6, "level page")])
def test_a_pattern_drawn_again_is_no_mark_beside_every_row(rows: int, told: str) -> None:
    """One row is marked; beside many others only the pattern behind them is another."""
    fields = [Field.HOLDER_NAME, Field.NUMBER, Field.OCCUPATION, Field.SPECIALTY]
    fields += [Field.BODY_NAME, Field.ISSUED_ON]
    marks = [("level", ""), *(("", field.value) for field in fields[:rows])]
    changes = tuple(
        PageChange(place=place, near=near, change=Change.MARKED, box_mm=(0, 0, 9, 9))
        for place, near in marks
    )
    page = PageComparison(changes=changes, other_files=(), pages=1)
    found = inspect_page(page, (), (), {})
    assert [one.evidence for one in found if one.code == "page_marked"] == [{"places": told}]


def test_a_box_is_as_long_as_what_now_stands_there(office: Office) -> None:
    """The level as issued is 三级/高级工; the box holds the whole of a longer one."""
    longer = value_mark(Field.LEVEL, "一级/高级技师一级/高级技师")
    plain = redacted(anew.unsealed(office.pdf, shadows.nothing), Field.LEVEL)
    short, long = (
        office.verify(marked(plain, mark)).boxed
        for mark in (value_mark(Field.LEVEL, "二级/技师"), longer)
    )
    assert short is not None
    assert long is not None
    widths = [one.boxes[0][1][1][0] - one.boxes[0][1][0][0] for one in (short, long)]
    assert [one.boxes[0][0] for one in (short, long)] == ["level", "level"]
    assert widths[1] > 1.5 * widths[0]


def test_a_page_on_which_nothing_differs_has_no_boxes(office: Office) -> None:
    assert office.verify(anew.unsealed(office.pdf, shadows.nothing)).boxed is None


def test_a_covered_place_is_boxed_in_amber_alone(office: Office) -> None:
    boxed = office.verify(anew.unsealed(office.pdf, anew.wipe_name)).boxed
    assert boxed is not None
    assert not boxed.boxes
    assert len(boxed.doubtful) == 1


def test_words_added_beside_a_value_are_told_first_and_shown_in_the_picture(
    office: Office,
) -> None:
    added = value_mark(Field.LEVEL, "兼：一级/高级技师", right=45)
    verdict = office.verify(marked(anew.saved_anew(office.pdf), added))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    first = next(one for one in ordered_findings(verdict) if one.code != "demo")
    assert first.code in ("extra_text", "page_marked")
    assert "可能是签发以后加上的" in meaning(verdict).zh
    assert verdict.boxed is not None
    ((left, top), _, (right, bottom), _) = verdict.boxed.doubtful[0]
    assert right - left > 2 * (bottom - top) > 0
    (level,) = [one for one in facts(verdict) if one.label == LABELS[Field.LEVEL]]
    assert level.comparison is not None
    assert level.comparison.tone == "warn"


@pytest.mark.parametrize(("rows", "told"), [(2, 3), (6, 1)])
def test_a_pattern_drawn_again_is_not_boxed_beside_every_row(rows: int, told: int) -> None:
    """Places far from one another; with many rows only what has a name of its own is left."""
    differences = [("level", "", Change.MARKED, (0, 0, 9, 9))]
    differences += [
        ("", f"row {at}", Change.MARKED, (0, 50 * at, 9, 50 * at + 9)) for at in range(1, rows + 1)
    ]
    assert len(doubtful_places(differences)) == told
    assert len(doubtful_places([*differences, ("", "", Change.MARKED, (9, 9, 20, 12))])) == told


def test_a_line_that_is_no_fact_of_the_record_is_boxed_by_its_label() -> None:
    jpeg = b64encode(b"\xff\xd8\xff" + bytes(9)).decode()
    boxed = parse_boxed(
        {"shown": jpeg, "size": [20, 20], "boxes": [["body_site", _CORNERS]], "doubtful": []}
    )
    assert boxed is not None
    assert [name for name, _ in boxed.boxes] == ["body_site"]
    verdict = Verdict(
        outcome=Outcome.ALTERED,
        status=Status.UNKNOWN,
        findings=(),
        checked_at=datetime(2026, 11, 27, tzinfo=UTC),
        demo=True,
        trust=None,
        boxed=boxed,
    )
    view = boxed_view(verdict)
    assert view is not None
    assert [one.label for one in view.differences] == [LABELS[Field.BODY_SITE]]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"shown": "", "size": [20, 20], "boxes": [["photo", _CORNERS]], "doubtful": []},
        {"shown": "/9j/", "size": [0, 20], "boxes": [["photo", _CORNERS]], "doubtful": []},
        {
            "shown": "/9j/",
            "size": [20, 20],
            "boxes": [["photo", [[1, 1], [9, 1]]], "photo", []],
            "doubtful": [],
        },
        {"shown": "/9j/", "size": [20, 20], "boxes": [], "doubtful": []},
        {
            "shown": "/9j/",
            "size": [20, 20],
            "boxes": [["photo", _CORNERS], ["no such", _CORNERS]],
            "doubtful": [],
        },
        {
            "shown": "/9j/",
            "size": [20, 20],
            "boxes": [["photo", _CORNERS], ["photo", _CORNERS]],
            "doubtful": [],
        },
        {
            "shown": "/9j/",
            "size": [20, 20],
            "boxes": [["photo", [[10**400, 1], *_CORNERS[1:]]]],
            "doubtful": [],
        },
    ],
)
def test_a_child_that_boxes_nothing_sensible_is_not_believed(told: object) -> None:
    assert parse_boxed(told) is None
