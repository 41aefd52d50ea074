"""Clusters of the police desk: what papers share, and how pages say it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from registry.case_models import CaseMark
from registry.session import reading, transaction
from templates.labels import Field
from tests.verifier.edits import marked, redacted, value_mark
from tests.verifier.police_homes import PoliceHome, open_police_home, photographed
from verifier.cases.clusters import NEAR_SIGNS, find_clusters, near_groups
from verifier.cases.marks import MarkKind
from verifier.cases.marks_child import handle


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks of a home with one certificate."""
    with open_police_home(tmp_path_factory.mktemp("police-clusters")) as made:
        yield made


def test_papers_that_share_something_are_found_and_it_is_said_what(desk: PoliceHome) -> None:
    one, other = desk.open_case("甲〔2026〕1号"), desk.open_case("乙〔2026〕2号")
    renamed = redacted(desk.forged_pdf, Field.HOLDER_NAME)
    renamed = photographed(marked(renamed, value_mark(Field.HOLDER_NAME, "李四")))
    first = desk.hand_in(one, desk.forged_pdf, "a.pdf", number=desk.number, name="张三")
    desk.hand_in(other, renamed, "b.jpg", number=desk.number, name="李四")
    desk.hand_in(other, desk.forged_pdf, "c.pdf", number=desk.number, name="李 四")
    with reading(desk.room.desks) as session:
        found = find_clusters(session, one)
    by_kind = {cluster.kind: cluster for cluster in found}
    assert by_kind[None].names == 2
    assert len(by_kind[None].papers) == 3
    assert len(by_kind[MarkKind.FILE].papers) == 2
    assert len(by_kind[MarkKind.IMAGE].papers) == 2
    assert len(by_kind[MarkKind.CODE].papers) == 3  # the scan has the same code
    with transaction(desk.room.desks) as session:  # as cases of before have them
        for item_id in {paper.item_id for paper in by_kind[None].papers}:
            for kind in ("whole", "looks"):
                session.add(CaseMark(item_id=item_id, kind=kind, value="f" * 16))
    with reading(desk.room.desks) as session:
        assert {one.kind for one in find_clusters(session, one)} == set(by_kind)
    page = desk.page("/police/clusters")
    assert "2 个不同姓名" in page
    assert "只是线索" in page
    assert "张三" not in page
    assert '<img src="/police/cases/' in page
    assert "同一个文件" in desk.page(f"/police/cases/{one}/papers/{first}")


def test_a_slip_of_the_pen_in_a_name_makes_no_lead_and_is_said(desk: PoliceHome) -> None:
    case_id = desk.open_case("辛〔2026〕8号")
    for name in ("", "李 西"):
        desk.hand_in(case_id, desk.forged_pdf, "a.pdf", name=name)
    with reading(desk.room.desks) as session:
        papers = next(one for one in find_clusters(session, case_id) if one.kind is None).papers
    own = {one.name_mark for one in papers if one.case_id == case_id}
    assert len(own) == 1 and None not in own
    pages = [desk.page(f"/police/cases/{case_id}/papers/{place}") for place in (1, 2)]
    said = ["所填姓名可能有误" in page for page in pages]
    assert said == [False, True] and "“李 西”，与文件上印的不同" in pages[1]


def test_a_paper_page_has_one_block_for_each_kind_of_lead_with_a_few_links(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifier.desks.police_papers._MOST_LINKS", 1)
    case_id = desk.open_case("庚〔2026〕7号")
    for name in ("张三", "李四", "王五"):
        desk.hand_in(case_id, desk.forged_pdf, "a.pdf", number=desk.number, name=name)
    page = desk.page(f"/police/cases/{case_id}/papers/1")
    level = page.partition("登记内容（部分遮盖）")[2].partition("等级")[2].partition("</dd>")[0]
    assert 'class="chip tone-bad"' in level  # beside what agrees
    leads = page.partition("与其他材料相同或相近")[2].partition("</ul>")[0].split("<li>")[1:]
    kinds = [re.findall("<b>(.+?)[，<]", one)[0] for one in leads]
    assert len(kinds) == len(set(kinds)) > 3
    assert all(one.count("<a href") == 1 and "（PDF）" in one for one in leads)
    assert all(" 等" in one for one in leads) and "在“串并线索”中逐项查看" in page


def test_a_genuine_file_leaves_no_marks_of_its_making(desk: PoliceHome) -> None:
    case_id = desk.open_case("丙〔2026〕3号")
    desk.hand_in(case_id, desk.pdf, "真.pdf")
    page = desk.page(f"/police/cases/{case_id}/papers/1")
    assert "核验一致，现行有效" in page
    with reading(desk.room.desks) as session:
        shared = [cluster.kind for cluster in find_clusters(session, case_id)]
    assert MarkKind.CODE in shared  # forged papers of before carry the very code of this one
    assert set(shared) <= {None, MarkKind.CODE}


def test_hashes_near_one_another_are_one_group() -> None:
    apart = (1 << NEAR_SIGNS + 1) - 1

    def groups(*hashes: int) -> list[list[int]]:
        return near_groups([f"{one:064x}" for one in hashes])

    assert groups(0, 0b111, 0xFFFF_0000, 0b11111, 1 << 255) == [[0, 1, 3, 4]]
    assert groups() == []
    assert groups(0, apart >> 1) == [[0, 1]]
    assert groups(0, apart) == []
    assert groups(0, (apart >> 2) << 63) == [[0, 1]]  # signs of two words are added up
    assert groups(0, apart << 62) == []


def test_what_the_child_says_of_files(desk: PoliceHome) -> None:
    told = json.loads(handle(desk.pdf))
    assert told["producer"] == "Yanzhen"
    assert told["fonts"]
    assert told["images"]
    assert {len(one["looks"]) for one in told["images"] if one["looks"]} <= {64}
    assert json.loads(handle(b"%PDF-1.7 broken")) == {}
    assert json.loads(handle(b"")) == {}
