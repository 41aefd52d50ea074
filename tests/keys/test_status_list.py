"""Status lists: both forms carry the same, nothing malformed is read, an old list is known."""

from __future__ import annotations

import pickle
import random
import time
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from keys.algorithms import Algorithm
from keys.errors import KeysError
from keys.signing import generate
from keys.status_list import (
    LIST_SIZE,
    Freshness,
    ListForm,
    StatusList,
    StatusValue,
    cwt_message,
    inspect_freshness,
    join_index,
    join_jwt,
    jwt_message,
    pack,
    read_status_list,
    split_index,
)
from keys.status_signing import (
    StatusKey,
    generate_status_key,
    open_status_key,
    seal_status_key,
    sign_status_list,
)

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
KEY = generate_status_key()
KEYS = {KEY.name: KEY.public}


def a_list(**changes: object) -> StatusList:
    made = StatusList(
        uri="https://yz.example.cn/status/3",
        version=7,
        issued_at=NOW,
        expires_at=NOW + timedelta(days=1),
        ttl_seconds=60,
        packed=pack([(0, StatusValue.INVALID), (5, StatusValue.REPLACED)]),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # tests name real fields


@pytest.mark.parametrize("form", list(ListForm))
def test_what_is_signed_is_read_back(form: ListForm) -> None:
    rng = random.Random(1)
    values = [(at, StatusValue(rng.randrange(4))) for at in rng.sample(range(LIST_SIZE), 5000)]
    made = a_list(packed=pack(values))
    read = read_status_list(sign_status_list(KEY, made)[form], KEYS)
    assert read == made
    assert all(read.value_of(at) is value for at, value in values)
    assert read.list_id == 3


def test_values_are_packed_as_the_draft_shows() -> None:
    """The 2-bit example of the draft: twelve values in three bytes."""
    values = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
    packed = pack((at, StatusValue(value)) for at, value in enumerate(values))
    assert packed[:3] == bytes.fromhex("c944f9")
    assert packed[3:] == bytes(LIST_SIZE // 4 - 3)


@pytest.mark.parametrize("index", [0, 1, LIST_SIZE - 1, LIST_SIZE, 2**32 - 1])
def test_an_index_is_a_list_and_a_position(index: int) -> None:
    assert join_index(*split_index(index)) == index


@pytest.mark.parametrize("form", list(ListForm))
def test_every_flipped_bit_is_refused(form: ListForm) -> None:
    token = sign_status_list(KEY, a_list())[form]
    rng = random.Random(2)
    places = rng.sample(range(8 * len(token)), min(400, 8 * len(token)))
    for place in places:
        flipped = bytearray(token)
        flipped[place >> 3] ^= 1 << (place & 7)
        with pytest.raises(KeysError, match="status_"):
            read_status_list(bytes(flipped), KEYS)


@pytest.mark.parametrize("form", list(ListForm))
def test_a_list_of_another_key_is_refused(form: ListForm) -> None:
    other = generate_status_key()
    token = sign_status_list(other, a_list())[form]
    with pytest.raises(KeysError, match="status_key_unknown"):
        read_status_list(token, KEYS)
    with pytest.raises(KeysError, match="status_list_signature"):
        read_status_list(token, {other.name: KEY.public})


def test_a_bomb_is_refused_without_being_inflated() -> None:
    bomb = zlib.compress(bytes(50 << 20), 9)
    assert len(bomb) < 64 << 10
    message = jwt_message(a_list(), KEY.name)
    with pytest.raises(KeysError, match="status_list_malformed"):
        StatusList(
            uri="https://x/status/1",
            version=1,
            issued_at=NOW,
            expires_at=NOW + timedelta(1),
            ttl_seconds=1,
            packed=bytes(LIST_SIZE // 4 + 1),
        )
    with pytest.raises(KeysError, match="status_list"):
        read_status_list(join_jwt(message, bomb[:64]), KEYS)


@pytest.mark.parametrize(
    "token",
    [
        *(b"", b".", b"..", b"a.b.c", b"\xd2", b"\xd2\x84\x40\xa0\x40\x40", b"\xff" * 99),
        b"\xd2\x84\xd8\x1c\x41\xa0\xa0\xd8\x1d\x00\x40",  # a header that is shared
    ],
)
def test_anything_else_is_refused(token: bytes) -> None:
    with pytest.raises(KeysError, match="status_list_malformed"):
        read_status_list(token, KEYS)


def test_a_token_of_shared_references_is_refused_before_it_grows() -> None:
    def items(one: bytes) -> bytes:
        return b"\x99\x03\xe8" + one * 1000

    nested = b"\xd8\x1c" + items(b"\x01") + b"\xd8\x1c" + items(b"\xd8\x1d\x00")
    began = time.process_time()
    with pytest.raises(KeysError, match="status_list_malformed"):
        read_status_list(b"\xd2\x84" + nested + items(b"\xd8\x1d\x01") + b"\x40", KEYS)
    assert time.process_time() - began < 0.5


def test_the_media_types_are_those_of_the_draft() -> None:
    protected, _, _ = cwt_message(a_list(), KEY.name)
    assert b"application/statuslist+cwt" in protected
    assert jwt_message(a_list(), KEY.name).startswith(b"eyJ")


@pytest.mark.parametrize(
    ("after", "highest", "expected"),
    [
        (timedelta(0), 0, Freshness.FRESH),
        (timedelta(0), 7, Freshness.FRESH),
        (timedelta(0), 8, Freshness.OLDER),
        (timedelta(days=1) - timedelta(seconds=1), 7, Freshness.FRESH),
        (timedelta(days=1), 7, Freshness.EXPIRED),
        (-timedelta(seconds=300), 0, Freshness.FRESH),
        (-timedelta(seconds=301), 0, Freshness.NOT_YET),
    ],
)
def test_only_a_fresh_list_is_taken_for_the_present(
    after: timedelta, highest: int, expected: Freshness
) -> None:
    found = inspect_freshness(a_list(), now=NOW + after, highest_version=highest)
    assert found is expected


def test_of_two_hundred_older_lists_none_is_fresh() -> None:
    lists = [a_list(version=version) for version in range(1, 202)]
    seen = [inspect_freshness(one, now=NOW, highest_version=201) for one in lists]
    assert seen == [Freshness.OLDER] * 200 + [Freshness.FRESH]


def test_the_key_rests_sealed_and_is_not_copied() -> None:
    sealed = seal_status_key(KEY, b"correct horse battery")
    assert open_status_key(sealed, b"correct horse battery").name == KEY.name
    with pytest.raises(KeysError, match="passphrase_wrong"):
        open_status_key(sealed, b"another passphrase")
    with pytest.raises(TypeError, match="not copied"):
        pickle.dumps(KEY)
    with pytest.raises(KeysError, match="status_key_kind"):
        StatusKey(generate(Algorithm.EDDSA))
