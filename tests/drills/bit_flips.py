"""Drill: every single bit of a signed record is turned over, and every time it is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from codes.errors import CodesError
from codes.qr_text import QrReading, decode_qr_text
from codes.record import decode_record, encode_record
from keys.algorithms import Algorithm
from keys.envelope import Envelope, decode_envelope, encode_envelope
from keys.errors import KeysError
from keys.ring import Ring, SignatureState, verify_envelope
from tests.drills.drill import Drill, Facts, Figure, Part, require
from tests.drills.office import desk_of, faces, make_office, people, put_on_record, utc_now
from verifier.opening import open_verifier
from verifier.service import Verifier
from verifier.verdict import Outcome

_NAMES = ("王芳", "欧阳晓晨", "热依汗古丽·吾买尔江·库尔班", "䶮㛃")
_RECORDS = {Figure.FULL: 24, Figure.SHORT: 1}


def _parts(figure: Figure, seed: int) -> list[Part]:
    return [
        Part(
            name=algorithm.name.lower(),
            run=partial(_run, algorithm=algorithm, records=_RECORDS[figure], seed=seed),
        )
        for algorithm in Algorithm
    ]


def _run(folder: Path, *, algorithm: Algorithm, records: int, seed: int) -> Facts:
    home = make_office(folder, {}, algorithm)
    candidates = [
        replace(person.candidate(row), name=_NAMES[row % len(_NAMES)])
        for row, person in enumerate(islice(people(seed), records))
    ]
    facts: Counter[str] = Counter()
    with desk_of(home, utc_now) as desk:
        certificates = faces(desk, put_on_record(desk, candidates))
        verifier = open_verifier(home)
        try:
            for certificate in certificates:
                facts += _flip_all(verifier, desk.document.ring, certificate.qr_text)
        finally:
            verifier.close()
    return {"records, by each algorithm": records, **facts, "accepted": 0}


def _flip_all(verifier: Verifier, ring: Ring, text: str) -> Counter[str]:
    require(verifier.verify_qr(text).outcome is Outcome.VALID, "a genuine text is not valid")
    reading = decode_qr_text(text)
    facts: Counter[str] = Counter()
    for flipped in _flips_of_text(text):
        verdict = verifier.verify_qr(flipped)
        refused = verdict.outcome is not Outcome.VALID and verdict.certificate is None
        require(refused, f"a text with one bit turned over is {verdict.outcome}")
        facts["bits of QR texts turned over, refused by the verifier"] += 1
    facts += _flip_record(ring, reading)
    whole = Envelope(
        algorithm=Algorithm(reading.algorithm),
        payload=reading.payload,
        signature=reading.signature,
    )
    for data in _flips(encode_envelope(whole)):
        require(not _genuine(ring, data), "an envelope with one bit turned over is genuine")
        facts["bits of stored envelopes turned over, refused"] += 1
    return facts


def _flip_record(ring: Ring, reading: QrReading) -> Counter[str]:
    """Turn over each bit of the record: refused as no record, or else by its signature."""
    facts: Counter[str] = Counter()
    for data in _flips(reading.payload):
        try:
            again = encode_record(decode_record(data))
        except CodesError:
            facts["bits of records turned over, refused as no record"] += 1
            continue
        require(again == data, "a record is read that is not written so")
        changed = Envelope(
            algorithm=Algorithm(reading.algorithm), payload=data, signature=reading.signature
        )
        state = verify_envelope(changed, ring).signature
        require(state is not SignatureState.GENUINE, "the signature holds for another record")
        facts["bits of records turned over, refused by the signature"] += 1
    return facts


def _genuine(ring: Ring, data: bytes) -> bool:
    try:
        return verify_envelope(decode_envelope(data), ring).signature is SignatureState.GENUINE
    except (KeysError, CodesError):
        return False


def _flips_of_text(text: str) -> Iterator[str]:
    prefix, mark, digits = text.rpartition("#")
    number = int(digits)
    for bit in range(number.bit_length()):
        yield f"{prefix}{mark}{number ^ (1 << bit)}"


def _flips(data: bytes) -> Iterator[bytes]:
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bytes(flipped)


DRILL = Drill(
    name="bit_flips",
    promise="Turn over any one bit of a signed record and it is refused.",
    method="""Certificates with names of 2, 4 and 14 characters are issued under ES256, EdDSA and
        SM2. For each, every bit of the bytes in its QR text is turned over and the text put to
        the verifier; every bit of the record alone; and every bit of the signed envelope as it is
        stored. Nothing is sampled.""",
    parts=_parts,
    defect="The signature covers the record without its number.",
    defect_part=Algorithm.ES256.name.lower(),
    at_once=2,
)
