"""What a body took up for a holder waits for its clerk until an act is proposed or it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.accounts.desk_app import working_as
from tests.arch.test_privacy import everything_logged
from tests.issuer.console.certificate_desk import APPROVER, CLERK, FOREIGN, page, row_of
from tests.issuer.lives import NUMBER
from tests.verifier.holders import Sides, open_sides

WORDS = "姓名中的“吕”应为“侣”"
WAITS = "件持证人申请已受理，待提出办理"
RECEIPT = re.compile(r'id="receipt" value="([0-9A-Z-]{19})" readonly')


@pytest.fixture
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    with open_sides(tmp_path_factory.mktemp("holder")) as sides:
        yield sides


def ask(client: FlaskClient, kind: str, words: str = WORDS) -> str:
    """Send a request; return its receipt code."""
    token = re.search(r'name="token" value="([0-9a-f]+)"', client.get("/holder").text)
    assert token is not None
    form = {"token": token[1], "kind": kind, "words": words}
    receipt = RECEIPT.search(client.post("/holder/requests", data=form).text)
    assert receipt is not None
    return receipt[1]


def post(sides: Sides, path: str, **form: str) -> int:
    with working_as(sides.desks, CLERK) as clerk:
        return clerk.post(path, data=form).status_code


def take_up(sides: Sides, number: int) -> None:
    path = f"/certificates/requests/{number}/answer"
    assert post(sides, path, outcome="accepted", answer="三个工作日内更正") == 303


def certificate(sides: Sides) -> str:
    return f"/certificates/{row_of(sides.home, NUMBER)}"


def test_what_was_taken_up_waits_until_its_act_is_proposed(sides: Sides) -> None:
    ask(sides.arrived(), "correct")
    desks, at = sides.desks, certificate(sides)
    assert "持证人申请更正，待答复" in page(desks, CLERK, at)
    assert WAITS not in page(desks, CLERK, "/")
    take_up(sides, 1)
    assert "三个工作日内更正" in page(desks, CLERK, "/certificates/requests/1")
    assert WAITS in page(desks, CLERK, "/") and WAITS not in page(desks, APPROVER, "/")
    assert "已受理，待办理" in page(desks, CLERK, "/certificates/requests")
    assert "还没有提出更正" in page(desks, CLERK, "/certificates/requests/1")
    assert "持证人申请更正，已受理" in page(desks, CLERK, at)
    reissue = page(desks, CLERK, f"{at}/acts/reissue")
    assert WORDS not in reissue
    with working_as(desks, CLERK) as clerk, everything_logged() as log:
        form = clerk.get(f"{at}/acts/correct").text
    assert WORDS in form and 'value="持证人申请第 1 件"' in form
    assert WORDS not in log.getvalue()
    entry = {"name": "侣慧", "reason": "名册录入错误", "reference": "持证人申请第 1 件"}
    assert post(sides, f"{at}/acts/correct", step="propose", **entry) == 303
    assert WAITS not in page(desks, CLERK, "/")
    shown = page(desks, CLERK, "/certificates/requests/1")
    assert "/acts/1" in shown
    assert "已提出办理" in shown and "结束这件申请" not in shown
    assert "持证人申请更正" not in page(desks, CLERK, at)
    assert post(sides, "/certificates/requests/1/close", answer="不再办理") == 422


def test_an_act_that_is_taken_back_leaves_it_to_do_again(sides: Sides) -> None:
    ask(sides.arrived(), "correct")
    take_up(sides, 1)
    entry = {"name": "侣慧", "reason": "名册录入错误", "reference": "持证人申请第 1 件"}
    assert post(sides, f"{certificate(sides)}/acts/correct", step="propose", **entry) == 303
    found = re.search(
        r'href="(/[a-z/]*acts/\d+)"', page(sides.desks, CLERK, "/certificates/requests/1")
    )
    assert found is not None
    assert post(sides, f"{found[1]}/withdraw", reason="姓名没有录错") == 303
    assert WAITS in page(sides.desks, CLERK, "/")


def test_what_comes_to_nothing_is_closed_with_words_for_its_holder(sides: Sides) -> None:
    receipt = ask(sides.arrived(), "reissue", "证书遗失")
    path = "/certificates/requests/1/close"
    assert post(sides, path, answer="持证人没有来") == 422  # it is not taken up yet
    take_up(sides, 1)
    assert post(sides, path, answer=" ") == 422
    with working_as(sides.desks, FOREIGN) as foreign:
        assert foreign.post(path, data={"answer": "x"}).status_code == 404
    with working_as(sides.desks, APPROVER) as approver:
        assert approver.post(path, data={"answer": "x"}).status_code == 403
    assert post(sides, path, answer="证书已找到，不用补发") == 303
    assert WAITS not in page(sides.desks, CLERK, "/")
    followed = sides.browser().post("/holder/receipt", data={"code": receipt}).text
    assert "受理后未办理" in followed
    assert "三个工作日内更正" in followed and "证书已找到，不用补发" in followed
    assert post(sides, path, answer="证书已找到，不用补发") == 422


def test_an_answer_is_said_to_reach_its_holder_by_the_receipt_code(sides: Sides) -> None:
    for outcome, said in (("accepted", "接着请办理"), ("declined", "凭回执编号可以看到")):
        ask(sides.arrived(), "reissue", "证书遗失")
        with working_as(sides.desks, CLERK) as clerk:
            number = 1 if outcome == "accepted" else 2
            form = {"outcome": outcome, "answer": "请到窗口"}
            done = clerk.post(f"/certificates/requests/{number}/answer", data=form)
            shown = clerk.get(done.location).text
        assert said in shown and "凭回执编号可以看到" in shown and "查看码进入" not in shown
