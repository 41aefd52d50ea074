"""Budgets of failed look-ups: counted for all workers, then work or patience, never refusal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.errors import HomeError
from registry.home import Home
from tests.journeys.site_apps import make_app
from tests.verifier.gates import Clock, make_gate, solve
from tests.verifier.world import NAME, CopyPlan, Issued, World, make_record, sign_record
from verifier.budgets import HIGHEST_GRADE, REPORTS_AN_HOUR, Sizes
from verifier.budgets_address import network_of, trusted_proxies
from verifier.budgets_gate import Paid
from verifier.budgets_puzzle import PUZZLE_SECONDS, make_challenge, question_digest, read_challenge
from verifier.budgets_request import GATE_EXTENSION
from wsgi import create_public_app

NET = "192.0.2.7"
ASKED = ("S000012000123263000001", "张三", None)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def spend_all(folder: Path, clock: Clock, network: str = NET) -> None:
    make_gate(folder, clock).budgets.spend(network, 3)


# ── counting ─────────────────────────────────────────────────────────


def test_questions_are_free_until_the_budget_of_the_address_is_spent(
    tmp_path: Path, clock: Clock
) -> None:
    workers = [make_gate(tmp_path, clock) for _ in range(2)]
    grades = []
    for turn in range(4):
        budgets = workers[turn % 2].budgets
        grades.append(budgets.grade(NET))
        budgets.spend(NET)
        clock.now += 1
    assert grades == [None, None, None, 0]
    assert workers[0].budgets.grade("192.0.2.8") is None
    clock.now += 2 * 3600
    assert workers[0].budgets.grade(NET) is None


def test_all_rows_of_a_batch_that_failed_count_and_deeper_costs_more(
    tmp_path: Path, clock: Clock
) -> None:
    budgets = make_gate(tmp_path, clock).budgets
    budgets.spend(NET, 0)
    assert budgets.grade(NET) is None
    budgets.spend(NET, 6)
    assert budgets.grade(NET) == 2
    budgets.spend(NET, 10_000)
    assert budgets.grade(NET) == HIGHEST_GRADE


def test_many_addresses_spend_the_budget_of_all(tmp_path: Path, clock: Clock) -> None:
    budgets = make_gate(tmp_path, clock, overall=10).budgets
    for host in range(10):
        assert budgets.grade(f"192.0.2.{host}") is None
        budgets.spend(f"192.0.2.{host}")
    assert budgets.grade("198.51.100.1") == 0


def test_one_address_alone_does_not_spend_the_budget_of_all(tmp_path: Path, clock: Clock) -> None:
    budgets = make_gate(tmp_path, clock, overall=10).budgets
    for _ in range(20):
        budgets.spend(NET, 1_000)
    assert budgets.grade(NET) is not None
    assert budgets.grade("192.0.2.77") is None


def test_a_network_has_so_many_reports_an_hour(tmp_path: Path, clock: Clock) -> None:
    budgets = make_gate(tmp_path, clock).budgets
    assert [budgets.take_report(NET) for _ in range(REPORTS_AN_HOUR)] == [True] * REPORTS_AN_HOUR
    assert not budgets.take_report(NET)
    assert budgets.take_report("192.0.2.77")
    assert budgets.grade(NET) is None  # looking up is not dearer for it
    clock.now += 3600 / REPORTS_AN_HOUR
    assert budgets.take_report(NET)


def test_addresses_are_kept_as_keyed_hashes_only(tmp_path: Path, clock: Clock) -> None:
    spend_all(tmp_path, clock)
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"budget_levels" in kept
    assert NET.encode() not in kept


def test_without_its_database_every_question_costs_and_none_is_refused(clock: Clock) -> None:
    gate = make_gate(Path("/nowhere/at/all"), clock)
    demand = gate.demand(NET, ASKED, Paid())
    assert demand is not None
    paid = Paid(challenge=demand.challenge.text, solution=solve(demand.challenge))
    assert gate.demand(NET, ASKED, paid) is None


@pytest.mark.parametrize("given", ["0", "-1", "many", "²"])
def test_a_size_that_is_none_is_refused_by_name(given: str) -> None:
    assert Sizes.read({"YANZHEN_BUDGET_ADDRESS": "7"}) == replace(Sizes(), address=7)
    with pytest.raises(HomeError, match="YANZHEN_BUDGET_OVERALL"):
        Sizes.read({"YANZHEN_BUDGET_OVERALL": given})


# ── whose budget ─────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("203.0.113.5", [], "203.0.113.5"),
        ("203.0.113.5", ["198.51.100.1"], "203.0.113.5"),  # not a proxy of ours: not believed
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),  # the asker made 1.1.1.1 up
        ("127.0.0.1", ["1.1.1.1", "198.51.100.1, 10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", ["198.51.100.1, nonsense"], "127.0.0.1"),
        ("::ffff:127.0.0.1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", [], "2001:db8:1:2::/64"),
        (None, ["198.51.100.1"], "unknown"),
    ],
)
def test_the_address_is_the_last_one_that_a_trusted_proxy_saw(
    peer: str | None, forwarded: list[str], network: str
) -> None:
    proxies = (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"))
    assert network_of(peer, forwarded, proxies) == network


def test_trusted_proxies_are_read_from_the_setting_and_nonsense_is_refused() -> None:
    assert trusted_proxies({}) == ()
    named = {"YANZHEN_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8"}
    assert trusted_proxies(named) == (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"))
    with pytest.raises(HomeError, match="YANZHEN_TRUSTED_PROXIES"):
        trusted_proxies({"YANZHEN_TRUSTED_PROXIES": "proxy.example"})


# ── work ─────────────────────────────────────────────────────────────


def test_a_solved_puzzle_answers_its_own_question_once(tmp_path: Path, clock: Clock) -> None:
    spend_all(tmp_path, clock)
    gate, other_worker = (make_gate(tmp_path, clock) for _ in range(2))
    demand = gate.demand(NET, ASKED, Paid())
    assert demand is not None
    paid = Paid(challenge=demand.challenge.text, solution=solve(demand.challenge))
    another = ("S000012000123263000002", "张三", None)
    assert other_worker.demand(NET, another, paid) is not None
    assert other_worker.demand(NET, ASKED, replace(paid, solution="x")) is not None
    assert other_worker.demand(NET, ASKED, paid) is None
    assert gate.demand(NET, ASKED, paid) is not None


def test_a_solution_expires(tmp_path: Path, clock: Clock) -> None:
    spend_all(tmp_path, clock)
    gate = make_gate(tmp_path, clock)
    demand = gate.demand(NET, ASKED, Paid())
    assert demand is not None
    solution = solve(demand.challenge)
    assert demand.challenge.is_solved_by(solution, clock.now + PUZZLE_SECONDS - 1)
    assert not demand.challenge.is_solved_by(solution, clock.now + PUZZLE_SECONDS + 1)


def test_only_what_this_side_signed_for_this_question_is_a_challenge() -> None:
    question, other = question_digest("a", "b", None), question_digest("a", None, "b")
    made = make_challenge(b"k" * 32, question, 0, 1000.0, b"n" * 8)
    assert read_challenge(b"k" * 32, made.text, question, 1001.0) == made
    altered = made.text.replace(".0.", ".1.", 1)
    for key, text, asked, now in (
        (b"l" * 32, made.text, question, 1001.0),
        (b"k" * 32, altered, question, 1001.0),
        (b"k" * 32, made.text, other, 1001.0),
        (b"k" * 32, made.text, question, 1000.0 + 3601),
        (b"k" * 32, "", question, 1001.0),
        (b"k" * 32, "题" * 20, question, 1001.0),
        (b"k" * 32, made.text * 9, question, 1001.0),
    ):
        assert read_challenge(key, text, asked, now) is None


# ── patience ─────────────────────────────────────────────────────────


def test_who_waits_as_long_as_told_is_answered_without_solving(
    tmp_path: Path, clock: Clock
) -> None:
    spend_all(tmp_path, clock)
    gate = make_gate(tmp_path, clock)
    demand = gate.demand(NET, ASKED, Paid())
    assert demand is not None
    assert demand.wait_seconds == 10
    clock.now += 4
    paid = Paid(challenge=demand.challenge.text)
    early = gate.demand(NET, ASKED, paid)
    assert early is not None
    assert early.challenge == demand.challenge  # the time waited so far is kept
    assert 6 <= early.wait_seconds <= 7
    clock.now += 7
    assert gate.demand(NET, ASKED, paid) is None
    assert gate.demand(NET, ASKED, paid) is not None


def test_waiting_for_many_questions_at_once_answers_one(tmp_path: Path, clock: Clock) -> None:
    spend_all(tmp_path, clock)
    gate = make_gate(tmp_path, clock)
    questions = [(f"S00001200012326300000{place}", "张三", None) for place in range(5)]
    demands = [gate.demand(NET, one, Paid()) for one in questions]
    clock.now += 11
    paid = [Paid(challenge=one.challenge.text) for one in demands if one is not None]
    answered = [gate.demand(NET, *each) is None for each in zip(questions, paid, strict=True)]
    assert answered == [True, False, False, False, False]


# ── the faces ────────────────────────────────────────────────────────


@pytest.fixture
def issued(world: World) -> Issued:
    made = sign_record(make_record())
    world.record(CopyPlan(issued=made))
    return made


@pytest.fixture
def app(world: World, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    verifier = world.verifier()
    made = make_app(verifier)
    made.extensions[GATE_EXTENSION] = make_gate(tmp_path, clock)
    yield made
    verifier.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def miss(client: FlaskClient, times: int) -> None:
    for _ in range(times):
        asked = {"number": "S000012000123263000099", "name": "张三"}
        assert client.post("/api/v1/verify", json=asked).status_code == 200


def test_the_api_asks_for_work_and_then_answers(client: FlaskClient, issued: Issued) -> None:
    asked = {"number": str(issued.number), "name": NAME}
    for _ in range(5):  # what is right costs nothing
        assert client.post("/api/v1/verify", json=asked).status_code == 200
    miss(client, 3)
    refused = client.post("/api/v1/verify", json=asked)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "10"
    problem: dict[str, Any] = json.loads(refused.data)
    assert problem["code"] == "look_ups_spent"
    evidence = problem["evidence"]
    assert evidence["zero_bits"] == "17"
    namespace: dict[str, Any] = {}
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    sample = re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0]
    exec(sample, namespace)  # noqa: S102 - the sample of the documentation itself
    solution = namespace["solve"](evidence["challenge"], int(evidence["zero_bits"]))
    paid = asked | {"challenge": evidence["challenge"], "solution": solution}
    assert json.loads(client.post("/api/v1/verify", json=paid).data)["outcome"] == "valid"


def test_the_site_shows_a_page_that_keeps_the_question_and_waits_without_script(
    client: FlaskClient, issued: Issued, clock: Clock
) -> None:
    miss(client, 3)
    form = {"number": str(issued.number), "by": "name", "name": NAME}
    page = client.post("/verify", data=form)
    assert page.status_code == 429
    assert "请等 10 秒，再按下面的按钮。" in page.text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    assert hidden["number"] == str(issued.number)
    clock.now += 11
    assert "核验一致，现行有效" in client.post("/verify", data=hidden).text
    english = client.post("/verify?lang=en", data=form)
    assert "Wait 10 seconds, then press the button." in english.text


def test_malformed_numbers_and_scans_are_never_counted(client: FlaskClient, issued: Issued) -> None:
    for _ in range(6):
        malformed = {"number": "S0000", "name": "张三"}
        assert client.post("/api/v1/verify", json=malformed).status_code == 200
        scan = {"text": issued.qr_text()}
        assert client.post("/api/v1/verify/qr", json=scan).status_code == 200
    asked = {"number": str(issued.number), "name": NAME}
    assert client.post("/api/v1/verify", json=asked).status_code == 200


def test_the_public_application_has_its_gate_and_counts_in_its_own_database(home: Home) -> None:
    app = create_public_app(home)
    app.extensions[GATE_EXTENSION].budgets.spend("127.0.0.1", 20)
    asked = {"number": "S000012000123263000099", "name": "张三"}
    assert app.test_client().post("/api/v1/verify", json=asked).status_code == 429
    assert (home.path / "public.sqlite3").is_file()
