"""The rules of an examination by themselves: conditions, pass marks, odd marks, plans, days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from codes.assessment_rules import Figure, Part, conditions, figure, parts
from codes.levels import Level
from codes.occupations import occupations
from issuer.batch_candidates import Candidate
from issuer.batch_eligibility import Judgement, judge
from issuer.batch_notice import last_day
from issuer.batch_plan import Figures, Plan, Sitting, inspect_plan
from issuer.batch_scores import Entry, Scored, Scores, Standing, standing_of
from issuer.exam_facts import Facts
from issuer.odd_scores import find_odd
from issuer.prior_awards import PriorAward
from registry.models import AwardStatus

TODAY = date(2026, 11, 26)
GUARD = "3-02-02-00"
RULES = parts(GUARD, Level.ONE, TODAY)


def test_every_level_of_every_occupation_has_conditions_and_parts() -> None:
    for occupation in occupations():
        for level in occupation.levels:
            found = conditions(occupation.code, level, TODAY)
            assert len(found) == 5 and all(
                one.basis.source.zh and one.basis.source.en.isascii() for one in found
            )
            assert {rule.part for rule in parts(occupation.code, level, TODAY)} >= {
                Part.THEORY,
                Part.SKILLS,
            }
    assert conditions(GUARD, Level.THREE, date(2019, 12, 31)) == ()
    assert all(figure(one, TODAY).least <= figure(one, TODAY).value for one in Figure)


@pytest.mark.parametrize("level", [Level.THREE, Level.TWO, Level.ONE])
def test_each_condition_is_met_by_what_it_asks_for_and_by_no_less(level: Level) -> None:
    for condition in conditions(GUARD, level, TODAY):
        wanted = condition.certificate_level
        facts = Facts(
            condition=condition.name,
            years=str(condition.years or ""),
            qualification=condition.qualification[0] if condition.qualification else "",
            certificate="" if wanted is None else f"1612000123{int(wanted)}12345",
            dated="" if wanted is None else "2001-05-01",
            evidence="单位证明",
        )
        assert of(facts, level).met, condition.name
        assert not of(replace(facts, evidence=" "), level).met
        if condition.years is not None:
            assert not of(replace(facts, years=f"{condition.years - 1}.9"), level).met
        if condition.qualification:
            assert not of(replace(facts, qualification="小学"), level).met
        if wanted is not None:
            assert not of(replace(facts, certificate="1"), level).met
            assert not of(replace(facts, dated="2026-11-27"), level).met
            assert of(facts, level).remarks


def of(facts: Facts, level: Level) -> Judgement:
    return judge(facts, GUARD, level, today=TODAY, lookup=lambda _: None)


@pytest.mark.parametrize(
    ("prior", "said"),
    [
        (PriorAward(known=False), "本人没有这个编号"),
        (PriorAward(known=True, theirs=False, occupation="保卫管理员"), "本人没有这个编号"),
        (PriorAward(known=True, theirs=True, occupation="保安员"), "原证书的职业是保安员"),
        (
            PriorAward(
                known=True,
                theirs=True,
                occupation="保卫管理员",
                status=AwardStatus.REVOKED,
                issued_on=date(2020, 1, 1),
            ),
            "已撤销",
        ),
    ],
)
def test_a_prior_certificate_of_ours_that_does_not_serve(prior: PriorAward, said: str) -> None:
    facts = Facts(
        condition="2-1", years="5", certificate="S000012000123203000001", evidence="单位证明"
    )
    found = judge(facts, GUARD, Level.TWO, today=TODAY, lookup=lambda _: prior)
    assert not found.met
    assert any(said in text.zh for _, text in found.faults)


def scores(**marks: str) -> Scores:
    """Return scores; `theory_2` is a resit."""
    at = datetime(2026, 11, 26, tzinfo=UTC)
    entries = []
    for name, text in marks.items():
        part, _, attempt = name.partition("_")
        entries.append(
            Entry(part=Part(part), attempt=int(attempt or 1), text=text, by="孙考评", at=at)
        )
    return Scores(entries=tuple(entries))


@pytest.mark.parametrize(
    ("marks", "standing"),
    [
        ({}, Standing.PENDING),
        ({"theory": "60", "skills": "60", "review": "60"}, Standing.PASSED),
        ({"theory": "60", "skills": "59.9", "review": "100"}, Standing.FAILED),
        ({"theory": "60", "skills": "60"}, Standing.PENDING),
        ({"theory": "缺考", "skills": "60", "review": "60"}, Standing.ABSENT),
        ({"theory": "退考"}, Standing.WITHDRAWN),
        ({"theory": "缺考", "theory_2": "待补考"}, Standing.RESIT),
        ({"theory": "30", "theory_2": "60", "skills": "60", "review": "60"}, Standing.PASSED),
    ],
)
def test_what_marks_come_to(marks: dict[str, str], standing: Standing) -> None:
    assert standing_of(scores(**marks), RULES) is standing


def test_what_is_odd_is_found_and_nothing_else() -> None:
    even = people_with(["70", "72", "74", "71", "69"])
    assert find_odd(even) == []
    assert [one.row for one in find_odd(people_with(["70", "72", "74", "71", "99"]))] == [6]
    assert [one.row for one in find_odd(people_with(["80", "80", "80"]))] == [None]
    assert find_odd(people_with(["80", "80"])) == []
    passed = [replace(one, rules=RULES[:1]) for one in people_with(["80", "80", "80", "55"])]
    assert ["合格的 3 人成绩全部为 80 分" in one.text.zh for one in find_odd(passed)] == [
        True,
        False,
    ]


def people_with(marks: list[str]) -> list[Scored]:
    return [
        Scored(
            candidate=Candidate(
                row=row,
                person=bytes(16),
                name="某",
                document_number="1",
                occupation=GUARD,
                level=Level.ONE,
            ),
            scores=scores(theory=mark),
            rules=RULES,
        )
        for row, mark in enumerate(marks, start=2)
    ]


def test_a_sound_plan_has_no_fault_and_each_lack_is_one() -> None:
    figures = Figures(least_examiners=3, least_invigilators=2, candidates_each=15)
    theory = Sitting(
        part=Part.THEORY,
        day="2026-12-05",
        begins="09:00",
        ends="10:30",
        room="一号",
        seats=40,
        candidates=31,
        examiners=(),
        invigilators=("甲", "乙", "丙"),
    )
    panel = ("丁", "戊", "己")
    skills = replace(
        theory, part=Part.SKILLS, begins="10:30", ends="12:00", invigilators=(), examiners=panel
    )
    plan = Plan(bank="题库", version="1", sittings=(theory, skills))
    needed = {Part.THEORY: 31, Part.SKILLS: 31}
    assert inspect_plan(plan, needed, figures) == []
    lacking = (
        replace(plan, version=""),
        replace(plan, sittings=(theory,)),
        replace(plan, sittings=(replace(theory, invigilators=("甲", "乙")), skills)),
        replace(plan, sittings=(theory, replace(skills, examiners=(*panel, "庚")))),
        replace(plan, sittings=(theory, replace(skills, examiners=("丁", "丁", "戊")))),
        replace(plan, sittings=(replace(theory, seats=30), skills)),
        replace(plan, sittings=(theory, replace(skills, begins="10:29"))),
    )
    for one in lacking:
        assert len(inspect_plan(one, needed, figures)) == 1, one


def test_working_days_leave_out_weekends_and_holidays() -> None:
    friday = date(2026, 9, 25)
    assert last_day(friday, 5) == date(2026, 10, 1)
    off = [date(2026, 10, day) for day in range(1, 8)]
    assert last_day(friday, 5, off) == date(2026, 10, 8)
