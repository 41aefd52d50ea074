"""Stored files are whole, sealed, idempotent, and refused when altered."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import StoreError
from registry.store import FileStore, write_durably

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))


def test_get_returns_what_was_put(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    name = store.put(b"content", KEY)
    assert store.get(name, KEY) == b"content"


def test_putting_the_same_content_again_changes_nothing(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    assert store.put(b"content", KEY) == store.put(b"content", KEY)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_content_is_not_readable_on_disk(tmp_path: Path) -> None:
    FileStore(tmp_path).put(b"a very recognisable sentence", KEY)
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"recognisable" not in path.read_bytes()


def test_another_key_does_not_open_a_file(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    name = store.put(b"content", KEY)
    with pytest.raises(StoreError, match="stored_file_altered"):
        store.get(name, OTHER)


def test_every_altered_byte_is_refused(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    name = store.put(b"content", KEY)
    path = tmp_path / name[:2] / name
    original = path.read_bytes()
    for position in range(len(original)):
        changed = bytearray(original)
        changed[position] ^= 1
        path.write_bytes(changed)
        with pytest.raises(StoreError, match="stored_file_altered"):
            store.get(name, KEY)


def test_a_missing_file_is_named_as_missing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="stored_file_missing"):
        FileStore(tmp_path).get("0" * 64, KEY)


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_durably(path, b"old")
    with pytest.raises(TypeError):
        write_durably(path, "not bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
