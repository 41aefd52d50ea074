"""Codes from the counter, and pages of holders that are loaded again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from accounts.spoken import spoken_day
from issuer.console.office import OFFICE_EXTENSION
from registry.session import reading
from registry.trail_models import TrailEntry
from tests.accounts.desk_app import working_as
from tests.issuer.console.certificate_desk import CLERK, row_of
from tests.issuer.lives import NUMBER
from tests.verifier.holders import CODE, LINK, RECEIPT, Sides, open_sides, send

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    with open_sides(tmp_path_factory.mktemp("holder")) as sides:
        yield sides


def path_of_code(sides: Sides) -> str:
    return f"/certificates/{row_of(sides.home, NUMBER)}/holder-code"


def test_a_code_made_anew_voids_the_one_before(sides: Sides) -> None:
    earlier, later = sides.code(), sides.code()
    assert sides.enter(sides.browser(), earlier).status_code == 422
    assert sides.enter(sides.browser(), later).status_code == 303


def test_a_code_from_the_counter_says_until_when_it_is_good(sides: Sides) -> None:
    clock = sides.desks.extensions[OFFICE_EXTENSION].clock
    begun = clock()
    with working_as(sides.desks, CLERK) as desk:
        answer = desk.post(path_of_code(sides), follow_redirects=True)
    good = {f"至 {spoken_day(at + DAY).zh}（北京时间）" for at in (begun, clock())}
    assert any(said in answer.text for said in good)


def test_the_page_of_a_code_is_loaded_again_and_shows_the_code_that_lets_in(sides: Sides) -> None:
    path, made = path_of_code(sides), "certificates.holder_code"
    with working_as(sides.desks, CLERK) as desk:
        answer = desk.post(path)
        assert answer.status_code == 303 and answer.location.startswith(f"{path}?shown=")
        pages = [desk.get(answer.location).text for _ in range(3)]
        found = [CODE.search(page) for page in pages]
        codes = {one[1] for one in found if one is not None}
        assert len(codes) == 1 and None not in found
        for none in (path, f"{path}?shown=x"):
            told = desk.get(none).text
            assert CODE.search(told) is None and "查看码不再显示" in told
    with working_as(sides.desks, CLERK) as elsewhere:  # another browser
        assert "查看码不再显示" in elsewhere.get(answer.location).text
    with reading(sides.desks.extensions[OFFICE_EXTENSION].engine) as session:
        acts = list(session.scalars(select(TrailEntry.act).order_by(TrailEntry.id)))
    assert acts[-1] == made
    assert sides.enter(sides.browser(), codes.pop()).status_code == 303


def test_a_page_that_is_loaded_again_makes_no_second_link_and_no_second_request(
    sides: Sides,
) -> None:
    client = sides.arrived()
    mark = re.search(r'name="sending" value="([0-9a-f]{32})"', client.get("/holder").text)
    assert mark is not None

    def link(days: str) -> Any:
        return send(client, "/shares", days=days, name="masked", sending=mark[1]).text

    def of(found: re.Match[str] | None) -> str:
        assert found is not None
        return found[1]

    def listed() -> int:
        return client.get("/holder").text.count("生成于")

    before, first = listed(), of(LINK.search(link("1")))
    withdrawal = re.compile(r'id="withdrawal" value="([0-9A-Z-]+)"')
    ends = of(withdrawal.search(link("1")))
    other = link("7")
    assert of(LINK.search(other)) != first and of(withdrawal.search(other)) != ends
    again = link("1")  # after another was made it is still the first that is shown
    assert (of(LINK.search(again)), of(withdrawal.search(again))) == (first, ends)
    assert listed() == before + 2
    share_id = sorted(map(int, re.findall(r"/shares/(\d+)/withdraw", again)))[-2]
    assert send(client, f"/shares/{share_id}/withdraw", sure="yes").status_code == 303
    assert 'id="link"' not in link("1") and listed() == before + 2

    def receipt(words: str) -> str:
        sent = send(client, "/requests", kind="reissue", words=words, sending=mark[1])
        return of(RECEIPT.search(sent.text))

    code = receipt("重载一次")
    assert receipt("重载一次") == code != receipt("另一件事")
    page_ = client.get("/holder").text
    assert (page_.count("重载一次"), page_.count("另一件事")) == (1, 1)
    for number in re.findall(r"/holder(/requests/\d+/withdraw)", page_):
        send(client, number)
