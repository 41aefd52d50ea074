"""The holder's own pages: let in once by a code, what is shown, links that end, requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, QueuePool, event, select

from codes.levels import Level
from registry.holder_access import (
    MOST_TRIES,
    CodePurpose,
    HolderClaim,
    HolderKeys,
    find_session,
    make_code,
    open_session,
    use_code,
)
from registry.holder_models import HolderShare
from registry.session import open_engine, reading, transaction
from tests.accounts.desk_app import working_as
from tests.arch.test_privacy import everything_logged
from tests.conftest import NOW
from tests.issuer.console.certificate_desk import APPROVER, CLERK, FOREIGN, page, row_of
from tests.issuer.desks import people
from tests.issuer.lives import NUMBER, PERSON, SECOND
from tests.verifier.holders import CODE, DOCUMENT, LINK, RECEIPT, Sides, open_sides, send
from verifier.site.holder_room import COOKIE, HolderDesk

DAY = timedelta(days=1)
WITHDRAWAL = re.compile(r'id="withdrawal" value="([0-9A-Z-]{19})" readonly')


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    with open_sides(tmp_path_factory.mktemp("holder")) as sides:
        yield sides


def test_a_code_lets_its_holder_in_once_and_shows_all(sides: Sides) -> None:
    code, client = sides.code(), sides.browser()
    answer = sides.enter(client, code.lower().replace("-", " "))
    assert answer.status_code == 303
    cookie = answer.headers["Set-Cookie"]
    assert "SameSite=Strict" in cookie and "HttpOnly" in cookie and "Path=/holder" in cookie
    shown = client.get("/holder")
    assert PERSON.name in shown.text and "签发" in shown.text and DOCUMENT not in shown.text
    assert "目前有效" in shown.text and "与手中证书逐项核对" not in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    pdf = send(client, "/pdf")
    assert pdf.data.startswith(b"%PDF") and pdf.headers["Cache-Control"] == "no-store"
    assert sides.enter(sides.browser(), code).status_code == 422
    left = client.get(client.post("/holder/leave").location).text
    assert PERSON.name not in left and "已退出，这个浏览器没有保存" in left


def test_what_is_typed_to_come_in_is_refused_whole_where_it_is_too_long(sides: Sides) -> None:
    form = {"number": "S" * 61, "document": DOCUMENT, "code": "x" * 3000}
    answer = sides.browser().post("/holder?lang=zh", data=form)
    assert answer.status_code == 422
    assert "61 字，最多 60 字" in answer.text and "3000 字，最多 60 字" in answer.text
    assert form["number"] in answer.text


def test_a_desk_that_is_closed_keeps_no_connection(
    sides: Sides, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Engine] = []

    def watched(url: str, *, read_only: bool) -> Engine:
        opened.append(open_engine(url, read_only=read_only))
        return opened[-1]

    monkeypatch.setattr("verifier.opening.open_engine", watched)
    desk = HolderDesk(sides.home, sides.public.extensions["yanzhen_verifier"])
    claim = desk.look.claim(NUMBER, DOCUMENT)
    assert claim is not None and desk.look.view(claim) is not None
    (pool,) = (engine.pool for engine in opened)
    assert isinstance(pool, QueuePool) and pool.checkedin()
    desk.close()
    (pool,) = (engine.pool for engine in opened)
    assert isinstance(pool, QueuePool) and not pool.checkedin()


def test_nothing_is_done_without_the_token_of_the_session(sides: Sides) -> None:
    client = sides.arrived()
    for path in ("/pdf", "/shares", "/shares/1/withdraw", "/requests", "/requests/1/withdraw"):
        for form in ({}, {"token": "0" * 32}):
            answer = client.post(f"/holder{path}", data=form | {"days": "7", "name": "full"})
            assert (answer.status_code, answer.location) == (303, "/holder")
        over = sides.browser().post(f"/holder{path}")
        assert over.status_code == 422 and "刚才的操作没有办理" in over.text


def test_whatever_is_wrong_the_answer_is_the_same(sides: Sides) -> None:
    code = sides.code()

    def refused(**changes: str) -> str:
        answer = sides.enter(sides.browser(), **({"code": "ABCD-2345"} | changes))
        assert answer.status_code == 422 and COOKIE not in answer.headers.get("Set-Cookie", "")
        text = str(answer.text)
        for typed in (NUMBER, DOCUMENT, *changes.values()):
            text = text.replace(f'value="{typed}"', "")
        return text

    first = refused()
    assert first == refused(number=SECOND) == refused(document="110101199003070011")
    assert first == refused(number="S000012000123263000999") == refused(code="x")
    assert first == refused(number=SECOND, code=code)


def test_a_code_is_void_after_some_wrong_tries_until_another_is_made(sides: Sides) -> None:
    code = sides.code()
    for _ in range(MOST_TRIES):
        sides.enter(sides.browser(), "ABCD-2345")
    told = f"/certificates/{row_of(sides.home, NUMBER)}"
    shut = f"已试错 {MOST_TRIES} 次"
    assert shut in page(sides.desks, CLERK, told)
    assert f"一天内试错达 {MOST_TRIES} 次" in sides.enter(sides.browser(), code).text
    again = sides.code()
    stands = page(sides.desks, CLERK, told)
    assert "窗口发的查看码：" in stands and "还没有使用" in stands and shut not in stands
    assert sides.enter(sides.browser(), again).status_code == 303
    assert "没有可以使用的查看码" in page(sides.desks, CLERK, told)
    assert "查看码" not in page(sides.desks, APPROVER, told)


def test_codes_and_sessions_end_by_themselves(sides: Sides) -> None:
    keys, engine = HolderKeys(sides.home.pepper()), sides.public.extensions["yanzhen_holder"].public
    claim = HolderClaim(number="S000012000123263000777", document_number="X")
    with transaction(engine) as session:
        code = make_code(session, keys, claim, CodePurpose.COUNTER, now=NOW)
        assert not use_code(session, keys, claim, code, now=NOW + DAY)
        code = make_code(session, keys, claim, CodePurpose.HANDOVER, now=NOW)
        assert use_code(session, keys, claim, code, now=NOW + 29 * DAY)
        cookie = open_session(session, keys, claim, now=NOW)
        session.flush()
        assert find_session(session, keys, cookie, now=NOW) == claim
        assert find_session(session, keys, cookie, now=NOW + timedelta(minutes=20)) is None
        assert find_session(session, keys, cookie + "x", now=NOW) is None


def test_a_wrong_code_and_an_unknown_certificate_take_the_same_statements(sides: Sides) -> None:
    keys, engine = HolderKeys(sides.home.pepper()), sides.public.extensions["yanzhen_holder"].public
    there = HolderClaim(number="S000012000123263000778", document_number="X")
    nowhere = HolderClaim(number="S000012000123263000779", document_number="X")
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    def statements(claim: HolderClaim, typed: str) -> list[str]:
        asked.clear()
        with transaction(engine) as session:
            assert not use_code(session, keys, claim, typed, now=NOW)
        return list(asked)

    with transaction(engine) as session:
        code = make_code(session, keys, there, CodePurpose.COUNTER, now=NOW)
    event.listen(engine, "before_cursor_execute", note)
    try:
        first = statements(nowhere, "ABCD-2345")
        assert len(first) == 6 and first == statements(there, "ABCD-2345")
        assert first == statements(there, "") == statements(nowhere, code)
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_link_shows_what_its_holder_chose_until_withdrawn(sides: Sides) -> None:
    client = sides.arrived()

    def shared(name: str) -> str:
        made = send(client, "/shares", days="7", name=name)
        found = LINK.search(made.text)
        assert found is not None, made.text
        assert 'data-copy="link"' in made.text and "copy.js" in made.text
        return found[1]

    def visit(code: str) -> Any:
        return sides.browser().post("/shared", data={"code": code})

    masked, full = shared("masked"), shared("full")
    seen = visit(masked)
    assert seen.status_code == 200 and PERSON.name not in seen.text
    assert f"{PERSON.name[0]}＊" in seen.text and DOCUMENT not in seen.text
    assert "持证人选择只显示部分姓名" in seen.text and "未提供姓名" not in seen.text
    whole = visit(f"https://yz.example.cn/shared#{full}").text
    assert PERSON.name in whole
    for shown, tone in ((seen.text, "calm"), (whole, "good")):  # nothing was compared with it
        assert f'class="banner tone-{tone}"' in shown and "登记在册，现行有效</h1>" in shown
        assert "核验一致" not in shown and "手中的证书" not in shown
    assert "不能据此确认这是谁的证书" in seen.text
    visit(masked)
    page_ = client.get("/holder").text
    assert "打开过 2 次" in page_ and "打开过 1 次" in page_ and masked not in page_
    with reading(sides.public.extensions["yanzhen_holder"].public) as session:
        row = session.scalars(select(HolderShare).where(HolderShare.opened == 2)).one()
    assert row.expires_at - row.made_at == 7 * DAY  # however often it was opened
    assert "从生成链接时起算，与对方何时打开无关" in page_
    sealed = row.sealed or b""
    assert len(sealed) > 40 and NUMBER.encode() not in sealed

    asked = send(client, f"/shares/{row.id}/withdraw")  # it is asked first
    assert asked.status_code == 200 and "确认撤回链接 1" in asked.text
    assert "已撤回" not in client.get("/holder").text
    gone = send(client, f"/shares/{row.id}/withdraw", sure="yes")
    assert gone.status_code == 303 and "链接已撤回" in client.get(gone.location).text
    assert visit(masked).status_code == 422 == visit("0" * 20).status_code
    over = visit(masked).text
    assert '<h1 id="over">分享链接已失效</h1>' in over and 'id="code"' not in over
    assert "请补充或改正" not in over and "请把整条链接粘贴到这里" in visit(masked[:12]).text
    assert visit(full).status_code == 200
    assert "已撤回" in client.get("/holder").text


def test_after_leaving_a_link_is_withdrawn_by_its_own_code(sides: Sides) -> None:
    client = sides.arrived()
    made = send(client, "/shares", days="1", name="full").text
    link, code = LINK.search(made), WITHDRAWAL.search(made)
    assert link is not None and code is not None
    assert code[1] in client.get("/holder").text
    send(client, "/shares", days="1", name="full")
    client.post("/holder/leave")

    def withdraw(typed: str) -> Any:
        return sides.browser().post("/holder/withdrawal", data={"code": typed})

    others = (code[1][:-1] + ("0" if code[1][-1] != "0" else "1"), link[1], "", "U" * 16, "Z" * 16)
    for wrong in others:
        refused = withdraw(wrong)
        assert refused.status_code == 422 and 'id="withdrawal-wrong"' in refused.text
    visitor = sides.browser()
    assert visitor.post("/shared", data={"code": link[1]}).status_code == 200
    done = withdraw(code[1].lower().replace("-", " "))
    assert done.status_code == 303 and "链接已撤回" in sides.browser().get(done.location).text
    assert visitor.post("/shared", data={"code": link[1]}).status_code == 422
    assert withdraw(code[1]).status_code == 303  # it stays withdrawn
    assert "有效至" in sides.arrived().get("/holder").text  # the other link is as it was


def test_no_code_link_name_or_document_number_is_logged(sides: Sides) -> None:
    with everything_logged() as log:
        code, client = sides.code(), sides.browser()
        cookie = sides.enter(client, code).headers["Set-Cookie"].partition(";")[0]
        link = LINK.search(send(client, "/shares", days="1", name="full").text)
        assert link is not None
        sides.browser().post("/shared", data={"code": link[1]})
        send(client, "/requests", kind="reissue", words="证书在地铁上遗失")
    said = log.getvalue()
    assert "holder_shares" in said
    for secret in (code, link[1], PERSON.name, DOCUMENT, cookie.partition("=")[2], "地铁"):
        assert secret not in said and secret.replace("-", "") not in said


def test_nobody_withdraws_the_link_of_another(sides: Sides) -> None:
    client = sides.arrived()
    send(client, "/shares", days="1", name="masked")
    with working_as(sides.desks, CLERK) as desk:
        path = f"/certificates/{row_of(sides.home, SECOND)}/holder-code"
        answer = desk.post(path, follow_redirects=True)
    code = CODE.search(answer.text)
    assert code is not None
    other = sides.browser()
    second = people(Level.THREE, 2)[1].document_number
    assert sides.enter(other, code[1], number=SECOND, document=second).status_code == 303
    for share_id in (1, 2, 3, 999):
        assert send(other, f"/shares/{share_id}/withdraw").status_code == 404
        assert send(other, f"/shares/{share_id}/withdraw", sure="yes").status_code == 404
    assert send(client, "/shares", days="9", name="full").status_code == 422


def test_a_request_reaches_its_body_and_the_answer_its_holder(sides: Sides) -> None:
    client = sides.arrived()
    empty = send(client, "/requests", kind="correct", words=" ")
    assert (empty.status_code, 'id="words-wrong"' in empty.text) == (422, True)
    words = "姓名中的<吕>应为“侣”"
    sent = send(client, "/requests", kind="correct", words=words)
    found = RECEIPT.search(sent.text)
    assert re.search(r"查询网址：https?://[a-z0-9.:-]+/holder<", sent.text)
    assert sent.status_code == 200 and found is not None
    receipt = found[1]
    assert "等待机构答复" in client.get("/holder").text
    assert receipt not in client.get("/holder").text  # it is shown once

    def followed(code: str) -> str:
        return str(sides.browser().post("/holder/receipt", data={"code": code}).text)

    assert "等待机构答复" in followed(receipt.lower().replace("-", " "))
    assert 'id="receipt-wrong"' in followed("0000-0000-0000-0000")
    desks = sides.desks
    assert "件持证人申请待答复" in page(desks, CLERK, "/")
    assert words[:4] not in page(desks, CLERK, "/certificates/requests")
    listed = re.findall(
        r"/certificates/requests/(\d+)", page(desks, CLERK, "/certificates/requests")
    )
    path = f"/certificates/requests/{max(map(int, listed))}"
    shown = page(desks, APPROVER, path)
    assert "&lt;吕&gt;" in shown and NUMBER in shown
    act = f"/certificates/{row_of(sides.home, NUMBER)}/acts/correct"
    assert act in page(desks, CLERK, path)
    with working_as(desks, FOREIGN) as foreign:
        assert foreign.get(path).status_code == 404
        assert foreign.post(f"{path}/answer").status_code == 404
        assert path not in foreign.get("/certificates/requests").text
        award_id = row_of(sides.home, NUMBER)
        assert foreign.post(f"/certificates/{award_id}/holder-code").status_code == 404
    with working_as(desks, APPROVER) as approver:
        assert approver.post(f"{path}/answer").status_code == 403
    with working_as(desks, CLERK) as clerk:
        path += "/answer"
        assert clerk.post(path, data={"answer": "请来窗口"}).status_code == 422
        assert clerk.post(path, data={"outcome": "accepted"}).status_code == 422
        form = {"outcome": "accepted", "answer": "请带身份证到窗口"}
        assert clerk.post(path, data=form).status_code == 303
        assert clerk.post(path, data=form).status_code == 422
    for seen in (client.get("/holder").text, followed(receipt)):
        assert "已受理" in seen and "请带身份证到窗口" in seen
    assert "吕" not in followed(receipt) and NUMBER not in followed(receipt)


def test_a_request_that_was_sent_is_told_and_can_be_taken_back_until_it_is_answered(
    sides: Sides,
) -> None:
    client = sides.arrived()
    sent = send(client, "/requests", kind="reissue", words="被雨淋湿，字迹不清")
    page_ = sent.text
    assert page_.index("申请已提交") < page_.index("证书内容")
    assert "申请已提交" not in client.get("/holder").text
    found = re.search(r"/holder(/requests/\d+/withdraw)", page_)
    assert found is not None
    with working_as(sides.desks, CLERK) as desk:
        seen = desk.get("/certificates/requests").text
    back = send(client, found[1])
    assert back.status_code == 303 and "申请已撤回" in client.get(back.location).text
    assert "申请人已撤回" in client.get("/holder").text
    number = found[1].split("/")[2]
    assert f"/certificates/requests/{number}" in seen
    with working_as(sides.desks, CLERK) as desk:
        path = f"/certificates/requests/{number}"
        assert "申请人已撤回" in desk.get(path).text
        form = {"outcome": "accepted", "answer": "请来窗口"}
        assert desk.post(f"{path}/answer", data=form).status_code == 422
        form["outcome"] = "withdrawn"
        assert desk.post(f"{path}/answer", data=form).status_code == 422
    assert "申请没有撤回" in client.get(send(client, found[1]).location).text
