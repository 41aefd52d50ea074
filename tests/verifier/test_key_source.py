"""The key document is read anew when it changed, and never outlives its file."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from keys.document import KeyDocument, dump_key_document
from tests.verifier.world import key_document
from verifier.errors import KeyDocumentUnavailable
from verifier.key_source import KeyDocumentFile


def publish(path: Path, document: KeyDocument) -> None:
    draft = path.with_suffix(".new")
    draft.write_bytes(dump_key_document(document))
    draft.replace(path)


def test_an_unchanged_file_is_parsed_once(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    publish(path, key_document())
    source = KeyDocumentFile(path)
    assert source() is source()


def test_a_new_version_is_used_at_once(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    publish(path, key_document())
    source = KeyDocumentFile(path)
    assert source().version == 1
    publish(path, replace(key_document(), version=2))
    assert source().version == 2


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff", None])
def test_a_damaged_or_missing_file_is_unavailable_until_it_is_mended(
    tmp_path: Path, damage: bytes | None
) -> None:
    path = tmp_path / "keys.json"
    publish(path, key_document())
    source = KeyDocumentFile(path)
    source()
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
        os.utime(path, ns=(1, 1))
    with pytest.raises(KeyDocumentUnavailable):
        source()
    publish(path, key_document())
    assert source().version == 1
