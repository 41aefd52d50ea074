"""Number and a fact about the holder: what is answered, what is proved, what is never revealed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import update

from codes.levels import Level
from codes.wording import Text
from keys.algorithms import Algorithm
from keys.document import KeyDocument
from keys.trust_list import TrustList
from registry.models import AwardStatus, Copy, CopyState
from registry.session import transaction
from tests.verifier.world import (
    BODY_NAME,
    DOCUMENT,
    NAME,
    NOW,
    PEPPER,
    PREFIX,
    CopyPlan,
    Issued,
    Look,
    World,
    body_key,
    key_document,
    make_record,
    public_entry,
    sign_record,
    stranger_key,
    trusted,
    unreachable,
    with_body,
)
from verifier.errors import KeyDocumentUnavailable, UsageError
from verifier.service import Verifier
from verifier.verdict import Outcome, Status, Verdict, verdict_to_json


def codes(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


def issue(world: World, **plan: Any) -> Issued:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued, **plan))
    return issued


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_registered_certificate_is_valid_by_name(world: World, algorithm: Algorithm) -> None:
    key = body_key(algorithm)
    issued = sign_record(make_record(key=key), key)
    world.record(CopyPlan(issued=issued))
    verdict = world.verifier().verify_number(str(issued.number), name=NAME)
    assert (verdict.outcome, verdict.status) == (Outcome.VALID, Status.CURRENT)
    assert codes(verdict) == [
        "signature_genuine",
        "issuer_entitled",
        "registered",
        "logged",
        "status_current",
        "upload_not_known",
        "document_number_not_checked",
        "paper_not_seen",
    ]
    printed = verdict.certificate
    assert printed is not None
    assert printed.holder_name == NAME
    assert printed.body_name == BODY_NAME
    assert printed.document_masked == "120" + "*" * 15
    assert printed.level.zh == "三级/高级工"
    assert printed.specialty == "--"
    assert printed.print_serial == "202600000001"
    assert printed.issued_on == date(2026, 3, 9)
    assert "".join(part.value for part in printed.number_parts) == str(issued.number)


def test_by_document_number_the_name_stays_masked(world: World) -> None:
    issued = issue(world)
    verdict = world.verifier().verify_number(str(issued.number), document_number=DOCUMENT)
    assert verdict.outcome is Outcome.VALID
    assert verdict.certificate is not None
    assert verdict.certificate.holder_name == "欧＊"
    assert "娜依" not in json.dumps(verdict_to_json(verdict), ensure_ascii=False)
    assert codes(verdict)[-2:] == ["name_not_checked", "paper_not_seen"]


@pytest.mark.parametrize("typed", [f" {DOCUMENT.lower()} ", "１２０１０１１９９００３０７６６３Ｘ"])
def test_a_document_number_is_read_as_people_type_it(world: World, typed: str) -> None:
    issued = issue(world)
    verdict = world.verifier().verify_number(str(issued.number), document_number=typed)
    assert verdict.outcome is Outcome.VALID


@pytest.mark.parametrize(
    ("name", "document", "outcome"),
    [
        (NAME, DOCUMENT, Outcome.VALID),
        (NAME, "120101199003076648", Outcome.NOT_FOUND),
        ("张三", DOCUMENT, Outcome.NOT_FOUND),
    ],
)
def test_both_facts_must_be_right_where_both_are_given(
    world: World, name: str, document: str, outcome: Outcome
) -> None:
    issued = issue(world)
    verdict = world.verifier().verify_number(
        str(issued.number), name=name, document_number=document
    )
    assert verdict.outcome is outcome
    if verdict.certificate is not None:
        assert verdict.certificate.holder_name == NAME
        assert DOCUMENT not in repr(verdict)
        assert codes(verdict)[-2:] == ["upload_not_known", "paper_not_seen"]


def test_a_number_as_people_type_it_is_found_and_the_changes_are_said(world: World) -> None:
    issued = issue(world)
    typed = str(issued.number).lower().replace("0", "O", 2)
    verdict = world.verifier().verify_number(f" {typed[:13]}-{typed[13:]} ", name=f" {NAME} ")
    assert verdict.outcome is Outcome.VALID
    assert codes(verdict).count("number_normalised") >= 2


def test_wrong_name_unknown_number_and_impossible_name_get_the_same_bytes(world: World) -> None:
    issued = issue(world)
    unknown = str(issued.number)[:-1] + "9"
    verifier = world.verifier()
    answers = {
        json.dumps(verdict_to_json(verdict))
        for verdict in (
            verifier.verify_number(str(issued.number), name="张三"),
            verifier.verify_number(unknown, name=NAME),
            verifier.verify_number(unknown, name="张三"),
            verifier.verify_number(str(issued.number), document_number="120101199003076648"),
            verifier.verify_number(unknown, document_number=DOCUMENT),
            verifier.verify_number(str(issued.number), name="\x01\x02"),
        )
    }
    assert len(answers) == 1
    assert json.loads(answers.pop())["outcome"] == "not_found"


def test_a_suspended_award_answers_a_wrong_name_like_an_unknown_number(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued), status=AwardStatus.SUSPENDED)
    verifier = world.verifier()
    wrong = verifier.verify_number(str(issued.number), name="张三")
    unknown = verifier.verify_number(str(issued.number)[:-1] + "9", name="张三")
    assert verdict_to_json(wrong) == verdict_to_json(unknown)


@pytest.mark.parametrize("blank", [None, "", "  ", "　"])
def test_a_number_alone_is_refused_whether_it_exists_or_not(
    world: World, blank: str | None
) -> None:
    issued = issue(world)
    messages = set()
    for number in (str(issued.number), str(issued.number)[:-1] + "9", "nonsense"):
        with pytest.raises(UsageError) as caught:
            world.verifier().verify_number(number, name=blank, document_number=blank)
        messages.add(str(caught.value))
        assert caught.value.code == "holder_fact_missing"
    assert len(messages) == 1


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "\ud800", "text_not_unicode"),
        ("document_number", "\udfff", "text_not_unicode"),
        ("name", "张" * 201, "text_too_long"),
    ],
)
def test_what_is_not_text_is_refused_naming_the_field(
    world: World, field: str, value: str, code: str
) -> None:
    with pytest.raises(UsageError) as caught:
        world.verifier().verify_number("x", **{field: value})
    assert caught.value.code == code
    assert field in caught.value.text.en


@pytest.mark.parametrize(
    ("typed", "position"),
    [
        ("A000012000123263000001", "1"),
        (f"{PREFIX}263000000", "17"),
        (f"{PREFIX}273000001", "14"),
        (f"{PREFIX}26300001", "22"),
        ("S000099000123263000001", "6"),
        ("", "1"),
    ],
)
def test_a_malformed_number_is_not_found_and_the_position_is_named(
    world: World, typed: str, position: str
) -> None:
    verdict = world.verifier().verify_number(typed, name=NAME)
    assert (verdict.outcome, verdict.summary.zh) == (Outcome.NOT_FOUND, "编号有误")
    finding = verdict.findings[-1]
    assert finding.code == "number_malformed"
    assert finding.evidence["position"] == position


@pytest.mark.parametrize(
    ("award", "copy", "status", "code"),
    [
        (AwardStatus.SUSPENDED, CopyState.CURRENT, Status.SUSPENDED, "award_suspended"),
        (AwardStatus.REVOKED, CopyState.CURRENT, Status.REVOKED, "award_revoked"),
        (AwardStatus.REVOKED, CopyState.SUPERSEDED, Status.REVOKED, "award_revoked"),
        (AwardStatus.REVOKED, CopyState.SUPERSEDED, Status.REVOKED, "copy_superseded"),
        (AwardStatus.SUSPENDED, CopyState.SUPERSEDED, Status.SUSPENDED, "copy_superseded"),
        (AwardStatus.SUSPENDED, CopyState.CORRECTED, Status.SUSPENDED, "record_corrected"),
        (AwardStatus.CANCELLED, CopyState.CORRECTED, Status.CANCELLED, "record_corrected"),
        (AwardStatus.CURRENT, CopyState.SUPERSEDED, Status.SUPERSEDED, "copy_superseded"),
        (AwardStatus.CURRENT, CopyState.CORRECTED, Status.CORRECTED, "record_corrected"),
        (AwardStatus.CANCELLED, CopyState.CURRENT, Status.CANCELLED, "award_cancelled"),
    ],
)
def test_what_is_not_in_force_is_said_with_its_status(
    world: World, award: AwardStatus, copy: CopyState, status: Status, code: str
) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued, state=copy), status=award)
    verdict = world.verifier().verify_qr(issued.qr_text())
    assert (verdict.outcome, verdict.status) == (Outcome.NOT_CURRENT, status)
    assert code in codes(verdict)
    assert verdict.certificate is not None


def test_after_a_reissue_the_number_is_valid_and_the_serial_in_force_is_named(
    world: World,
) -> None:
    first = sign_record(make_record(print_serial=1))
    second = sign_record(make_record(print_serial=2))
    world.record(CopyPlan(issued=first, state=CopyState.SUPERSEDED), CopyPlan(issued=second))
    verdict = world.verifier().verify_number(str(first.number), name=NAME)
    assert verdict.outcome is Outcome.VALID
    reissued = next(one for one in verdict.findings if one.code == "copy_reissued")
    assert reissued.evidence == {"print_serial": "202600000002"}
    assert verdict.certificate is not None
    assert verdict.certificate.print_serial == "202600000002"


def test_a_number_is_answered_by_the_copy_the_holder_has(world: World) -> None:
    held = sign_record(make_record(print_serial=1))
    duplicate = sign_record(make_record(print_serial=2))
    world.record(CopyPlan(issued=held), CopyPlan(issued=duplicate, state=CopyState.ARCHIVE))
    verdict = world.verifier().verify_number(str(held.number), name=NAME)
    assert not {"copy_archive", "copy_reissued"} & set(codes(verdict))
    assert verdict.certificate is not None
    assert verdict.certificate.print_serial == "202600000001"


def test_a_row_found_by_a_name_its_record_does_not_hold_is_not_believed(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued), name="张三")
    verdict = world.verifier().verify_number(str(issued.number), name="张三")
    assert (verdict.outcome, codes(verdict)) == (Outcome.INCONCLUSIVE, ["row_not_proved"])
    assert verdict.certificate is None


def test_a_row_with_another_record_in_it_is_not_believed(world: World) -> None:
    good = sign_record(make_record(serial=1))
    world.record(
        CopyPlan(issued=replace(good, envelope=sign_record(make_record(serial=2)).envelope))
    )
    verdict = world.verifier().verify_number(str(good.number), name=NAME)
    assert (verdict.outcome, codes(verdict)) == (Outcome.INCONCLUSIVE, ["row_not_proved"])


def test_a_row_whose_signature_is_wrong_is_not_believed(world: World) -> None:
    good = sign_record(make_record())
    other = sign_record(make_record(holder_name="张三"))
    mixed = replace(good.envelope, signature=other.envelope.signature)
    world.record(CopyPlan(issued=replace(good, envelope=mixed)))
    verdict = world.verifier().verify_number(str(good.number), name=NAME)
    assert (verdict.outcome, codes(verdict)) == (Outcome.INCONCLUSIVE, ["row_not_proved"])


def test_a_row_whose_seal_was_broken_is_not_believed(world: World) -> None:
    issued = issue(world)
    with transaction(world.engine) as session:
        session.execute(update(Copy).values(envelope_sealed=b"x" * 80))
    verdict = world.verifier().verify_number(str(issued.number), name=NAME)
    assert (verdict.outcome, codes(verdict)) == (Outcome.INCONCLUSIVE, ["row_not_proved"])


def without_keys() -> KeyDocument:
    document = key_document()
    return with_body(document, replace(document.bodies[0], keys=()))


def with_old_key_only() -> KeyDocument:
    document = key_document()
    old = public_entry(body_key(), valid_to=date(2025, 12, 31))
    return with_body(document, replace(document.bodies[0], keys=(old,)))


def with_level_two_only() -> KeyDocument:
    document = key_document()
    (scope,) = document.bodies[0].scopes
    return with_body(
        document, replace(document.bodies[0], scopes=(replace(scope, levels=(Level.TWO,)),))
    )


def with_lapsed_scope() -> KeyDocument:
    document = key_document()
    (scope,) = document.bodies[0].scopes
    lapsed = replace(scope, valid_to=date(2026, 3, 8))
    return with_body(document, replace(document.bodies[0], scopes=(lapsed,)))


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (replace(key_document(), bodies=()), "body_unknown"),
        (without_keys(), "key_unknown"),
        (with_old_key_only(), "key_not_valid_then"),
        (with_level_two_only(), "out_of_scope"),
        (with_lapsed_scope(), "filing_lapsed"),
    ],
)
def test_an_issuer_without_the_right_is_unknown(
    world: World, document: KeyDocument, code: str
) -> None:
    issued = issue(world)
    for verdict in (
        world.verifier(document).verify_number(str(issued.number), name=NAME),
        world.verifier(document).verify_qr(issued.qr_text()),
    ):
        assert verdict.outcome is Outcome.UNKNOWN_ISSUER
        assert code in codes(verdict)


def test_a_record_signed_with_a_key_nobody_published_is_of_an_unknown_issuer(
    world: World,
) -> None:
    issued = sign_record(make_record(key=stranger_key()), stranger_key())
    verdict = world.verifier().verify_qr(issued.qr_text())
    assert (verdict.outcome, codes(verdict)) == (Outcome.UNKNOWN_ISSUER, ["key_unknown"])
    assert verdict.certificate is None


def test_a_date_of_issue_that_has_not_come_is_left_open(world: World) -> None:
    issued = sign_record(make_record(issued_on=date(2026, 11, 24)))
    world.record(CopyPlan(issued=issued))
    late = datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
    next_day = datetime(2026, 11, 23, 16, 0, 0, tzinfo=UTC)  # midnight in Shanghai
    early_verdict = world.verifier(now=late).verify_number(str(issued.number), name=NAME)
    assert early_verdict.outcome is Outcome.INCONCLUSIVE
    assert "issued_in_future" in codes(early_verdict)
    day_verdict = world.verifier(now=next_day).verify_number(str(issued.number), name=NAME)
    assert day_verdict.outcome is Outcome.VALID


@pytest.mark.parametrize(
    ("look", "said"), [(unreachable, "registry_unreachable"), (None, "registry_not_asked")]
)
def test_without_the_register_nothing_is_said_about_the_number(look: Look, said: str) -> None:
    verifier = Verifier(trusted, look, PEPPER, lambda: NOW)
    verdict = verifier.verify_number(f"{PREFIX}263000001", name=NAME)
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert codes(verdict) == [said]


def test_without_the_key_document_nothing_is_judged(world: World) -> None:
    def missing() -> TrustList:
        raise KeyDocumentUnavailable("key_document_unavailable", Text("无", "none"))

    verifier = Verifier(missing, world.look, PEPPER, lambda: NOW)
    verdict = verifier.verify_number(f"{PREFIX}263000001", name=NAME)
    assert codes(verdict) == ["key_document_unavailable"]
    assert verdict.outcome is Outcome.INCONCLUSIVE
    with pytest.raises(UsageError):
        verifier.verify_number(f"{PREFIX}263000001")


def test_every_verdict_from_demo_keys_says_so(world: World) -> None:
    issued = issue(world)
    verifier = world.verifier(key_document(demo=True))
    for verdict in (
        verifier.verify_number(str(issued.number), name=NAME),
        verifier.verify_number(str(issued.number), name="张三"),
        verifier.verify_number("nonsense", name="张三"),
        verifier.verify_qr(issued.qr_text()),
        verifier.verify_qr("nonsense"),
        verifier.verify_file(b"", "x.pdf"),
    ):
        assert verdict.demo
        assert verdict.findings[0].code == "demo"
    assert verifier.verify_qr(issued.qr_text()).outcome is Outcome.VALID
