"""A private key signs prepared records, rests encrypted, and never leaves in print."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import cbor2
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from codes.record import RecordError, encode_record
from keys.algorithms import Algorithm, encode_coordinate, verify_signature
from keys.envelope import to_be_signed
from keys.errors import KeysError
from keys.passphrase import stretch
from keys.signing import (
    Prepared,
    generate,
    open_private_key,
    prepare,
    seal_private_key,
    sign,
)
from tests.codes.record_samples import make_record
from tests.keys.key_samples import PASSPHRASE, fixed_key

DATA = Path(__file__).parents[1] / "vectors" / "data"


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_generated_key_signs_what_its_public_half_verifies(algorithm: Algorithm) -> None:
    key = generate(algorithm)
    payload = encode_record(make_record(key_id=key.public.key_id))
    envelope = sign(key, prepare(payload))
    assert (envelope.algorithm, envelope.payload) == (algorithm, payload)
    message = to_be_signed(algorithm, payload)
    assert verify_signature(algorithm, key.public, message, envelope.signature)


def test_two_generated_keys_differ() -> None:
    assert generate(Algorithm.ES256).public != generate(Algorithm.ES256).public


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.EDDSA])
def test_signing_again_gives_the_same_bytes(algorithm: Algorithm) -> None:
    key = fixed_key(algorithm)
    prepared = prepare(encode_record(make_record(key_id=key.public.key_id)))
    assert sign(key, prepared) == sign(key, prepared)


def test_only_an_exact_record_can_be_prepared() -> None:
    payload = encode_record(make_record())
    for data in (b"", payload + b"\0", payload[:-1], cbor2.dumps("a letter"), bytes(64)):
        with pytest.raises(RecordError):
            prepare(data)


def test_only_what_prepare_made_is_signed() -> None:
    key = fixed_key(Algorithm.ES256)
    payload = encode_record(make_record(key_id=key.public.key_id))
    for other in (payload, make_record(), None):
        with pytest.raises(TypeError):
            sign(key, other)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Prepared(object(), payload, make_record())


def test_a_prepared_record_does_not_change() -> None:
    prepared = prepare(encode_record(make_record()))
    with pytest.raises(AttributeError):
        prepared.payload = b""
    assert prepared.payload == encode_record(prepared.record)


def test_a_record_that_names_another_key_is_not_signed() -> None:
    key = fixed_key(Algorithm.ES256)
    prepared = prepare(encode_record(make_record(key_id=key.public.key_id ^ 1)))
    with pytest.raises(KeysError) as caught:
        sign(key, prepared)
    assert caught.value.code == "key_id_mismatch"


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_sealed_key_opens_with_its_passphrase_only(algorithm: Algorithm) -> None:
    key = generate(algorithm)
    pem = seal_private_key(key, PASSPHRASE)
    assert open_private_key(pem, PASSPHRASE).public == key.public
    for wrong in (b"", PASSPHRASE + b"!"):
        with pytest.raises(KeysError) as caught:
            open_private_key(pem, wrong)
        assert caught.value.code == "passphrase_wrong"


def test_sealing_twice_gives_different_files() -> None:
    key = fixed_key(Algorithm.EDDSA)
    assert seal_private_key(key, PASSPHRASE) != seal_private_key(key, PASSPHRASE)


def test_a_key_is_not_sealed_under_an_empty_passphrase() -> None:
    with pytest.raises(KeysError) as caught:
        seal_private_key(fixed_key(Algorithm.ES256), b"")
    assert caught.value.code == "passphrase_empty"


@pytest.mark.parametrize("name", ["sealed-es256.pem", "sealed-eddsa.pem"])
def test_files_sealed_by_the_first_release_still_open(name: str) -> None:
    algorithm = Algorithm.ES256 if "es256" in name else Algorithm.EDDSA
    opened = open_private_key((DATA / name).read_bytes(), PASSPHRASE)
    assert opened.public == fixed_key(algorithm).public


def test_any_tool_opens_a_sealed_file_with_the_stretched_passphrase() -> None:
    header, _, pem = (DATA / "sealed-es256.pem").read_bytes().partition(b"\n")
    salt = bytes.fromhex(header.rpartition(b"salt=")[2].decode())
    handle = serialization.load_pem_private_key(pem, stretch(PASSPHRASE, salt).hex().encode())
    assert isinstance(handle, ec.EllipticCurvePrivateKey)
    x = handle.public_key().public_numbers().x.to_bytes(32)
    assert encode_coordinate(x) == fixed_key(Algorithm.ES256).public.x


def test_a_key_that_lies_open_is_refused() -> None:
    handle = ec.generate_private_key(ec.SECP256R1())
    pem = handle.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.raises(KeysError) as caught:
        open_private_key(pem, PASSPHRASE)
    assert caught.value.code == "private_key_unencrypted"


@pytest.mark.parametrize(
    "handle",
    [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)],
    ids=["P-384", "RSA"],
)
def test_a_key_of_another_kind_is_refused(
    handle: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
) -> None:
    pem = handle.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASSPHRASE),
    )
    with pytest.raises(KeysError) as caught:
        open_private_key(pem, PASSPHRASE)
    assert caught.value.code == "private_key_damaged"


def test_a_damaged_file_never_raises_anything_but_a_key_error() -> None:
    sealed = (DATA / "sealed-eddsa.pem").read_bytes()
    # Leave the first line alone most of the time: each salt costs a stretch.
    start = sealed.index(b"\n")
    pem = sealed[start + 1 :]
    for place in range(0, len(pem), 3):
        damaged = bytearray(pem)
        damaged[place] = ord("A") if damaged[place] != ord("A") else ord("B")
        with pytest.raises(KeysError) as caught:
            open_private_key(bytes(damaged), PASSPHRASE)
        assert caught.value.code in {
            "passphrase_wrong",
            "private_key_damaged",
            "private_key_unencrypted",
        }
    for header in (sealed[: start - 2], sealed[: start - 1] + b"g"):
        with pytest.raises(KeysError) as caught:
            open_private_key(header + b"\n" + pem, PASSPHRASE)
        assert caught.value.code == "private_key_damaged"


def test_a_private_key_is_not_printed_copied_or_pickled() -> None:
    key = fixed_key(Algorithm.ES256)
    assert repr(key) == f"<PrivateKey ES256 key_id={key.public.key_id}>"
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="not copied"):
            attempt(key)
