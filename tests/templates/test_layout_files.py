"""Layout files: released ones never change; what is wrong in one is said with its place."""

from __future__ import annotations

import copy
import hashlib
import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.errors import TemplatesError
from templates.layout import Layout
from templates.layout_files import DEFAULT_LAYOUT, known_layouts, load_layout, read_layout

RELEASED = {
    "bilingual-1": "5561f9b2f5592ce5b69c2032fd3147a61405bb2e8fe92618d4613d32032f60d1",
    "landscape-1": "781c7e64228c70d5587917a585148eade5bd73b995b1659c80169039be724dc9",
    "national-1": "4d5871ae7bc758844a151535784eab1f7db3fc3cbd901cad8dad996eb0becba0",
    "national-ink-1": "fce2e7c28628473c50a91d007fd167d4a28312b36b5aff8663aaebd2b656d9aa",
}
CHANGED = (
    "{0} is not what was released. A certificate is drawn from the layout its award pins, for "
    "ever: restore the file, and give the change a new one, such as {1}."
)


def file_of(layout_id: str) -> bytes:
    return (files("templates") / "layouts" / f"{layout_id}.json").read_bytes()


def value_of(layout_id: str) -> Any:
    return json.loads(file_of(layout_id))


def refusal(value: Any, layout_id: str = DEFAULT_LAYOUT) -> str:
    with pytest.raises(TemplatesError) as refused:
        read_layout(json.dumps(value).encode(), layout_id)
    assert refused.value.code == "layout_invalid"
    return refused.value.text.en


def paths(value: Any, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of every node below the root."""
    entries: Any = []
    if isinstance(value, dict):
        entries = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    found: list[tuple[str | int, ...]] = []
    for key, item in entries:
        found += [(*above, key), *paths(item, (*above, key))]
    return found


ALL_PATHS = [(name, path) for name in known_layouts() for path in paths(value_of(name))]
OPTIONAL = {"weight", "tracking", "second_drop_mm", "visible", "sample_degrees"}
STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10_000, 10_000),
    st.floats(),
    st.text(max_size=6),
    st.lists(st.integers(), max_size=5),
    st.dictionaries(st.text(max_size=6), st.integers(), max_size=2),
)


def node_above(value: Any, path: tuple[str | int, ...]) -> Any:
    for key in path[:-1]:
        value = value[key]
    return value


@pytest.mark.parametrize("layout_id", known_layouts())
def test_every_layout_is_read(layout_id: str) -> None:
    assert load_layout(layout_id).id == layout_id


def test_a_released_layout_is_never_changed() -> None:
    assert set(RELEASED) == set(known_layouts()), "enter the SHA-256 of a new layout in RELEASED"
    for layout_id, sha256 in RELEASED.items():
        name, _, version = layout_id.rpartition("-")
        told = CHANGED.format(layout_id, f"{name}-{int(version) + 1}")
        assert hashlib.sha256(file_of(layout_id)).hexdigest() == sha256, told


@given(place=st.sampled_from(ALL_PATHS))
def test_whatever_is_left_out_is_named(place: tuple[str, tuple[str | int, ...]]) -> None:
    layout_id, path = place
    value = value_of(layout_id)
    del node_above(value, path)[path[-1]]
    try:
        read = read_layout(json.dumps(value).encode(), layout_id)
    except TemplatesError as refused:
        assert refused.code == "layout_invalid"
        names = [str(key) for key in path if isinstance(key, str)]
        assert any(name in refused.text.en for name in names)
    else:
        optional = isinstance(path[-1], str) and path[-1] in OPTIONAL
        # A family to prefer is one of as many as there are.
        assert optional or path[0] == "faces"
        assert isinstance(read, Layout)


@given(place=st.sampled_from(ALL_PATHS), strange=STRANGE)
def test_whatever_is_put_in_gives_a_layout_or_an_explanation(
    place: tuple[str, tuple[str | int, ...]], strange: object
) -> None:
    layout_id, path = place
    value = value_of(layout_id)
    node_above(value, path)[path[-1]] = strange
    try:
        read = read_layout(json.dumps(value).encode(), layout_id)
    except TemplatesError as refused:
        assert refused.code == "layout_invalid"
        assert refused.text.zh
    else:
        assert isinstance(read, Layout)


@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_other_files_are_refused(file: bytes) -> None:
    with pytest.raises(TemplatesError) as refused:
        read_layout(file, DEFAULT_LAYOUT)
    assert refused.value.code == "layout_invalid"


def test_a_file_too_deep_to_read_is_refused() -> None:
    with pytest.raises(TemplatesError) as refused:
        read_layout(b"[" * 100_000, DEFAULT_LAYOUT)
    assert refused.value.code == "layout_invalid"


def test_a_name_that_stands_twice_is_refused() -> None:
    file = file_of(DEFAULT_LAYOUT).replace(b'"bilingual"', b'"bilingual": true, "bilingual"')
    with pytest.raises(TemplatesError) as refused:
        read_layout(file, DEFAULT_LAYOUT)
    assert "bilingual" in refused.value.text.en


@pytest.mark.parametrize(
    ("path", "wrong", "place"),
    [
        (("format",), 2, "format"),
        (("format",), True, "format"),
        (("id",), "national-2", "id"),
        (("page_mm",), [50, 297], "page_mm"),
        (("page_mm",), [210], "page_mm"),
        (("styles", "title", "face"), "songti", "styles.title.face"),
        (("styles", "title", "size"), 0, "styles.title.size"),
        (("styles", "title", "ink"), "crimson", "styles.title.ink"),
        (("styles", "title", "weight"), -1, "styles.title.weight"),
        (("styles", "footer"), {"face": "text", "size": 9, "ink": "000000"}, "styles"),
        (("faces", "value"), "仿宋", "faces.value"),
        (("photo_mm",), [190, 157, 25, 35], "photo_mm"),
        (("photo_mm",), [40, 70, 25, 35], "symbol"),
        (("symbol", "side_mm"), 20, "symbol.side_mm"),
        (("seal", "middle_mm"), [151, 20], "seal"),
        (("seal", "visible"), 1, "seal.visible"),
        (("title", "at_mm"), [105, 290], "title"),
        (("table", "step_mm"), 40, "table"),
        (("table", "least_two_lines"), 20, "table.least_two_lines"),
        (("table", "second_drop_mm"), 4, "table.second_drop_mm"),
        (("bilingual",), True, "styles"),
        (("colour",), "red", "colour"),
        (("name", "en"), "", "name.en"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    path: tuple[str, ...], wrong: object, place: str
) -> None:
    value = copy.deepcopy(value_of(DEFAULT_LAYOUT))
    node_above(value, path)[path[-1]] = wrong
    assert f"wrong at {place}: expected" in refusal(value)


def test_english_is_there_as_a_whole_or_not_at_all() -> None:
    value = value_of("bilingual-1")
    del value["subtitle"]
    assert "wrong at subtitle" in refusal(value, "bilingual-1")


def test_a_layout_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(TemplatesError) as refused:
        load_layout("provincial-1")
    assert refused.value.code == "layout_unknown"
    assert all(name in refused.value.text.en for name in known_layouts())
