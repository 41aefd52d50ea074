"""Nothing to learn by guessing: unlike cases get one status, one set of headers, one body."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from codes.wording import Language
from tests.journeys.site_apps import make_app
from tests.verifier.gates import Clock, make_gate
from tests.verifier.statements import statements
from tests.verifier.unlike import WRONG_DOCUMENT, WRONG_NAME, unlike_numbers
from tests.verifier.world import NAME, World
from verifier.budgets_request import GATE_EXTENSION
from verifier.hints import hint_at
from verifier.show import show_verdict
from verifier.verdict import verdict_to_json


@pytest.fixture
def numbers(world: World) -> dict[str, str]:
    return unlike_numbers(world)


@pytest.fixture
def app(world: World, tmp_path: Path) -> Iterator[Flask]:
    verifier = world.verifier()
    made = make_app(verifier)
    made.extensions[GATE_EXTENSION] = make_gate(tmp_path, Clock(), address=1000)
    yield made
    verifier.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


HOLDERS = [
    {"name": WRONG_NAME},
    {"document_number": WRONG_DOCUMENT},
    {"name": WRONG_NAME, "document_number": WRONG_DOCUMENT},
    {"name": NAME, "document_number": WRONG_DOCUMENT},
]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("holder", HOLDERS)
def test_the_api_answers_all_cases_alike(
    client: FlaskClient, numbers: dict[str, str], holder: dict[str, str], language: str
) -> None:
    answers = set()
    for number in numbers.values():
        response = client.post(f"/api/v1/verify?lang={language}", json={"number": number, **holder})
        answers.add((response.status, str(response.headers), response.data))
    assert len(answers) == 1
    ((status, _, body),) = answers
    assert status == "200 OK"
    assert json.loads(body)["outcome"] == "not_found"


@pytest.mark.parametrize("form", [{"name": WRONG_NAME}, {"document": WRONG_DOCUMENT}])
def test_the_site_answers_all_cases_alike(
    client: FlaskClient, numbers: dict[str, str], form: dict[str, str]
) -> None:
    answers = set()
    for number in numbers.values():
        response = client.post("/verify", data={"number": number, **form})
        answers.add((response.status, str(response.headers), response.text.replace(number, "#")))
    assert len(answers) == 1


@pytest.mark.parametrize("holder", HOLDERS)
def test_the_command_line_answers_all_cases_alike(
    world: World, numbers: dict[str, str], holder: dict[str, Any]
) -> None:
    verifier = world.verifier()
    answers = set()
    for number in numbers.values():
        verdict = verifier.verify_number(number, **holder)
        typed = holder.get("document_number")
        hints = hint_at(verdict.outcome, number, typed, verifier.today())
        for language in ("zh", "en"):
            answers.add((language, show_verdict(verdict, Language(language), hints)))
        answers.add(("json", json.dumps(verdict_to_json(verdict))))
    assert len(answers) == 3


@pytest.mark.parametrize("holder", HOLDERS)
def test_the_register_is_asked_the_same_for_all_cases(
    world: World, numbers: dict[str, str], holder: dict[str, Any]
) -> None:
    verifier = world.verifier()
    asked = set()
    for number in numbers.values():
        with statements(world.engine) as queries:
            verifier.verify_number(number, **holder)
        asked.add(tuple(queries))
    assert len(asked) == 1
    assert next(iter(asked))
