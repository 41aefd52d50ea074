"""A verdict says whether an award was uploaded to the national system, and never goes by it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from registry.access import seal_public
from registry.models import AwardStatus, CopyState
from registry.national_upload import NOTHING_NOTED, NationalUpload, read_upload, write_upload
from tests.verifier.test_verify_number import codes
from tests.verifier.world import NAME, TODAY, CopyPlan, World, make_record, sign_record
from verifier.bulk_words import reason_of
from verifier.verdict import Outcome, Severity, Verdict, verdict_to_json

YESTERDAY = TODAY - timedelta(days=1)
DONE = NationalUpload(uploaded_on=YESTERDAY, due=TODAY)
DUE = NationalUpload(due=TODAY)
LATE = NationalUpload(due=YESTERDAY)
BEFORE, SAME_DAY = "uploaded_before_correction", "uploaded_on_correction_day"
CODES = {"uploaded", BEFORE, SAME_DAY, "upload_due", "upload_late", "upload_not_known"}


def asked(
    world: World, upload: NationalUpload, status: AwardStatus = AwardStatus.CURRENT
) -> Verdict:
    made = sign_record(make_record())
    world.record(CopyPlan(issued=made), upload=upload, status=status)
    by_name = world.verifier().verify_number(str(made.number), name=NAME)
    by_code = world.verifier().verify_qr(made.qr_text())
    assert CODES & set(codes(by_code)) == CODES & set(codes(by_name))
    return by_name


@pytest.mark.parametrize(
    ("upload", "code", "severity", "evidence", "said"),
    [
        (DONE, "uploaded", Severity.INFO, {"uploaded_on": "2026-11-22"}, True),
        (DUE, "upload_due", Severity.NOTICE, {"due": "2026-11-23"}, True),
        (LATE, "upload_late", Severity.NOTICE, {"due": "2026-11-22"}, True),
        (NOTHING_NOTED, "upload_not_known", Severity.NOTICE, {}, False),
    ],
)
def test_a_verdict_says_where_the_upload_stands_beside_its_outcome(
    world: World,
    upload: NationalUpload,
    code: str,
    severity: Severity,
    evidence: dict[str, str],
    said: bool,
) -> None:
    verdict = asked(world, upload)
    (found,) = [one for one in verdict.findings if one.code in CODES]
    assert (found.code, found.severity, found.evidence) == (code, severity, evidence)
    assert verdict.outcome is Outcome.VALID
    for day in map(date.fromisoformat, evidence.values()):
        assert f"2026年11月{day.day}日" in found.text.zh and f"{day.day} November" in found.text.en
    assert code in {one["code"] for one in verdict_to_json(verdict)["findings"]}
    # A list says it of each row, unless nothing is known.
    assert (found.text.zh in reason_of(verdict).zh) is said


def test_a_revoked_award_that_was_uploaded_stays_revoked(world: World) -> None:
    verdict = asked(world, DONE, status=AwardStatus.REVOKED)
    assert (verdict.outcome, "uploaded" in codes(verdict)) == (Outcome.NOT_CURRENT, True)


@pytest.mark.parametrize(
    ("days", "code", "severity", "said"),
    [
        (-1, BEFORE, Severity.NOTICE, ("2026年11月22日上传", "2026年11月23日更正之前的内容")),
        (0, SAME_DAY, Severity.NOTICE, ("2026年11月23日上传", "同一天更正")),
        (1, "uploaded", Severity.INFO, ("证书已于2026年11月24日上传全国平台。",)),
    ],
)
def test_of_a_corrected_award_it_is_said_which_of_the_two_was_uploaded(
    world: World, days: int, code: str, severity: Severity, said: tuple[str, ...]
) -> None:
    made = sign_record(make_record())
    upload = NationalUpload(uploaded_on=TODAY + timedelta(days=days), due=TODAY)
    world.record(CopyPlan(issued=made, state=CopyState.CORRECTED), upload=upload)
    verdict = world.verifier().verify_number(str(made.number), name=NAME)
    (found,) = [one for one in verdict.findings if one.code in CODES]
    assert (verdict.outcome, found.code, found.severity) == (Outcome.VALID, code, severity)
    assert all(words in found.text.zh for words in said)
    assert found.text.zh in reason_of(verdict).zh
    # So is it for who holds the copy of before.
    assert code in codes(world.verifier().verify_qr(made.qr_text()))


def test_what_is_sealed_has_one_length_whatever_is_noted() -> None:
    number = str(sign_record(make_record()).number)
    sizes = {
        len(seal_public(bytes(32), number, body_name="某", document_number="1", upload=one))
        for one in (NOTHING_NOTED, DUE, DONE, NationalUpload(uploaded_on=TODAY))
    }
    assert len(sizes) == 1


def test_what_is_written_is_read_and_without_the_fields_nothing_is_noted() -> None:
    assert [read_upload(write_upload(one)) for one in (NOTHING_NOTED, DUE, DONE)] == [
        NOTHING_NOTED,
        DUE,
        DONE,
    ]
    assert read_upload({"body_name": "某"}) == NOTHING_NOTED
