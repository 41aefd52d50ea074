"""Only 64-byte signatures by trustworthy keys of the claimed algorithm are accepted."""

from __future__ import annotations

import pytest

from keys.algorithms import (
    P256_ORDER,
    Algorithm,
    PublicJwk,
    algorithm_by_label,
    decode_coordinate,
    encode_coordinate,
    is_full_order_encoding,
    parse_jwk,
    verify_signature,
)
from keys.envelope import to_be_signed
from keys.errors import KeysError
from tests.keys.key_samples import fixed_key, signed

ED25519_PRIME = 2**255 - 19


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_signature_is_accepted_by_its_own_key_and_message_only(algorithm: Algorithm) -> None:
    key = fixed_key(algorithm)
    _, envelope = signed(key)
    message = to_be_signed(algorithm, envelope.payload)
    other_key = fixed_key(algorithm, "2").public
    assert verify_signature(algorithm, key.public, message, envelope.signature) is True
    assert verify_signature(algorithm, key.public, message + b"\0", envelope.signature) is False
    assert verify_signature(algorithm, other_key, message, envelope.signature) is False


@pytest.mark.parametrize("algorithm", list(Algorithm))
@pytest.mark.parametrize("length", [0, 1, 63, 65, 70, 72, 128])
def test_any_length_but_64_bytes_is_refused(algorithm: Algorithm, length: int) -> None:
    key = fixed_key(algorithm)
    _, envelope = signed(key)
    signature = (envelope.signature * 2)[:length]
    message = to_be_signed(algorithm, envelope.payload)
    assert verify_signature(algorithm, key.public, message, signature) is False


def test_a_key_answers_for_no_other_algorithm() -> None:
    key = fixed_key(Algorithm.ES256)
    _, envelope = signed(key)
    message = to_be_signed(Algorithm.ES256, envelope.payload)
    assert not verify_signature(Algorithm.EDDSA, key.public, message, envelope.signature)


def test_the_twin_of_an_ecdsa_signature_is_accepted_so_records_must_be_compared() -> None:
    key = fixed_key(Algorithm.ES256)
    _, envelope = signed(key)
    r, s = envelope.signature[:32], int.from_bytes(envelope.signature[32:])
    twin = r + (P256_ORDER - s).to_bytes(32)
    message = to_be_signed(Algorithm.ES256, envelope.payload)
    assert verify_signature(Algorithm.ES256, key.public, message, twin)


@pytest.mark.parametrize("bad", [0, P256_ORDER, P256_ORDER + 1, 2**256 - 1])
def test_r_and_s_out_of_range_are_refused(bad: int) -> None:
    key = fixed_key(Algorithm.ES256)
    _, envelope = signed(key)
    message = to_be_signed(Algorithm.ES256, envelope.payload)
    value = bad.to_bytes(32)
    for signature in (value + envelope.signature[32:], envelope.signature[:32] + value):
        assert not verify_signature(Algorithm.ES256, key.public, message, signature)


def test_small_order_and_non_canonical_points_are_told_apart_from_others() -> None:
    order_eight = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
    refused = [0, 1, ED25519_PRIME - 1, ED25519_PRIME, ED25519_PRIME + 1, 2**255 - 1]
    for y in refused:
        assert not is_full_order_encoding(y.to_bytes(32, "little"))
        assert not is_full_order_encoding((y | 1 << 255).to_bytes(32, "little"))
    assert not is_full_order_encoding(bytes.fromhex(order_eight))
    assert is_full_order_encoding(decode_coordinate(fixed_key(Algorithm.EDDSA).public.x))
    assert is_full_order_encoding((2).to_bytes(32, "little"))


def test_the_key_id_begins_the_rfc_7638_thumbprint() -> None:
    # RFC 8037 A.3: the thumbprint of the Ed25519 key of RFC 8032.
    jwk = PublicJwk(
        kty="OKP", crv="Ed25519", x="11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", y=None
    )
    assert encode_coordinate(jwk.thumbprint) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert jwk.key_id == int.from_bytes(jwk.thumbprint[:2])


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_jwk_survives_the_way_through_json(algorithm: Algorithm) -> None:
    jwk = fixed_key(algorithm).public
    assert parse_jwk(dict(jwk.as_dict())) == jwk
    assert jwk.algorithm is algorithm


EC = fixed_key(Algorithm.ES256).public.as_dict()
OKP = fixed_key(Algorithm.EDDSA).public.as_dict()


@pytest.mark.parametrize(
    "members",
    [
        {},
        {**EC, "d": EC["x"]},
        {**EC, "kid": "1"},
        {**EC, "crv": "P-384"},
        {**EC, "kty": "OKP"},
        {**EC, "y": OKP["x"]},
        {**EC, "y": EC["y"] + "="},
        {**EC, "y": EC["y"][:-1]},
        {**EC, "y": None},
        {**EC, "x": "é" * 43},
        {**EC, "x": EC["x"][:-1] + "\n"},
        {name: value for name, value in EC.items() if name != "y"},
        {**OKP, "y": EC["y"]},
        {**OKP, "crv": "Ed448"},
        {**OKP, "crv": "X25519"},
        {**OKP, "kty": 1},
        {**OKP, "x": encode_coordinate(bytes(32))},
        {**OKP, "x": encode_coordinate(b"\1" + bytes(31))},
        {**OKP, "x": encode_coordinate(b"\xff" * 32)},
        {**EC, "x": encode_coordinate(b"\xff" * 32)},
    ],
)
def test_a_key_that_is_not_one_to_trust_is_refused(members: dict[str, object]) -> None:
    with pytest.raises(KeysError) as caught:
        parse_jwk(members)
    assert caught.value.code == "jwk_invalid"


def test_a_coordinate_has_one_spelling() -> None:
    text = encode_coordinate(bytes(32))
    for other in (text[:-1] + "B", text.replace("A", "+", 1), text + "==", text[:-1]):
        with pytest.raises(KeysError):
            decode_coordinate(other)


def test_algorithms_are_found_by_their_label() -> None:
    assert [algorithm_by_label(algorithm.label) for algorithm in Algorithm] == list(Algorithm)
    with pytest.raises(KeysError) as caught:
        algorithm_by_label("none")
    assert caught.value.code == "algorithm_unknown"
