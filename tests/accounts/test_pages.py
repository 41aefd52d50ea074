"""What every page of the desks shares: switches, failures in house words, what waits, the keys."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, abort

from accounts.error_pages import describe_error
from accounts.page_words import Place, add_places, place_keys
from accounts.person import Person
from accounts.roles import EVERYBODY, Role, signed_in
from accounts.waiting import Waiting, add_waiting
from codes.wording import Language, Text
from issuer.errors import IssuerError
from registry.errors import RegistryUnavailable
from registry.home import Home
from tests.accounts.desk_app import DeskClient, person_of, working_as
from tests.conftest import NOW, PASSPHRASE
from wsgi import create_private_app

STATUSES = (400, 401, 403, 404, 405, 413, 422, 429, 500, 503)
OTHERS_PREFIX = "S000012000999"


REFUSED = Text("该机构没有备案", "the body is not filed")
REFUSALS = {"act": IssuerError, "database": RegistryUnavailable}


def refuse(kind: str) -> str:
    """Fail as the rooms behind the desks do."""
    raise REFUSALS[kind]("body_not_filed", REFUSED)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The desks, with a route that fails in every way and one that says what waits."""
    path = tmp_path_factory.mktemp("desks") / "home"
    desks = create_private_app(
        Home.create(path, demo=True, passphrase=PASSPHRASE, now=NOW), PASSPHRASE
    )
    desks.add_url_rule("/fail/<int:status>", "fail", signed_in(lambda status: abort(status)))
    desks.add_url_rule("/fault", "fault", signed_in(lambda: str(1 / 0)))
    desks.add_url_rule("/refuse/<kind>", "refuse", signed_in(refuse))
    desks.add_url_rule("/post-only", "post", signed_in(lambda: "done"), methods=["POST"])

    def waits(person: Person) -> Iterator[Waiting]:
        if person.body != OTHERS_PREFIX:
            yield Waiting(text=Text("个批次待审批", "batches to approve"), count=12, link="/b?a=1")
        yield Waiting(text=Text("件投诉", "complaints"), count=0, link="/c")

    add_waiting(desks, waits)
    place = Place(endpoint="front.front", text=Text("批次", "Batches"), roles=EVERYBODY)
    add_places(desks, [place])
    return desks


@pytest.fixture
def client(app: Flask) -> Iterator[DeskClient]:
    with working_as(app, person_of(Role.APPROVER, body="S000012000123")) as client:
        assert isinstance(client, DeskClient)
        yield client


@pytest.mark.parametrize(("kind", "status"), [("act", 409), ("database", 503)])
def test_a_refusal_of_the_rooms_behind_is_said_in_their_words(
    client: DeskClient, kind: str, status: int
) -> None:
    page = client.get(f"/refuse/{kind}")
    assert page.status_code == status
    assert REFUSED.zh in page.text and "body_not_filed" in page.text
    problem = client.get(f"/refuse/{kind}", headers={"Accept": "application/json"})
    assert problem.status_code == status
    assert problem.get_json()["code"] == "body_not_filed"
    assert problem.get_json()["detail"] == REFUSED.zh


def test_a_language_is_switched_on_any_page_and_kept(client: DeskClient) -> None:
    answer = client.get("/keys?lang=en&tab=2")

    assert (answer.status_code, answer.location) == (302, "/keys?tab=2")
    assert 'lang="en"' in client.get("/keys").text
    client.get("/keys?lang=zh")
    assert 'lang="zh-CN"' in client.get("/keys").text


@pytest.mark.parametrize(("refused_at", "page"), [("/sign-in/nowhere", ""), ("/post-only", "/")])
def test_the_page_of_a_refused_form_is_switched_by_the_page_above(
    client: DeskClient, refused_at: str, page: str
) -> None:
    answer = client.get(f"{refused_at}?lang=en")

    assert (answer.status_code, answer.location or "") == ((302, page) if page else (404, ""))
    assert 'lang="en"' in client.get("/").text
    client.get("/?lang=zh")


def test_large_type_is_switched_on_and_off_without_script(client: DeskClient) -> None:
    assert client.get("/?view=elder").location == "/"
    assert 'class="elder"' in client.get("/").text
    client.get("/?view=standard")
    assert 'class="elder"' not in client.get("/").text


@pytest.mark.parametrize("path", ["//evil.example/x", "///evil.example", "/\\evil.example"])
def test_a_switch_never_leads_to_another_site(client: DeskClient, path: str) -> None:
    answer = client.get(path, query_string={"lang": "en"})

    assert not (answer.location or "/").replace("\\", "/").startswith("//")
    assert "evil" not in (answer.location or "")


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_failure_has_house_words(client: DeskClient, status: int, language: str) -> None:
    client.get(f"/?lang={language}")
    page = describe_error(status)
    answer = client.get(f"/fail/{status}")

    assert answer.status_code == status
    if status != 401:  # shows the page of signing in
        assert page.title.say(Language(language)) in answer.text
        assert page.advice.say(Language(language)) in html.unescape(answer.text)


def test_a_program_gets_a_problem(client: DeskClient) -> None:
    answer = client.get("/nowhere", headers={"Accept": "application/json"})

    assert answer.content_type == "application/problem+json"
    assert (answer.status_code, answer.get_json(force=True)["status"]) == (404, 404)
    browsers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert "<h1>" in client.get("/nowhere", headers=browsers).text


def test_a_refused_method_says_which_are_taken(client: DeskClient) -> None:
    answer = client.get("/post-only")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_fault_gives_nothing_away(app: Flask, client: DeskClient) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.get("/fault")

    assert answer.status_code == 500
    assert describe_error(500).title.zh in answer.text
    assert "ZeroDivision" not in answer.text


def test_the_first_page_shows_what_waits_for_this_person(app: Flask, client: DeskClient) -> None:
    shown = client.get("/").text

    assert 'href="/b?a=1"' in shown
    assert "个批次待审批" in shown
    assert "件投诉" not in shown
    with working_as(app, person_of(Role.APPROVER, body=OTHERS_PREFIX)) as others:
        assert "目前没有待您办理的事项" in others.get("/").text


def test_every_place_has_a_letter_of_its_own() -> None:
    names = ["Batches", "Bodies", "To do", "Home", "hhh"]
    places = [Place(endpoint=name, text=Text(name, name), roles=EVERYBODY) for name in names]

    keys = place_keys(places)

    assert keys == {"Batches": "b", "Bodies": "o", "To do": "t", "Home": "m", "hhh": "a"}


def test_the_style_sheet_is_understood_by_old_browsers() -> None:
    css = Path("templates/static/desk/desk.css").read_text(encoding="utf-8")

    for newer in (":has(", ":is(", ":where(", "@layer", "@container", "inset:", "dvh", "\n  & "):
        assert newer not in css, newer
    scripts = [*Path("templates/static/desk").glob("[klu]*.js"), Path("templates/static/busy.js")]
    for newer in ("?.", "??", "import ", "async ", "=> {"):
        for script in scripts:
            assert newer not in script.read_text(encoding="utf-8"), (script, newer)
