"""QR texts: read without following them, proved, then looked up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from codes.qr_text import encode_qr_text
from keys.algorithms import P256_ORDER
from keys.document import Host
from registry.models import AwardStatus, CopyState
from tests.verifier.world import (
    HOST,
    NAME,
    NOW,
    PEPPER,
    URL_PREFIX,
    CopyPlan,
    Issued,
    Look,
    World,
    key_document,
    make_record,
    sign_record,
    trusted,
    unreachable,
)
from verifier.service import Verifier
from verifier.verdict import Outcome, Severity, Status, Verdict


def codes(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


@pytest.fixture
def issued(world: World) -> Issued:
    """A registered certificate."""
    made = sign_record(make_record())
    world.record(CopyPlan(issued=made))
    return made


@pytest.mark.parametrize(
    "wrap",
    [
        "{}",
        "  {}\n",
        "{}&appinstall=0",
        "{}?from=singlemessage",
    ],
)
def test_a_registered_qr_is_valid_however_it_was_forwarded(
    world: World, issued: Issued, wrap: str
) -> None:
    verdict = world.verifier().verify_qr(wrap.format(issued.qr_text()))
    assert (verdict.outcome, verdict.status) == (Outcome.VALID, Status.CURRENT)
    assert verdict.certificate is not None
    assert verdict.certificate.holder_name == NAME
    assert "paper_not_seen" in codes(verdict)


def test_bare_digits_are_read_without_a_word_about_hosts(world: World, issued: Issued) -> None:
    verdict = world.verifier().verify_qr(issued.qr_text().removeprefix(URL_PREFIX))
    assert verdict.outcome is Outcome.VALID
    assert "foreign_host" not in codes(verdict)


@pytest.mark.parametrize(
    "prefix",
    [
        "https://yz.examp1e.cn/q#",
        f"https://{HOST}@evil.cn/q#",
        f"https://{HOST}.evil.cn/q#",
        f"https://{HOST}:8443/q#",
    ],
)
def test_a_copied_record_behind_another_address_is_not_what_was_issued(
    world: World, issued: Issued, prefix: str
) -> None:
    verdict = world.verifier().verify_qr(issued.qr_text(prefix))
    assert verdict.outcome is Outcome.ALTERED
    alarm = next(one for one in verdict.findings if one.code == "foreign_host")
    assert alarm.evidence["host"] in alarm.text.zh
    assert verdict.status is Status.CURRENT
    assert verdict.certificate is not None


DISGUISES = [
    (f"https://anything@{HOST}/q#", HOST),
    (f"https://evil.example\\@{HOST}/q#", "evil.example"),
    (f"https://{HOST}\\.evil.example/q#", HOST),
    (f"https:\\\\{HOST}/q#", HOST),
    (f"https://{HOST}@evil.example/q#", "evil.example"),
]


@pytest.mark.parametrize(("prefix", "host"), DISGUISES)
def test_a_code_whose_host_is_easily_misread_says_where_a_browser_would_go(
    world: World, issued: Issued, prefix: str, host: str
) -> None:
    for text in (issued.qr_text(prefix), prefix.removesuffix("#")):
        verdict = world.verifier().verify_qr(text)
        told = [one for one in verdict.findings if one.code == "host_disguised"]
        assert [one.evidence["host"] for one in told] == [host]
        assert host in told[0].text.zh and host in told[0].text.en
    alarmed = "foreign_host" in codes(world.verifier().verify_qr(issued.qr_text(prefix)))
    assert alarmed is (host != HOST)


@pytest.mark.parametrize("rest", ["/q#", "/q?a=x@y\\z#", ":443/x@y#"])
def test_marks_that_change_no_host_are_no_disguise(world: World, issued: Issued, rest: str) -> None:
    verdict = world.verifier().verify_qr(issued.qr_text(f"https://{HOST}{rest}"))
    assert "host_disguised" not in codes(verdict)
    assert verdict.outcome is Outcome.VALID


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "outcome"),
    [
        (date(2020, 1, 1), date(2025, 12, 31), Outcome.ALTERED),
        (date(2020, 1, 1), date(2026, 3, 9), Outcome.VALID),
        (date(2026, 6, 1), None, Outcome.VALID),
        (date(2027, 1, 1), None, Outcome.ALTERED),
    ],
)
def test_a_host_counts_if_it_was_ours_at_some_time_in_the_paper_life(
    world: World, issued: Issued, valid_from: date, valid_to: date | None, outcome: Outcome
) -> None:
    hosts = (Host(host=HOST, valid_from=valid_from, valid_to=valid_to),)
    verifier = world.verifier(replace(key_document(), hosts=hosts))
    assert verifier.verify_qr(issued.qr_text()).outcome is outcome


def test_a_genuine_signature_that_is_not_registered_raises_an_alarm(world: World) -> None:
    verdict = world.verifier().verify_qr(sign_record(make_record()).qr_text())
    assert (verdict.outcome, verdict.status) == (Outcome.UNREGISTERED, Status.UNKNOWN)
    assert next(one for one in verdict.findings if one.code == "not_registered").severity == "alarm"


def test_a_changed_record_does_not_fit_its_signature(world: World, issued: Issued) -> None:
    better = sign_record(make_record(holder_name="张三")).envelope.payload
    text = encode_qr_text(
        URL_PREFIX,
        algorithm=int(issued.envelope.algorithm),
        payload=better,
        signature=issued.envelope.signature,
    )
    verdict = world.verifier().verify_qr(text)
    assert (verdict.outcome, codes(verdict)) == (Outcome.ALTERED, ["signature_invalid"])
    assert verdict.certificate is None
    assert verdict.status is Status.UNKNOWN


def test_the_twin_of_an_ecdsa_signature_changes_nothing(world: World, issued: Issued) -> None:
    signature = issued.envelope.signature
    twin = P256_ORDER - int.from_bytes(signature[32:])
    text = encode_qr_text(
        URL_PREFIX,
        algorithm=-7,
        payload=issued.envelope.payload,
        signature=signature[:32] + twin.to_bytes(32),
    )
    assert text != issued.qr_text()
    assert world.verifier().verify_qr(text).outcome is Outcome.VALID


@pytest.mark.parametrize(
    ("look", "said"), [(unreachable, "registry_unreachable"), (None, "registry_not_asked")]
)
def test_without_the_register_the_signature_is_still_told(
    issued: Issued, look: Look, said: str
) -> None:
    verifier = Verifier(trusted, look, PEPPER, lambda: NOW)
    verdict = verifier.verify_qr(issued.qr_text())
    assert (verdict.outcome, verdict.status) == (Outcome.INCONCLUSIVE, Status.UNKNOWN)
    assert "signature_genuine" in codes(verdict)
    assert {one for one in codes(verdict) if one.startswith("registry_")} == {said}
    assert "signed_record_only" in codes(verdict)
    assert "paper_not_seen" not in codes(verdict)  # which speaks of a record in the register
    assert verdict.certificate is not None
    assert verdict.certificate.document_masked is None


def test_each_copy_of_a_reissued_certificate_is_judged_by_its_own_record(world: World) -> None:
    first = sign_record(make_record(print_serial=1))
    second = sign_record(make_record(print_serial=2))
    world.record(CopyPlan(issued=first, state=CopyState.SUPERSEDED), CopyPlan(issued=second))
    old = world.verifier().verify_qr(first.qr_text())
    new = world.verifier().verify_qr(second.qr_text())
    assert (old.outcome, old.status) == (Outcome.NOT_CURRENT, Status.SUPERSEDED)
    assert (new.outcome, new.status) == (Outcome.VALID, Status.CURRENT)


def test_a_corrected_record_is_not_in_force(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued, state=CopyState.CORRECTED))
    verdict = world.verifier().verify_qr(issued.qr_text())
    assert (verdict.outcome, verdict.status) == (Outcome.NOT_CURRENT, Status.CORRECTED)


@pytest.mark.parametrize("status", [AwardStatus.SUSPENDED, AwardStatus.REVOKED])
def test_a_suspended_or_revoked_award_is_not_in_force(world: World, status: AwardStatus) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued), status=status)
    verdict = world.verifier().verify_qr(issued.qr_text())
    assert verdict.outcome is Outcome.NOT_CURRENT
    assert verdict.status.value == status.value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "qr_empty"),
        ("   ", "qr_empty"),
        (URL_PREFIX, "qr_no_fragment"),
        (URL_PREFIX.removesuffix("#"), "qr_no_fragment"),
        ("https://elsewhere.example.com/", "qr_not_a_certificate"),
        ("https://u.wechat.com/abc#def", "qr_not_a_certificate"),
        ("WIFI:S:office;;", "qr_not_a_certificate"),
        (URL_PREFIX + "1" * 64, "qr_damaged"),
        ("9" * 300, "qr_damaged"),
        ("x" * 100_000, "qr_other_text"),
        ("😀你好", "qr_other_text"),
        ("请看 a.cn", "qr_not_a_certificate"),
        ("\ud800", "qr_not_a_certificate"),
    ],
)
def test_what_is_not_a_certificate_is_left_open_and_explained(
    world: World, text: str, code: str
) -> None:
    verdict = world.verifier().verify_qr(text)
    assert (verdict.outcome, codes(verdict)) == (Outcome.INCONCLUSIVE, [code])


def test_a_torn_qr_is_damaged_not_altered(world: World, issued: Issued) -> None:
    verdict = world.verifier().verify_qr(issued.qr_text()[:-40])
    assert (verdict.outcome, codes(verdict)) == (Outcome.INCONCLUSIVE, ["qr_damaged"])


def test_a_record_of_a_later_format_asks_for_an_update(world: World, issued: Issued) -> None:
    payload = bytearray(issued.envelope.payload)
    payload[1] = 2  # the format number stands right after the array's head
    text = encode_qr_text(URL_PREFIX, algorithm=-7, payload=bytes(payload), signature=b"s" * 64)
    assert codes(world.verifier().verify_qr(text)) == ["qr_newer"]


def test_an_archive_duplicate_is_in_force_and_named_as_what_it_is(world: World) -> None:
    original = sign_record(make_record(print_serial=1))
    duplicate = sign_record(make_record(print_serial=2))
    world.record(CopyPlan(issued=original), CopyPlan(issued=duplicate, state=CopyState.ARCHIVE))
    seen = world.verifier().verify_qr(duplicate.qr_text())
    assert (seen.outcome, seen.status) == (Outcome.VALID, Status.CURRENT)
    (notice,) = [one for one in seen.findings if one.code == "copy_archive"]
    assert notice.severity is Severity.NOTICE
    assert notice.evidence == {"print_serial": "202600000002"}
    assert "202600000002" in notice.text.zh
    plain = world.verifier().verify_qr(original.qr_text())
    assert "copy_archive" not in {one.code for one in plain.findings}


@pytest.mark.parametrize("status", [AwardStatus.SUSPENDED, AwardStatus.REVOKED])
def test_an_archive_duplicate_of_what_is_not_in_force_is_not_either(
    world: World, status: AwardStatus
) -> None:
    original = sign_record(make_record(print_serial=1))
    duplicate = sign_record(make_record(print_serial=2))
    world.record(
        CopyPlan(issued=original),
        CopyPlan(issued=duplicate, state=CopyState.ARCHIVE),
        status=status,
    )
    assert world.verifier().verify_qr(duplicate.qr_text()).outcome is Outcome.NOT_CURRENT


def test_a_copy_that_claims_to_be_only_reserved_is_not_believed(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued, state=CopyState.RESERVED))
    verdict = world.verifier().verify_qr(issued.qr_text())
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "row_not_proved" in {one.code for one in verdict.findings}
