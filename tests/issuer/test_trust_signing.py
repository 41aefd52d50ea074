"""Holders see all that they sign, are asked, and read one digest to each other."""

from __future__ import annotations

import io

import pytest

from tests.issuer.ceremonies import Ceremony
from tests.issuer.desks import FILING, PREFIX


def test_all_that_is_signed_is_shown_with_what_is_new_in_it(ceremony: Ceremony) -> None:
    ceremony.share_out()
    made = ceremony.shell("keys", "new", "--body", PREFIX, "--json").json
    draft = ceremony.waiting("next")
    said = ceremony.shell("trust", "show", draft).out
    shown = ceremony.shell("trust", "show", draft, "--json").json
    (added,) = shown["changes"]["added"]
    assert (added["kind"], added["prefix"], added["key_id"]) == ("key", PREFIX, made["key_id"])
    assert added in shown["entries"]
    assert (shown["changes"]["removed"], shown["changes"]["changed"]) == ([], [])
    assert {one["kind"] for one in shown["entries"]} >= {"body", "scope", "key", "log"}
    assert shown["root_version"] == 2
    assert f"+ 新增  {PREFIX}  密钥 {made['key_id']}" in said
    assert added["fingerprint"] in said
    waiting = ceremony.shell("trust", "status", "--json").json["waiting"]
    assert waiting["changes"] == shown["changes"]
    assert "没有现行的文件可比" in ceremony.offline("trust", "show", draft).out


def test_every_holder_reads_the_same_digest_before_and_after_signing(ceremony: Ceremony) -> None:
    first, second, _ = ceremony.share_out()
    ceremony.shell("keys", "publish")
    draft = ceremony.waiting("next")
    digest = ceremony.shell("trust", "show", draft, "--json").json["digest"]
    signed = [ceremony.sign(draft, key) for key in (first, second)]
    for one in (draft, *signed):
        assert digest in ceremony.offline("trust", "show", one).out
    out = ceremony.folder / "twice"
    said = ceremony.offline("trust", "sign", signed[0], out, "--key", second, "--yes").out
    assert said.count(digest) == 2
    assert ceremony.shell("trust", "publish", *signed).code == 0
    in_force = ceremony.shell("trust", "status", "--json").json["trust_list"]
    assert in_force["digest"] == digest
    ceremony.shell("keys", "publish")
    other = ceremony.shell("trust", "show", ceremony.waiting("other"), "--json").json["digest"]
    assert other != digest


@pytest.mark.parametrize("typed", ["", "n\n"])
def test_nothing_is_signed_without_a_yes(ceremony: Ceremony, typed: str) -> None:
    first, *_ = ceremony.share_out()
    ceremony.shell("keys", "publish")
    draft, out = ceremony.waiting("next"), ceremony.folder / "signed"
    for more in ((), ("--json",)):
        ceremony.patch.setattr("sys.stdin", io.StringIO(typed))
        answer = ceremony.offline("trust", "sign", draft, out, "--key", first, *more)
        assert answer.code == 130
        assert FILING["name"] in answer.out + answer.err
        assert not out.exists()
    assert answer.out == ""


def test_a_yes_typed_signs(ceremony: Ceremony) -> None:
    first, *_ = ceremony.share_out()
    ceremony.shell("keys", "publish")
    draft, out = ceremony.waiting("next"), ceremony.folder / "signed"
    ceremony.patch.setattr("sys.stdin", io.StringIO("y\n"))
    answer = ceremony.offline("trust", "sign", draft, out, "--key", first, "--json")
    assert answer.code == 0
    assert answer.json["signatures_missing"] == [1]
    assert ceremony.offline("trust", "show", out, "--json").json["signatures_missing"] == [1]


def test_where_no_root_key_that_counts_is_at_hand_it_is_said(ceremony: Ceremony) -> None:
    lacking = "none of the root keys that the root document asks for"
    assert lacking not in ceremony.shell("--lang", "en", "trust", "status").out
    ceremony.share_out()
    assert lacking in ceremony.shell("--lang", "en", "trust", "status").out
    said = ceremony.shell("--lang", "en", "keys", "publish").out
    assert "waits for 2 more root signatures" in said
    assert lacking in said
    assert str(ceremony.home.root_key_folder) in said


def test_a_former_root_key_that_was_not_deleted_does_not_count(ceremony: Ceremony) -> None:
    kept = [(path, path.read_bytes()) for path in ceremony.home.root_key_folder.iterdir()]
    ceremony.share_out()
    for path, data in kept:
        path.write_bytes(data)
    assert ceremony.shell("trust", "status", "--json").json["root_keys_here"] is False
