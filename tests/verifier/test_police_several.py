"""Several files handed into a case at once: each its own paper, none lost for another."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from io import BytesIO

import pytest
from sqlalchemy import select

from registry.case_models import CaseItem
from registry.session import reading
from tests.accounts.desk_app import working_as
from tests.verifier.police_homes import ONE, PoliceHome, open_police_home
from tests.verifier.police_lists import faults
from verifier.cases import receiving
from verifier.cases.examining import judge_waiting

Files = Sequence[tuple[bytes, str]]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PoliceHome]:
    """The desks of a home with one certificate."""
    with open_police_home(tmp_path_factory.mktemp("police-several")) as made:
        yield made


def hand_in(desk: PoliceHome, case_id: int, files: Files, **typed: str) -> tuple[int, str, str]:
    form = {"by": "file", "giver": "某公司人事部", **typed}
    form["file"] = [(BytesIO(data), name) for data, name in files]  # type: ignore[assignment]  # several
    with working_as(desk.app, ONE) as client:
        answer = client.post(f"/police/cases/{case_id}/papers/new", data=form)
        return answer.status_code, answer.location or "", answer.text


def papers(desk: PoliceHome, case_id: int) -> list[tuple[int, str | None, str]]:
    with reading(desk.room.desks) as session:
        query = select(CaseItem).where(CaseItem.case_id == case_id).order_by(CaseItem.place)
        return [(one.place, one.sha256, one.outcome) for one in session.scalars(query)]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_each_file_is_a_paper_with_its_own_hash_and_verdict(desk: PoliceHome) -> None:
    case_id = desk.open_case("丙〔2026〕301号")
    torn = b"%PDF-1.7 torn"
    files = [(desk.pdf, "甲.pdf"), (torn, "乙.pdf"), (desk.forged_pdf, "丙.pdf")]
    status, at, _ = hand_in(desk, case_id, files)
    assert (status, at) == (303, f"/police/cases/{case_id}#papers")
    hashes = [digest(data) for data, _ in files]
    assert papers(desk, case_id) == [(rank, one, "") for rank, one in enumerate(hashes, 1)]
    assert desk.page(f"/police/cases/{case_id}").count("等候核验") >= 3
    while judge_waiting(desk.room) or "" in {one[2] for one in papers(desk, case_id)}:
        pass
    assert [one[2] for one in papers(desk, case_id)] == ["valid", "inconclusive", "altered"]
    assert faults(desk, case_id) == []


def test_what_is_not_taken_in_is_said_of_each_file_and_loses_no_other(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifier.cases.examining.MAX_FILE_BYTES", 9)
    case_id = desk.open_case("丙〔2026〕302号")
    one = b"%PDF-one"
    files = [(b"", "空.pdf"), (one, "一.png"), (b"x" * 10, "大.jpg"), (one, "又一.png")]
    status, _, page = hand_in(desk, case_id, files)
    assert status == 422
    assert [one[:2] for one in papers(desk, case_id)] == [(1, digest(one))]
    said = re.findall(r"第 (\d) 个文件“(.+?)”没有接收：(.+?)<", page)
    assert list(dict.fromkeys(said)) == [
        ("1", "空.pdf", "文件是空的"),
        ("3", "大.jpg", "文件超过 0 MB"),
        ("4", "又一.png", "与本案第 1 件是同一个文件，没有重复接收"),
    ]
    assert "其余 1 个文件已接收" in page
    assert f'href="/police/cases/{case_id}/papers/1"' in page
    assert hand_in(desk, case_id, files)[0] == 422  # sent again, nothing is taken in twice
    assert len(papers(desk, case_id)) == 1


def test_number_and_size_together_are_bounded_and_then_none_is_taken_in(
    desk: PoliceHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = desk.open_case("丙〔2026〕303号")
    many = [(f"{rank}".encode(), f"{rank}.png") for rank in range(receiving.MOST_FILES + 1)]
    status, _, page = hand_in(desk, case_id, many)
    assert (status, "一次最多 10 个文件、共 60 MB" in page) == (422, True)
    monkeypatch.setattr(receiving, "MOST_BYTES", 5)
    status, _, page = hand_in(desk, case_id, [(b"abc", "a.png"), (b"def", "b.png")])
    assert (status, "所选文件均未接收" in page) == (422, True)
    assert papers(desk, case_id) == []


def test_what_is_printed_on_a_paper_is_said_of_one_file_alone(desk: PoliceHome) -> None:
    case_id = desk.open_case("丙〔2026〕304号")
    two = [(b"a", "a.png"), (b"b", "b.png")]
    for typed in ({"number": desk.number}, {"name": desk.name}):
        status, _, page = hand_in(desk, case_id, two, **typed)
        assert (status, "只能随一个文件填写" in page) == (422, True)
    status, _, page = hand_in(desk, case_id, two, giver="")
    assert (status, 'id="giver-wrong"' in page) == (422, True)
    assert papers(desk, case_id) == []


def test_one_file_sent_again_is_taken_in_once_unless_more_is_said_of_it(desk: PoliceHome) -> None:
    case_id = desk.open_case("丙〔2026〕305号")
    one = [(b"%PDF-1.7 once", "一.pdf")]
    assert hand_in(desk, case_id, one)[0] == 303
    status, _, page = hand_in(desk, case_id, one)
    assert (status, "与本案第 1 件是同一个文件，没有重复接收" in page) == (422, True)
    assert hand_in(desk, case_id, one, name=desk.name)[0] == 303
    assert hand_in(desk, case_id, one, name=desk.name)[0] == 422
    assert [place for place, _, _ in papers(desk, case_id)] == [1, 2]


def test_one_file_that_is_empty_is_told_from_none(desk: PoliceHome) -> None:
    case_id = desk.open_case("丙〔2026〕309号")
    assert "文件是空的" in hand_in(desk, case_id, [(b"", "空.pdf")])[2]
    page = hand_in(desk, case_id, [])[2]
    assert "请选择文件" in page and "文件是空的" not in page
