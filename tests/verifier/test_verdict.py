"""The verdict object: its words, its JSON, its exit codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from codes.wording import Language
from verifier.finding_codes import Code
from verifier.findings import find
from verifier.verdict import (
    Outcome,
    Severity,
    Status,
    TrustShown,
    Verdict,
    exit_code,
    format_instant,
    verdict_to_json,
)

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def make(outcome: Outcome, status: Status = Status.UNKNOWN) -> Verdict:
    return Verdict(
        outcome=outcome,
        status=status,
        findings=(find(Code.STATUS_CURRENT),),
        checked_at=NOW,
        demo=False,
        trust=TrustShown(version=4, published_at=NOW - timedelta(days=12), age_days=12),
    )


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.VALID, "核验一致，现行有效"),
        (Outcome.ALTERED, "与登记内容不符"),
        (Outcome.UNREGISTERED, "签名有效，但未登记"),
        (Outcome.UNKNOWN_ISSUER, "非备案机构签发，或超出备案范围"),
        (Outcome.NOT_FOUND, "未查询到"),
        (Outcome.INCONCLUSIVE, "无法核验"),
    ],
)
def test_summary_uses_the_words_of_the_field(outcome: Outcome, words: str) -> None:
    assert make(outcome).summary.zh == words


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.SUSPENDED, "记录属实，现非有效（已暂停）"),
        (Status.REVOKED, "记录属实，现非有效（已撤销）"),
        (Status.SUPERSEDED, "记录属实，现非有效（已补发，本份作废）"),
        (Status.CORRECTED, "记录属实，现非有效（已更正）"),
    ],
)
def test_summary_of_a_certificate_not_in_force_says_why(status: Status, words: str) -> None:
    assert make(Outcome.NOT_CURRENT, status).summary.zh == words


def test_every_outcome_has_an_exit_code() -> None:
    codes = {outcome: exit_code(make(outcome)) for outcome in Outcome}
    assert codes.pop(Outcome.VALID) == 0
    assert codes.pop(Outcome.INCONCLUSIVE) == 2
    assert set(codes.values()) == {1}


def test_every_word_exists_in_both_languages() -> None:
    for member in (*Outcome, *Status, *Severity):
        assert member.text.zh
        assert member.text.en


def test_a_verdict_refuses_to_be_a_truth_value() -> None:
    with pytest.raises(TypeError):
        bool(make(Outcome.INCONCLUSIVE))


def test_json_has_the_published_members_and_no_others() -> None:
    value = verdict_to_json(make(Outcome.VALID, Status.CURRENT))
    assert list(value) == [
        "outcome",
        "status",
        "summary",
        "summary_text",
        "findings",
        "checked_at",
        "demo",
        "trust_list",
        "certificate",
        "log_proof",
        "boxes",
    ]
    assert value["trust_list"] == {
        "version": 4,
        "published_at": "2026-11-11T02:00:00Z",
        "age_days": 12,
    }
    assert list(value["findings"][0]) == [
        "code",
        "severity",
        "message",
        "message_zh",
        "message_en",
        "evidence",
    ]
    assert json.loads(json.dumps(value)) == value


def test_json_speaks_the_language_asked_for() -> None:
    chinese = verdict_to_json(make(Outcome.VALID))
    english = verdict_to_json(make(Outcome.VALID), Language.EN)
    assert chinese["findings"][0]["message"] == "现行有效。"
    assert english["findings"][0]["message"] == "In force now."
    assert english["summary"] == chinese["summary"]


def test_instants_are_written_in_utc_whatever_their_zone() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert format_instant(datetime(2026, 11, 23, 10, 0, 0, 5, shanghai)) == "2026-11-23T02:00:00Z"
