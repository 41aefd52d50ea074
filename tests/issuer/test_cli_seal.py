"""The commands for seals as an evaluator types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.home import Home
from tests.issuer.desks import FILING, PREFIX
from tests.issuer.shells import Shell
from tests.keys.seal_samples import (
    built_in_seal,
    foreign_certificate,
    foreign_chain,
    foreign_pkcs12,
    need_openssl,
    openssl,
    pem_of,
)
from tests.keys.timestamp_samples import make_responder, serve


def test_a_first_key_brings_a_seal_and_a_second_brings_none(filed_shell: Shell) -> None:
    (seal,) = filed_shell("seal", "list", "--json").json["seals"]
    assert (seal["prefix"], seal["signer"]) == (PREFIX, FILING["name"])
    assert (seal["source"], seal["state"], seal["in_use"]) == ("built_in", "usable", True)
    again = filed_shell("keys", "new", "--body", PREFIX, "--json")
    assert again.json["seal_id"] is None
    assert len(filed_shell("seal", "list", "--json").json["seals"]) == 1


def test_a_new_seal_replaces_the_one_before_and_the_root_is_published(
    filed_shell: Shell,
    tmp_path: Path,
) -> None:
    made = filed_shell("seal", "new", "--body", PREFIX, "--json")
    assert made.code == 0
    assert made.json["name_agrees"] is True
    rows = filed_shell("seal", "list", "--json").json["seals"]
    assert [row["in_use"] for row in rows] == [True, False]
    assert rows[0]["seal_id"] == made.json["seal_id"]
    home = Home.open(tmp_path / "home", environment={})
    assert home.seal_root_path.exists()
    listed = [line.split() for line in filed_shell("seal", "list").out.splitlines()]
    assert [line[-2:] for line in listed] == [["状态", "使用"], ["可用", "在用"], ["可用", "未用"]]
    english = filed_shell("--lang", "en", "seal", "list").out
    assert "in use" in english and "usable" in english


def test_a_seal_of_a_real_authority_is_imported_with_its_own_password(
    filed_shell: Shell,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    need_openssl()
    foreign_chain(tmp_path, algorithm="ec")
    foreign_pkcs12(tmp_path, "密码")
    command = ("seal", "import", tmp_path / "leaf.p12", "--body", PREFIX, "--json")
    monkeypatch.delenv("YANZHEN_PKCS12_PASSWORD", raising=False)
    assert filed_shell(*command).json["error"]["code"] == "secret_missing"
    monkeypatch.setenv("YANZHEN_PKCS12_PASSWORD", "wrong")
    refused = filed_shell(*command)
    assert (refused.code, refused.json["error"]["code"]) == (65, "pkcs12_unreadable")
    monkeypatch.setenv("YANZHEN_PKCS12_PASSWORD", "密码")
    other = filed_shell(*command)
    assert (other.code, other.json["error"]["code"]) == (65, "seal_other_name")
    assert str(FILING["name"]) in other.json["error"]["message"]
    imported = filed_shell(*command, "--other-name")
    assert imported.json["reaches_root"] is True
    assert imported.json["name_agrees"] is False
    (row, *_) = filed_shell("seal", "list", "--json").json["seals"]
    assert (row["organization"], row["issuer"]) == ("虚构单位", "middle")
    assert "注意" not in filed_shell(*command[:-1], "--other-name").out


@pytest.mark.parametrize(("issuer", "told"), [(None, "自签名"), ("middle", "止于“leaf”")])
def test_a_seal_that_leads_to_no_root_is_taken_with_a_word_about_it(
    filed_shell: Shell,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    issuer: str | None,
    told: str,
) -> None:
    need_openssl()
    foreign_chain(tmp_path, algorithm="ec")
    foreign_certificate(tmp_path, "leaf", issuer=issuer, algorithm="ec")
    openssl(
        tmp_path, "pkcs12", "-export", "-inkey", "leaf.key", "-in", "leaf.pem",
        "-passout", "pass:x", "-out", "alone.p12",
    )  # fmt: skip
    monkeypatch.setenv("YANZHEN_PKCS12_PASSWORD", "x")
    said = filed_shell("seal", "import", tmp_path / "alone.p12", "--body", PREFIX, "--other-name")
    assert said.code == 0
    assert told in said.out
    assert "虚构单位" in said.out


def test_a_pem_file_is_refused_as_wrong_input(
    filed_shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANZHEN_PKCS12_PASSWORD", "x")
    (tmp_path / "seal.pem").write_bytes(pem_of(built_in_seal().chain.certificates[0]))
    refused = filed_shell("seal", "import", tmp_path / "seal.pem", "--body", PREFIX, "--json")
    assert (refused.code, refused.json["error"]["code"]) == (65, "pkcs12_is_pem")


def test_a_revoked_seal_says_so_and_the_older_one_is_in_use(filed_shell: Shell) -> None:
    made = filed_shell("seal", "new", "--body", PREFIX, "--json").json["seal_id"]
    revoked = filed_shell("seal", "revoke", "--body", PREFIX, "--seal", made, "--yes", "--json")
    assert revoked.json["state"] == "revoked"
    rows = filed_shell("seal", "list", "--json").json["seals"]
    assert [row["in_use"] for row in rows] == [False, True]


def test_timestamps_are_tried_before_they_are_used_and_can_be_switched_off(
    filed_shell: Shell,
    tmp_path: Path,
) -> None:
    responder = make_responder(tmp_path / "tsa")
    bundle = tmp_path / "tsa.pem"
    bundle.write_bytes(pem_of(*responder.certificates))
    with serve(responder) as url:
        command = ("seal", "timestamps", url, "--certificates", bundle, "--json")
        assert filed_shell(*command).json["timestamps"] == url
    assert filed_shell("seal", "list", "--json").json["timestamps"] == url
    crl = tmp_path / "tsa.crl"
    crl.write_bytes(responder.crl())
    assert "root" in filed_shell("seal", "crl", crl, "--json").json["issuer"]
    unreachable = filed_shell(*command)
    assert (unreachable.code, unreachable.json["error"]["code"]) == (69, "timestamp_unreachable")
    assert filed_shell("seal", "timestamps", "--off", "--json").json["timestamps"] is None
    assert filed_shell("seal", "list", "--json").json["timestamps"] is None


@pytest.mark.parametrize(
    "arguments",
    [("timestamps",), ("timestamps", "https://tsa.example.cn"), ("timestamps", "x", "--off")],
)
def test_half_a_setting_is_wrong_usage(filed_shell: Shell, arguments: tuple[str, ...]) -> None:
    assert filed_shell("seal", *arguments).code == 64


def test_a_body_that_is_not_filed_gets_no_seal(filed_shell: Shell) -> None:
    assert filed_shell("seal", "new", "--body", "S000012999999").code == 65
