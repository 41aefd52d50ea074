"""Pictures that are looked up by what is printed in them, and what such a look-up costs."""

from __future__ import annotations

import json
from pathlib import Path

from flask.testing import FlaskClient

from templates.labels import Field
from tests.forgery.papers import Works
from tests.forgery.raster_edits import paste_symbol, remove_symbol, rewrite
from tests.verifier.gates import Clock, make_gate
from tests.verifier.test_picture import canvas, saved, uploaded
from verifier.budgets_request import GATE_EXTENSION
from wsgi import create_public_app


def test_looking_up_by_the_print_of_pictures_spends_the_budget_of_look_ups(
    works: Works, tmp_path: Path
) -> None:
    edited = canvas(works.papers[0])
    remove_symbol(edited)
    genuine = saved(edited.picture)
    rewrite(edited, Field.HOLDER_NAME, "高文博")
    found_by_document = saved(edited.picture)
    rewrite(edited, Field.DOCUMENT_NUMBER, "120101199003076642")
    wrong = saved(edited.picture)
    app = create_public_app(works.home)
    app.extensions[GATE_EXTENSION] = gate = make_gate(tmp_path, Clock(), address=2)
    client: FlaskClient = app.test_client()

    def codes(picture: bytes) -> set[str]:
        answer = json.loads(client.post("/api/v1/verify/file", **uploaded(picture)).data)
        return {one["code"] for one in answer["findings"]}

    try:
        assert "picture_by_print" in codes(genuine)
        assert "signature_on_record" in codes(genuine)  # nothing signed is in the picture
        assert "signature_genuine" not in codes(genuine)
        assert "picture_by_print" in codes(found_by_document)
        assert not gate.budgets.is_spent_by("127.0.0.1")
        assert "print_not_found" in codes(wrong)
        assert gate.budgets.is_spent_by("127.0.0.1")
        told = codes(genuine)
    finally:
        app.extensions["yanzhen_verifier"].close()
    assert {"qr_not_found", "holder_not_asked"} <= told
    assert {"picture_by_print", "print_not_found"}.isdisjoint(told)


def test_the_code_of_another_certificate_is_told_from_what_is_printed(
    works: Works, tmp_path: Path
) -> None:
    paper, _, other = works.papers  # one upright, the other a landscape
    edited = canvas(paper)
    paste_symbol(edited, other.face.qr_text)
    shown = saved(edited.picture)
    rewrite(edited, Field.HOLDER_NAME, "高文博")
    rewrite(edited, Field.DOCUMENT_NUMBER, "120101199003076642")
    wrong = saved(edited.picture)
    app = create_public_app(works.home)
    app.extensions[GATE_EXTENSION] = gate = make_gate(tmp_path, Clock(), address=1)
    client = app.test_client()

    def answered(picture: bytes) -> tuple[str, dict[str, dict[str, str]]]:
        answer = json.loads(client.post("/api/v1/verify/file", **uploaded(picture)).data)
        return answer["outcome"], {one["code"]: one["evidence"] for one in answer["findings"]}

    try:
        outcome, told = answered(shown)
        assert outcome == "altered"
        numbers = {"printed": str(paper.number), "number": str(other.number)}
        assert told["qr_of_another"] == numbers
        assert not gate.budgets.is_spent_by("127.0.0.1")
        outcome, told = answered(wrong)
        assert outcome == "inconclusive"
        assert {"print_not_found", "picture_not_aligned"} <= told.keys()
        assert gate.budgets.is_spent_by("127.0.0.1")
    finally:
        app.extensions["yanzhen_verifier"].close()


def test_a_document_number_is_not_guessed_digit_by_digit_from_a_picture(
    works: Works, tmp_path: Path
) -> None:
    edited = canvas(works.papers[0])
    rewrite(edited, Field.DOCUMENT_NUMBER, "120101199003076642")
    guess = saved(edited.picture)
    app = create_public_app(works.home)
    app.extensions[GATE_EXTENSION] = gate = make_gate(tmp_path, Clock(), address=1)
    client = app.test_client()

    def told() -> tuple[set[str], set[str]]:
        answer = json.loads(client.post("/api/v1/verify/file", **uploaded(guess)).data)
        findings = [(one["code"], one["evidence"].get("field")) for one in answer["findings"]]
        boxes = {one["field"] for one in (answer["boxes"] or {"fields": []})["fields"]}
        return {code for code, field in findings if field == "document_number"}, boxes

    try:
        assert told() == ({"field_differs"}, {"document_number"})
        assert gate.budgets.is_spent_by("127.0.0.1")
        assert told() == ({"field_not_compared"}, set())
    finally:
        app.extensions["yanzhen_verifier"].close()
