"""Stored files are whole, sealed, idempotent, and refused when altered."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from registry.errors import StoreError
from registry.store import FileStore, Parcel, make_folder, sweep_unfinished, write_durably

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


def test_many_files_are_stored_as_each_of_them_would_be_alone(tmp_path: Path) -> None:
    parcels = [_parcel(number) for number in range(450)]
    names = FileStore(tmp_path / "many").put_many(parcels)
    single = FileStore(tmp_path / "single")
    alone = tuple(single.put(parcel.content, parcel.key) for parcel in parcels[:20])
    assert names[:20] == alone
    assert [FileStore(tmp_path / "many").get(name, KEY) for name in names] == [
        parcel.content for parcel in parcels
    ]


def test_a_content_is_stored_once_however_often_it_is_among_many(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    first, again = store.put_many([_parcel(1), _parcel(1)])
    assert first == again == store.put(_parcel(1).content, KEY)
    assert store.put_many([_parcel(1)]) == (first,)
    assert _files(tmp_path) == {first}


def test_storing_nothing_makes_nothing(tmp_path: Path) -> None:
    assert FileStore(tmp_path / "store").put_many([]) == ()
    assert not (tmp_path / "store").exists()


def test_a_hash_the_caller_has_computed_changes_no_name(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    sha256 = hashlib.sha256(b"content").digest()
    (name,) = store.put_many([Parcel(content=b"content", key=KEY, sha256=sha256)])
    assert name == store.put(b"content", KEY)


def test_many_files_and_their_names_are_on_disk_before_they_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync, events = os.fsync, list[tuple[str, Path]]()
    rename = os.replace

    def note_sync(descriptor: int) -> None:
        events.append(("sync", Path(f"/proc/self/fd/{descriptor}").readlink()))
        sync(descriptor)

    def note_rename(source: Path, target: Path) -> None:
        events.append(("synced first", target) if ("sync", source) in events else ("bare", target))
        rename(source, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(os, "replace", note_rename)
    names = FileStore(tmp_path).put_many([_parcel(number) for number in range(30)])

    for name in names:
        path = tmp_path / name[:2] / name
        named = events.index(("synced first", path))
        assert ("sync", path.parent) in events[named:]


def test_a_failure_among_many_leaves_whole_files_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, rename, left = FileStore(tmp_path), os.replace, [7]

    def fail_at_last(source: Path, target: Path) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError("no space left")
        rename(source, target)

    monkeypatch.setattr(os, "replace", fail_at_last)
    with pytest.raises(OSError, match="no space left"):
        store.put_many([_parcel(number) for number in range(20)])
    names = _files(tmp_path)
    assert len(names) == 7
    assert {store.get(name, KEY) for name in names} <= {_parcel(n).content for n in range(20)}


@pytest.mark.parametrize("syncs", [0, 10, 25])
def test_a_writer_killed_among_many_leaves_whole_files_and_what_a_sweep_removes(
    tmp_path: Path, syncs: int
) -> None:
    program = (
        "import os, sys, itertools, pathlib; from registry.store import FileStore, Parcel\n"
        "folder = pathlib.Path(sys.argv[1]); sync, count = os.fsync, itertools.count()\n"
        "for number in range(256): (folder / f'{number:02x}').mkdir()\n"
        "os.fsync = lambda d: os._exit(9) if next(count) >= int(sys.argv[2]) else sync(d)\n"
        "FileStore(folder).put_many("
        "    Parcel(content=b'%d' % n * 9999, key=bytes(range(32))) for n in range(20))"
    )
    run = subprocess.run([sys.executable, "-c", program, str(tmp_path), str(syncs)], check=False)
    assert run.returncode == 9
    store = FileStore(tmp_path)
    store.sweep()
    names = _files(tmp_path)
    assert len(names) == (20 if syncs > 20 else 0)
    assert {store.get(name, KEY) for name in names} <= {b"%d" % n * 9999 for n in range(20)}


def test_making_a_folder_makes_those_above_it(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b" / "c")
    make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()


def _parcel(number: int) -> Parcel:
    return Parcel(content=f"content {number}".encode(), key=KEY)


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


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
