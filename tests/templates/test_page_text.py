"""Fitting: shrink, then wrap, never cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from templates.page_text import Room, fit, flow

ROOM = Room(width_mm=40, size=12, least_one_line=10.5, least_two_lines=9)


def measure(text: str, size: float) -> float:
    """As wide as ideographs: one em a character."""
    return len(text) * size * 25.4 / 72


def test_what_fits_keeps_its_size() -> None:
    fitted = fit("国" * 9, ROOM, measure)
    assert fitted is not None
    assert (fitted.lines, fitted.size) == (("国" * 9,), 12)


def test_a_little_too_long_shrinks_before_it_wraps() -> None:
    fitted = fit("国" * 10, ROOM, measure)
    assert fitted is not None
    assert (len(fitted.lines), fitted.size) == (1, 11)


def test_longer_wraps_at_the_least_size_of_one_line() -> None:
    fitted = fit("国" * 12, ROOM, measure)
    assert fitted is not None
    assert (fitted.lines, fitted.size) == (("国" * 6, "国" * 6), 10.5)


def test_still_longer_shrinks_on_two_lines_and_then_is_refused() -> None:
    fitted = fit("国" * 24, ROOM, measure)
    assert fitted is not None
    assert (len(fitted.lines), fitted.size) == (2, 9)
    assert fit("国" * 26, ROOM, measure) is None


def test_names_break_between_their_parts() -> None:
    fitted = fit("阿布都热合·买买提艾力江", ROOM, measure)
    assert fitted is not None
    assert fitted.lines == ("阿布都热合·", "买买提艾力江")


def test_words_are_not_broken() -> None:
    fitted = fit("ABCDEFG HIJKLMNO", ROOM, measure)
    assert fitted is not None
    assert fitted.lines == ("ABCDEFG ", "HIJKLMNO")


@given(st.text("国·A ，（）", min_size=1, max_size=40))
def test_lines_are_the_text_to_the_character_and_within_the_room(text: str) -> None:
    fitted = fit(text, ROOM, measure)
    if fitted is not None:
        assert "".join(fitted.lines) == text
        assert all(measure(line, fitted.size) <= ROOM.width_mm for line in fitted.lines)


def test_a_paragraph_keeps_every_character_and_its_punctuation_off_line_starts() -> None:
    text = "一二三四五六七八，九十一二三四五六七八九十（工种）。" * 3
    lines = flow(text, 40, lambda part: measure(part, 12), "　　")
    assert "".join(lines) == text
    assert not any(line[0] in "，。）" for line in lines)
    assert not any(line[-1] == "（" for line in lines)
