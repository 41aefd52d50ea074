"""The envelope is COSE_Sign1 with exactly one spelling, and no flipped bit survives."""

from __future__ import annotations

from collections.abc import Iterator

import cbor2
import pytest

from codes.qr_text import decode_qr_text, encode_qr_text
from codes.record import RecordError, decode_record, encode_record
from keys.algorithms import Algorithm
from keys.envelope import Envelope, decode_envelope, encode_envelope, to_be_signed
from keys.errors import KeysError
from keys.ring import Ring, SignatureState, verify_envelope
from tests.keys.key_samples import fixed_key, public_entry, signed

PREFIX = "https://yz.example.cn/#"
QR_ALGORITHM_BYTES = {1: Algorithm.ES256, 2: Algorithm.EDDSA}


def flips(data: bytes) -> Iterator[bytes]:
    """Yield `data` with each of its bits flipped in turn."""
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 0x80 >> bit % 8
        yield bytes(flipped)


def is_accepted(envelope: Envelope, ring: Ring) -> bool:
    """Say whether an envelope proves genuine under the ring."""
    try:
        return verify_envelope(envelope, ring).signature is SignatureState.GENUINE
    except RecordError:
        return False


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_the_envelope_is_an_untagged_cose_sign1(algorithm: Algorithm) -> None:
    _, envelope = signed(fixed_key(algorithm))
    items = cbor2.loads(encode_envelope(envelope))
    assert items == [cbor2.dumps({1: int(algorithm)}), {}, envelope.payload, envelope.signature]
    assert decode_envelope(encode_envelope(envelope)) == envelope


def test_what_is_signed_is_the_sig_structure_of_rfc_9052() -> None:
    assert to_be_signed(Algorithm.ES256, b"\1\2") == bytes.fromhex(
        "84" "6a5369676e617475726531" "43a10126" "40" "420102"
    )  # fmt: skip


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_every_flipped_bit_of_an_envelope_is_refused(algorithm: Algorithm) -> None:
    key = fixed_key(algorithm)
    _, envelope = signed(key)
    ring = Ring([public_entry(key)])
    assert is_accepted(envelope, ring)
    survivors = 0
    for data in flips(encode_envelope(envelope)):
        try:
            survivors += is_accepted(decode_envelope(data), ring)
        except KeysError as error:
            assert error.code == "envelope_damaged"
    assert survivors == 0


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_every_flipped_bit_of_a_record_is_refused(algorithm: Algorithm) -> None:
    key = fixed_key(algorithm)
    record, envelope = signed(key)
    ring = Ring([public_entry(key)])
    for payload in flips(encode_record(record)):
        changed = Envelope(algorithm=algorithm, payload=payload, signature=envelope.signature)
        assert not is_accepted(changed, ring)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_every_flipped_bit_of_the_qr_bytes_is_refused(algorithm: Algorithm) -> None:
    key = fixed_key(algorithm)
    _, envelope = signed(key)
    ring = Ring([public_entry(key)])
    text = encode_qr_text(
        PREFIX, algorithm=algorithm, payload=envelope.payload, signature=envelope.signature
    )
    number = int(text.removeprefix(PREFIX))
    survivors = 0
    for data in flips(number.to_bytes((number.bit_length() + 7) // 8)):
        try:
            reading = decode_qr_text(f"{PREFIX}{int.from_bytes(data)}")
        except ValueError:
            continue
        survivors += is_accepted(
            Envelope(
                algorithm=Algorithm(reading.algorithm),
                payload=reading.payload,
                signature=reading.signature,
            ),
            ring,
        )
    assert survivors == 0


def test_every_changed_digit_of_the_qr_text_is_refused() -> None:
    key = fixed_key(Algorithm.ES256)
    _, envelope = signed(key)
    ring = Ring([public_entry(key)])
    text = encode_qr_text(
        PREFIX, algorithm=-7, payload=envelope.payload, signature=envelope.signature
    )
    for place in range(len(PREFIX), len(text)):
        digit = (int(text[place]) + 1) % 10
        try:
            reading = decode_qr_text(f"{text[:place]}{digit}{text[place + 1 :]}")
        except ValueError:
            continue
        changed = Envelope(
            algorithm=Algorithm(reading.algorithm),
            payload=reading.payload,
            signature=reading.signature,
        )
        assert not is_accepted(changed, ring)


def test_every_other_spelling_of_an_envelope_is_refused() -> None:
    _, envelope = signed(fixed_key(Algorithm.ES256))
    data = encode_envelope(envelope)
    header, payload, signature = b"\xa1\x01\x26", envelope.payload, envelope.signature
    others = [
        b"\xd2" + data,
        data + b"\0",
        data[:-1],
        b"",
        b"\x9f" + data[1:] + b"\xff",
        data[:1] + b"\x58\x03" + data[2:],
        cbor2.dumps([header, {}, payload]),
        cbor2.dumps([header, {4: b"1"}, payload, signature]),
        cbor2.dumps([b"", {1: -7}, payload, signature]),
        cbor2.dumps([b"\xa1\x01\x38\x22", {}, payload, signature]),
        cbor2.dumps([b"\xa1\x01\x38\x06", {}, payload, signature]),
        cbor2.dumps([header, {}, None, signature]),
        cbor2.dumps([header, {}, payload, signature + b"\0"]),
        cbor2.dumps([header, {}, b"", signature]),
        cbor2.dumps([header, {}, payload.hex(), signature]),
        b"\x84" * 300,
        bytes(1000),
    ]
    for other in others:
        with pytest.raises(KeysError) as caught:
            decode_envelope(other)
        assert caught.value.code == "envelope_damaged"


def test_the_record_in_an_envelope_is_the_record_that_was_signed() -> None:
    record, envelope = signed(fixed_key(Algorithm.EDDSA), holder_name="阿卜杜热合曼·买买提")
    assert decode_record(decode_envelope(encode_envelope(envelope)).payload) == record
