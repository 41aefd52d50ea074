"""What the start page explains, and a day that is asked about, beside the outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from tests.journeys.site_apps import make_app
from tests.verifier.world import NAME, CopyPlan, World, make_record, sign_record
from verifier.verdict import Outcome


@pytest.fixture
def client(world: World) -> Iterator[FlaskClient]:
    verifier = world.verifier()
    yield make_app(verifier).test_client()
    verifier.close()


def test_the_start_page_explains_every_outcome_a_number_can_have(client: FlaskClient) -> None:
    page = client.get("/").text
    explained = page.partition('<dl class="meanings">')[2].partition("</dl>")[0]
    for outcome in Outcome:
        assert f"</svg>{outcome.text.zh}</dt>" in explained
    assert "</svg>编号有误</dt>" in explained and "证书状态" not in explained


@pytest.mark.parametrize(
    ("day", "tone", "said"),
    [
        ("2026-03-08", "warn", "2026年3月8日当日：尚未核发"),
        ("2026-03-10", "good", "2026年3月10日当日：现行有效"),
    ],
)
def test_where_it_stood_on_the_day_asked_about_stands_beside_the_outcome(
    client: FlaskClient, world: World, day: str, tone: str, said: str
) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    form = {"number": str(issued.number), "by": "name", "name": NAME, "on": day}
    page = client.post("/verify", data=form)
    banner = page.text.partition("</section>")[0]
    assert f"on-day tone-{tone}" in banner
    assert said in re.sub(r"<[^>]+>", "", banner)
    assert "目前登记状态：现行有效" in re.sub(r"<[^>]+>", "", page.text)
