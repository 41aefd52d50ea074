"""What the sender of a complaint was answered, each time, at the desks and on the public site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from registry.complaint_answers import ComplaintOffice, Told, pack_told, unpack_told
from tests.conftest import NOW
from tests.issuer.authority_desk import AUDITOR, CLERK
from tests.verifier.complaint_sides import POLICE, Sides, do, mark_of, open_sides


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    """The desks and the public site of one home."""
    with open_sides(tmp_path_factory.mktemp("complaints")) as opened:
        yield opened


def next_step(page: str) -> str:
    """Return what the page of a complaint says comes next, and who is to do it."""
    told = page.partition('<p class="next">')[2].partition("</p>")[0]
    return re.sub("<[^>]+>", "", told).strip()


def test_what_one_office_answered_is_known_to_the_other_and_all_of_it_to_the_sender(
    sides: Sides,
) -> None:
    code = sides.send(kind="forged")
    do(sides, POLICE, "take-in")
    number = sides.newest().id
    address = f"/complaints/{number}"
    assert next_step(sides.desk.get(POLICE, address).text) == "下一步：领取或分派，由公安机关办理"
    do(sides, POLICE, f"{number}/assign")
    held = {"read": mark_of(do(sides, POLICE, f"{number}/read")), "do": "answer"}
    assert do(sides, POLICE, f"{number}/answer", answer="已立案核查", **held).status_code == 303
    page = sides.desk.get(POLICE, address).text
    assert next_step(page) == f"下一步：继续核实，再答复并办结，由{POLICE.name}办理"
    assert "<h2>答复记录</h2>" in page and "已立案核查" in page
    why = {"held": str(POLICE.account_id), "reason": "涉及机构收费"}
    assert do(sides, POLICE, f"{number}/hand-over", **why).status_code == 303

    followed = sides.follow(code)
    assert "已有答复，仍在办理，现由主管部门办理" in followed
    assert '<span class="note">公安机关，' in followed
    page = sides.desk.get(CLERK, address).text
    assert next_step(page) == "下一步：领取或分派，由主管部门办理"
    assert "已立案核查" in page and POLICE.name in page
    assert "已立案核查" not in sides.desk.get(AUDITOR, address).text
    do(sides, CLERK, f"{number}/assign")
    page = sides.desk.get(CLERK, address).text
    assert next_step(page) == f"下一步：查看内容，核实后答复，由{CLERK.name}办理"
    last = {"read": mark_of(do(sides, CLERK, f"{number}/read")), "do": "close", "sure": "yes"}
    assert do(sides, CLERK, f"{number}/answer", answer="已责令退费", **last).status_code == 303
    page = sides.desk.get(CLERK, address).text
    assert page.index("已立案核查") < page.index("已责令退费")
    followed = sides.follow(code)
    assert followed.index("已立案核查") < followed.index("已责令退费")
    assert "现由" not in followed and "已办结" in followed


def test_an_answer_kept_before_there_were_several_is_still_read() -> None:
    (one,) = unpack_told("已核实\n{}".encode(), NOW).answers
    assert (one.words, one.at, one.office) == ("已核实\n{}", NOW, None)
    told = Told(answers=[replace(one, office=ComplaintOffice.POLICE, by="王警官")])
    for given in (Told(), told, replace(told, passed_to=ComplaintOffice.AUTHORITY)):
        assert unpack_told(pack_told(given), NOW) == replace(given, answers=[*given.answers])
