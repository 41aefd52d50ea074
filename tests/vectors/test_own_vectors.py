"""What format 1 said when it was published, it says today."""

from __future__ import annotations

import json

from codes.qr_text import decode_qr_text
from codes.record import decode_record, encode_record
from keys.envelope import decode_envelope
from keys.ring import SignatureState, verify_envelope
from keys.trust_list import parse_trust_list
from tests.keys.trust_samples import one_root
from tests.vectors.own import DATA, made


def test_vectors_made_again_are_the_committed_ones_byte_for_byte() -> None:
    for name, content in made().items():
        assert (DATA / name).read_bytes() == content, name


def test_committed_vectors_verify_under_the_committed_key_document() -> None:
    document = parse_trust_list((DATA / "keys.json").read_bytes(), one_root().pin).document
    vectors = json.loads((DATA / "signed.json").read_text(encoding="utf-8"))
    assert len(vectors) == 8
    for vector in vectors:
        envelope = decode_envelope(bytes.fromhex(vector["envelope"]))
        proof = verify_envelope(envelope, document.ring)
        if proof.record.number.prefix == document.bodies[0].prefix:
            assert proof.signature is SignatureState.GENUINE
        assert str(proof.record.number) == vector["number"]
        assert encode_record(proof.record).hex() == vector["record"]
        assert proof.record.holder_name == vector["holder_name"]


def test_committed_qr_texts_carry_the_committed_records() -> None:
    for vector in json.loads((DATA / "signed.json").read_text(encoding="utf-8")):
        reading = decode_qr_text(vector["qr_text"])
        assert reading.payload.hex() == vector["record"]
        assert decode_record(reading.payload).issued_on.isoformat() == vector["issued_on"]
