"""Folders and archives: every file once, nothing written, nothing hostile let in."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from verifier.document import MAX_FILE_BYTES
from verifier.errors import UsageError
from verifier.many_files import MAX_DEPTH, MAX_FILES, find_files, shown


def names(*paths: Path) -> list[str]:
    return [found.name for found in find_files(paths)]


def test_files_of_a_folder_and_of_archives_in_it_come_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "证书"
    (folder / "2026").mkdir(parents=True)
    (folder / "2026" / "b.pdf").write_bytes(b"b")
    (folder / "a.pdf").write_bytes(b"a")
    (folder / ".hidden").write_bytes(b"h")
    with zipfile.ZipFile(folder / "z.zip", "w") as archive:
        archive.writestr("里面/c.jpg", b"c")
        archive.writestr("__MACOSX/._c.jpg", b"x")
    found = list(find_files([folder]))
    assert [one.name for one in found] == ["证书/2026/b.pdf", "证书/a.pdf", "证书/z.zip/里面/c.jpg"]
    assert [one.data for one in found] == [b"b", b"a", b"c"]


def test_names_that_would_lead_out_are_only_shown(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("../../out.pdf", b"1")
        archive.writestr("/abs.pdf", b"2")
        archive.writestr("a\x1b[31m\u202egpj.pdf", b"3")
    before = sorted(tmp_path.rglob("*"))
    found = list(find_files([tmp_path / "z.zip"]))
    assert [one.data for one in found] == [b"1", b"2", b"3"]
    assert all("\x1b" not in one.name and "\u202e" not in one.name for one in found)
    assert sorted(tmp_path.rglob("*")) == before


def test_names_written_in_gbk_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("xxxx.pdf", b"1")
    data = (tmp_path / "z.zip").read_bytes().replace(b"xxxx.pdf", "欧阳".encode("gbk") + b".pdf")
    (tmp_path / "z.zip").write_bytes(data)
    assert names(tmp_path / "z.zip") == ["z.zip/欧阳.pdf"]


def test_a_bomb_is_unpacked_only_up_to_what_a_file_may_have(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.pdf", bytes(3 * MAX_FILE_BYTES))
    (found,) = find_files([tmp_path / "z.zip"])
    assert len(found.data) == MAX_FILE_BYTES + 1


def test_what_cannot_be_opened_says_why_and_the_rest_goes_on(tmp_path: Path) -> None:
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("c.pdf", b"c")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.write(inner, "inner.zip")
        archive.writestr("d.pdf", b"d" * 100)
    data = (tmp_path / "z.zip").read_bytes().replace(b"d" * 100, b"e" * 100)
    (tmp_path / "z.zip").write_bytes(data)
    (tmp_path / "cut.zip").write_bytes(inner.read_bytes()[:-30])
    inner.unlink()
    (tmp_path / "link").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    troubles = {one.name.partition("/")[2]: one.trouble for one in find_files([tmp_path])}
    assert set(troubles) == {"cut.zip", "link", "pipe", "z.zip/inner.zip", "z.zip/d.pdf"}
    assert all(trouble is not None for trouble in troubles.values())


def test_folders_too_deep_and_files_too_many_are_named(tmp_path: Path) -> None:
    deep = tmp_path / "/".join(["d"] * (MAX_DEPTH + 2))
    deep.mkdir(parents=True)
    (deep / "a.pdf").write_bytes(b"a")
    (found,) = find_files([tmp_path / "d"])
    assert found.trouble is not None
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for number in range(MAX_FILES + 1):
            archive.writestr(f"{number}.pdf", b"")
    with pytest.raises(UsageError, match="files_too_many"):
        next(find_files([tmp_path / "z.zip"]))  # before the first is unpacked
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="files_none"):
        names(tmp_path / "empty")


def test_a_long_name_is_shortened_in_its_middle() -> None:
    assert shown("a" * 300 + ".pdf").endswith(".pdf")
    assert len(shown("a" * 300)) == 201
    assert shown("a\x00\u202e\u00ad\ud800\u2028.pdf") == "a" + "\ufffd" * 5 + ".pdf"
