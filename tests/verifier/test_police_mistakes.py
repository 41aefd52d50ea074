"""Files that cannot be verified are confirmed before they are evidence; mistakes are marked."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from sqlalchemy import delete, select

from registry.case_models import CaseItem, CaseMistake
from registry.cases import CaseError
from registry.session import reading, transaction
from tests.accounts.desk_app import working_as
from tests.verifier.police_homes import ONE, OTHER, PoliceHome, open_police_home
from tests.verifier.police_lists import faults
from verifier.cases.casework import Officer
from verifier.cases.clusters import find_clusters
from verifier.cases.ending import names_papers
from verifier.cases.examining import judge_again
from verifier.cases.lacking import lacks_of_papers
from verifier.cases.waiting import places_waiting

NOTE = b"bring the folder on Monday"
WORD = b"PK\x03\x04 a document"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks of a home with one certificate."""
    with open_police_home(tmp_path_factory.mktemp("police-mistakes")) as made:
        yield made


def hand_in(desk: PoliceHome, case_id: int, *files: bytes, **more: str) -> tuple[int, str]:
    """Hand files in; return the status and what came back."""
    form = {"by": "file", "giver": "某公司人事部", **more}
    form["file"] = [(BytesIO(one), f"{rank}.jpg") for rank, one in enumerate(files)]  # type: ignore[assignment]  # several
    with working_as(desk.app, ONE) as client:
        answer = client.post(f"/police/cases/{case_id}/papers/new", data=form)
        return answer.status_code, answer.text


def places(desk: PoliceHome, case_id: int) -> list[int]:
    """Return the papers of a case."""
    with reading(desk.room.desks) as session:
        query = select(CaseItem.place).where(CaseItem.case_id == case_id)
        return list(session.scalars(query.order_by(CaseItem.place)))


@pytest.mark.parametrize("data", [NOTE, WORD])
def test_a_file_that_cannot_be_verified_is_evidence_once_that_was_confirmed(
    desk: PoliceHome, data: bytes
) -> None:
    case_id = desk.open_case(f"误〔2026〕{len(data)}号")
    assert 'id="unread_kept"' not in desk.page(f"/police/cases/{case_id}/papers/new")
    status, page = hand_in(desk, case_id, data)
    assert (status, places(desk, case_id)) == (422, [])
    assert 'id="unread_kept-wrong"' in page and "不能核验，没有接收" in page
    assert hand_in(desk, case_id, data, unread_kept="yes")[0] == 303
    custody = desk.page(f"/police/cases/{case_id}/custody")
    assert "经确认作为材料接收" in custody
    assert faults(desk, case_id) == []


def test_of_several_files_only_those_that_cannot_be_verified_are_asked_about(
    desk: PoliceHome,
) -> None:
    case_id = desk.open_case("误〔2026〕2号")
    status, page = hand_in(desk, case_id, desk.pdf, NOTE)
    assert (status, places(desk, case_id)) == (422, [1])
    assert 'name="unread_kept"' in page and "第 2 个文件" in page
    assert hand_in(desk, case_id, NOTE, unread_kept="yes")[0] == 303
    assert places(desk, case_id) == [1, 2]


def mark(desk: PoliceHome, paper: str, **form: str) -> int:
    """Mark a paper as handed in by mistake; return the status."""
    return desk.post(f"{paper}/mistake", **form)[0]


def test_a_paper_handed_in_by_mistake_stays_in_custody_and_nothing_rests_on_it(
    desk: PoliceHome,
) -> None:
    case_id = desk.open_case("误〔2026〕3号")
    other = desk.open_case("误〔2026〕4号")
    desk.hand_in(other, desk.forged_pdf, "b.pdf")
    desk.hand_in(case_id, desk.pdf, "a.pdf")
    place = desk.hand_in(case_id, desk.forged_pdf, "b.pdf")
    case, paper = f"/police/cases/{case_id}", f"/police/cases/{case_id}/papers/{place}"
    with reading(desk.room.desks) as session:
        shared = {one.item_id for found in find_clusters(session, other) for one in found.papers}
        item_id = session.scalars(
            select(CaseItem.id).where(CaseItem.case_id == case_id, CaseItem.place == place)
        ).one()
        assert item_id in shared and names_papers(session, case_id) == [1, place]
    reason = "与本案无关，拿错了文件"
    assert mark(desk, paper, mistake_reason=reason) == 422  # not ticked
    assert mark(desk, paper, mistake_reason="", sure="yes") == 422
    assert "误交的材料" not in desk.page(paper)
    assert mark(desk, paper, mistake_reason=reason, sure="yes") == 303
    assert mark(desk, paper, mistake_reason=reason, sure="yes") == 422  # it is already
    page = desk.page(paper)
    assert "误交的材料" in page and reason in page and "/again" not in page
    assert "误交" in desk.page(case)
    with pytest.raises(CaseError, match="by mistake already"):
        judge_again(desk.room, Officer(account_id=ONE.account_id, name=ONE.name), case_id, place)
    with reading(desk.room.desks) as session:
        shared = {one.item_id for found in find_clusters(session) for one in found.papers}
        assert item_id not in shared and names_papers(session, case_id) == []
        assert lacks_of_papers(session, case_id) == {}
        assert places_waiting(session, case_id) == []
    custody = desk.page(f"{case}/custody", OTHER)
    assert "标为误交" in custody and reason in custody
    assert faults(desk, case_id) == []
    with zipfile.ZipFile(BytesIO(desk.post(f"{case}/bundle")[2])) as bundle:
        told = json.loads(bundle.read("case.json"))["items"]
        assert [bool(one["handed_in_by_mistake"]) for one in told] == [False, True]
        assert told[1]["handed_in_by_mistake"]["reason"] == reason
        assert f"误交，不作为本案材料；原因：{reason}" in bundle.read("case.txt").decode()
        assert f"originals/{place:02d}.pdf" in bundle.namelist()
    with transaction(desk.room.desks) as session:  # the mark is taken away behind custody's back
        session.execute(delete(CaseMistake).where(CaseMistake.item_id == item_id))
    assert len(faults(desk, case_id)) == 1


def test_a_paper_marked_by_mistake_may_be_handed_in_anew(desk: PoliceHome) -> None:
    case_id = desk.open_case("误〔2026〕5号")
    paper = f"/police/cases/{case_id}/papers/{desk.hand_in(case_id, desk.pdf, 'a.pdf')}"
    assert hand_in(desk, case_id, desk.pdf)[0] == 422
    assert mark(desk, paper, mistake_reason="标错", sure="yes") == 303
    assert hand_in(desk, case_id, desk.pdf)[0] == 303


def test_the_page_of_a_case_says_on_paper_who_printed_it_and_as_of_when(desk: PoliceHome) -> None:
    case_id = desk.open_case("误〔2026〕6号")
    desk.hand_in(case_id, desk.pdf, "a.pdf")
    page = desk.page(f"/police/cases/{case_id}")
    assert 'class="numbered"' in page
    said = re.search(r'<p class="printed-by">(.+?)</p>', page)
    assert said and f"打印人：{ONE.name}。内容截至北京时间 20" in said[1]
    assert '<p class="hint no-print">须先再次验证' in page or "须先再次验证" not in page
