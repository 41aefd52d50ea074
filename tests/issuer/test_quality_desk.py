"""Quality checks: drawn by a seed that draws again, findings sealed, concluded by a director."""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from codes.levels import Level
from issuer.errors import IssuerError
from issuer.quality_checks import SampleWish, digest_of, draw, start_check
from keys.algorithms import Algorithm
from registry.filing_desk_models import QualityCheck, QualityItem
from registry.home import Home
from registry.models import Award, Site
from registry.session import reading, transaction
from tests.conftest import NOW
from tests.issuer.authority_desk import AUDITOR, CLERK, DIRECTOR, AuthorityDesk
from tests.issuer.desks import PREFIX, desk_at, file_body, issue, people, write_people

NUMBERS = [f"S00001200012326300{n:04d}" for n in range(1, 400)]
NEW = "/filing/quality/new"


def test_a_sample_depends_on_the_seed_alone() -> None:
    first = draw(NUMBERS, "00ff", 20)
    assert first == draw(reversed(NUMBERS), "00ff", 20)
    assert first[:5] == draw(NUMBERS, "00ff", 5)
    assert first != draw(NUMBERS, "00fe", 20)
    assert first[0] == min(NUMBERS, key=lambda n: hashlib.sha256(f"00ff {n}".encode()).digest())
    assert digest_of(NUMBERS) == digest_of(reversed(NUMBERS))
    counts = dict.fromkeys(NUMBERS, 0)
    for seed in range(400):
        for number in draw(NUMBERS, f"{seed:04x}", 40):
            counts[number] += 1
    assert min(counts.values()) > 15 and max(counts.values()) < 75  # 40 expected


@pytest.fixture
def desk(home: Home, tmp_path: Path) -> AuthorityDesk:
    """A desk whose body has awarded three certificates."""
    file_body(home, algorithm=Algorithm.ES256)
    with desk_at(home) as issuing:
        issue(issuing, write_people(tmp_path / "in", people(Level.THREE, 3)), tmp_path / "out")
    return AuthorityDesk(home, tmp_path / "in", NOW.date())


def test_a_check_is_drawn_found_and_concluded(desk: AuthorityDesk) -> None:
    assert "还没有质量检查" in desk.get(AUDITOR, "/filing/quality").text
    assert desk.get(AUDITOR, NEW).status_code == 403
    days = {"first": "2026-01-01", "last": "2026-12-31"}
    wrong = desk.post(CLERK, NEW, prefix=PREFIX, size="0", **days)
    assert (wrong.status_code, 'id="size-wrong"' in wrong.text) == (422, True)
    none = desk.post(CLERK, NEW, prefix=PREFIX, size="2", first="2020-01-01", last="2020-12-31")
    assert (none.status_code, 'id="last-wrong"' in none.text) == (422, True)
    assert desk.post(CLERK, NEW, prefix=PREFIX, size="2", **days).status_code == 303
    with desk.desks() as session:
        check = session.scalars(select(QualityCheck)).one()
        drawn, seed = [one.number for one in check.items], check.seed
        assert (check.population, len(drawn), len(seed)) == (3, 2, 32)
    with reading(desk.office.engine) as session:
        assert drawn == draw(session.scalars(select(Award.number)), seed, 2)

    with desk_at(desk.home, lambda: NOW + timedelta(hours=1)) as issuing:  # after the draw
        later = write_people(desk.folder / "later", people(Level.TWO, 1))
        issue(issuing, later, desk.folder / "out", batch="二")
    page = desk.get(AUDITOR, "/filing/quality/1").text
    with reading(desk.office.engine) as session:
        awards = {one.number: one.id for one in session.scalars(select(Award))}
        name = session.scalars(select(Site)).one().body.name
    for number in drawn:
        link = f'href="/certificates/{awards[number]}"'
        assert re.search(rf'{link}><span class="code">{number}<', page)
        assert desk.get(CLERK, f"/certificates/{awards[number]}").status_code == 200
    assert re.search(rf"<h1>第 1 次质量检查：{name}</h1>", page)
    assert name in desk.get(AUDITOR, "/filing/quality").text
    assert 'href="?place=1#finding-form"' in desk.get(CLERK, "/filing/quality/1").text
    assert seed in page and "结果一致" in page and all(number in page for number in drawn)
    find = "/filing/quality/1/findings"
    silent = desk.post(CLERK, f"{find}/1", finding="serious")
    assert (silent.status_code, 'id="words-wrong"' in silent.text) == (422, True)
    assert desk.post(CLERK, f"{find}/9", finding="in_order").status_code == 422
    assert "次质量检查待登记结果" in desk.get(CLERK, "/").text
    early = desk.post(DIRECTOR, "/filing/quality/1/close", outcome="passed", conclusion="好")
    assert (early.status_code, "还有 2 份" in early.text) == (422, True)
    desk.post(CLERK, f"{find}/1", finding="serious", words="张某的考评记录缺失")
    desk.post(CLERK, f"{find}/2", finding="in_order")
    with desk.desks() as session:
        sealed = session.scalars(select(QualityItem.words_sealed)).first()
        assert sealed is not None and "张某".encode() not in sealed
    close = "/filing/quality/1/close"
    assert desk.post(CLERK, close, outcome="suspension").status_code == 403
    assert "次质量检查待作出结论" in desk.get(DIRECTOR, "/").text
    closed = desk.post(DIRECTOR, close, outcome="suspension", conclusion="抽查不合格")
    assert "次质量检查待作出结论" not in desk.get(DIRECTOR, "/").text
    assert closed.status_code == 303
    page = desk.get(CLERK, "/filing/quality/1").text
    assert f"/filing/bodies/{PREFIX}/acts/suspend" in page and "抽查不合格" in page
    again = desk.post(CLERK, f"{find}/2", finding="minor", words="改")
    assert (again.status_code, "已办结" in again.text) == (422, True)


def seen(text: str) -> str:
    """The mark of what a page showed, as its first form carries it."""
    found = re.search(r'name="seen" value="([^"]+)"', text)
    return "" if found is None else found[1]


def test_a_check_is_not_concluded_from_findings_that_changed_meanwhile(desk: AuthorityDesk) -> None:
    days = {"first": "2026-01-01", "last": "2026-12-31"}
    assert desk.post(CLERK, NEW, prefix=PREFIX, size="2", **days).status_code == 303
    page = "/filing/quality/1"
    for place in (1, 2):
        desk.post(CLERK, f"{page}/findings/{place}", finding="in_order")
    stale = seen(desk.get(DIRECTOR, page).text)
    desk.post(CLERK, f"{page}/findings/2", finding="serious", words="缺考评记录")
    said = {"outcome": "passed", "conclusion": "抽查的两份均符合要求"}
    late = desk.post(DIRECTOR, f"{page}/close", seen=stale, **said)
    assert late.status_code == 422 and f"{CLERK.name}已登记" in late.text
    assert "缺考评记录" in late.text and "抽查的两份均符合要求</textarea>" in late.text
    with desk.desks() as session:
        check = session.scalars(select(QualityCheck)).one()
        assert (check.outcome, check.conclusion_sealed) == (None, None)
    again = desk.post(DIRECTOR, f"{page}/close", seen=seen(late.text), **said)
    assert again.status_code == 303


def test_a_finding_noted_meanwhile_is_not_written_over(desk: AuthorityDesk) -> None:
    days = {"first": "2026-01-01", "last": "2026-12-31"}
    assert desk.post(CLERK, NEW, prefix=PREFIX, size="2", **days).status_code == 303
    page, find = "/filing/quality/1", "/filing/quality/1/findings/1"
    opened = seen(desk.get(CLERK, f"{page}?place=1").text)
    first = desk.post(CLERK, find, finding="minor", words="缺一页签到表", seen=opened)
    assert first.status_code == 303
    late = desk.post(DIRECTOR, find, finding="serious", words="缺考评记录", seen=opened)
    assert late.status_code == 422 and f"{CLERK.name}已登记" in late.text
    assert "缺考评记录</textarea>" in late.text and "缺一页签到表" in late.text
    assert (
        desk.post(
            DIRECTOR, find, finding="serious", words="缺考评记录", seen=seen(late.text)
        ).status_code
        == 303
    )


def test_a_sample_of_nothing_is_refused(desk: AuthorityDesk) -> None:
    wish = SampleWish(
        prefix="S000012000999", first=date(2026, 1, 1), last=date(2026, 2, 1), level=None, size=1
    )
    with (
        transaction(desk.office.desks) as desks,
        reading(desk.office.engine) as register,
        pytest.raises(IssuerError, match="body_not_filed"),
    ):
        start_check(desks, register, wish, seed=b"0" * 16, drawn_by="赵", now=NOW)


def test_the_trust_list_is_shown_and_composed_anew(desk: AuthorityDesk) -> None:
    page = desk.get(AUDITOR, "/filing/trust").text
    found = re.search(r"第 (\d+) 版", page)
    assert found is not None and "没有待签的信任列表" in page
    assert desk.get(AUDITOR, "/filing/trust/draft.json").status_code == 403
    assert desk.post(CLERK, "/filing/trust/compose", sure="yes").status_code == 403
    assert desk.post(DIRECTOR, "/filing/trust/compose").status_code == 422
    assert desk.post(DIRECTOR, "/filing/trust/compose", sure="yes").status_code == 303
    assert f"第 {int(found[1]) + 1} 版" in desk.get(AUDITOR, "/filing/trust").text
    assert desk.post(CLERK, "/filing/trust/parts").status_code == 422
