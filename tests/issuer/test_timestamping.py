"""A timestamp authority is asked over https, or on this machine; what goes wrong has a name."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from issuer.errors import IssuerError
from issuer.timestamping import read_timestamps, try_authority, write_timestamps
from keys.errors import KeysError
from registry.home import Home
from tests.issuer.seal_homes import real_now
from tests.keys.timestamp_samples import Responder, make_responder, serve


@pytest.fixture(scope="module")
def responder(tmp_path_factory: pytest.TempPathFactory) -> Responder:
    return make_responder(tmp_path_factory.mktemp("tsa"))


def test_an_authority_that_answers_is_remembered_until_it_is_switched_off(
    home: Home, responder: Responder
) -> None:
    with serve(responder) as url:
        authority = try_authority(url, responder.certificates, now=real_now())
        write_timestamps(home, authority)
        assert read_timestamps(home) == authority
        checked = authority.stamp(b"a signature", now=real_now())
    assert len(checked.token) <= authority.token_bytes
    write_timestamps(home, None)
    assert read_timestamps(home) is None


def test_one_failure_is_forgiven(responder: Responder) -> None:
    with serve(responder, fault="once") as url:
        assert try_authority(url, responder.certificates, now=real_now()).url == url


@pytest.mark.parametrize("fault", ["always", "long", "elsewhere"])
def test_an_authority_that_does_not_answer_is_named(responder: Responder, fault: str) -> None:
    with (
        serve(responder, fault=fault) as url,
        pytest.raises(IssuerError, match="timestamp_unreachable"),
    ):
        try_authority(url, responder.certificates, now=real_now())


@pytest.mark.parametrize("part", ["headers", "body"])
def test_an_answer_that_drips_without_end_is_given_up(responder: Responder, part: str) -> None:
    before = time.monotonic()
    with (
        serve(responder, fault=f"dripping {part}") as url,
        pytest.raises(IssuerError, match=r"timestamp_unreachable.*0\.5 s"),
    ):
        try_authority(url, responder.certificates, now=real_now(), deadline_seconds=0.5)
    assert time.monotonic() - before < 2


def test_nobody_at_the_address_is_named(responder: Responder) -> None:
    with serve(responder) as url:
        pass
    with pytest.raises(IssuerError, match="timestamp_unreachable"):
        try_authority(url, responder.certificates, now=real_now())


def test_a_tampered_answer_is_refused(responder: Responder) -> None:
    with serve(responder, fault="tampered") as url, pytest.raises(KeysError) as caught:
        try_authority(url, responder.certificates, now=real_now())
    assert caught.value.code == "timestamp_wrong"


def test_a_signer_without_the_right_to_stamp_is_refused(tmp_path: Path) -> None:
    honest = make_responder(tmp_path / "honest")
    other = make_responder(tmp_path / "other")
    with serve(honest) as url, pytest.raises(KeysError) as caught:
        try_authority(url, other.certificates, now=real_now())
    assert caught.value.code == "timestamp_wrong"


@pytest.mark.parametrize(
    "url",
    ["http://tsa.example.cn/", "ftp://127.0.0.1/", "https://", "file:///etc/hostname", "x",
     "http://[::1", "http://127.0.0.1.example.cn/", "https://时间.example.cn/", "https://a..b/"],
)  # fmt: skip
def test_only_https_or_this_machine_is_asked(responder: Responder, url: str) -> None:
    with pytest.raises(IssuerError, match="timestamp_url_wrong"):
        try_authority(url, responder.certificates, now=real_now())


def test_a_damaged_setting_is_named(home: Home) -> None:
    home.seal_folder.mkdir()
    (home.seal_folder / "timestamps.json").write_bytes(b'{"url": 1}')
    with pytest.raises(IssuerError, match="timestamps_file_damaged"):
        read_timestamps(home)
