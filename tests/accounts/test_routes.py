"""Every route of the desks × every role: generated from the map of addresses, none left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.routing import Rule

from accounts.roles import BODY_ROLES, Role, declared_roles
from tests.accounts.desk_app import FORM_SECRET, DeskClient, signed_token
from tests.accounts.sign_in_ways import Desks, Worker, open_desks

OWN, FOREIGN = "S000012000123", "S000012000124"


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    """Desks whose first two accounts are of two bodies, for ids in addresses."""
    folder: Path = tmp_path_factory.mktemp("routes")
    opened = open_desks(folder)
    opened.plant("one-of-own", Role.BODY_CLERK, body=OWN)
    opened.plant("one-of-another", Role.BODY_CLERK, body=FOREIGN)
    return opened


def routes(desks: Desks) -> Iterator[tuple[Rule, str]]:
    """Yield every route and method but those of Flask itself."""
    for rule in desks.app.url_map.iter_rules():
        if rule.endpoint != "static":
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def paths(rule: Rule) -> set[str]:
    """Return addresses of a route, with numbers of two bodies where it takes some."""
    found = set()
    for number in ("1", "2", "999999"):
        path = rule.rule
        for name in rule.arguments:
            start = path.index("<")
            converter = path[start : path.index(">")]
            value = number if "int" in converter else f"x{number}" if name else ""
            path = path[:start] + value + path[path.index(">") + 1 :]
        found.add(path)
    return found


def test_every_route_declares_its_roles(desks: Desks) -> None:
    declared = [
        declared_roles(desks.app.view_functions[rule.endpoint]) for rule, _ in routes(desks)
    ]
    assert len(declared) > 20


def test_each_role_reaches_what_it_is_declared_for_and_nothing_else(desks: Desks) -> None:
    people: dict[str, tuple[Worker, Role]] = {}
    for role in Role:
        for body in (OWN, FOREIGN) if role in BODY_ROLES else (None,):
            name = f"{role.value}-{body or 'none'}"
            people[name] = (desks.plant(name.lower(), role, body=body), role)
    wrong, token = [], {"X-CSRFToken": signed_token(desks.app, FORM_SECRET)}
    browsers = {name: desks.arrived(worker) for name, (worker, _) in people.items()}
    for rule, method in routes(desks):
        allowed = declared_roles(desks.app.view_functions[rule.endpoint])
        for name, (worker, role) in people.items():
            for path in paths(rule):
                may = allowed is None or role in allowed
                status = _status(browsers[name], method, path, token)
                if may and method != "GET":  # it may have ended the session
                    browsers[name] = desks.arrived(worker)
                fits = 200 <= status < 500 and status != 401 if may else status == 403
                if not fits:
                    wrong.append((method, path, name, status))
        status = _status(desks.browser(), method, min(paths(rule)), {})
        if (status == 401) is (allowed is None):
            wrong.append((method, rule.rule, "nobody", status))
    assert wrong == []


def _status(browser: DeskClient, method: str, path: str, headers: dict[str, str]) -> int:
    """Return the status of an answer; a refusal is asked for as programs do, without its page."""
    said = {"Accept": "application/problem+json", **headers}
    answer = browser.open(path, method=method, headers=said)
    assert isinstance(answer.status_code, int)
    return answer.status_code


@pytest.mark.parametrize("act", ["roles", "disable", "enable", "reset"])
def test_a_custodian_reaches_no_account_of_another_body(desks: Desks, act: str) -> None:
    custodian = desks.plant(f"keeper-{act}", Role.KEY_CUSTODIAN, body=OWN)
    browser = desks.arrived(custodian)
    assert browser.get("/people/1").status_code == 200
    assert browser.get("/people/2").status_code == 404
    assert browser.post(f"/people/2/{act}", data={"roles": "examiner"}).status_code == 404
    assert "one-of-another" not in browser.get("/people").text
    assert "one-of-own" in browser.get("/people").text


def test_a_custodian_gives_roles_of_a_body_only(desks: Desks) -> None:
    browser = desks.arrived(desks.plant("keeper-up", Role.KEY_CUSTODIAN, body=OWN))
    for role in ("authority_director", "police", "auditor"):
        typed = {"roles": role, "username": "sneak", "name": "某", "body": FOREIGN}
        assert browser.post("/people/add", data=typed).status_code == 403
        assert browser.post("/people/1/roles", data=typed).status_code == 403
