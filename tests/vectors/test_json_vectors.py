"""The published JSON bodies against the strict reader of the key document."""

from __future__ import annotations

from pathlib import Path

from keys.errors import KeysError
from keys.strict_json import load_strict_json
from tests.vectors.cases import published_folder

# Legal JSON in which one name occurs twice: a verifier and a browser could read different values.
REFUSED_ON_PURPOSE = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}


def is_read(path: Path) -> bool:
    """Say whether the strict reader reads a file."""
    try:
        load_strict_json(path.read_bytes(), max_bytes=1_000_000)
    except KeysError as error:
        assert error.code == "json_invalid"
        return False
    return True


def test_bodies_are_read_or_refused_as_the_vectors_ask_and_nothing_else_is_raised() -> None:
    files = sorted(published_folder("json/test_parsing").glob("*.json"))
    assert len(files) == 318
    read = {path.name for path in files if is_read(path)}
    assert {name for name in read if name.startswith("n_")} == set()
    must_read = {path.name for path in files if path.name.startswith("y_")} - REFUSED_ON_PURPOSE
    assert must_read - read == set()
