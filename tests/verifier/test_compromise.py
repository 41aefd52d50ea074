"""What a compromised key signed is believed only with a proof that it was logged before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from keys.document import KeyDocument
from keys.ring import Standing
from tests.verifier.desk import codes
from tests.verifier.world import (
    NAME,
    NOW,
    TODAY,
    CopyPlan,
    World,
    key_document,
    make_record,
    sign_record,
    with_body,
)
from verifier.proof import inspect_compromise, prove
from verifier.verdict import Outcome


def with_lost_key(since: datetime) -> KeyDocument:
    document = key_document()
    (body,) = document.bodies
    lost = replace(body.keys[0], standing=Standing.COMPROMISED, compromised_since=since)
    return with_body(document, replace(body, keys=(lost, *body.keys[1:])))


def test_a_record_of_a_compromised_key_is_unregistered_without_a_log_proof(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    verifier = world.verifier(with_lost_key(NOW + timedelta(days=-1)))
    verdict = verifier.verify_number(str(issued.number), name=NAME)
    assert verdict.outcome is Outcome.UNREGISTERED
    assert verdict.certificate is None
    assert "key_compromised" in codes(verdict)


@pytest.mark.parametrize(
    ("seconds", "believed"), [(-1, True), (0, False), (1, False), (None, False)]
)
def test_a_log_proof_from_before_keeps_a_record_good(seconds: int | None, believed: bool) -> None:
    since = NOW - timedelta(days=1)
    issued = sign_record(make_record())
    proof = prove(issued.envelope, issued.record, with_lost_key(since), TODAY)
    logged_at = None if seconds is None else since + timedelta(seconds=seconds)
    found = inspect_compromise(proof, asked=True, logged_at=logged_at)
    assert (found == ()) is believed


def test_a_key_that_is_not_compromised_needs_no_log_proof() -> None:
    issued = sign_record(make_record())
    proof = prove(issued.envelope, issued.record, key_document(), TODAY)
    assert inspect_compromise(proof, asked=True) == ()
