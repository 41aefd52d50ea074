"""Every word on the page can be read on paper: dark enough, large enough."""

from __future__ import annotations

import pytest

from templates.certificate import printed_values
from tests.pdf.archival.defects import Defect, content
from tests.pdf.archival.plain_writer import write
from tests.pdf.archival.sample import TITLE, sample_pdf
from tests.pdf.page_samples import make_face, render
from tests.pdf.print_contrast import PrintedRun, contrast_of, printed_runs

LEAST_CONTRAST = 4.5
LEAST_CONTRAST_OF_VALUES = 7.0
LEAST_SIZE = 7.0


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((0, 0, 0), (255, 255, 255), 21.0),
        ((118, 118, 118), (255, 255, 255), 4.54),
        ((255, 0, 0), (255, 255, 255), 4.0),
        ((9, 9, 9), (9, 9, 9), 1.0),
    ],
)
def test_contrast_is_the_ratio_of_the_published_formula(
    first: tuple[int, int, int], second: tuple[int, int, int], expected: float
) -> None:
    assert contrast_of(first, second) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("sample", [False, True], ids=["certificate", "sample"])
def test_words_and_values_stand_out_and_are_large_enough(sample: bool) -> None:
    face = make_face(sample=sample)
    runs = printed_runs(render(face))
    printed = set(printed_values(face).values())
    values = [run for run in runs if run.text in printed]
    assert len(values) == len(printed)
    assert min(run.contrast for run in values) >= LEAST_CONTRAST_OF_VALUES
    assert min(run.contrast for run in runs) >= LEAST_CONTRAST
    assert min(run.size for run in runs) >= LEAST_SIZE


def test_black_on_white_is_measured_as_that() -> None:
    title = _title(write(sample_pdf()))
    assert title.size == pytest.approx(24)
    assert title.contrast == pytest.approx(21, abs=0.5)


@pytest.mark.parametrize(
    "fault",
    [
        content("", "pale_ink", "BT 0 0 0 rg /F0 24", "BT 0.75 g /F0 24"),
        content("", "dark_paper", "/H1 <<", "/Artifact BMC 0.2 g 0 700 595 142 re f EMC /H1 <<"),
        content("", "a_line_over_it", "/P <<", "/Artifact BMC 1 g 0 700 99 142 re f EMC /P <<"),
    ],
    ids=lambda fault: fault.name,
)
def test_words_hard_to_see_are_found(fault: Defect) -> None:
    assert _title(fault.file()).contrast < LEAST_CONTRAST


@pytest.mark.parametrize(
    "fault",
    [
        content("", "small_type", "/F0 24 Tf", "/F0 6 Tf"),
        content("", "small_matrix", "/F0 24 Tf 1 0 0 1", "/F0 24 Tf 0.25 0 0 0.25"),
    ],
    ids=lambda fault: fault.name,
)
def test_small_type_is_found_however_it_is_made_small(fault: Defect) -> None:
    assert _title(fault.file()).size == pytest.approx(6)


def test_a_seal_over_words_is_seen_as_it_is_printed() -> None:
    pdf = sample_pdf()
    widget = pdf.pages[0].obj.Annots[0]
    widget.Rect = [60, 690, 260, 790]
    widget.AP.N.write(b"0.4 g 0 0 100 100 re f")
    assert _title(write(pdf)).contrast < LEAST_CONTRAST


def test_invisible_text_is_no_printed_text() -> None:
    unseen = content("", "unseen", "BT 0 0 0 rg /F0 24", "BT 3 Tr /F0 24").file()
    assert all(run.text != TITLE for run in printed_runs(unseen))


def _title(pdf: bytes) -> PrintedRun:
    return next(run for run in printed_runs(pdf) if run.text == TITLE)
