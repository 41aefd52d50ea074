"""What must not leak: into logs, into the cost of an answer, into an error."""

from __future__ import annotations

import logging

import pytest

from tests.verifier.papers import paper
from tests.verifier.statements import statements
from tests.verifier.world import DOCUMENT, NAME, CopyPlan, World, make_record, sign_record
from verifier.document_child import handle
from verifier.verdict import Outcome


@pytest.mark.parametrize("fact", ["name", "document_number", "both"])
def test_a_wrong_fact_and_an_unknown_number_ask_the_register_the_same(
    world: World, fact: str
) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    verifier = world.verifier()
    unknown = str(issued.number)[:-1] + "9"
    facts = {"name": "张三", "document_number": "120101199003076648"}
    given = facts if fact == "both" else {fact: facts[fact]}
    asked = []
    for number in (str(issued.number), unknown):
        with statements(world.engine) as queries:
            verdict = verifier.verify_number(number, **given)
        assert verdict.outcome is Outcome.NOT_FOUND
        asked.append(queries)
    assert asked[0] == asked[1] != []


def test_a_right_name_with_a_wrong_document_number_asks_for_both(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    with statements(world.engine) as queries:
        verdict = world.verifier().verify_number(
            str(issued.number), name="张三", document_number=DOCUMENT
        )
    assert verdict.outcome is Outcome.NOT_FOUND
    asked = [query for query in queries if "FROM access" in query]
    assert len(asked) == 3  # one for each fact, and one for numbers near this one


def test_logs_tell_the_steps_and_nothing_about_the_person(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    verifier = world.verifier(read_bytes=handle)
    with caplog.at_level(logging.DEBUG):
        verifier.verify_number(str(issued.number), name=NAME, document_number=DOCUMENT)
        verifier.verify_number(str(issued.number), name="张三")
        verifier.verify_qr(issued.qr_text())
        verifier.verify_file(paper(issued, holder_name="张三"), f"{NAME}.pdf")
    events = [record.getMessage() for record in caplog.records if "yanzhen" in record.name]
    for step in ('"step": 1', '"step": 3', '"step": 4', '"step": 6', '"step": 8'):
        assert any(step in event for event in events)
    secrets = (NAME, "张三", DOCUMENT, str(issued.number), issued.envelope.signature.hex())
    digits = issued.qr_text()[-40:]
    assert not [text for text in (*secrets, digits) if text in caplog.text]


def test_a_verdict_printed_by_a_programmer_hides_the_name(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    verdict = world.verifier().verify_qr(issued.qr_text())
    assert verdict.certificate is not None
    assert verdict.certificate.holder_name == NAME
    assert NAME not in repr(verdict)
