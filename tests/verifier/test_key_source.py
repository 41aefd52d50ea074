"""The trust list is read anew when it changed, never outlives its file, and never goes back."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from keys.document import KeyDocument, dump_key_document
from registry.home import Home
from tests.keys.trust_samples import (
    ONE,
    list_file,
    one_root,
    published,
    root_document,
    root_key,
    signed_root,
)
from tests.verifier.world import key_document
from verifier.errors import KeyDocumentUnavailable
from verifier.key_source import TrustSource, file_source, home_source

ROLLBACKS = 200


@pytest.fixture
def source(home: Home) -> TrustSource:
    """The trust list of a home that pinned the sample root."""
    home.root_folder.mkdir()
    home.root_pin_path.write_text(one_root().pin)
    put(home, published(key_document()))
    return home_source(home)


def put(home: Home, data: bytes) -> None:
    draft = home.key_document_path.with_suffix(".new")
    draft.write_bytes(data)
    draft.replace(home.key_document_path)


def version(number: int) -> KeyDocument:
    return replace(key_document(), version=number)


def refusal(source: TrustSource) -> str:
    with pytest.raises(KeyDocumentUnavailable) as caught:
        source()
    return caught.value.code


def test_an_unchanged_file_is_parsed_once(source: TrustSource) -> None:
    assert source() is source()


def test_a_new_version_is_used_at_once(source: TrustSource, home: Home) -> None:
    assert source().document.version == 1
    put(home, published(version(2)))
    assert source().document.version == 2


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff", None])
def test_a_damaged_or_missing_file_is_unavailable_until_it_is_mended(
    source: TrustSource, home: Home, damage: bytes | None
) -> None:
    source()
    if damage is None:
        home.key_document_path.unlink()
    else:
        home.key_document_path.write_bytes(damage)
        os.utime(home.key_document_path, ns=(1, 1))
    assert refusal(source) in {"key_document_unavailable", "trust_list_unsigned"}
    put(home, published(key_document()))
    assert source().document.version == 1


def test_an_unsigned_document_is_not_believed(source: TrustSource, home: Home) -> None:
    put(home, dump_key_document(version(2)))
    assert refusal(source) == "trust_list_unsigned"


def test_a_list_signed_by_another_root_is_not_believed(source: TrustSource, home: Home) -> None:
    other = root_key("other")
    root = signed_root(root_document([other]), [other])
    put(home, list_file(version(2), [root], [other]))
    assert refusal(source) == "trust_list_unsigned"


def test_every_one_of_many_rollbacks_is_refused_by_old_and_new_processes(
    source: TrustSource, home: Home
) -> None:
    put(home, published(version(ROLLBACKS + 1)))
    assert source().document.version == ROLLBACKS + 1
    refused = []
    for number in range(1, ROLLBACKS + 1):
        put(home, published(version(number)))
        refused.append((refusal(source), refusal(home_source(home))))
    assert refused == [("trust_list_older", "trust_list_older")] * ROLLBACKS
    put(home, published(version(ROLLBACKS + 1)))
    assert source().document.version == ROLLBACKS + 1


def test_the_memory_is_kept_outside_the_database_and_what_is_published(
    source: TrustSource, home: Home, tmp_path: Path
) -> None:
    shutil.copytree(home.path / "public", tmp_path / "kept")
    shutil.copy(home.path / "registry.sqlite3", tmp_path / "registry.sqlite3")
    put(home, published(version(5)))
    assert source().document.version == 5
    shutil.rmtree(home.path / "public")
    shutil.copytree(tmp_path / "kept", home.path / "public")
    shutil.copy(tmp_path / "registry.sqlite3", home.path / "registry.sqlite3")
    assert refusal(home_source(home)) == "trust_list_older"


def test_another_list_of_the_same_version_is_refused(source: TrustSource, home: Home) -> None:
    source()
    put(home, published(replace(key_document(), demo=True)))
    assert refusal(source) == "trust_list_forked"


def test_one_signature_more_on_the_same_list_changes_nothing(
    source: TrustSource, home: Home
) -> None:
    source()
    put(home, list_file(key_document(), [one_root()], [ONE, root_key("other")]))
    assert source().document == key_document()


def test_a_newer_list_under_a_root_before_the_last_one_seen_is_refused(
    source: TrustSource, home: Home
) -> None:
    new = root_key("new")
    second = signed_root(root_document([new], version=2), [ONE, new])
    put(home, list_file(version(2), [one_root(), second], [new]))
    assert source().root.version == 2
    put(home, published(version(3)))
    assert refusal(source) == "trust_list_older"


def test_a_newer_list_under_a_root_that_forked_off_is_refused(
    source: TrustSource, home: Home
) -> None:
    new, fork = root_key("new"), root_key("fork")
    second = signed_root(root_document([new], version=2), [ONE, new])
    forked = signed_root(root_document([fork], version=2), [ONE, fork])
    put(home, list_file(version(2), [one_root(), second], [new]))
    source()
    put(home, list_file(version(3), [one_root(), forked], [fork]))
    assert refusal(source) == "trust_list_forked"


@pytest.mark.parametrize(
    "damage", [b"", b"{}", b"[]", b'{"format": 1}', b'{"format": 1, "version": "9"}']
)
def test_a_damaged_memory_gives_no_answer_rather_than_a_rolled_back_one(
    source: TrustSource, home: Home, damage: bytes
) -> None:
    source()
    home.trust_memory_path.write_bytes(damage)
    put(home, published(version(2)))
    assert refusal(source) == "key_document_unavailable"


def test_without_a_place_to_write_the_process_still_remembers(
    source: TrustSource, home: Home
) -> None:
    home.trust_memory_path.parent.write_bytes(b"a file where the folder should be")
    put(home, published(version(3)))
    assert source().document.version == 3
    put(home, published(version(2)))
    assert refusal(source) == "trust_list_older"


def test_a_pin_given_by_the_asker_counts_instead_of_the_homes(
    source: TrustSource, home: Home
) -> None:
    assert source().document.version == 1
    with pytest.raises(KeyDocumentUnavailable, match="trust_list_unsigned"):
        home_source(home, "0" * 64)()
    home.root_pin_path.write_text("0" * 64)
    assert home_source(home, one_root().pin.upper())().document.version == 1


def test_a_home_without_a_pin_believes_nothing(home: Home) -> None:
    put(home, published(key_document()))
    assert refusal(home_source(home)) == "key_document_unavailable"


def test_a_file_of_its_own_has_a_memory_for_each_pin(tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    other = root_key("other")
    root = signed_root(root_document([other]), [other])
    memory = tmp_path / "memory"
    file.write_bytes(published(version(9)))
    assert file_source(file, one_root().pin, memory)().document.version == 9
    file.write_bytes(published(version(8)))
    assert refusal(file_source(file, one_root().pin, memory)) == "trust_list_older"
    file.write_bytes(list_file(version(1), [root], [other]))
    assert file_source(file, root.pin, memory)().document.version == 1
