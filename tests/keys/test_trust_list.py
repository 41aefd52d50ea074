"""A trust list counts when enough root keys signed it, under roots that descend from the pin."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from keys.algorithms import Algorithm, PublicJwk, verify_signature
from keys.document import KeyDocument, dump_key_document
from keys.errors import KeysError
from keys.jws import Kind, SignedFile, encode_bytes
from keys.root import (
    SignedRoot,
    check_pin,
    dump_root_document,
    dump_signed_root,
    parse_root_document,
    parse_signed_root,
)
from keys.root_signing import RootKey, open_root_key, seal_root_key, sign_file
from keys.services import LogSource, StatusKey
from keys.trust_list import MAX_TRUST_LIST_BYTES, dump_trust_draft, parse_trust_list
from tests.keys.key_samples import PASSPHRASE, fixed_key, make_document, public_entry
from tests.keys.trust_samples import (
    list_file,
    one_root,
    published,
    root_document,
    root_key,
    signed_root,
)
from tests.keys.vkey_samples import vkey

A, B, C = root_key("a"), root_key("b", Algorithm.EDDSA), root_key("c")
D, E, F = root_key("d", Algorithm.EDDSA), root_key("e"), root_key("f")
OLD, NEW = (A, B, C), (D, E, F)
DOCUMENT = make_document(public_entry(fixed_key(Algorithm.ES256)))


def two_of_three(keys: Sequence[RootKey], signers: Sequence[RootKey], version: int) -> SignedRoot:
    return signed_root(root_document(keys, threshold=2, version=version), signers)


FIRST = two_of_three(OLD, (A, B), 1)


def refused(data: bytes, pin: str = FIRST.pin) -> str:
    with pytest.raises(KeysError) as caught:
        parse_trust_list(data, pin)
    return caught.value.code


@pytest.mark.parametrize("signers", [(A, B), (B, C), (A, C), (A, B, C), (C, A, D)])
def test_any_two_of_three_are_enough(signers: Sequence[RootKey]) -> None:
    trust = parse_trust_list(list_file(DOCUMENT, [FIRST], signers), FIRST.pin)
    assert trust.document == DOCUMENT
    assert trust.root.version == 1


@pytest.mark.parametrize("signers", [(), (A,), (B,), (A, D), (D, E, F)])
def test_fewer_are_not(signers: Sequence[RootKey]) -> None:
    assert refused(list_file(DOCUMENT, [FIRST], signers)) == "trust_list_unsigned"


def test_a_signature_given_twice_counts_once() -> None:
    file = SignedFile(payload=dump_key_document(DOCUMENT))
    once = sign_file(A, file, Kind.TRUST_LIST)
    twice = replace(once, signatures=once.signatures * 2)
    assert refused(dump_trust_draft(twice, [FIRST])) == "trust_list_unsigned"
    assert len(twice.signers(Kind.TRUST_LIST, FIRST.document.keys)) == 1


def test_signing_again_adds_no_signature() -> None:
    file = SignedFile(payload=dump_key_document(DOCUMENT))
    once = sign_file(B, file, Kind.TRUST_LIST)
    assert sign_file(B, once, Kind.TRUST_LIST) == once


def test_copies_signed_apart_are_united_and_others_are_not() -> None:
    file = SignedFile(payload=dump_key_document(DOCUMENT))
    left, right = (sign_file(key, file, Kind.TRUST_LIST) for key in (A, B))
    data = dump_trust_draft(left.united(right), [FIRST])
    assert parse_trust_list(data, FIRST.pin).document == DOCUMENT
    other = SignedFile(payload=dump_key_document(replace(DOCUMENT, version=8)))
    with pytest.raises(KeysError, match="signed_file_other"):
        left.united(other)


def test_a_signature_for_one_kind_is_none_for_another() -> None:
    payload = dump_root_document(FIRST.document)
    signed = sign_file(A, SignedFile(payload=payload), Kind.ROOT)
    assert signed.signers(Kind.ROOT, [A.public]) == (A.public,)
    assert signed.signers(Kind.TRUST_LIST, [A.public]) == ()


def test_a_root_key_signs_nothing_but_root_documents_and_trust_lists() -> None:
    for payload in (b"", b"{}", dump_root_document(FIRST.document)):
        with pytest.raises(KeysError):
            sign_file(A, SignedFile(payload=payload), Kind.TRUST_LIST)
    with pytest.raises(KeysError):
        sign_file(A, SignedFile(payload=dump_key_document(DOCUMENT)), Kind.ROOT)


def test_the_next_root_needs_enough_of_the_old_and_of_the_new() -> None:
    second = two_of_three(NEW, (A, C, D, E), 2)
    trust = parse_trust_list(list_file(DOCUMENT, [FIRST, second], (D, F)), FIRST.pin)
    assert trust.root.version == 2
    assert trust.root_pins == (FIRST.pin, second.pin)


@pytest.mark.parametrize("signers", [(D, E, F), (A, D, E), (A, B, C), (A, B, D)])
def test_a_root_signed_by_too_few_of_either_side_is_refused(signers: Sequence[RootKey]) -> None:
    second = two_of_three(NEW, signers, 2)
    assert refused(list_file(DOCUMENT, [FIRST, second], (D, E))) == "trust_list_unsigned"


def test_former_root_keys_sign_no_list_under_the_next_root() -> None:
    second = two_of_three(NEW, (A, B, D, E), 2)
    assert refused(list_file(DOCUMENT, [FIRST, second], OLD)) == "trust_list_unsigned"


def test_a_skipped_root_version_is_refused() -> None:
    third = two_of_three(NEW, (A, B, D, E), 3)
    assert refused(list_file(DOCUMENT, [FIRST, third], (D, E))) == "root_skipped"
    second = two_of_three(NEW, (A, B, D, E), 2)
    assert refused(list_file(DOCUMENT, [second], (D, E)), second.pin) == "root_skipped"
    assert refused(list_file(DOCUMENT, [], (A, B))) == "root_skipped"


def test_any_root_of_the_chain_may_be_the_pinned_one_and_no_other() -> None:
    second = two_of_three(NEW, (A, B, D, E), 2)
    data = list_file(DOCUMENT, [FIRST, second], (D, E))
    assert parse_trust_list(data, second.pin).document == DOCUMENT
    assert refused(data, one_root().pin) == "root_unknown"


def test_a_root_with_the_same_keys_and_another_threshold_is_another_root() -> None:
    weaker = signed_root(root_document(OLD, threshold=1), [A])
    assert refused(list_file(DOCUMENT, [weaker], [A])) == "root_unknown"


def test_the_document_itself_is_not_a_trust_list() -> None:
    assert refused(dump_key_document(DOCUMENT), one_root().pin) == "trust_list_unsigned"


def changed(change: Callable[[Any], object]) -> bytes:
    value = json.loads(published(DOCUMENT))
    change(value)
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(surprise=1),
        lambda value: value.pop("roots"),
        lambda value: value["signatures"][0].update(header={}),
        lambda value: value["signatures"][0].update(signature="AA=="),
        lambda value: value["signatures"][0].update(signature=value["payload"] + "="),
        lambda value: value.update(payload=value["payload"] + "A"),
        lambda value: value.update(payload="*"),
        lambda value: value["roots"][0].update(surprise=1),
        lambda value: value.update(signatures=value["signatures"] * 65),
        lambda value: value.update(signatures={}),
        lambda value: value.update(roots=[None]),
    ],
)
def test_what_is_not_understood_is_refused(change: Callable[[Any], object]) -> None:
    with pytest.raises(KeysError):
        parse_trust_list(changed(change), one_root().pin)


def test_a_changed_document_carries_no_signature_over() -> None:
    other = encode_bytes(dump_key_document(replace(DOCUMENT, demo=False)))
    data = changed(lambda value: value.update(payload=other))
    assert refused(data, one_root().pin) == "trust_list_unsigned"


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "ES256"}])
def test_another_header_makes_the_signature_count_for_nothing(header: dict[str, str]) -> None:
    protected = encode_bytes(json.dumps(header).encode())
    data = changed(lambda value: value["signatures"][0].update(protected=protected))
    assert refused(data, one_root().pin) == "trust_list_unsigned"


def test_a_trust_list_names_the_same_document_however_many_signed() -> None:
    two, three = (list_file(DOCUMENT, [FIRST], keys) for keys in ((A, B), OLD))
    hashes = {parse_trust_list(data, FIRST.pin).sha256 for data in (two, three)}
    assert two != three
    assert len(hashes) == 1


def test_a_root_document_survives_the_way_through_its_file() -> None:
    assert parse_root_document(dump_root_document(FIRST.document)) == FIRST.document
    assert parse_signed_root(dump_signed_root(FIRST)) == FIRST


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"threshold": 2', b'"threshold": 0'),
        (b'"threshold": 2', b'"threshold": 4'),
        (b'"threshold": 2', b'"threshold":  2'),
        (b'"version": 1', b'"version": 0'),
        (b'"format": 1', b'"format": 2'),
        (b'"kind": "root"', b'"kind": "trust_list"'),
        (b'"keys": [', b'"more": 1, "keys": ['),
        (b'"crv": "P-256"', b'"crv": "P-384"'),
    ],
)
def test_a_root_document_is_read_strictly(old: bytes, new: bytes) -> None:
    payload = dump_root_document(FIRST.document)
    assert old in payload
    with pytest.raises(KeysError):
        parse_root_document(payload.replace(old, new, 1))


def test_a_root_names_each_key_once() -> None:
    with pytest.raises(KeysError, match="root_invalid"):
        root_document([A, A], threshold=2)


@pytest.mark.parametrize("key", [A, B])
def test_a_root_key_is_sealed_at_rest_and_says_nothing_of_itself(key: RootKey) -> None:
    pem = seal_root_key(key, PASSPHRASE)
    assert open_root_key(pem, PASSPHRASE).public == key.public
    with pytest.raises(KeysError, match="root_passphrase_wrong"):
        open_root_key(pem, b"another")
    assert repr(key) in {"<RootKey ES256>", "<RootKey EdDSA>"}


def test_a_pin_is_read_as_people_write_it() -> None:
    pin = one_root().pin
    assert check_pin(f" {pin[:32].upper()} {pin[32:]}\n") == pin
    assert check_pin("-".join(pin[at : at + 8] for at in range(0, 64, 8))) == pin
    for wrong in ("", pin[:-1], pin + "0", "g" * 64):
        with pytest.raises(KeysError, match="root_pin_invalid"):
            check_pin(wrong)


def test_a_key_document_with_every_kind_of_service_survives_its_file(
    services: KeyDocument,
) -> None:
    trust = parse_trust_list(published(services), one_root().pin)
    assert trust.document == services
    assert trust.document.logs[0].name == "yz.example.cn/log"


@pytest.fixture
def services() -> KeyDocument:
    """A document that names a log, a status key and a witness."""
    start = date(2026, 1, 1)
    return replace(
        DOCUMENT,
        logs=(LogSource(vkey=vkey("yz.example.cn/log"), valid_from=start, valid_to=None),),
        status_keys=(StatusKey(jwk=D.public, valid_from=start, valid_to=start),),
        witnesses=(vkey("witness.example/w", kind=4),),
    )


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Every signature that was verified; each is still verified."""
    seen: list[bytes] = []

    def verify(algorithm: Algorithm, key: PublicJwk, message: bytes, signature: bytes) -> bool:
        seen.append(signature)
        return verify_signature(algorithm, key, message, signature)

    monkeypatch.setattr("keys.jws.verify_signature", verify)
    return seen


def test_a_list_without_the_pinned_root_is_refused_before_anything_is_verified(
    verified: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keys.root.parse_root_document", None)  # nor is any root document read
    monkeypatch.setattr("keys.trust_list.parse_key_document", None)
    assert refused(list_file(DOCUMENT, [FIRST], OLD), "0" * 64) == "root_unknown"
    assert verified == []


def test_what_nobody_signed_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keys.trust_list.parse_key_document", None)
    assert refused(list_file(DOCUMENT, [FIRST], (A,))) == "trust_list_unsigned"


def test_of_each_key_no_more_than_one_signature_is_verified(verified: list[bytes]) -> None:
    once = sign_file(A, SignedFile(payload=dump_key_document(DOCUMENT)), Kind.TRUST_LIST)
    [good] = once.signatures
    wrong = [replace(good, value=bytes([at]) + good.value[1:]) for at in range(60)]
    many = replace(once, signatures=(*wrong, good))
    assert many.signers(Kind.TRUST_LIST, FIRST.document.keys) == ()
    assert verified == [wrong[0].value]


def test_no_root_document_is_read_after_one_that_was_not_signed() -> None:
    second = two_of_three(NEW, (A, D, E), 2)
    unreadable = replace(second, file=replace(second.file, payload=b"no root document"))
    data = list_file(DOCUMENT, [FIRST, second, unreadable], (D, E))
    assert refused(data) == "trust_list_unsigned"


def test_a_list_of_an_absurd_size_is_refused_at_once() -> None:
    assert refused(b" " * (MAX_TRUST_LIST_BYTES + 1)) == "json_invalid"
    assert MAX_TRUST_LIST_BYTES <= 32 << 20
