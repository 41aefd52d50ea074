"""Stored files are whole, sealed, idempotent, and refused when altered."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from registry.errors import StoreError
from registry.store import FileStore, make_folder, sweep_unfinished, write_durably

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


def test_what_a_killed_writer_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    name = store.put(b"content", KEY)
    left = _write_and_die(tmp_path / "store")
    (tmp_path / "store" / "note.txt").write_bytes(b"the operator's own")
    assert left.exists()
    store.sweep()
    assert not left.exists()
    assert store.get(name, KEY) == b"content"
    assert (tmp_path / "store" / "note.txt").exists()


def test_a_sweep_leaves_the_unfinished_file_of_a_living_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def sweep_then_sync(descriptor: int) -> None:
        sweep_unfinished(tmp_path)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", sweep_then_sync)
    write_durably(tmp_path / "file", b"content")
    assert (tmp_path / "file").read_bytes() == b"content"


def test_a_writer_whose_new_file_is_swept_at_once_starts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = os.open
    swept: list[Path] = []

    def create_then_sweep(path: Path, flags: int, mode: int = 0o777) -> int:
        descriptor = create(path, flags, mode)
        if flags & os.O_EXCL and not swept:
            swept.append(path)
            sweep_unfinished(tmp_path)
        return descriptor

    monkeypatch.setattr(os, "open", create_then_sweep)
    write_durably(tmp_path / "file", b"content")
    assert swept
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_discarded_file_is_gone_and_may_be_gone_already(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    name = store.put(b"content", KEY)
    store.discard(name)
    store.discard(name)
    with pytest.raises(StoreError, match="stored_file_missing"):
        store.get(name, KEY)


def test_making_a_folder_makes_those_above_it(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b" / "c")
    make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()


def _write_and_die(folder: Path) -> Path:
    """Leave an unfinished file in `folder` as a writer does that is killed before the rename."""
    program = (
        "import os, pathlib, sys; from registry.store import write_durably;"
        "os.fsync = lambda _: os._exit(9);"
        "write_durably(pathlib.Path(sys.argv[1]) / 'file', b'content')"
    )
    run = subprocess.run([sys.executable, "-c", program, str(folder)], check=False)
    assert run.returncode == 9
    (left,) = folder.glob(".*")
    return left
