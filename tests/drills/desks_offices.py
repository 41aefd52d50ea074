"""Races at the desks of the authority and of the police: filings, complaints, checks, cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import count, cycle
from pathlib import Path
from zlib import crc32

from sqlalchemy import func, select, update

from issuer.application_states import Step
from issuer.desk import shanghai_day
from issuer.filing import parse_filing
from issuer.filing_proposals import Actor, ProposalState, Words, propose
from issuer.filing_record import record_filing
from issuer.public_notice import objection_mark, open_objection
from issuer.quality_checks import Finding, SampleWish, note_finding, start_check
from issuer.site_acts import SiteAct, SiteActKind
from registry.case_models import CaseEvent, CaseReading, PoliceCase
from registry.complaint_models import Complaint
from registry.complaints import ComplaintBox, ComplaintKind, ComplaintWords
from registry.filing_desk_models import FilingProposal, QualityCheck
from registry.filing_models import ApplicationDecision, FilingAct, Objection
from registry.public_database import public_database, public_database_url
from registry.session import reading, transaction
from tests.conftest import NOW, PASSPHRASE
from tests.drills.desks_races import SOMEBODY, Deed, Kind, Race, called, names_in
from tests.drills.desks_world import World
from tests.issuer.desks import FILING, PREFIX
from tests.issuer.procedures import Procedure

_TODAY = shanghai_day(NOW)
_SITES = count(200_001)


@dataclass(slots=True)
class _Procedure(Procedure):
    """The filing procedure in the home of a drill."""

    def __post_init__(self) -> None:
        self.vault = self.home.vault(PASSPHRASE)


def filings(second: str) -> Kind:
    """Two directors settle one proposal: one approves; the other too, or declines it, or its
    proposer takes it back.
    """
    other = "zhao" if second == "take-back" else "chen"
    noted = {"decline": "filing.decline", "take-back": "filing.take_back"}

    def kind(world: World, folder: Path) -> Iterator[Race]:
        kinds = (SiteActKind.SUSPEND, SiteActKind.WITHDRAW, SiteActKind.ANNUL)
        for what in cycle(kinds):
            site, number = _proposal(world, what)
            form = {"seen": "yes", "remark": "理由不足"}
            path = f"/filing/proposals/{number}"
            yield Race(
                deeds=(
                    Deed(name="feng", path=f"{path}/approve", form=form),
                    Deed(name=other, path=f"{path}/{second}", form=form),
                ),
                effects=partial(_settled, world, site, number),
                told=("不能再办理",),
                acts=(f"filing.{what}", *([noted[second]] if second in noted else [])),
            )

    return kind


def _proposal(world: World, kind: SiteActKind) -> tuple[int, int]:
    """Propose an act on a site that was filed just now; return the site and the proposal."""
    office, serial = world.office, next(_SITES)
    prefix = f"S000012{serial}"
    entry = {**FILING, "prefix": prefix, "name": f"津城第{serial}评价中心（虚构）"}
    with transaction(office.engine) as session:
        site = record_filing(session, parse_filing(entry), now=NOW).id
    day = None if kind is SiteActKind.ANNUL else _TODAY
    act = SiteAct(kind=kind, prefix=prefix, day=day)
    words = Words(reason="质量检查不合格", reference=None, decided_on=None)
    actor = Actor(account_id=world.ids["zhao"], name=called("zhao"))
    with transaction(office.desks) as desks, reading(office.engine) as register:
        return site, propose(desks, register, act, words, actor, NOW).id


def _settled(world: World, site: int, number: int) -> Sequence[str]:
    """Return who settled a proposal; more than one name where the act does not agree with it."""
    with reading(world.office.desks) as session:
        proposal = session.get_one(FilingProposal, number)
    with reading(world.office.engine) as session:
        query = select(func.count(FilingAct.id)).where(FilingAct.site_id == site)
        acts = (session.scalar(query) or 0) - 1  # it was filed
    done = int(proposal.state == ProposalState.DONE)
    return [proposal.settled_by or "", *["an act"] * abs(acts - done)]


def complaints(first: str, second: str, *, handed: bool = False) -> Kind:
    """Two of an office take one complaint, or one takes it and the other hands it over."""
    police = first == "chu"

    def kind(world: World, folder: Path) -> Iterator[Race]:
        number = _complaint(world, police=police)
        office = "police" if police else "authority"
        path = f"/complaints/{number}"

        def effects() -> Sequence[str]:
            with reading(world.office.desks) as session:
                row = session.get_one(Complaint, number)
                return [called(second)] if row.office != office else [row.assignee or ""]

        while True:
            with world.kept() as session:
                held = {"assignee": None, "assignee_id": None, "office": office}
                session.execute(update(Complaint).where(Complaint.id == number).values(**held))
            yield Race(
                deeds=(
                    Deed(name=first, path=f"{path}/assign", form={"held": ""}),
                    Deed(
                        name=second,
                        path=f"{path}/{'hand-over' if handed else 'assign'}",
                        form={"held": "", "reason": "不属于本单位职责"},
                    ),
                ),
                effects=effects,
                told=("这件事项刚刚有了变动", "这件事项已转"),
                acts=("complaint.assign", "complaint.hand_over"),
            )

    return kind


def _complaint(world: World, *, police: bool) -> int:
    """Have somebody complain, and put it on record; return its number."""
    kind = ComplaintKind.FORGED if police else ComplaintKind.SERVICE
    words = ComplaintWords(sender="某群众", subject="", text="请核查")
    url, box = public_database_url(world.home), ComplaintBox(world.home.pepper())
    with public_database(url) as public, transaction(public) as session:
        box.send(session, kind, words, None, now=NOW)
    taken = world.browsers["chu" if police else "zhao"].post("/complaints/take-in")
    assert taken.status_code == 303, taken.text
    with reading(world.office.desks) as session:
        return session.scalars(select(Complaint.id).order_by(Complaint.id.desc())).all()[0]


def applications(second: str) -> Kind:
    """Two directors give their opinion on one application: accept it, or `refuse` it."""

    def kind(world: World, folder: Path) -> Iterator[Race]:
        procedure = _Procedure(world.home, folder / f"applications-{second}")
        for turn in count():
            number = procedure.apply(_TODAY, credit_code=_credit_code(f"9{second}{turn}"))
            path = f"/filing/applications/{number}/step"
            deeds = [
                Deed(
                    name=name,
                    path=path,
                    form={"step": step, "seen": "1", "reason": "经核查", "sure": "yes"},
                )
                for name, step in (("feng", "accept"), ("chen", second))
            ]
            query = select(ApplicationDecision.decider).where(
                ApplicationDecision.application_id == number, ApplicationDecision.step != Step.APPLY
            )
            yield Race(
                deeds=(deeds[0], deeds[1]),
                effects=partial(names_in, world.office.engine, query),
                told=("已办理了下一环节",),
                acts=tuple(f"filing.{one}" for one in sorted({"accept", second})),
            )

    return kind


def _credit_code(seed: str) -> str:
    """Return a well-formed code of a unit that does not exist."""
    from stdnum.cn import uscc

    stem = f"91120000{crc32(seed.encode()) % 10**9:09d}"
    return stem + str(uscc.calc_check_digit(stem))


def objections(world: World, folder: Path) -> Iterator[Race]:
    """Two directors settle one objection."""
    procedure = _Procedure(world.home, folder / "objections")
    number, _ = procedure.on_notice(_TODAY - timedelta(days=4))
    for which in count(1):
        procedure.object(number, _TODAY - timedelta(days=1), _TODAY)
        path = f"/filing/applications/{number}/objections/{which}/settle"
        with reading(world.office.engine) as session:
            one = session.scalars(select(Objection).order_by(Objection.id.desc())).all()[0]
            mark = objection_mark(open_objection(procedure.vault, one))
            query = select(Objection.settled_by).where(Objection.id == one.id)
        form = {"read": mark, "outcome": "dismissed", "reason": "经核查不成立"}
        yield Race(
            deeds=(
                Deed(name="feng", path=path, form=form),
                Deed(name="chen", path=path, form=form),
            ),
            effects=partial(names_in, world.office.engine, query),
            told=("没有待处理的",),
            acts=("filing.settle",),
        )


def checks(world: World, folder: Path) -> Iterator[Race]:
    """Two directors conclude one quality check."""
    office = world.office
    world.certify(3, "质量检查")
    wish = SampleWish(prefix=PREFIX, first=date(_TODAY.year, 1, 1), last=_TODAY, level=None, size=1)
    with transaction(office.desks) as desks, reading(office.engine) as register:
        check = start_check(desks, register, wish, seed=b"s" * 32, drawn_by=called("zhao"), now=NOW)
        vault, found = office.vault(), Finding.IN_ORDER
        note_finding(check, vault, 1, found, "", found_by=called("zhao"), now=NOW)
        number = check.id
    path = f"/filing/quality/{number}/close"
    form = {"outcome": "passed", "conclusion": "合格"}
    while True:
        with transaction(office.desks) as desks:
            desks.execute(update(QualityCheck).values(outcome=None, closed_by=None))
        yield Race(
            deeds=(
                Deed(name="feng", path=path, form=form),
                Deed(name="chen", path=path, form=form),
            ),
            effects=partial(names_in, world.office.desks, select(QualityCheck.closed_by)),
            told=("该次检查已办结",),
            acts=("quality.close",),
        )


def cases(act: str) -> Kind:
    """Two officers close one case, or hand it over."""
    word = {"close": "案件已办结", "hand-over": "案件"}[act]

    def kind(world: World, folder: Path) -> Iterator[Race]:
        case = _case(world, act)
        path = f"/police/cases/{case}/{act}"
        form = {
            "outcome": "no_paper",
            "result": "属实",
            "unexamined": "未收到材料",
            "to": "检察院",
            "paper": "移送书1号",
            "sure_close": "yes",
            "sure_hand_over": "yes",
        }
        while True:
            with world.kept() as session:
                still_open = {"state": "open", "outcome": None}
                session.execute(
                    update(PoliceCase).where(PoliceCase.id == case).values(**still_open)
                )
            before = _lines(world, case)
            yield Race(
                deeds=(
                    Deed(name="chu", path=path, form=form),
                    Deed(name="wei", path=path, form=form),
                ),
                effects=partial(_lines_since, world, case, before),
                told=(word,),
                acts=(f"police.{act.replace('-', '_')}",),
            )

    return kind


def _case(world: World, reference: str) -> int:
    said = {"reference": f"受案{reference}", "about": "可疑"}
    opened = world.browsers["jiang"].post("/police/cases/new", data=said)
    assert opened.status_code == 303, opened.text
    return int(opened.location.rpartition("/")[2])


def _lines(world: World, case: int) -> int:
    """Return how many lines the custody of a case has."""
    query = select(func.count(CaseEvent.id)).where(CaseEvent.case_id == case)
    with reading(world.office.desks) as session:
        return session.scalar(query) or 0


def _lines_since(world: World, case: int, before: int) -> Sequence[str]:
    return [SOMEBODY] * (_lines(world, case) - before)


def readings(world: World, folder: Path) -> Iterator[Race]:
    """Two officers review one reading of a full record."""
    (number,) = world.certify(1, "查看")
    case = _case(world, "readings")
    said = {"number": number, "ground": "核对持证人身份"}
    opened = world.browsers["jiang"].post(f"/police/cases/{case}/records", data=said)
    assert opened.status_code == 303, opened.text
    path = f"/police/readings/{opened.location.rpartition('/')[2]}"
    while True:
        with world.kept() as session:
            session.execute(update(CaseReading).values(mark=None, reviewed_by=None))
        yield Race(
            deeds=(
                Deed(name="chu", path=path, form={"mark": "in_order"}),
                Deed(name="wei", path=path, form={"mark": "questioned", "remark": "事由不明"}),
            ),
            effects=partial(names_in, world.office.desks, select(CaseReading.reviewed_by)),
            told=("这条记录已复核",),
            acts=("police.review",),
        )


AT_OFFICES: Mapping[str, Kind] = {
    "act on a filing approved by two": filings("approve"),
    "act on a filing approved and declined": filings("decline"),
    "act on a filing approved and taken back": filings("take-back"),
    "application accepted by two": applications("accept"),
    "application accepted and refused": applications("refuse"),
    "objection settled by two": objections,
    "quality check concluded by two": checks,
    "complaint taken by two officials": complaints("zhao", "feng"),
    "complaint taken by two officers": complaints("chu", "wei"),
    "complaint taken and handed over": complaints("zhao", "chen", handed=True),
    "full record reviewed by two": readings,
    "case closed by two": cases("close"),
    "case handed over by two": cases("hand-over"),
}
