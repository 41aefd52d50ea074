"""What the headers of a question decide: the language of a browser that chose none, and no host."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.journeys.site_apps import make_app
from tests.verifier.world import World


@pytest.fixture
def client(world: World) -> FlaskClient:
    return make_app(world.verifier()).test_client()


@pytest.mark.parametrize(
    ("accepted", "shown"),
    [
        ("en-GB,en;q=0.9", "en"),
        ("en-US,en;q=0.9,zh-CN;q=0.8", "zh-CN"),
        ("de,en;q=0.5", "zh-CN"),
        ("en,zh;q=0", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("", "zh-CN"),
    ],
)
def test_a_browser_that_reads_english_and_no_chinese_gets_english(
    client: FlaskClient, accepted: str, shown: str
) -> None:
    answer = client.get("/", headers={"Accept-Language": accepted})
    assert f'<html lang="{shown}">' in answer.text
    assert "public" not in answer.headers.get("Cache-Control", "")
    client.set_cookie("lang", "zh")
    assert '<html lang="zh-CN">' in client.get("/", headers={"Accept-Language": accepted}).text


def test_no_answer_leads_to_a_host_that_was_asked_for(client: FlaskClient) -> None:
    response = client.get("/static//site.css", headers={"Host": "elsewhere.example"})
    assert "elsewhere" not in response.headers.get("Location", "")
    assert response.status_code == 404
