"""Mutated QR texts: no exception, and no changed claim is ever accepted."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from codes.record import Record
from keys.algorithms import Algorithm
from keys.envelope import Envelope
from keys.ring import EnvelopeProof, Ring, SignatureState, verify_record
from registry.models import CopyState
from tests.verifier.world import (
    URL_PREFIX,
    CopyPlan,
    Issued,
    World,
    body_key,
    make_record,
    sign_record,
)
from verifier import proof
from verifier.service import Verifier
from verifier.verdict import Outcome, PrintedFields, verdict_to_json

SHORT_COUNT = 400
_CHARACTERS = "0123456789#/:?&=.@ \u3000\uff10\u0660\x00\u202eazAZ张%"


def mutate(text: str, other: str, source: random.Random) -> str:
    """Return `text` changed the way scanners, chat apps and forgers change it.

    Args:
        other: another genuine text, to splice with.
        source: where all chance comes from.
    """
    place = source.randrange(len(text) + 1)
    end = min(len(text), place + source.randrange(1, 8))
    match source.randrange(9):
        case 0:
            return text[:place] + source.choice(_CHARACTERS) + text[place + 1 :]
        case 1:
            return text[:place] + source.choice(_CHARACTERS) + text[place:]
        case 2:
            return text[:place] + text[end:]
        case 3:
            return text[:place]
        case 4:
            return text[:place] + other[place:]
        case 5:
            return text[:place] + text[place:end] * 2 + text[end:]
        case 6:
            return text[:place] + text[place:end][::-1] + text[end:]
        case 7:
            return source.choice(["", "https://evil.cn/q#", URL_PREFIX * 2]) + text[place:]
        case _:
            return _flip_bit(text, source)


def check_mutated_qr_texts(
    verifier: Verifier, genuine: list[Issued], *, count: int, seed: int
) -> Counter[str]:
    """Verify `count` mutated texts; return how often each outcome came.

    What must hold for each: no exception; the verdict can be written as JSON; printed fields are
    shown only as one of the genuine certificates has them, and `valid` only with those.
    """
    source = random.Random(seed)
    texts = [one.qr_text() for one in genuine]
    known = [verifier.verify_qr(text).certificate for text in texts]
    assert None not in known
    outcomes: Counter[str] = Counter()
    for _ in range(count):
        text = source.choice(texts)
        for _ in range(source.randrange(1, 4)):
            text = mutate(text, source.choice(texts), source)
        verdict = verifier.verify_qr(text)
        verdict_to_json(verdict)
        outcomes[verdict.outcome.value] += 1
        _check_claims(verdict.outcome, verdict.certificate, known, text)
    return outcomes


def _check_claims(
    outcome: Outcome,
    shown: PrintedFields | None,
    known: list[PrintedFields | None],
    text: str,
) -> None:
    if outcome is Outcome.VALID:
        assert shown is not None, text
    if shown is not None:
        assert shown in known, text


def _flip_bit(text: str, source: random.Random) -> str:
    """Change one bit of the record or signature and write the digits anew."""
    prefix, mark, digits = text.rpartition("#")
    if not (digits.isascii() and digits.isdigit()):
        return text
    value = int(digits)
    return f"{prefix}{mark}{value ^ (1 << source.randrange(value.bit_length() or 1))}"


def genuine_certificates(world: World) -> list[Issued]:
    """Put three certificates on record: current, reissued, and signed with the other algorithm."""
    edwards = body_key(Algorithm.EDDSA)
    made = [
        sign_record(make_record(serial=1, print_serial=1)),
        sign_record(make_record(serial=2, print_serial=2, holder_name="阿依古丽·买买提")),
        sign_record(make_record(serial=3, print_serial=3, key=edwards), edwards),
    ]
    states = (CopyState.CURRENT, CopyState.SUPERSEDED, CopyState.CURRENT)
    for one, state in zip(made, states, strict=True):
        world.record(CopyPlan(issued=one, state=state))
    return made


@pytest.mark.parametrize("seed", [20261123])
def test_no_mutated_qr_text_changes_a_claim(tmp_path: Path, seed: int) -> None:
    world = World.make(tmp_path)
    try:
        genuine = genuine_certificates(world)
        outcomes = check_mutated_qr_texts(world.verifier(), genuine, count=SHORT_COUNT, seed=seed)
    finally:
        world.engine.dispose()
    assert sum(outcomes.values()) == SHORT_COUNT
    assert outcomes[Outcome.INCONCLUSIVE.value] > 0
    assert outcomes[Outcome.ALTERED.value] > 0


def test_the_check_turns_red_when_signatures_are_not_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def believe(envelope: Envelope, record: Record, ring: Ring) -> EnvelopeProof:
        genuine = SignatureState.GENUINE
        found = verify_record(envelope, record, ring)
        return replace(found, signature=genuine, key_covered_day=True)

    monkeypatch.setattr(proof, "verify_record", believe)
    world = World.make(tmp_path)
    try:
        genuine = genuine_certificates(world)
        with pytest.raises(AssertionError):
            check_mutated_qr_texts(world.verifier(), genuine, count=SHORT_COUNT, seed=1)
    finally:
        world.engine.dispose()
