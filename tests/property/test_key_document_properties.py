"""Whatever the key document's file holds, reading it ends in a document or a typed refusal."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from keys.algorithms import Algorithm
from keys.document import dump_key_document, parse_key_document
from keys.errors import KeysError
from tests.keys.key_samples import fixed_key, make_document, public_entry

DATA = dump_key_document(make_document(public_entry(fixed_key(Algorithm.EDDSA))))
VALUE = json.loads(DATA)

any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of everything in a JSON value."""
    found = [path]
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            found += places(inner, (*path, step))
    return found


@given(st.sampled_from([path for path in places(VALUE) if path]), any_json)
def test_any_value_in_any_place_is_read_or_refused(
    path: tuple[str | int, ...], value: object
) -> None:
    document = json.loads(DATA)
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    try:
        read = parse_key_document(json.dumps(document).encode())
    except KeysError as error:
        assert error.evidence["where"]
        return
    assert json.loads(dump_key_document(read)) == document


@given(st.integers(0, len(DATA) - 1), st.binary(max_size=3))
def test_any_damage_to_the_file_is_read_or_refused(place: int, new: bytes) -> None:
    try:
        parse_key_document(DATA[:place] + new + DATA[place + len(new) :])
    except KeysError as error:
        assert error.code
