"""`yanzhen verify` with a trust list alone, with a pin of the asker's, and against rollbacks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from keys.document import dump_key_document
from tests.keys.trust_samples import one_root, published
from tests.verifier.world import key_document, make_record, sign_record
from verifier.status_fetch import named_source
from verifier.status_source import StatusSource
from wsgi import main

ROLLBACKS = 200
Ask = Callable[..., Any]


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture
def ask(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    listed: Path,
) -> Ask:
    """Ask about a genuine code where there is no home; returns the verdict's JSON."""
    monkeypatch.setenv("YANZHEN_HOME", str(tmp_path / "nowhere"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    text = sign_record(make_record()).qr_text()

    def call(pin: str = one_root().pin, *more: str) -> Any:
        capsys.readouterr()
        given = ["--trust-list", str(listed), "--root", pin, "--json", *more]
        with pytest.raises(SystemExit) as caught:
            main(["verify", "qr", text, *given])
        output = capsys.readouterr().out
        return json.loads(output) | {"exit": caught.value.code}

    return call


def version(number: int) -> bytes:
    return published(replace(key_document(), version=number))


def codes(verdict: Any) -> set[str]:
    return {one["code"] for one in verdict["findings"]}


def test_a_list_and_a_pin_are_enough_to_check_a_signature(ask: Ask, listed: Path) -> None:
    listed.write_bytes(version(3))
    verdict = ask()
    assert {"signature_genuine", "issuer_entitled", "registry_not_asked"} <= codes(verdict)
    (unasked,) = (one for one in verdict["findings"] if one["code"] == "registry_not_asked")
    assert "离线核验" in unasked["message_zh"]
    assert "off line" in unasked["message_en"]
    assert "registry_unreachable" not in codes(verdict)
    assert (verdict["outcome"], verdict["exit"]) == ("inconclusive", 2)
    assert verdict["trust_list"]["version"] == 3


def test_every_one_of_many_rollbacks_is_refused(ask: Ask, listed: Path, tmp_path: Path) -> None:
    listed.write_bytes(version(ROLLBACKS + 1))
    assert "signature_genuine" in codes(ask())
    said = []
    for number in range(1, ROLLBACKS + 1):
        listed.write_bytes(version(number))
        verdict = ask()
        said.append((codes(verdict), verdict["trust_list"], verdict["exit"]))
    assert said == [({"trust_list_older"}, None, 2)] * ROLLBACKS
    assert list((tmp_path / "state" / "yanzhen" / "trust").iterdir())


def test_another_pin_believes_nothing_of_it(ask: Ask, listed: Path) -> None:
    listed.write_bytes(version(3))
    assert codes(ask("0" * 64)) == {"trust_list_unsigned"}


def test_an_unsigned_document_is_not_believed(ask: Ask, listed: Path) -> None:
    listed.write_bytes(dump_key_document(key_document()))
    assert codes(ask()) == {"trust_list_unsigned"}


def test_a_list_without_a_pin_and_a_pin_that_is_none_are_wrong_usage(
    ask: Ask, listed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed.write_bytes(version(3))
    assert ask()["exit"] == 2
    for more in ([], ["--root", "12"]):
        with pytest.raises(SystemExit) as caught:
            main(["verify", "qr", "1", "--trust-list", str(listed), *more])
        assert caught.value.code in {64, 78}
    assert "--trust-list" in capsys.readouterr().err


def test_the_words_name_version_and_age(
    ask: Ask, listed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed.write_bytes(version(3))
    ask()
    given = ["--trust-list", str(listed), "--root", one_root().pin, "--lang", "en"]
    with pytest.raises(SystemExit):
        main(["verify", "qr", "1", *given])
    assert "Basis: trust list 3, published " in capsys.readouterr().out


def test_a_pin_in_groups_and_capitals_is_the_same_pin_and_has_the_same_memory(
    ask: Ask, listed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered: list[Path] = []

    def source(place: str, memory: Path) -> StatusSource:
        remembered.append(memory)
        return named_source(place, memory)

    monkeypatch.setattr("verifier.cli.named_source", source)
    listed.write_bytes(version(3))
    pin = one_root().pin
    for written in (pin, f" {pin[:32].upper()} {pin[32:]}", f"{pin[:4]}-{pin[4:]}"):
        assert "signature_genuine" in codes(ask(written, "--status-list", str(tmp_path)))
    assert {path.name for path in remembered} == {f"{pin}-status.json"}
