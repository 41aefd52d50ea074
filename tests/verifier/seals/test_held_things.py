"""What lies on a page, or behind it, is told however it is hidden; such a file is not valid."""

from __future__ import annotations

from io import BytesIO

import pytest

from registry.child import ChildFailed, FailureReason
from tests.verifier.desk import codes, of_code
from tests.verifier.edits import printed_again
from tests.verifier.seals import picture_files as pictures
from tests.verifier.seals.anew_files import print_over, unsealed
from tests.verifier.seals.conftest import Office
from tests.verifier.seals.shadow_files import nothing
from verifier.file_kinds import FileKind, kind_of
from verifier.picture_child import compare
from verifier.picture_question import PictureQuestion
from verifier.seal_reading import read_seal
from verifier.verdict import Outcome

LAID = {
    "a text": (pictures.free_text, "annotation"),
    "a stamp for print": (pictures.print_only_stamp, "annotation"),
    "a polygon": (pictures.polygon, "annotation"),
    "a link that starts a program": (pictures.whole_link, "annotation"),
    "a form's field": (pictures.form_field, "form"),
    "a field without a form": (pictures.orphan_field, "annotation"),
    "a text called a seal": (pictures.false_seal, "annotation"),
    "a text behind many seals": (pictures.empty_seals, "unseen"),
    "a layer": (pictures.layer, "layers"),
    "a script": (pictures.script, "script"),
    "a program": (pictures.program, "file"),
    "a page deep in the tree": (pictures.deep_tree, "annotation"),
}
DRAWN_BY_SOME = set(LAID) - {"a script", "a program"}


@pytest.mark.parametrize("kind", LAID)
def test_what_is_laid_on_a_page_printed_anew_is_told(office: Office, kind: str) -> None:
    lay, held = LAID[kind]
    verdict = office.verify(pictures.laid(printed_again(office.pdf), lay))
    assert verdict.outcome is not Outcome.VALID
    (told,) = of_code(verdict, "file_holds_more")
    assert held in told["what"].split()
    assert ("page_agrees" in codes(verdict)) is (kind not in DRAWN_BY_SOME)


@pytest.mark.parametrize(
    ("lay", "held"),
    [(pictures.endless_tree, "unseen"), (pictures.leaf_with_kids, "annotation")],
)
def test_a_tree_of_pages_that_misleads_is_told(
    office: Office, lay: pictures.Lay, held: str
) -> None:
    assert held in read_seal(pictures.laid(printed_again(office.pdf), lay))["held"]


def test_a_text_appended_to_a_sealed_certificate_is_named(office: Office) -> None:
    """Saved by another program: the page was said to agree everywhere."""
    verdict = office.verify(pictures.laid(office.pdf, pictures.free_text))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    (told,) = of_code(verdict, "file_holds_more")
    assert "annotation" in told["what"].split()
    assert "page_agrees" not in codes(verdict)


def test_what_stands_before_the_head_of_a_file_is_told(office: Office) -> None:
    verdict = office.verify(b"x\n" + printed_again(office.pdf))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert codes(verdict) & {"file_holds_more", "seal_unreadable"}


def test_a_scan_on_which_only_other_programs_show_more_is_not_valid(office: Office) -> None:
    lay = pictures.hide_from_pdfium
    verdict = office.verify(pictures.scanned(pictures.drawn(office.pdf), lay=lay))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "file_saved_anew" in codes(verdict)


def test_a_scan_of_the_page_is_valid_as_before(office: Office) -> None:
    verdict = office.verify(pictures.scanned(pictures.drawn(office.pdf)))
    assert verdict.outcome is Outcome.VALID
    assert {"photo_agrees", "seal_missing"} <= codes(verdict)


def test_a_scan_is_accused_of_nothing_where_there_was_no_time_to_compare_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dot for dot it differs in places, as every scan does, and nothing else had been looked at."""

    def busy(*_: object, **__: object) -> bytes:
        raise ChildFailed(FailureReason.BUSY)

    scan = pictures.drawn(office.pdf).resize((1241, 1754)).rotate(0.2, fillcolor="white")
    monkeypatch.setattr("verifier.readers.Readers._compare", busy)
    verdict = office.verify(pictures.scanned(scan, scan, dpi=150, quality=75))
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "page_differs" not in codes(verdict)
    assert verdict.boxed is None


@pytest.mark.parametrize(
    "kind",
    ["a text", "a stamp for print", "a form's field", "a field without a form", "a layer"],
)
def test_what_is_laid_on_a_scan_is_told(office: Office, kind: str) -> None:
    lay, held = LAID[kind]
    verdict = office.verify(pictures.scanned(pictures.drawn(office.pdf), lay=lay))
    assert verdict.outcome is not Outcome.VALID
    (told,) = of_code(verdict, "file_holds_more")
    assert held in told["what"].split()


@pytest.mark.parametrize("genuine_first", [True, False])
def test_a_second_page_beside_a_scan_is_told(office: Office, genuine_first: bool) -> None:
    genuine = pictures.drawn(office.pdf)
    other = pictures.drawn(unsealed(office.pdf, print_over))
    other.paste((255, 255, 255), (0, 1400, 700, 2339))  # its code
    pages = (genuine, other) if genuine_first else (other, genuine)
    verdict = office.verify(pictures.scanned(*pages))
    assert verdict.outcome is not Outcome.VALID
    assert of_code(verdict, "pages_added") == [{"count": "2"}]


@pytest.mark.parametrize("lay", [pictures.print_only_stamp, pictures.form_field])
def test_a_scan_is_compared_with_all_that_is_drawn_on_it(office: Office, lay: pictures.Lay) -> None:
    """Forms, and what shows on paper only, are compared like the rest."""
    file = pictures.scanned(pictures.drawn(office.pdf), lay=lay)
    answer = compare(PictureQuestion(is_pdf=True, page=0, file=file, issued=office.pdf))
    decisions = {one["field"]: one["decision"] for one in answer["fields"]}
    assert decisions["holder_name"] == "differs"
    assert decisions["level"] == "agrees"


@pytest.mark.parametrize("far", [False, True])
def test_a_file_that_is_picture_and_pdf_at_once_is_not_read(office: Office, far: bool) -> None:
    output = BytesIO()
    forged = pictures.drawn(unsealed(office.pdf, print_over))
    forged.save(output, "JPEG", quality=90)
    pdf = pictures.scanned(pictures.drawn(office.pdf))
    both = pictures.picture_and_pdf(output.getvalue(), pdf, far=far)
    assert kind_of(both) is FileKind.BOTH
    verdict = office.verify(both)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert codes(verdict) - {"demo"} == {"file_two_kinds"}
    assert (kind_of(pdf), kind_of(output.getvalue())) == (FileKind.PDF, FileKind.PICTURE)


def test_a_page_written_anew_holds_nothing_besides(office: Office) -> None:
    assert read_seal(unsealed(office.pdf, nothing))["held"] == []
