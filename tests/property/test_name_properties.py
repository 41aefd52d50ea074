"""Names: normalising is final, folding never merges ideographs, and any text gets an answer."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from codes.name_characters import is_ideograph, is_latin
from codes.names import MAX_NAME_CHARACTERS, fold_name, normalise_name

IDEOGRAPHS = st.one_of(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.characters(min_codepoint=0x3400, max_codepoint=0x4DBF),
    st.integers(0x20000, 0x2A6DF).map(chr),
    st.integers(0x30000, 0x3134A).map(chr),
)
near_names = st.one_of(
    st.text(max_size=45),
    st.text(alphabet="王明艾力·•．.-' JoＡe\u0301\u2f45\uf900\u200b\u3000", max_size=45),
)


@given(st.text(alphabet=IDEOGRAPHS, min_size=1, max_size=MAX_NAME_CHARACTERS))
def test_any_ideographs_are_a_name_and_stay_as_they_are(name: str) -> None:
    reading = normalise_name(name)
    assert reading.problems == ()
    assert reading.name == name
    assert fold_name(name) == name


@given(near_names)
@example("A \u0300")
@example("A\u3000\u0300\u0301")
def test_normalising_is_final_and_does_not_change_the_fold(typed: str) -> None:
    once = normalise_name(typed)
    again = normalise_name(once.name)
    assert (again.name, again.problems) == (once.name, once.problems)
    if not once.problems:
        assert fold_name(once.name) == fold_name(typed)


@given(near_names)
def test_a_name_without_problems_holds_only_what_may_be_printed(typed: str) -> None:
    reading = normalise_name(typed)
    if reading.problems:
        return
    assert 1 <= len(reading.name) <= MAX_NAME_CHARACTERS
    assert all(is_ideograph(char) or is_latin(char) or char in " ·.-'" for char in reading.name)


@given(near_names)
def test_folding_is_final(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)
