"""The security pattern: what it costs, what it keeps clear of, and what it says."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pypdfium2
import pytest

from templates.drawing import INK, LABEL_INK, PAPER, Box
from templates.guilloche import PatternPlan, SecurityPattern, micro_text_of, pattern_seed
from templates.micro_text import Rule
from tests.templates.drawn_sheet import (
    INNER,
    NUMBER,
    PHOTO_BOX,
    PLAN,
    QR_BOX,
    contrast,
    drawn,
    looked_at,
    part_of,
    sheet,
)

LANDSCAPE_BOX = Box(left=20.4, bottom=20.4, right=276.6, top=189.6)
LANDSCAPE = PatternPlan(
    box=LANDSCAPE_BOX,
    rose_middle=(148.5, 97),
    rules=tuple(Rule(left=71, right=157, y=135.5 - 12.2 * row) for row in range(7)),
    frame=LANDSCAPE_BOX.grown(0.9),
)


@pytest.fixture(scope="module")
def pattern() -> SecurityPattern:
    return SecurityPattern(PLAN)


def test_same_record_gives_the_same_bytes(pattern: SecurityPattern) -> None:
    assert drawn(SecurityPattern(PLAN), b"one") == drawn(pattern, b"one")
    assert dict(SecurityPattern(PLAN).forms) == dict(pattern.forms)


def test_thousand_records_give_thousand_patterns(pattern: SecurityPattern) -> None:
    text = "0"
    seeds = [pattern_seed(str(n).encode()) for n in range(1000)]
    assert len({pattern.operators(seed, text) for seed in seeds}) == 1000


def test_every_family_of_lines_comes_up(pattern: SecurityPattern) -> None:
    texts = [drawn(pattern, str(n).encode()) for n in range(200)]
    pairs = {tuple(re.findall(rb"/Gw(\d)", text)) for text in texts}
    roses = {re.findall(rb"/Gr(\d)", text)[0] for text in texts}
    assert len(pairs) == 12
    assert len(roses) == 2


@pytest.mark.parametrize("plan", [PLAN, LANDSCAPE], ids=["portrait", "landscape"])
def test_pattern_stays_within_its_cost(plan: PatternPlan) -> None:
    pattern = SecurityPattern(plan)
    assert sum(len(form.content) for form in pattern.forms.values()) <= 10_000
    assert len(drawn(pattern, b"one")) <= 3_000


def test_graphics_state_is_left_as_it_was(pattern: SecurityPattern) -> None:
    tokens = drawn(pattern, b"one").split()
    assert tokens.count(b"q") == tokens.count(b"Q") > 0
    for form in pattern.forms.values():
        tokens_of_form = form.operators().split()
        assert tokens_of_form.count("q") == tokens_of_form.count("Q")


def test_only_forms_at_hand_are_used(pattern: SecurityPattern) -> None:
    used = {name.decode() for name in re.findall(rb"/(\w+)", drawn(pattern, b"one"))}
    assert used <= set(pattern.forms)


def test_text_layer_sees_nothing(pattern: SecurityPattern) -> None:
    with pypdfium2.PdfDocument(sheet(pattern.forms, drawn(pattern, b"one"))) as document:
        assert document[0].get_textpage().get_text_range() == ""


def test_boxes_kept_clear_stay_blank_and_the_rest_does_not(pattern: SecurityPattern) -> None:
    pixels = looked_at(sheet(pattern.forms, drawn(pattern, b"one")), 150)
    for box in (QR_BOX, PHOTO_BOX):
        assert pixels[part_of(pixels, box.grown(-0.2), 150)].min() == 255
    around = part_of(pixels, PHOTO_BOX.grown(3), 150)
    assert pixels[around].min() < 250
    outside = np.ones_like(pixels, dtype=bool)
    outside[part_of(pixels, INNER.grown(0.6), 150)] = False
    assert pixels[outside].min() == 255


@pytest.mark.parametrize("plan", [PLAN, LANDSCAPE], ids=["portrait", "landscape"])
def test_waves_fill_the_box_however_they_are_turned(plan: PatternPlan) -> None:
    bare = SecurityPattern(replace(plan, rules=(), frame=None, rose_middle=None, clear=()))
    width, height = (297.0, 210.0) if plan is LANDSCAPE else (210.0, 297.0)
    box = plan.box
    corners = [
        Box(left=x, bottom=y, right=x + 8, top=y + 8)
        for x in (box.left, box.right - 8)
        for y in (box.bottom, box.top - 8)
    ]
    for turns in (b"\x00\x00", b"\xff\x00"):  # flattest and steepest, both at the smallest scale
        for first in range(0, 12, 3):  # each family once in the first field
            for shift in (b"\x00\x00", b"\xff\xff"):
                seed = bytes([0, first]) + (turns + shift + shift) * 2 + b"\x00\x00"
                operators = bare.operators(seed, "0")
                pixels = looked_at(sheet(bare.forms, operators, (width, height)), 40)
                for corner in corners:
                    place = pixels[part_of(pixels, corner, 40, height)]
                    assert (place < 255).mean() > 0.5


def test_micro_text_says_number_and_hash_along_rules_and_frame(pattern: SecurityPattern) -> None:
    seed = pattern_seed(b"one")
    text = micro_text_of(NUMBER, seed)
    assert text.startswith(f"{NUMBER}·")
    written = re.findall(rb"/Gm([0-9A-F]+) Do", pattern.operators(seed, text))
    said = "".join(chr(int(code, 16)) for code in written)
    assert said == text * 2  # once for level lines, once for the upright sides of the frame


def test_micro_text_is_drawn_where_the_rules_and_the_frame_are(pattern: SecurityPattern) -> None:
    seed = pattern_seed(b"one")
    dpi = 400.0
    one, other = (
        looked_at(sheet(pattern.forms, pattern.operators(seed, text)), dpi)
        for text in ("1", "8")  # the same pattern, once with thin and once with full characters
    )
    changed = one != other
    for rule in PLAN.rules:
        line = Box(left=rule.left, bottom=rule.y - 0.4, right=rule.right, top=rule.y + 0.4)
        columns = changed[part_of(one, line, dpi)].any(axis=0)
        assert columns.mean() > 0.5
        changed[part_of(one, line, dpi)] = False
    around = INNER.grown(0.4)
    for x in (INNER.left, INNER.right):
        side = Box(left=x - 0.4, bottom=around.bottom, right=x + 0.4, top=around.top)
        assert changed[part_of(one, side, dpi)].any(axis=1).mean() > 0.5
        changed[part_of(one, side, dpi)] = False
    for y in (INNER.bottom, INNER.top):
        line = Box(left=around.left, bottom=y - 0.4, right=around.right, top=y + 0.4)
        assert changed[part_of(one, line, dpi)].any(axis=0).mean() > 0.5
        changed[part_of(one, line, dpi)] = False
    assert not changed.any()


def test_type_stays_readable_over_the_pattern() -> None:
    for ink in (*PLAN.wave_inks, PLAN.rose_ink):
        assert contrast(INK, ink) >= 7
        assert contrast(LABEL_INK, ink) >= 4.5
    assert contrast(LABEL_INK, PAPER) >= 7


def test_fax_shows_type_and_no_pattern(pattern: SecurityPattern) -> None:
    bare = SecurityPattern(replace(PLAN, rules=(), frame=None))
    pixels = looked_at(sheet(bare.forms, drawn(bare, b"one")), 204)
    assert pixels.min() > 160
    assert pixels.mean() > 240


def test_unusable_seeds_and_texts_are_refused(pattern: SecurityPattern) -> None:
    seed = pattern_seed(b"one")
    with pytest.raises(ValueError, match="seed"):
        pattern.operators(seed[:15], NUMBER)
    for text in ("", "Z", "1" * 41):
        with pytest.raises(ValueError, match="micro-text"):
            pattern.operators(seed, text)


def test_overlapping_clear_boxes_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        SecurityPattern(replace(PLAN, clear=(QR_BOX, QR_BOX.grown(-1))))
