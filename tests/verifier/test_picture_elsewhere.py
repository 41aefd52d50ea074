"""Pictures on which the values agree, and something else does not."""

from __future__ import annotations

import random
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from templates.labels import LABELS, Field
from tests.forgery.papers import SHEET_DPI, Paper, Works, serif_font
from tests.forgery.raster_edits import (
    Canvas,
    Hand,
    add_print,
    change_print,
    change_seal,
    remove_symbol,
    retouch_photo,
    rewrite,
    strike_in_red,
)
from tests.forgery.wear import wears_of
from verifier.picture_align import Laid
from verifier.picture_elsewhere import judge_elsewhere
from verifier.picture_judge import Decision, judge_cell, judge_portrait
from verifier.picture_lights import lights_of
from verifier.picture_match import CellMatch
from verifier.picture_outside import look_outside
from verifier.picture_page import Finder
from verifier.picture_portrait import PortraitMatch, match_portrait
from verifier.picture_reference import Cell, Pixels, Reference
from verifier.picture_surplus import is_said_by, surplus_red
from verifier.picture_words import Reader, Sign
from verifier.service import Verifier
from verifier.site.boxed import boxed_view
from verifier.site.comparisons import comparisons
from verifier.verdict import Outcome, Verdict

LEVEL, NUMBER = Field.LEVEL, Field.NUMBER


def canvas(paper: Paper) -> Canvas:
    return Canvas(paper, paper.sheet(), Hand.A, random.Random(7))


def asked(verifier: Verifier, picture: Image.Image, wear: str = "clean") -> Verdict:
    worn = wears_of(Hand.A)[wear](picture, np.random.default_rng(11))
    worn.thumbnail((1600, 1600))  # a chat app's
    output = BytesIO()
    worn.save(output, "JPEG", quality=75)
    return verifier.verify_file(output.getvalue(), "IMG.jpg")


def codes_of(verdict: Verdict) -> set[str]:
    return {one.code for one in verdict.findings}


def after_level(edited: Canvas) -> None:
    add_print(edited, edited.paper.value_glyphs(LEVEL)[-1], (7, 0), "及二级/技师（电工）")


def before_level(edited: Canvas) -> None:
    add_print(edited, edited.paper.value_glyphs(LEVEL)[0], (-1.1, 0), "特")


def line_added(edited: Canvas) -> None:
    add_print(edited, edited.paper.value_glyphs(NUMBER)[0], (0, -1.6), "有效期至：2099年12月31日")


def title(edited: Canvas) -> None:
    change_print(edited, "职业技能等级证书", "特种设备操作证")


def body_text(edited: Canvas) -> None:
    change_print(edited, "本证书由经人力资源", "本证书由国家人社部")


@pytest.mark.parametrize(
    ("edit", "wear", "row"),
    [
        (after_level, "perspective", LEVEL),
        (before_level, "clean", LEVEL),
        (line_added, "shadow", None),
        (title, "defocus", None),
        (body_text, "perspective", None),
    ],
)
def test_print_changed_or_added_beside_the_values_is_an_alteration(
    works: Works, verifier: Verifier, edit: Callable[[Canvas], None], wear: str, row: Field | None
) -> None:
    edited = canvas(works.papers[0])
    edit(edited)
    verdict = asked(verifier, edited.picture, wear)
    assert verdict.outcome is Outcome.ALTERED
    assert "page_differs_elsewhere" in codes_of(verdict)
    assert verdict.boxed is not None
    assert {name for name, _ in verdict.boxed.boxes} == {"elsewhere"}
    view = boxed_view(verdict)
    labels = {one.label.zh for one in view.differences} if view else set()
    said = "版面其他文字" if row is None else f"{LABELS[row].zh}一栏另有文字"
    assert labels == {said}
    compared = comparisons((one.code, one.evidence) for one in verdict.findings)
    unticked = {name for name, one in compared.items() if one.tone == "warn"}
    assert unticked == ({row.value} if row else set())


@pytest.mark.parametrize(
    ("field", "text", "share"),
    [(NUMBER, "ALSO ELECTRICIAN", 0.61), (LEVEL, "ADDED", 0.72)],
)
def test_words_on_the_line_of_fine_print_under_a_value_are_an_alteration(
    works: Works, verifier: Verifier, field: Field, text: str, share: float
) -> None:
    edited = canvas(works.papers[0])
    add_print(edited, edited.paper.value_glyphs(field)[0], (2, -0.75), text, share)
    output = BytesIO()
    edited.picture.save(output, "JPEG", quality=90)
    verdict = verifier.verify_file(output.getvalue(), "IMG.jpg")
    assert verdict.outcome is Outcome.ALTERED
    assert "page_differs_elsewhere" in codes_of(verdict)


@pytest.mark.parametrize("shown", ["jndj.osta-cx.com", "jndi.osta.org.cn"])
def test_another_query_site_is_an_alteration_of_that_field(
    works: Works, verifier: Verifier, shown: str
) -> None:
    edited = canvas(works.papers[0])
    change_print(edited, "jndj.osta.org.cn", shown)
    verdict = asked(verifier, edited.picture)
    assert verdict.outcome is Outcome.ALTERED
    named = [one.evidence["field"] for one in verdict.findings if one.code == "field_differs"]
    assert named == ["certificate_site"]


def test_a_seal_that_is_gone_is_not_valid(works: Works, verifier: Verifier) -> None:
    edited = canvas(works.papers[0])
    change_seal(edited)
    verdict = asked(verifier, edited.picture)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "page_unclear_elsewhere" in codes_of(verdict)


def test_a_name_struck_through_in_red_cannot_be_told(works: Works, verifier: Verifier) -> None:
    edited = canvas(works.papers[0])
    strike_in_red(edited, Field.HOLDER_NAME, "")
    verdict = asked(verifier, edited.picture)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    (unclear,) = [one for one in verdict.findings if one.code == "picture_field_unclear"]
    assert (unclear.evidence["field"], unclear.evidence["why"]) == ("holder_name", "covered")


def test_a_correction_in_red_beside_a_value_is_not_valid(works: Works, verifier: Verifier) -> None:
    edited = canvas(works.papers[0])
    last, dots = works.papers[0].value_glyphs(Field.HOLDER_NAME)[-1], SHEET_DPI / 72
    at = (last.ink[2] * dots + 60, (works.papers[0].size_points[1] - last.y) * dots)
    font = serif_font(round(last.size * dots))
    ImageDraw.Draw(edited.picture).text(at, "更正：李建国", (255, 60, 60), font, anchor="ls")
    verdict = asked(verifier, edited.picture)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "page_unclear_elsewhere" in codes_of(verdict)


@pytest.mark.parametrize("wear", ["clean", "low light"])
def test_words_in_the_gold_of_the_ornament_are_not_taken_for_it(
    works: Works, verifier: Verifier, wear: str
) -> None:
    edited = canvas(works.papers[0])
    width, height = edited.picture.size
    at, font = (0.42 * width, 0.86 * height), serif_font(height // 60)
    ImageDraw.Draw(edited.picture).text(at, "同时具备一级高级技师", (190, 160, 80), font)
    verdict = asked(verifier, edited.picture, wear)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "page_unclear_elsewhere" in codes_of(verdict)


def test_a_genuine_page_beside_a_forged_one_does_not_answer_for_it(
    works: Works, verifier: Verifier
) -> None:
    genuine, forged = works.papers[0].sheet(), canvas(works.papers[0])
    remove_symbol(forged)
    rewrite(forged, Field.HOLDER_NAME, "高文博")
    small = genuine.resize((genuine.width * 6 // 10, genuine.height * 6 // 10))
    both = Image.new("RGB", (genuine.width + small.width, genuine.height), (90, 90, 90))
    both.paste(forged.picture, (0, 0))
    both.paste(small, (genuine.width, 0))
    output = BytesIO()
    both.save(output, "JPEG", quality=90)
    verdict = verifier.verify_file(output.getvalue(), "IMG.jpg")
    assert verdict.outcome is not Outcome.VALID
    assert "picture_other_papers" in codes_of(verdict)


def test_a_genuine_page_beside_the_code_of_another_is_not_called_altered(
    works: Works, verifier: Verifier
) -> None:
    shown, other = canvas(works.papers[0]), works.papers[1]
    remove_symbol(shown)  # as under a glare
    left, top, right, bottom = other.symbol_box()
    corner = other.sheet().crop((left - 120, top - 120, right + 120, bottom + 120))
    sheet = shown.picture
    both = Image.new("RGB", (sheet.width + corner.width + 120, sheet.height + 80), (120, 100, 80))
    both.paste(sheet, (40, 40))
    both.paste(corner, (sheet.width + 100, sheet.height - corner.height - 200))
    verdict = asked(verifier, both)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert {"picture_not_aligned", "picture_other_papers"} <= codes_of(verdict)


class NeverAsked(Finder):
    def __init__(self) -> None: ...

    def find(self, picture: Pixels) -> list[NDArray[np.float32]]:
        raise AssertionError("a bare table was searched for print")


def on_a_table(ink: int | None) -> tuple[Pixels, Laid]:
    """Return a page on the left half of a grainy table, and print on the right in grey `ink`."""
    table = Image.new("L", (1200, 900), 170)
    draw = ImageDraw.Draw(table)
    for line in range(12 if ink is not None else 0):
        draw.text((680, 60 + 60 * line), "职业技能等级证书查验", ink, serif_font(36))
    grain = np.random.default_rng(5).normal(0, 3, (900, 1200))
    picture = np.clip(np.asarray(table) + grain, 0, 255).astype(np.uint8)
    across, down = np.meshgrid(np.arange(600, dtype=np.float32), np.arange(900, dtype=np.float32))
    page = np.repeat(picture[:, :600, None], 3, axis=2)
    inside = np.ones(across.shape, bool)
    laid = Laid(colours=page, inside=inside, scale=1.0, x=across, y=down)
    return np.repeat(picture[:, :, None], 3, axis=2), laid


def test_print_beside_a_page_is_looked_for_unless_the_table_is_bare() -> None:
    assert not look_outside(*on_a_table(None), NeverAsked(), Reader()).papers
    assert look_outside(*on_a_table(40), Finder(), Reader()).papers
    assert look_outside(*on_a_table(140), Finder(), Reader()).papers  # faint


@pytest.mark.parametrize("how", ["blended", "coloured"])
def test_a_retouched_photo_does_not_agree(works: Works, verifier: Verifier, how: str) -> None:
    edited = canvas(works.papers[0])
    retouch_photo(edited, how)
    verdict = asked(verifier, edited.picture)
    assert verdict.outcome is not Outcome.VALID
    assert "photo_agrees" not in codes_of(verdict)


def test_a_photo_laid_half_a_dot_off_is_as_like_itself() -> None:
    chance = np.random.default_rng(5)
    coarse = Image.fromarray(chance.integers(0, 255, (30, 22, 3), np.uint8))
    page = np.array(coarse.resize((400, 560), Image.Resampling.BICUBIC))
    box = (50, 70, 350, 490)  # five of its dots are one that is compared
    moved = np.roll(page, (2, 2), axis=(0, 1))
    match = match_portrait(page, moved, box)
    assert match.worst > 0.98 and match.lines > 0.98
    assert judge_portrait(match).decision is Decision.AGREES


def photo(worst: float = 0.96, hues: float | None = 0.95) -> Decision:
    match = PortraitMatch(tone=0.99, lines=0.98, worst=worst, contrast=1.0, hues=hues)
    return judge_portrait(match).decision


def test_a_photo_agrees_only_all_over_and_in_its_colours() -> None:
    assert photo() is Decision.AGREES
    assert photo(hues=None) is Decision.AGREES  # a picture without colours
    assert photo(worst=0.9) is Decision.UNCLEAR
    assert photo(worst=0.94) is Decision.UNCLEAR  # a third of another face blended in
    assert photo(hues=0.4) is Decision.UNCLEAR
    assert photo(hues=-0.9) is Decision.DIFFERS


@pytest.mark.parametrize(
    ("char", "likely", "decision"),
    [
        ("博", 0.99, Decision.AGREES),
        ("博", 0.86, Decision.UNCLEAR),
        ("（", 0.6, Decision.AGREES),
        ("7", 0.6, Decision.AGREES),
    ],
)
def test_an_ideograph_must_be_read_surely(char: str, likely: float, decision: Decision) -> None:
    box = (0, 0, 30, 30)
    match = CellMatch(
        cell=Cell(text=char, box=box),
        sign=Sign(text=char, at=15.0, likely=likely, first=0, last=1),
        expected_likely=likely,
        likeness=0.95,
        inked=True,
        blank=False,
        box=box,
    )
    assert judge_cell(match, 0.96) is decision


def titled(text: str, *, dark: bool) -> Laid:
    """Return a page with one line of print, as issued or photographed in the dark."""
    sheet = Image.new("RGB", (700, 160), (250, 246, 235))
    ImageDraw.Draw(sheet).text((60, 40), text, (30, 30, 30), serif_font(64))
    colours = np.asarray(sheet)
    if dark:
        grain = np.random.default_rng(3).normal(0, 16, colours.shape)
        colours = np.clip(colours * 0.3 + grain, 0, 255).astype(np.uint8)
    across, down = np.meshgrid(np.arange(700, dtype=np.float32), np.arange(160, dtype=np.float32))
    inside = np.ones(across.shape, bool)
    return Laid(colours=colours, inside=inside, scale=1.0, x=across, y=down)


@pytest.mark.parametrize(("shown", "differs"), [("等级证书", False), ("等级证书第二", True)])
def test_the_grain_of_a_dark_picture_is_no_surplus_print(shown: str, differs: bool) -> None:
    colours = titled("等级证书", dark=False).colours
    left, top, right, bottom = 66, 66, 310, 108  # tighter than lines are found
    reference = Reference(
        colours=colours, values={}, photo=None, fixed=((left, top, right, bottom),), seal=None
    )
    issued, laid = lights_of(colours), titled(shown, dark=True)
    lights = lights_of(laid.colours)
    red = surplus_red(reference, issued, lights)
    rest = judge_elsewhere(reference, issued, laid, lights, red, Finder(), Reader())
    assert bool(rest.differs) is differs
    assert not rest.unclear


@pytest.mark.parametrize(
    ("own", "text", "said"),
    [
        ("职业技能等级证书", "职业技能等级证木", True),
        ("职业技能等级证书", "职業技能等級证書", True),  # traditional, by the grain
        ("職業技能等級證書", "职业技能等级证书", True),
        ("等级水平。", "等级水平", True),
        ("一", "特", False),
        ("X", "特", False),
        ("", "特", False),
        ("职业技能等级证书", "特种设备操作证", False),
        ("二级", "二级甲", False),
    ],
)
def test_only_what_the_page_itself_says_is_no_surplus_print(
    own: str, text: str, said: bool
) -> None:
    assert is_said_by(own, text) is said
