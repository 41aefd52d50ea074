"""A link by which a holder shares a certificate, pasted where links are checked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.issuer.lives import PERSON
from tests.verifier.holders import LINK, Sides, open_sides


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    with open_sides(tmp_path_factory.mktemp("holder")) as sides:
        yield sides


def own_host(sides: Sides) -> str:
    document = sides.public.extensions["yanzhen_verifier"].trust_list().document
    return str(document.hosts[0].host)


def send(client: FlaskClient, path: str, **form: str) -> str:
    token = re.search(r'name="token" value="([0-9a-f]+)"', client.get("/holder").text)
    assert token is not None
    return client.post(f"/holder{path}", data={"token": token[1]} | form).text


def test_a_shared_link_is_told_and_leads_to_what_it_shares(sides: Sides) -> None:
    holder, visitor = sides.arrived(), sides.browser()
    made = LINK.search(send(holder, "/shares", days="1", name="full"))
    assert made is not None
    link = f"https://{own_host(sides)}/shared#{made[1]}"

    def told(link: str) -> str:
        answer = visitor.post("/link", data={"link": link})
        assert answer.status_code == 200
        return str(answer.text)

    page = told(f"{link}&appinstall=0")
    assert '<h1 id="where">这是持证人分享的链接</h1>' in page and "banner tone-good" in page
    assert "打开过 0 次" in holder.get("/holder").text  # it was not opened
    code = re.search(r'action="/shared"><input type="hidden" name="code" value="([^"]+)"', page)
    assert code is not None
    assert PERSON.name in visitor.post("/shared", data={"code": code[1]}).text
    cut = told(link[:-3])
    assert "链接不完整" in cut and "banner tone-calm" in cut and 'action="/shared"' not in cut
    share_id = re.search(r"/holder/shares/(\d+)/withdraw", holder.get("/holder").text)
    assert share_id is not None
    send(holder, f"/shares/{share_id[1]}/withdraw", sure="yes")
    over = told(link)
    assert "已被撤回" in over and "banner tone-calm" in over and 'action="/shared"' not in over
    foreign = told(f"https://query.example/shared#{made[1]}")
    assert "这是持证人分享的链接" not in foreign
