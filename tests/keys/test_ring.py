"""The ring knows which key may sign on which day, and keeps old keys for old paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from codes.levels import Level
from keys.algorithms import Algorithm
from keys.errors import KeysError
from keys.ring import (
    PublicKey,
    Ring,
    Scope,
    SignatureState,
    Standing,
    verify_envelope,
    verify_second,
)
from keys.signing import prepare, sign_beside
from tests.keys.key_samples import PREFIX, fixed_key, public_entry, signed

OTHER_PREFIX = "S000012000124"


def test_a_key_is_found_under_its_own_prefix_only() -> None:
    entry = public_entry(fixed_key(Algorithm.ES256))
    ring = Ring([entry])
    assert ring.find(PREFIX, entry.key_id) is entry
    assert ring.find(OTHER_PREFIX, entry.key_id) is None
    assert ring.find(PREFIX, entry.key_id ^ 1) is None


def test_a_key_id_occurs_once_under_a_prefix_but_may_recur_under_another() -> None:
    key = fixed_key(Algorithm.ES256)
    Ring([public_entry(key), public_entry(key, prefix=OTHER_PREFIX)])
    with pytest.raises(KeysError) as caught:
        Ring([public_entry(key), public_entry(key, valid_from=date(2027, 1, 1))])
    assert caught.value.code == "key_id_repeated"
    assert caught.value.evidence == {"prefix": PREFIX, "key_id": str(key.public.key_id)}


def test_both_ends_of_a_window_belong_to_it() -> None:
    entry = public_entry(
        fixed_key(Algorithm.ES256), valid_from=date(2026, 2, 1), valid_to=date(2026, 2, 28)
    )
    covered = [entry.covers(date(2026, month, day)) for month, day in
               ((1, 31), (2, 1), (2, 28), (3, 1))]  # fmt: skip
    assert covered == [False, True, True, False]


def test_the_newest_active_key_that_covers_the_day_signs() -> None:
    old = public_entry(fixed_key(Algorithm.ES256, "old"), valid_to=date(2026, 12, 31))
    new = public_entry(fixed_key(Algorithm.EDDSA, "new"), valid_from=date(2026, 12, 1))
    ring = Ring([new, old])
    assert ring.signing_keys(PREFIX, date(2025, 12, 31)) == ()
    assert ring.signing_keys(PREFIX, date(2026, 11, 30)) == (old,)
    assert ring.signing_keys(PREFIX, date(2026, 12, 1)) == (new,)
    assert ring.signing_keys(PREFIX, date(2027, 1, 1)) == (new,)
    assert ring.signing_keys(OTHER_PREFIX, date(2027, 1, 1)) == ()
    assert ring.keys_of(PREFIX) == (old, new)


def test_a_retired_key_signs_no_more_but_still_verifies_its_days() -> None:
    key = fixed_key(Algorithm.ES256)
    _, envelope = signed(key)
    retired = public_entry(key, valid_to=date(2026, 12, 31), standing=Standing.RETIRED)
    ring = Ring([retired])
    assert ring.signing_keys(PREFIX, date(2026, 11, 23)) == ()
    proof = verify_envelope(envelope, ring)
    assert (proof.signature, proof.key, proof.key_covered_day) == (
        SignatureState.GENUINE,
        retired,
        True,
    )


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_the_proof_tells_a_genuine_a_wrong_and_an_unknown_signature_apart(
    algorithm: Algorithm,
) -> None:
    key = fixed_key(algorithm)
    record, envelope = signed(key)
    ring = Ring([public_entry(key)])
    wrong = replace(envelope, signature=envelope.signature[:-1] + b"\0")
    assert verify_envelope(envelope, ring).record == record
    assert verify_envelope(envelope, ring).signature is SignatureState.GENUINE
    assert verify_envelope(wrong, ring).signature is SignatureState.WRONG
    unknown = verify_envelope(envelope, Ring([]))
    assert (unknown.signature, unknown.key) == (SignatureState.KEY_UNKNOWN, None)


def test_an_envelope_that_claims_the_other_algorithm_is_wrong() -> None:
    key = fixed_key(Algorithm.ES256)
    _, envelope = signed(key)
    claimed = replace(envelope, algorithm=Algorithm.EDDSA)
    ring = Ring([public_entry(key)])
    assert verify_envelope(claimed, ring).signature is SignatureState.WRONG


def test_a_genuine_signature_outside_the_keys_window_is_said_to_be_so() -> None:
    key = fixed_key(Algorithm.ES256)
    _, envelope = signed(key)
    proof = verify_envelope(envelope, Ring([public_entry(key, valid_to=date(2026, 11, 22))]))
    assert (proof.signature, proof.key_covered_day) == (SignatureState.GENUINE, False)


def test_entries_that_contradict_themselves_are_refused() -> None:
    entry = public_entry(fixed_key(Algorithm.ES256))
    contradictions = {
        "key_id": {"key_id": entry.key_id ^ 1},
        "algorithm": {"algorithm": Algorithm.EDDSA},
        "prefix": {"prefix": "X000012000123"},
        "valid_to": {"valid_to": date(2025, 1, 1)},
    }
    for field, change in contradictions.items():
        with pytest.raises(KeysError) as caught:
            replace(entry, **change)  # type: ignore[arg-type]
        assert caught.value.evidence == {"field": field}


def test_a_scope_covers_its_occupation_levels_and_days() -> None:
    scope = Scope(
        occupation=1,
        levels=(Level.THREE,),
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
    )
    assert scope.covers(1, Level.THREE, date(2026, 12, 31))
    assert not scope.covers(1, Level.THREE, date(2027, 1, 1))
    assert not scope.covers(1, Level.TWO, date(2026, 6, 1))
    assert not scope.covers(2, Level.THREE, date(2026, 6, 1))


@pytest.mark.parametrize("levels", [(), (Level.THREE, Level.THREE)])
def test_a_scope_names_each_level_once_and_at_least_one(levels: tuple[Level, ...]) -> None:
    with pytest.raises(KeysError):
        Scope(occupation=1, levels=levels, valid_from=date(2026, 1, 1), valid_to=None)


def ring_of_three() -> tuple[Ring, PublicKey, PublicKey, PublicKey]:
    es256, eddsa, sm2 = (
        public_entry(fixed_key(algorithm), valid_from=date(2026, month, 1))
        for month, algorithm in enumerate((Algorithm.ES256, Algorithm.EDDSA, Algorithm.SM2), 1)
    )
    return Ring([es256, eddsa, sm2]), es256, eddsa, sm2


def test_one_key_of_each_family_signs_the_newest_of_it() -> None:
    ring, es256, eddsa, sm2 = ring_of_three()
    assert ring.signing_keys(PREFIX, date(2026, 1, 31)) == (es256,)
    assert ring.signing_keys(PREFIX, date(2026, 2, 28)) == (eddsa,)
    assert ring.signing_keys(PREFIX, date(2026, 3, 1)) == (eddsa, sm2)


def test_the_body_chooses_which_key_comes_first() -> None:
    ring, es256, eddsa, sm2 = ring_of_three()
    day = date(2026, 3, 1)
    assert ring.signing_keys(PREFIX, day, Algorithm.SM2) == (sm2, eddsa)
    assert ring.signing_keys(PREFIX, day, Algorithm.ES256) == (es256, sm2)
    assert ring.signing_keys(PREFIX, date(2026, 2, 28), Algorithm.SM2) == ()


def test_a_second_signature_is_by_the_other_family_on_its_day_over_the_same_record() -> None:
    first, second = fixed_key(Algorithm.ES256), fixed_key(Algorithm.SM2)
    record, envelope = signed(first)
    beside = sign_beside(second, prepare(envelope.payload))
    ring = Ring([public_entry(first), public_entry(second)])
    assert verify_second(beside, envelope.payload, ring) is SignatureState.GENUINE

    late = public_entry(second, valid_from=record.issued_on + timedelta(days=1))
    one_family = fixed_key(Algorithm.EDDSA)
    same = sign_beside(one_family, prepare(envelope.payload))
    _, other = signed(first, holder_name="另一人")
    with_same = Ring([public_entry(first), public_entry(one_family)])
    unknown = SignatureState.KEY_UNKNOWN
    assert verify_second(beside, envelope.payload, Ring([public_entry(first), late])) is unknown
    assert verify_second(same, envelope.payload, with_same) is unknown
    assert verify_second(beside, other.payload, ring) is SignatureState.WRONG
    with pytest.raises(KeysError, match="key_id_mismatch"):
        sign_beside(first, prepare(envelope.payload))
