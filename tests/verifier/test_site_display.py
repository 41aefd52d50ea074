"""长者模式 on the public pages: by links alone, kept like the language, never in shared answers."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.journeys.site_apps import make_app
from tests.verifier.world import NAME, CopyPlan, World, make_record, sign_record
from verifier.verdict import Outcome

ELDER = {"view": "elder"}
PAGES = ("/", "/batch", "/link", "/register", "/q", "/scan", "/nowhere")


@pytest.fixture
def client(world: World) -> FlaskClient:
    return make_app(world.verifier()).test_client()


def switches(page: str) -> list[str]:
    """Where the switches at the head of a page lead."""
    head = page.partition('class="switches"')[2].partition("</header>")[0]
    return [one.replace("&amp;", "&") for one in re.findall(r'(?:href|action)="([^"]*)"', head)]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_offers_large_type(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert 'class="elder"' not in page
    assert "长者模式" in page
    assert any(one.endswith("view=elder") for one in switches(page))
    large = client.get(path, query_string=ELDER).text
    assert 'class="elder"' in large
    assert "/static/elder.css" in large
    assert "标准模式" in large


def test_large_type_is_kept_and_taken_back(client: FlaskClient) -> None:
    client.get("/", query_string=ELDER)
    for path in ("/", "/register", "/nowhere"):
        assert 'class="elder"' in client.get(path).text
    assert 'class="elder"' in client.get("/", query_string={"lang": "en"}).text
    client.get("/", query_string={"view": "standard"})
    assert 'class="elder"' not in client.get("/").text
    assert 'class="elder"' not in client.get("/", query_string={"view": "huge"}).text


def test_a_result_is_shown_again_in_large_type(client: FlaskClient, world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    asked = {"number": str(issued.number), "by": "name", "name": NAME}
    page = client.post("/verify", data=asked).text
    assert "/verify?view=elder" in switches(page)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    large = client.post("/verify?view=elder", data=hidden).text
    assert 'class="elder"' in large
    assert Outcome.VALID.text.zh in large


@pytest.mark.parametrize("path", ["/q", "/scan"])
def test_a_page_that_caches_share_depends_on_its_address_alone(
    client: FlaskClient, path: str
) -> None:
    client.get("/", query_string=ELDER)
    assert 'class="elder"' not in client.get(path).text
    answer = client.get(path, query_string=ELDER)
    assert "Set-Cookie" not in answer.headers
    assert switches(answer.text) == ["?view=standard", "?lang=en&view=elder"]


def test_the_scanner_is_kept_in_every_view_for_when_there_is_no_network(
    client: FlaskClient,
) -> None:
    script = client.get("/sw.js").text
    for address in ("/scan", "/scan?view=elder", "/scan?lang=en", "/scan?lang=en&view=elder"):
        assert f'"{address}"' in script
