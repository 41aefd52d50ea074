"""For all records: encode and decode are inverse, and decode knows only what encode makes."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from codes.qr_text import QrTextError, decode_qr_text, encode_qr_text
from codes.record import Record, RecordError, decode_record, encode_record
from keys.algorithms import Algorithm
from keys.envelope import Envelope, decode_envelope, encode_envelope
from keys.errors import KeysError
from tests.codes.record_samples import make_record
from tests.property.record_strategies import records

PREFIX = "https://yz.example.cn/q#"
signatures = st.binary(min_size=64, max_size=64)
algorithms = st.sampled_from(list(Algorithm))


@st.composite
def spoiled(draw: st.DrawFn, data: bytes) -> bytes:
    """Return bytes with a few of them replaced, dropped or doubled."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(changed) - 1, 0)))
        stretch = draw(st.integers(0, 3))
        changed[place : place + stretch] = draw(st.binary(max_size=3))
    return bytes(changed)


@given(records())
def test_every_record_survives_encoding(record: Record) -> None:
    data = encode_record(record)
    assert decode_record(data) == record


@given(st.binary(max_size=420) | spoiled(encode_record(make_record(specialty="安检"))))
@example(b"\x8c" + b"\x01" * 12)
def test_whatever_decodes_is_what_encode_makes(data: bytes) -> None:
    try:
        record = decode_record(data)
    except RecordError:
        return
    assert encode_record(record) == data


@given(algorithms, st.binary(min_size=1, max_size=400), signatures)
def test_every_envelope_survives_encoding(
    algorithm: Algorithm, payload: bytes, signature: bytes
) -> None:
    envelope = Envelope(algorithm=algorithm, payload=payload, signature=signature)
    assert decode_envelope(encode_envelope(envelope)) == envelope


ENVELOPE = encode_envelope(
    Envelope(
        algorithm=Algorithm.ES256, payload=encode_record(make_record()), signature=bytes(range(64))
    )
)


@given(st.binary(max_size=200) | spoiled(ENVELOPE))
def test_whatever_opens_as_an_envelope_is_what_encode_makes(data: bytes) -> None:
    try:
        envelope = decode_envelope(data)
    except KeysError:
        return
    assert encode_envelope(envelope) == data


@given(algorithms, st.binary(min_size=1, max_size=400), signatures)
def test_every_signed_record_survives_the_qr_text(
    algorithm: Algorithm, payload: bytes, signature: bytes
) -> None:
    text = encode_qr_text(PREFIX, algorithm=algorithm, payload=payload, signature=signature)
    reading = decode_qr_text(text)
    assert (reading.algorithm, reading.payload, reading.signature) == (
        algorithm,
        payload,
        signature,
    )


GENUINE = encode_qr_text(
    PREFIX, algorithm=-7, payload=encode_record(make_record()), signature=bytes(range(64))
)


@given(
    st.text(max_size=200)
    | spoiled(GENUINE.encode()).map(lambda data: data.decode("utf-8", "replace"))
)
def test_whatever_reads_as_a_qr_text_is_what_encode_makes(text: str) -> None:
    try:
        reading = decode_qr_text(text)
    except QrTextError:
        return
    again = encode_qr_text(
        "#",
        algorithm=reading.algorithm,
        payload=reading.payload,
        signature=reading.signature,
    )
    assert re.search(rf"(?<![0-9]){again[1:]}(?![0-9])", text)
