"""What is typed with characters nobody sees: they are left out, and that is said."""

from __future__ import annotations

import pytest

from tests.verifier.world import NAME, CopyPlan, World, make_record, sign_record
from verifier.errors import UsageError
from verifier.verdict import Outcome

UNSEEN = (
    *"\u00ad\u200b\u200c\u200d\u200e\u202a\u202e\u2060\u2066\u2069\ufe00\ufe0f",
    "\U000e0100",
    "\U000e01ef",
)


@pytest.mark.parametrize("mark", UNSEEN)
def test_marks_nobody_sees_are_left_out_and_told_whatever_is_on_record(
    world: World, mark: str
) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    known = str(issued.number)
    unknown = known[:-1] + "9"
    for number, name in ((known, NAME), (known, "王五六"), (unknown, NAME)):
        verdict = world.verifier().verify_number(
            f"{number[:5]}{mark}{number[5:]}", name=f"{name[0]}{mark}{name[1:]}"
        )
        told = {one.evidence.get("reason"): one for one in verdict.findings}
        assert told["name_unseen"].code == "name_normalised"
        assert told["typed_invisible"].code == "number_normalised"
        right = (number, name) == (known, NAME)
        assert verdict.outcome is (Outcome.VALID if right else Outcome.NOT_FOUND)


def test_a_name_of_unseen_marks_alone_is_not_given(world: World) -> None:
    with pytest.raises(UsageError) as refused:
        world.verifier().verify_number("S000012000123263000001", name=" \u200b\u2060")
    assert refused.value.code == "holder_fact_missing"
