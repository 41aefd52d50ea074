"""The cases that must be answered alike: a wrong name on whatever is on record, and no number."""

from __future__ import annotations

from sqlalchemy import select

from registry.access import take_ways_in
from registry.models import Award, AwardStatus
from registry.national_upload import NationalUpload
from registry.session import transaction
from tests.verifier.world import TODAY, CopyPlan, World, make_record, sign_record

WRONG_NAME = "王小明"
WRONG_DOCUMENT = "120101199003076642"


def unlike_numbers(world: World) -> dict[str, str]:
    """Put one award of each standing on record; return their numbers, and one of nobody."""
    numbers = {}
    standings = {
        "valid": AwardStatus.CURRENT,
        "suspended": AwardStatus.SUSPENDED,
        "revoked": AwardStatus.REVOKED,
        "erased": AwardStatus.CURRENT,
    }
    for serial, (case, standing) in enumerate(standings.items(), start=1):
        made = sign_record(make_record(serial=serial, print_serial=serial))
        upload = NationalUpload(uploaded_on=TODAY if case == "valid" else None)
        world.record(CopyPlan(issued=made), status=standing, upload=upload)
        numbers[case] = str(made.number)
    with transaction(world.engine) as session:
        query = select(Award.id).where(Award.number == numbers["erased"])
        take_ways_in(session, [session.scalars(query).one()])
    numbers["unknown"] = f"{numbers['valid'][:-1]}9"
    return numbers
