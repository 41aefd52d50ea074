"""Races at the desks of an assessment body: batches, settings, acts on certificates, answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

from sqlalchemy import func, select, update

from issuer.batch_shown import shown_of
from issuer.batch_states import DraftState
from issuer.certificate_acts import act_mark, read_act
from issuer.copying import preview_reissue
from issuer.correcting import parse_correction
from issuer.life_acts import propose
from issuer.life_forms import MAKES_COPY, ActForm
from log.leaves import LifeKind
from registry.batch_models import BatchDraft
from registry.case_models import CaseQuestion
from registry.exam_models import BodySetting, BodySettingConfirmed
from registry.holder_access import HolderClaim, HolderKeys
from registry.holder_models import HolderRequest
from registry.holder_requests import RequestKind, send_request
from registry.life_models import ActState, Ground, LifeAct, LifeEvent
from registry.models import Award, AwardStatus, ReissueReason
from registry.public_database import public_database, public_database_url
from registry.session import reading, transaction
from templates.fonts import FontChain
from tests.conftest import NOW
from tests.drills.desks_races import Deed, Kind, Race, called, names_in
from tests.drills.desks_world import BodyDesk, World, candidates, skip_steps
from tests.issuer.batch_desk import photos_zip, roster_of
from tests.issuer.desks import PREFIX

_REASON = {"reason": "经核查属实"}
_AT_ONCE = 6  # certificates put on record together, for acts that end them


def batches(first: str, second: str) -> Kind:
    """Two persons decide on one batch: `approve`, `return`, `take-back`, or `submit` it."""
    persons = {"approve": ("qian", "sun"), "return": ("sun",), "take-back": ("zhou",)}
    pair = ("zhou", "wu") if first == "submit" else ("qian", persons[second][-1])
    noted = {"take-back": "batch.take_back"}

    def kind(world: World, folder: Path) -> Iterator[Race]:
        draft = _submitted(world, folder)
        own = {"seen": "yes", **_REASON}
        while True:
            _lay_before(world, draft, DraftState("preparing" if first == "submit" else "submitted"))
            with reading(world.office.desks) as session:
                now = session.get_one(BatchDraft, draft)
                own |= {"revision": str(now.revision), "shown": shown_of(session, now)}
            yield Race(
                deeds=(
                    Deed(name=pair[0], path=f"/batches/{draft}/{first}", form=own),
                    Deed(name=pair[1], path=f"/batches/{draft}/{second}", form=own),
                ),
                effects=partial(_whose_batch, world, draft),
                told=("本批次现为", "本批次在您查看之后已有变动"),
                acts=tuple(noted.get(act, f"batch.{act}") for act in sorted({first, second})),
            )

    return kind


def _submitted(world: World, folder: Path) -> int:
    """Return a batch of one row that waits for approval, its samples seen; the same each time."""
    with reading(world.office.desks) as session:
        known = session.scalar(select(BatchDraft.id).where(BatchDraft.prefix == PREFIX))
    if known is not None:
        return known
    with world.kept() as session:
        skip_steps(session, PREFIX)
    desk = BodyDesk(world.desks.app, prefix=PREFIX)
    persons = candidates(9, 1)
    draft = desk.begin(roster_of(folder, persons), "批次")
    desk.add_photos(draft, (photos_zip(persons), "照片.zip"))
    assert desk.submit(draft, world.person("zhou")).status_code == 303
    return draft


def _lay_before(world: World, draft: int, state: DraftState) -> None:
    """Have a batch be as it was when it was handed over, or before."""
    with world.kept() as session:
        session.execute(
            update(BatchDraft)
            .where(BatchDraft.id == draft)
            .values(
                state=state,
                decider=None,
                decided_by=None,
                decided_at=None,
                mark=None,
                revision=BatchDraft.checked,  # a batch that was returned has another
                submitter=None if state is DraftState.PREPARING else called("zhou"),
                submitted_by=world.ids["zhou"],
            )
        )
    for name in ("qian", "sun"):
        BodyDesk(world.desks.app, prefix=PREFIX).see_samples(draft, world.person(name))


def _whose_batch(world: World, draft: int) -> Sequence[str]:
    with reading(world.office.desks) as session:
        row = session.get_one(BatchDraft, draft)
        if row.state == DraftState.PREPARING:
            return [called("zhou")]  # taken back
        return [(row.submitter if row.state == DraftState.SUBMITTED else row.decider) or ""]


def settings(world: World, folder: Path) -> Iterator[Race]:
    """Two approvers confirm what a third set."""
    while True:
        with world.kept() as session:
            setting = BodySetting(
                prefix=PREFIX,
                name="step_upload",
                value="skipped",
                ground="另有考务系统",
                set_at=NOW,
                set_by=9001,
                setter="卫审批",
            )
            session.add(setting)
            session.flush()
            number = setting.id
        path = f"/batches/settings/{number}/confirm"
        query = select(BodySettingConfirmed.confirmer).where(
            BodySettingConfirmed.setting_id == number
        )
        yield Race(
            deeds=(Deed(name="qian", path=path), Deed(name="sun", path=path)),
            effects=partial(names_in, world.office.desks, query),
            told=("这项设置已办结",),
            acts=("body.setting_confirm",),
        )


def certificates(kind_of: LifeKind | None, second: str = "approve") -> Kind:
    """Two persons decide on one act: approve it, or `reject` or `withdraw` it.

    Args:
        kind_of: what is proposed; None for a suspension and the lifting of it in turn.
        second: what the other does.
    """
    other = {"approve": "sun", "reject": "sun", "withdraw": "zhou"}[second]
    once = kind_of in (LifeKind.REVOKE, LifeKind.REISSUE)

    def kind(world: World, folder: Path) -> Iterator[Race]:
        fresh = _fresh_numbers(world, kind_of or second, pages=kind_of in MAKES_COPY)
        number = next(fresh)
        for turn in count():
            number = next(fresh) if once and turn else number
            act, lived = _proposed(world, number, kind_of, turn)
            with world.office.desk(PREFIX, dry_run=True) as desk:
                mark = act_mark(read_act(desk, act))
            form = {**_REASON, "hits": "1", "lived": str(lived), "read": mark, "sure": "yes"}
            path = f"/acts/{act}"
            yield Race(
                deeds=(
                    Deed(name="qian", path=f"{path}/approve", form=form),
                    Deed(name=other, path=f"{path}/{second}", form=form),
                ),
                effects=partial(_whose_act, world, act),
                told=("已由",),
                acts=tuple(f"life.{one}" for one in sorted({"approve", second})),
            )

    return kind


def _fresh_numbers(world: World, name: object, *, pages: bool = False) -> Iterator[str]:
    """Yield certificates that nothing has happened to yet."""
    for lot in count():
        yield from world.certify(1 if pages else _AT_ONCE, f"{name}-{lot}", pages=pages)


def _proposed(world: World, number: str, kind: LifeKind | None, turn: int) -> tuple[int, int]:
    """Propose an act; return its number, and how many things have happened to the award."""
    with reading(world.office.engine) as session:
        award = session.scalars(select(Award).where(Award.number == number)).one()
        lived = select(func.count(LifeEvent.id)).where(LifeEvent.award_id == award.id)
        events = session.scalar(lived) or 0
        suspended = award.status == AwardStatus.SUSPENDED
    kind = kind or (LifeKind.LIFT if suspended else LifeKind.SUSPEND)
    making = kind in MAKES_COPY
    with world.office.desk(PREFIX, dry_run=not making) as desk:
        replaces = preview_reissue(desk, number).replaces if kind is LifeKind.REISSUE else None
        form = ActForm(
            kind=kind,
            number=number,
            reason="经核查属实",
            reference="津技鉴〔2026〕15号",
            ground=Ground.CHEATING if kind is LifeKind.REVOKE else None,
            correction=parse_correction(f"欧阳{'一二'[turn % 2]}", None, None)
            if kind is LifeKind.CORRECT
            else None,
            reissue=ReissueReason.LOST if kind is LifeKind.REISSUE else None,
            replaces=replaces,
        )
        act = propose(desk, form, proposer=called("zhou"), fonts=FontChain())
    for name in ("qian", "sun"):
        said = {"ground": "审批变更事项"}
        assert world.browsers[name].post(f"/certificates/{award.id}/open", data=said)
    return act, events


def _whose_act(world: World, number: int) -> Sequence[str]:
    """Return who decided on an act, and more than one name where it was done more than once."""
    with reading(world.office.engine) as session:
        act = session.get_one(LifeAct, number)
        query = select(func.count(LifeEvent.id)).where(LifeEvent.act_id == number)
        events = session.scalar(query) or 0
        done = int(act.state == ActState.APPROVED)
        return [act.decided_by or "", *["an event"] * abs(events - done)]


def proposals(world: World, folder: Path) -> Iterator[Race]:
    """Two clerks propose the same of one certificate."""
    for number in _fresh_numbers(world, "proposals"):
        with reading(world.office.engine) as session:
            award = session.scalars(select(Award.id).where(Award.number == number)).one()
        path = f"/certificates/{award}/acts/suspend"
        form = {**_REASON, "reference": "津技鉴〔2026〕15号", "step": "propose"}
        for name in ("zhou", "wu"):
            said = {"ground": "办理变更事项"}
            world.browsers[name].post(f"/certificates/{award}/open", data=said)
        query = select(LifeAct.proposer).where(LifeAct.award_id == award)
        yield Race(
            deeds=(Deed(name="zhou", path=path, form=form), Deed(name="wu", path=path, form=form)),
            effects=partial(names_in, world.office.engine, query),
            told=("已经提出",),
            acts=("life.propose",),
        )


def requests(world: World, folder: Path) -> Iterator[Race]:
    """Two clerks answer one request of a holder, differently."""
    home, number = world.home, next(_fresh_numbers(world, "requests"))
    claim = HolderClaim(number=number, document_number="1")
    with public_database(public_database_url(home)) as public, transaction(public) as session:
        keys = HolderKeys(home.pepper())
        send_request(session, keys, claim, RequestKind.CORRECT, "有误", now=world.desks.clock())
    whose = {"accepted": "zhou", "declined": "wu"}
    path = "/certificates/requests/1/answer"

    def effects() -> Sequence[str]:
        with public_database(public_database_url(home)) as public, reading(public) as session:
            outcome = session.get_one(HolderRequest, 1).outcome
        return [called(whose[outcome])] if outcome else []

    while True:
        with public_database(public_database_url(home)) as public, transaction(public) as session:
            session.execute(update(HolderRequest).values(outcome=None, answered_at=None))
        first, second = (
            Deed(name=name, path=path, form={"outcome": outcome, "answer": "已核实"})
            for outcome, name in whose.items()
        )
        yield Race(
            deeds=(first, second),
            effects=effects,
            told=("这件申请已经答复",),
            acts=("certificates.request.answer",),
        )


def questions(world: World, folder: Path) -> Iterator[Race]:
    """Two clerks answer one question of the police."""
    police, number = world.browsers["chu"], next(_fresh_numbers(world, "questions"))
    case = police.post("/police/cases/new", data={"reference": "受案1号", "about": "可疑"})
    due = (NOW + timedelta(days=9)).date().isoformat()
    asked = {"asked_number": number, "question": "是否签发", "due": due}
    assert police.post(f"{case.location}/questions", data=asked).status_code == 303
    while True:
        with world.kept() as session:
            session.execute(update(CaseQuestion).values(answer=None, answered_by=None))
            question = session.scalars(select(CaseQuestion.id)).one()
        form = {"answer": "differs", "words": "登记为三级", "sure": "yes"}
        path = f"/questions/{question}"
        yield Race(
            deeds=(Deed(name="zhou", path=path, form=form), Deed(name="wu", path=path, form=form)),
            effects=partial(names_in, world.office.desks, select(CaseQuestion.answered_by)),
            told=("这项询问已经答复",),
            acts=("questions.answer",),
        )


AT_BODIES: Mapping[str, Kind] = {
    "batch approved by two": batches("approve", "approve"),
    "batch approved and returned": batches("approve", "return"),
    "batch approved and taken back": batches("approve", "take-back"),
    "batch submitted by two": batches("submit", "submit"),
    "skipped step confirmed by two": settings,
    "suspension or its lifting approved by two": certificates(None),
    "suspension or its lifting approved and rejected": certificates(None, "reject"),
    "suspension or its lifting approved and withdrawn": certificates(None, "withdraw"),
    "revocation approved by two": certificates(LifeKind.REVOKE),
    "correction approved by two": certificates(LifeKind.CORRECT),
    "reissue approved by two": certificates(LifeKind.REISSUE),
    "suspension proposed by two": proposals,
    "holder's request answered by two": requests,
    "question of the police answered by two": questions,
}
