"""The key document is read strictly, and every refusal says where."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from codes.levels import Level
from keys.algorithms import Algorithm
from keys.document import KeyDocument, dump_key_document, parse_key_document
from keys.errors import KeysError
from tests.keys.key_samples import PREFIX, fixed_key, make_document, public_entry

DOCUMENT = make_document(
    public_entry(fixed_key(Algorithm.ES256)), public_entry(fixed_key(Algorithm.EDDSA))
)


def refusal_of(data: bytes) -> KeysError:
    """Return the error with which parsing refuses `data`."""
    with pytest.raises(KeysError) as caught:
        parse_key_document(data)
    return caught.value


def changed(change: Callable[[Any], object]) -> bytes:
    """Return the sample document's file with a change made to its JSON."""
    value = json.loads(dump_key_document(DOCUMENT))
    change(value)
    return json.dumps(value).encode()


def test_a_document_survives_the_way_through_its_file() -> None:
    data = dump_key_document(DOCUMENT)
    assert parse_key_document(data) == DOCUMENT
    assert dump_key_document(parse_key_document(data)) == data


def test_the_file_is_plain_utf8_with_sorted_names_and_a_last_line_feed() -> None:
    data = dump_key_document(DOCUMENT)
    assert "津门示范职业技能评价中心".encode() in data
    assert data.endswith(b"}\n")
    value = json.loads(data)
    assert list(value) == sorted(value)
    assert value["published_at"] == "2026-11-23T02:49:00Z"


def test_bodies_keys_and_hosts_are_found() -> None:
    body = DOCUMENT.body(PREFIX)
    assert body is not None
    assert body.name == "津门示范职业技能评价中心"
    assert DOCUMENT.body("S000012000999") is None
    for key in body.keys:
        assert DOCUMENT.ring.find(PREFIX, key.key_id) is key


def test_a_host_is_ours_in_its_days_only() -> None:
    assert DOCUMENT.own_host("old.example.cn", date(2026, 5, 31))
    assert not DOCUMENT.own_host("old.example.cn", date(2026, 6, 1))
    assert DOCUMENT.own_host("yz.example.cn", date(2030, 1, 1))
    assert not DOCUMENT.own_host("yz.example.cn.evil.example", date(2030, 1, 1))


def test_a_scope_is_found_for_what_the_body_is_filed_for() -> None:
    body = DOCUMENT.body(PREFIX)
    assert body is not None
    assert body.scope_for(1, Level.THREE, date(2026, 11, 23)) is body.scopes[0]
    assert body.scope_for(1, Level.ONE, date(2026, 11, 23)) is None
    assert body.scope_for(1, Level.THREE, date(2029, 1, 1)) is None


def put(*path: str | int, value: object) -> Callable[[Any], object]:
    """Return a change that sets what stands at `path`."""

    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


_OPEN = {"valid_from": "2026-01-01", "valid_to": None}
_SINCE = "bodies[0].keys[0].compromised_since"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (put("format", value=1), "format"),
        (put("kind", value="root"), "format"),
        (put("expires_at", value="2026-11-23T02:49:00Z"), "expires_at"),
        (put("expires_at", value=None), "expires_at"),
        (put("witnesses", value=["w+00000000+AAAA"]), "witnesses[0]"),
        (put("witnesses", value=[1]), "witnesses[0]"),
        (put("logs", value=[{"vkey": "x", **_OPEN}]), "logs[0]"),
        (put("status_keys", value=[{"jwk": {}}]), "status_keys[0].valid_from"),
        (put("bodies", 0, "keys", 0, "standing", value="compromised"), _SINCE),
        (put("bodies", 0, "keys", 0, "compromised_since", value="2026-11-23T00:00:00Z"), _SINCE),
        (put("format", value=True), "format"),
        (put("version", value=0), "version"),
        (put("version", value="1"), "version"),
        (put("version", value=1.0), "version"),
        (put("demo", value=1), "demo"),
        (put("surprise", value=1), "surprise"),
        (lambda value: value.pop("hosts"), "hosts"),
        (put("hosts", value={}), "hosts"),
        (put("hosts", 0, "host", value="YZ.example.cn"), "hosts[0].host"),
        (put("hosts", 0, "host", value="https://yz.example.cn"), "hosts[0].host"),
        (put("hosts", 1, value="yz.example.cn"), "hosts[1]"),
        (put("hosts", 1, "valid_from", value="2026-02-30"), "hosts[1].valid_from"),
        (put("hosts", 1, "valid_from", value="20260201"), "hosts[1].valid_from"),
        (put("hosts", 1, "valid_from", value=None), "hosts[1].valid_from"),
        (put("hosts", 1, "valid_to", value="2026-01-01"), "hosts[1].valid_to"),
        (put("published_at", value="2026-11-23T02:49:00+08:00"), "published_at"),
        (put("published_at", value="2026-11-23T02:49:00.5Z"), "published_at"),
        (put("bodies", 0, "name", value=""), "bodies[0].name"),
        (put("bodies", 0, "name", value=" a"), "bodies[0].name"),
        (put("bodies", 0, "name", value="a\u202eb"), "bodies[0].name"),
        (put("bodies", 0, "prefix", value="S0000120001"), "bodies[0].prefix"),
        (put("bodies", 0, "scopes", 0, "levels", value=[]), "bodies[0].scopes[0].levels"),
        (put("bodies", 0, "scopes", 0, "levels", 1, value=6), "bodies[0].scopes[0].levels[1]"),
        (put("bodies", 0, "scopes", 0, "levels", 1, value=True), "bodies[0].scopes[0].levels[1]"),
        (put("bodies", 0, "keys", 1, "key_id", value=1), "bodies[0].keys[1].key_id"),
        (put("bodies", 0, "keys", 1, "algorithm", value="none"), "bodies[0].keys[1].algorithm"),
        (put("bodies", 0, "keys", 1, "algorithm", value="ES256"), "bodies[0].keys[1].algorithm"),
        (put("bodies", 0, "keys", 1, "standing", value="lost"), "bodies[0].keys[1].standing"),
        (put("bodies", 0, "keys", 1, "jwk", value=[]), "bodies[0].keys[1].jwk"),
        (put("bodies", 0, "keys", 1, "jwk", "x", value="AAAA"), "bodies[0].keys[1].jwk"),
        (put("bodies", 0, "keys", 1, "jwk", "d", value="AAAA"), "bodies[0].keys[1].jwk"),
        (put("bodies", 0, "keys", 1, "valid_to", value="2025-01-01"), "bodies[0].keys[1].valid_to"),
        (lambda value: value["bodies"].append(value["bodies"][0]), "bodies"),
        (lambda value: value["bodies"][0]["keys"].append(value["bodies"][0]["keys"][0]), "/"),
    ],
)
def test_a_fault_is_refused_and_its_place_named(
    change: Callable[[Any], object], where: str
) -> None:
    error = refusal_of(changed(change))
    assert error.evidence["where"] == where
    assert error.text.zh.startswith("公钥文件有误")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xef\xbb\xbf{}",
        b'{"a": 1, "a": 1}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        "{}".encode("utf-16"),
        b"[" * 100_000,
        b"[" * 40 + b"]" * 40,
        b'{"a":' * 100_000,
        b"9" * 5000,
        b'{"a": 1,}',
        b"{'a': 1}",
    ],
)
def test_what_is_not_strict_json_is_refused(data: bytes) -> None:
    assert refusal_of(data).code in {"json_invalid", "key_document_invalid"}


def test_a_syntax_error_is_located() -> None:
    error = refusal_of(b'{\n  "a": ,\n}')
    assert error.evidence == {"line": "2", "column": "8"}


def test_the_time_of_publication_is_utc_to_the_second() -> None:
    for moment in (
        datetime(2026, 11, 23),
        datetime(2026, 11, 23, tzinfo=timezone(timedelta(hours=8))),
        DOCUMENT.published_at.replace(microsecond=1),
    ):
        with pytest.raises(KeysError):
            KeyDocument(
                version=1,
                demo=False,
                published_at=moment,
                expires_at=DOCUMENT.expires_at,
                hosts=(),
                bodies=(),
            )
