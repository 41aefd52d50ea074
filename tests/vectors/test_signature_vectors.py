"""The published ECDSA and Ed25519 vectors, each judged as they ask."""

from __future__ import annotations

import pytest

from keys.algorithms import Algorithm, parse_jwk, verify_signature
from keys.errors import KeysError
from tests.vectors.cases import SIGNATURE_FILES, SignatureCase, published, signature_cases

CASES_IN_FILE = dict(zip(SIGNATURE_FILES, (262, 484, 151, 914), strict=True))


def is_accepted(case: SignatureCase) -> bool:
    """Say whether the server would accept a case; an untrustworthy key accepts nothing."""
    try:
        jwk = parse_jwk(dict(case.jwk))
    except KeysError:
        return False
    message, signature = bytes.fromhex(case.message_hex), bytes.fromhex(case.signature_hex)
    return verify_signature(Algorithm(case.algorithm), jwk, message, signature)


@pytest.mark.parametrize("name", SIGNATURE_FILES)
def test_every_published_signature_is_judged_as_the_vectors_ask(name: str) -> None:
    cases = list(signature_cases(name))
    assert len(cases) == CASES_IN_FILE[name]
    wrong = [case.name for case in cases if is_accepted(case) is not case.accepted]
    assert wrong == []


def test_der_signatures_are_refused_though_valid_in_their_own_form() -> None:
    data = published("wycheproof/ecdsa_secp256r1_sha256_test.json")
    valid = [test for group in data["testGroups"] for test in group["tests"]]
    assert any(test["result"] == "valid" for test in valid)
    cases = signature_cases("wycheproof/ecdsa_secp256r1_sha256_test.json")
    assert not any(is_accepted(case) for case in cases)


def test_the_edge_points_hold_genuine_signatures_too() -> None:
    accepted = [case for case in signature_cases("ed25519/cctv.json") if case.accepted]
    assert len(accepted) == 43
