"""Everything that the other body and another employer have: what swapped ids would reach."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from accounts.roles import Role
from issuer.life_acts import propose
from issuer.life_forms import ActForm
from log.leaves import LifeKind
from registry.account_models import PasskeyRow, SessionRow
from registry.batch_models import BatchPhoto, BatchRow
from registry.case_models import CaseQuestion, CaseReading
from registry.complaint_models import Complaint
from registry.complaints import ComplaintBox, ComplaintKind, ComplaintWords
from registry.employer_models import CHECK_ANSWER, CHECK_EN, CHECK_ZH, EmployerCheck
from registry.exam_models import BatchObjection, BodySetting
from registry.holder_access import HolderClaim, HolderKeys
from registry.holder_models import HolderRequest
from registry.holder_requests import RequestKind, send_request
from registry.models import Award, Copy, Site
from registry.public_database import public_database, public_database_url
from registry.session import reading, transaction
from templates.fonts import FontChain
from tests.conftest import NOW
from tests.drills.desks_world import MARK, OTHER, BodyDesk, World, candidates, ids_of, skip_steps
from tests.issuer.batch_desk import CLERK, photos_zip, roster_of
from tests.issuer.desks import PREFIX
from tests.issuer.exam_desk import enter_eligibility, enter_scores, plan, put_up
from verifier.api_keys import Scope, make_key
from verifier.desks.webhooks import add_webhook

HOST = "swapped-mark.example.cn"
"""In the address of the other employer's webhook, and nowhere else."""

Things = Mapping[str, Sequence[object]]
"""Ids by what they are of, as they stand in addresses."""


def own_batch(world: World, folder: Path) -> int:
    """Begin a batch of one row at the own body; return its id."""
    desk = BodyDesk(world.desks.app, prefix=PREFIX)
    return desk.begin(roster_of(folder, candidates(9, 1)), "自有批次")


def fill_other(world: World, folder: Path) -> dict[str, Sequence[object]]:
    """Give the other body and the other employer one of everything; return the ids."""
    desk = BodyDesk(world.desks.app, prefix=OTHER)
    examined = _examined(world, desk, folder)
    _arrive(world)  # days have passed since, and nobody stays signed in for days
    with world.kept() as session:
        skip_steps(session, OTHER)
        session.add(_waiting_setting())
    submitted = _handed_over(desk, folder, 4)
    issued = _handed_over(desk, folder, 5)
    desk.approve(issued)
    desk.work()
    found: dict[str, Sequence[object]] = {"draft": [examined, submitted, issued]}
    with reading(world.office.desks) as session:
        # Rows of the batch that the own one has none of: their numbers would be its own.
        own = BatchRow.draft_id == examined
        found["row"] = [one for one in session.scalars(select(BatchRow.row).where(own)) if one > 2]
        found["photo"] = ids_of(session, BatchPhoto.id, BatchPhoto.draft_id == examined)
        found["objection"] = ids_of(session, BatchObjection.id)
        found["setting"] = ids_of(session, BodySetting.id, BodySetting.prefix == OTHER)
    page = desk.get(f"/batches/{examined}/plan").text
    found["mark"] = sorted(set(re.findall(r"/plan/sittings/([^/\"?#]+)", page)) - {"new"})
    with reading(world.office.engine) as session:
        site = select(Site.id).where(Site.prefix == OTHER).scalar_subquery()
        (number,) = session.scalars(select(Award.number).where(Award.site_id == site))
        found["award"] = ids_of(session, Award.id, Award.site_id == site)
        found["copy"] = ids_of(session, Copy.id, Copy.award_id.in_(found["award"]))
    found["number"] = [number]
    found["act"] = [_proposed(world, number)]
    found |= _of_holders(world, number) | _of_police(world, number) | _of_people(world)
    found["prefix"] = [OTHER]
    return found


def _arrive(world: World) -> None:
    """Have people of both bodies and two employers sign in."""
    for name, role, body in PARTIES:
        world.arrive(name, role, body)
        if body is not None or role is Role.EMPLOYER:
            world.arrive(f"{MARK}{name}", role, body and OTHER)


def _examined(world: World, desk: BodyDesk, folder: Path) -> int:
    """Bring a batch to its notice, with an objection to it."""
    persons = candidates(0, 4, MARK)
    draft = desk.begin(roster_of(folder, persons), f"{MARK}一")
    desk.add_photos(draft, (photos_zip(persons), "照片.zip"))
    enter_eligibility(desk, draft)
    plan(desk, draft)
    enter_scores(desk, draft)
    _went(desk.post(f"/batches/{draft}/scores/close"))
    clock: Any = world.desks.clock
    put_up(desk, draft, clock)
    clock.go_on(days=2)
    day = (NOW + timedelta(days=2)).date().isoformat()
    said = {"received": day, "sender": f"{MARK}群众", "text": f"{MARK}替考"}
    _went(desk.post(f"/batches/{draft}/objections", CLERK, **said))
    return draft


def _handed_over(desk: BodyDesk, folder: Path, place: int) -> int:
    persons = candidates(place, 1, MARK)
    draft = desk.begin(roster_of(folder, persons), f"{MARK}{place}")
    desk.add_photos(draft, (photos_zip(persons), "照片.zip"))
    _went(desk.submit(draft))
    return draft


def _waiting_setting() -> BodySetting:
    return BodySetting(
        prefix=OTHER,
        name="step_upload",
        value="skipped",
        ground=f"{MARK}另有系统",
        set_at=NOW,
        set_by=9001,
        setter=f"{MARK}某",
    )


def _proposed(world: World, number: str) -> int:
    form = ActForm(
        kind=LifeKind.SUSPEND,
        number=number,
        reason=f"{MARK}事由",
        reference=f"{MARK}〔2026〕1号",
    )
    with world.office.desk(OTHER, dry_run=True) as desk:
        return propose(desk, form, proposer=f"{MARK}经办", fonts=FontChain())


def _of_holders(world: World, number: str) -> dict[str, Sequence[object]]:
    """Let the holder ask the other body, and somebody complain to each of the two offices."""
    home, now = world.home, world.desks.clock()
    claim = HolderClaim(number=number, document_number=candidates(5, 1)[0].document_number)
    words = ComplaintWords(sender=f"{MARK}群众", subject=number, text=f"{MARK}请核查")
    box = ComplaintBox(home.pepper())
    with (
        public_database(public_database_url(home)) as public,
        transaction(public) as session,
    ):
        keys = HolderKeys(home.pepper())
        send_request(session, keys, claim, RequestKind.CORRECT, f"{MARK}有误", now=now)
        for kind in (ComplaintKind.FORGED, ComplaintKind.SERVICE):
            box.send(session, kind, words, None, now=now)
        session.flush()
        asked = ids_of(session, HolderRequest.id)
    for name in ("police", "director"):
        _went(world.browsers[name].post("/complaints/take-in"))
    with reading(world.office.desks) as session:
        police = ids_of(session, Complaint.id, Complaint.office == "police")
        authority = ids_of(session, Complaint.id, Complaint.office == "authority")
    return {"request": asked, "tip": police, "complaint": authority}


def _of_police(world: World, number: str) -> dict[str, Sequence[object]]:
    """Let the police ask the other body about its certificate, and read the full record."""
    police = world.browsers["police"]
    opened = police.post("/police/cases/new", data={"reference": f"{MARK}12号", "about": MARK})
    _went(opened)
    due = (world.desks.clock() + timedelta(days=5)).date().isoformat()
    asked = {"asked_number": number, "question": f"{MARK}是否签发", "due": due}
    _went(police.post(f"{opened.location}/questions", data=asked))
    read = {"number": number, "ground": f"{MARK}核对持证人身份"}
    _went(police.post(f"{opened.location}/records", data=read))
    with reading(world.office.desks) as session:
        return {
            "case": [opened.location.rpartition("/")[2]],
            "question": ids_of(session, CaseQuestion.id),
            "reading": ids_of(session, CaseReading.id),
        }


def _of_people(world: World) -> dict[str, Sequence[object]]:
    """Give the other employer a key, a webhook and a list; name what accounts have."""
    employer, now = world.ids[f"{MARK}employer"], world.desks.clock()
    with public_database(public_database_url(world.home)) as public, transaction(public) as session:
        scopes = [one.value for one in Scope]
        key = make_key(session, employer, name=MARK, scopes=scopes, rows_a_day=1000, now=now)
    others = [number for name, number in world.ids.items() if name.startswith(MARK)]
    with world.kept() as session:
        hook = add_webhook(session, world.office.vault(), employer, f"https://{HOST}/", now=now)
        checked = EmployerCheck(
            account_id=employer, state="lost", made_at=now, keep_until=now + timedelta(days=9)
        )
        passkey = PasskeyRow(
            account_id=others[0],
            credential_id=b"c",
            public_key=b"k",
            sign_count=0,
            name=f"{MARK}钥匙",
            made_at=now,
        )
        session.add_all([checked, passkey])
        session.flush()
        for column in (CHECK_ZH, CHECK_EN):
            column.put(checked, world.office.vault(), MARK.encode())
        CHECK_ANSWER.put(
            checked, world.office.vault(), json.dumps({"file": f"{MARK}.csv"}).encode()
        )
        return {
            "key": [key.id],
            "webhook": [hook.id],
            "check": [checked.id],
            "passkey": [passkey.id],
            "account": others,
            "session": ids_of(session, SessionRow.id, SessionRow.account_id.in_(others)),
        }


def _went(answer: Any) -> None:
    assert answer.status_code == 303, answer.text


PARTIES: Sequence[tuple[str, Role, str | None]] = (
    ("clerk", Role.BODY_CLERK, PREFIX),
    ("examiner", Role.EXAMINER, PREFIX),
    ("approver", Role.APPROVER, PREFIX),
    ("custodian", Role.KEY_CUSTODIAN, PREFIX),
    ("employer", Role.EMPLOYER, None),
    ("official", Role.AUTHORITY_CLERK, None),
    ("director", Role.AUTHORITY_DIRECTOR, None),
    ("police", Role.POLICE, None),
    ("auditor", Role.AUDITOR, None),
)
"""Who sends requests: one of every role, those of bodies at the own one."""
