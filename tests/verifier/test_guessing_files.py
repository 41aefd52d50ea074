"""Files are no way around the budget: a wrong document number in one counts as a failed look-up."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from codes.wording import Text
from registry.child import Child
from tests.conftest import NOW
from tests.journeys.site_apps import make_app
from tests.verifier.desk import Desk
from tests.verifier.gates import Clock, make_gate
from tests.verifier.papers import paper
from tests.verifier.world import World
from verifier.budgets_request import GATE_EXTENSION
from verifier.conclusion import conclude_verdict
from verifier.finding_codes import Code
from verifier.verdict import Finding, Severity

HERE, WRONG = "127.0.0.1", "120101199003076642"


def send(client: FlaskClient, data: bytes) -> tuple[str, set[str]]:
    response = client.post("/api/v1/verify/file", data={"file": (BytesIO(data), "a.pdf")})
    body: dict[str, Any] = json.loads(response.data)
    return body["outcome"], {one["code"] for one in body["findings"]}


def test_wrong_document_numbers_in_files_spend_the_budget_and_then_are_not_compared(
    world: World, child: Child, desk: Desk, tmp_path: Path
) -> None:
    issued, pdf = desk.issue()
    app = make_app(world.verifier(read_bytes=child.ask))
    app.extensions[GATE_EXTENSION] = gate = make_gate(tmp_path, Clock(), address=2)
    client = app.test_client()
    guess = paper(issued, document_number=WRONG)
    assert send(client, pdf)[0] == "valid"
    for _ in range(2):
        assert not gate.budgets.is_spent_by(HERE)
        assert "field_differs" in send(client, guess)[1]
    assert gate.budgets.is_spent_by(HERE)
    outcome, codes = send(client, guess)
    assert outcome == "inconclusive" or "field_differs" not in codes
    assert "holder_not_asked" in codes
    assert "signature_genuine" in codes
    assert send(client, pdf)[0] == "valid"
    assert send(client, b"")[1] & {"file_empty", "holder_not_asked"} == {"file_empty"}


@pytest.mark.parametrize(
    ("code", "evidence", "counts"),
    [
        (Code.PICTURE_FIELD_UNCLEAR, {"field": "document_number"}, True),
        (Code.PAGE_DIFFERS, {"field": "document_number"}, True),
        (Code.PAGE_MARKED, {"places": "photo document_number"}, True),
        (Code.PICTURE_FIELD_UNCLEAR, {"field": "level"}, False),
        (Code.PICTURE_FIELD_AGREES, {"field": "document_number"}, False),
    ],
)
def test_a_document_number_that_does_not_agree_with_the_page_as_issued_counts(
    tmp_path: Path, code: Code, evidence: dict[str, str], counts: bool
) -> None:
    finding = Finding(
        code=code.value, severity=Severity.NOTICE, text=Text("", ""), evidence=evidence
    )
    verdict = conclude_verdict((finding,), document=None, now=NOW)
    gate = make_gate(tmp_path, Clock(), address=1)
    gate.settle_file(HERE, verdict)
    assert gate.budgets.is_spent_by(HERE) is counts


def test_what_all_others_spent_does_not_touch_files(
    world: World, child: Child, desk: Desk, tmp_path: Path
) -> None:
    _, pdf = desk.issue()
    app = make_app(world.verifier(read_bytes=child.ask))
    app.extensions[GATE_EXTENSION] = gate = make_gate(tmp_path, Clock(), overall=3)
    gate.budgets.spend("198.51.100.1", 3)
    assert gate.budgets.grade(HERE) is not None
    outcome, codes = send(app.test_client(), pdf)
    assert outcome == "valid"
    assert "holder_not_asked" not in codes
