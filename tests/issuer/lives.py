"""Acts on the life of the awards of a small batch, and what the public is told of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from codes.levels import Level
from issuer.correcting import parse_correction
from issuer.desk import Desk
from issuer.faces import face_of
from issuer.life_acts import propose, show_act
from issuer.life_forms import ActForm
from issuer.life_run import LifeOutcome, approve_and_publish
from keys.algorithms import Algorithm
from log.leaves import LifeKind
from registry.home import Home
from registry.life_models import Ground
from registry.log_reader import LogReader
from registry.models import Copy
from registry.row_reader import RowReader
from registry.session import reading
from templates.fonts import FontChain
from tests.issuer.desks import PREFIX, desk_at, file_body, issue, people, write_people
from verifier.key_source import home_source
from verifier.service import Verifier
from verifier.status_source import StatusSource, VersionMemory, fetch_from_folder
from verifier.verdict import Verdict

NUMBER = f"{PREFIX}263000001"
SECOND = f"{PREFIX}263000002"
BATCH = "一"
PERSON = people(Level.THREE, 1)[0]
RIGHT_NAME = "欧阳思远"
REFERENCE = "津技鉴〔2026〕15号"


def issue_two(home: Home, folder: Path) -> Home:
    """Issue two certificates of one batch."""
    file_body(home, algorithm=Algorithm.ES256)
    return issue_people(home, folder)


def issue_people(home: Home, folder: Path) -> Home:
    """Issue the same two certificates in a home whose body is filed."""
    with desk_at(home) as desk:
        issue(desk, write_people(folder / "in", people(Level.THREE, 2)), folder / "out")
    return home


def silent(*_: object) -> None:
    """Tell nobody how far it is."""


def form(kind: LifeKind, **changes: object) -> ActForm:
    """What is proposed of the first certificate."""
    facts: dict[str, object] = {
        "kind": kind,
        "number": NUMBER,
        "reason": "经核查属实",
        "reference": REFERENCE,
    }
    if kind in (LifeKind.REVOKE, LifeKind.ANNUL):
        facts["ground"] = Ground.CHEATING
    if kind is LifeKind.ANNUL:
        facts |= {"number": None, "batch": BATCH}
    if kind is LifeKind.CORRECT:
        facts["correction"] = parse_correction(RIGHT_NAME, None, None)
    if kind is LifeKind.BODY_MERGED:
        facts["successor"] = "津城第二评价中心（虚构）"
    return ActForm(**(facts | changes))  # type: ignore[arg-type]  # tests name real fields


def proposed(desk: Desk, kind: LifeKind, **changes: object) -> int:
    """The number of a new proposal."""
    return propose(desk, form(kind, **changes), proposer="张提出", fonts=FontChain())


def approved(desk: Desk, act_id: int, out: Path | None = None, by: str = "李审批") -> LifeOutcome:
    """What approving a proposal comes to."""
    return approve_and_publish(
        desk,
        act_id,
        approver=by,
        hits=show_act(desk, act_id).hits,
        out=out,
        fonts=FontChain(),
        progress=silent,
    )


def done(desk: Desk, kind: LifeKind, out: Path | None = None, **changes: object) -> LifeOutcome:
    """Propose and approve."""
    return approved(desk, proposed(desk, kind, **changes), out)


def qr_texts(desk: Desk, number: str = NUMBER) -> list[str]:
    """The QR texts of an award's copies on record, the first first."""
    query = select(Copy).where(Copy.award.has(number=number)).order_by(Copy.id)
    with reading(desk.engine) as session:
        copies = [copy for copy in session.scalars(query) if copy.envelope_sealed is not None]
        return [face_of(desk, copy).qr_text for copy in copies]


def verifier_of(desk: Desk, now: datetime) -> Verifier:
    """The public side on the desk's home, its status lists at hand and decisive."""
    home = desk.home
    return Verifier(
        home_source(home),
        RowReader(desk.engine).reading,
        desk.pepper,
        lambda: now,
        log=LogReader(home.log_folder),
        status_lists=StatusSource(
            fetch=fetch_from_folder(home.status_folder),
            memory=VersionMemory(None),
            decides=True,
        ),
    )


def ask(
    desk: Desk, question: str, *, now: datetime, name: str | None = None, on: str | None = None
) -> Verdict:
    """What the public is told of a QR text, or of a number and a name."""
    verifier = verifier_of(desk, now)
    try:
        if name is not None:
            return verifier.verify_number(question, name=name, on=on)
        return verifier.verify_qr(question, on=on)
    finally:
        verifier.close()


def codes_of(verdict: Verdict) -> set[str]:
    """The codes of a verdict's findings."""
    return {finding.code for finding in verdict.findings}
