"""Each rule over leaves: kept by lawful ones, and named where it is broken."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from audit.auditing import AuditOutcome
from audit.faults import SENTENCES
from audit.memory import load_memory, save_memory
from codes.levels import Level
from codes.number import parse_number, parse_prefix
from log.leaves import CopyLeaf, FilingLeaf, FilingValue, IssueLeaf, Leaf, LifeKind, TrustLeaf
from tests.audit.world import (
    DAY,
    FILED,
    HASH,
    KEY_ID,
    NOW,
    START,
    codes,
    encoded,
    filing,
    issue,
    lawful,
    life,
    publish,
    run,
    trust,
)
from tests.log.logs import PREFIX

AFTER = START + timedelta(hours=1)
STRANGER = parse_prefix("S000012000124")
LAST = len(lawful())


def test_a_lawful_log_is_fine(tmp_path: Path) -> None:
    publish(tmp_path, lawful())
    report, memory = run(tmp_path)

    assert (report.outcome, report.leaf_faults, report.log_faults) == (AuditOutcome.FINE, (), ())
    assert (report.judged, report.size, memory.edge.size) == (LAST, LAST, LAST)


@pytest.mark.parametrize(
    ("leaf", "code"),
    [
        (issue(4, number=STRANGER.number(year=2026, level=Level.THREE, serial=1)),
         "audit_body_unknown"),
        (issue(4, occupation=2), "audit_out_of_scope"),
        (issue(1, number=PREFIX.number(year=2026, level=Level.FOUR, serial=1)),
         "audit_out_of_scope"),
        (issue(4, key_id=KEY_ID ^ 1), "audit_key_unknown"),
        (issue(5), "audit_serial_gap"),
        (issue(3), "audit_serial_repeated"),
        (issue(1), "audit_serial_repeated"),
        (issue(4, record_version=2), "audit_record_version"),
        (issue(4, issued_on=date(2026, 3, 2)), "audit_logged_early"),
        (issue(4, issued_on=date(2026, 2, 27)), "audit_logged_late"),
        (life(1), "audit_mark_repeated"),
        (life(3, prefix=str(STRANGER)), "audit_body_unknown"),
        (life(3, record_hash=HASH, key_id=KEY_ID), "audit_life_record"),
        (life(3, event=LifeKind.CORRECT), "audit_life_record"),
        (life(3, event=LifeKind.CORRECT, record_hash=HASH, key_id=KEY_ID ^ 1),
         "audit_key_unknown"),
        (life(3, effective_on=date(2028, 1, 1)), "audit_life_day"),
        (CopyLeaf(prefix=str(STRANGER), file_sha256=HASH), "audit_body_unknown"),
        (TrustLeaf(version=7, sha256=HASH), "audit_trust_order"),
    ],
)  # fmt: skip
def test_a_leaf_that_breaks_one_rule_is_named_with_that_rule(
    leaf: Leaf, code: str, tmp_path: Path
) -> None:
    publish(tmp_path, [*lawful(), (AFTER, leaf)])

    assert codes(run(tmp_path)[0]) == [(code, LAST)]


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (START, "audit_time_backwards"),
        (NOW + timedelta(days=1), "audit_time_ahead"),
    ],
)
def test_a_leaf_logged_at_an_impossible_time_is_named(
    at: datetime, code: str, tmp_path: Path
) -> None:
    publish(tmp_path, [*lawful(), (at, life(3))])

    assert codes(run(tmp_path)[0]) == [(code, LAST)]


@pytest.mark.parametrize(
    ("logged_at", "issued_on", "code"),
    [
        # Shanghai is eight hours ahead: its day ends at four in the afternoon of UTC.
        (datetime.fromisoformat("2026-03-02T15:59:59Z"), DAY, None),
        (datetime.fromisoformat("2026-03-02T16:00:00Z"), DAY, "audit_logged_late"),
        (datetime.fromisoformat("2026-03-02T15:59:59Z"), date(2026, 3, 3), "audit_logged_early"),
        (datetime.fromisoformat("2026-03-02T16:00:00Z"), date(2026, 3, 3), None),
    ],
)
def test_the_day_of_logging_is_the_one_in_shanghai(
    logged_at: datetime, issued_on: date, code: str | None, tmp_path: Path
) -> None:
    publish(tmp_path, [*lawful(), (logged_at, issue(4, issued_on=issued_on))])

    assert codes(run(tmp_path)[0]) == ([] if code is None else [(code, LAST)])


def test_serials_begin_at_one_again_each_year_and_the_year_is_that_of_the_day(
    tmp_path: Path,
) -> None:
    new_year = datetime.fromisoformat("2026-12-31T16:30:00Z")
    number = parse_number("S000012000123273000001")
    good: IssueLeaf = issue(1, number=number, issued_on=date(2027, 1, 1))
    bad = issue(4, issued_on=date(2027, 1, 1))
    publish(tmp_path, [*lawful(), (new_year, good), (new_year, bad)])

    assert codes(run(tmp_path, now=new_year)[0]) == [("audit_year", LAST + 1)]


def test_a_key_is_worth_nothing_before_its_term(tmp_path: Path) -> None:
    believed = trust()
    early = issue(1, number=parse_number("S000012000123253000001"), issued_on=date(2025, 12, 31))
    at = datetime.fromisoformat("2025-12-31T03:00:00Z")
    publish(tmp_path, [(at, early), *lawful()[:2]])

    assert codes(run(tmp_path, believed=believed)[0]) == [
        ("audit_out_of_scope", 0),
        ("audit_key_out_of_term", 0),
    ]


def test_what_a_compromised_key_signed_is_a_fault_from_that_instant_on(tmp_path: Path) -> None:
    publish(tmp_path, lawful())
    third = START + timedelta(minutes=4)

    report, _ = run(tmp_path, believed=trust(version=8, since=third))

    assert codes(report) == [
        ("audit_key_compromised", 5),
        ("audit_key_compromised", 7),
        ("audit_key_compromised", 8),
    ]


def test_a_key_declared_compromised_later_makes_leaves_already_judged_a_fault(
    tmp_path: Path,
) -> None:
    publish(tmp_path, lawful())
    fine, memory = run(tmp_path)
    assert fine.outcome is AuditOutcome.FINE

    report, _ = run(tmp_path, memory, trust(version=8, since=START + timedelta(minutes=7)))

    assert codes(report) == [("audit_key_compromised", LAST - 1)]


def test_a_trust_list_other_than_the_logged_one_is_a_fault(tmp_path: Path) -> None:
    publish(tmp_path, lawful())

    report, _ = run(tmp_path, believed=trust(logged=False))

    assert codes(report) == [("audit_trust_differs", None)]


OTHER: list[FilingValue] = [[9, 3, "2026-01-01", "2028-12-31"]]
DROPPED: list[FilingValue] = [[1, 2, "2026-03-01", ""]]


@pytest.mark.parametrize("act", [filing("recorded", windows=OTHER), filing("withdrawn", windows=[]),
                                 filing("narrowed", windows=DROPPED),
                                 filing("suspended", windows=[])])  # fmt: skip
def test_scopes_that_are_not_the_sum_of_the_logged_acts_are_a_fault(
    act: FilingLeaf, tmp_path: Path
) -> None:
    """The list has a right that an act took, or lacks one that an act gave."""
    leaves = lawful()
    early = START - timedelta(minutes=2)
    publish(tmp_path, [(early, leaves[0][1]), (early, act), *leaves[1:]])

    report, _ = run(tmp_path)

    assert codes(report) == [("audit_filing_differs", None)]
    assert report.leaf_faults[0].about == str(PREFIX)


def test_a_right_in_the_list_that_no_act_gave_is_a_fault(tmp_path: Path) -> None:
    publish(tmp_path, lawful()[1:])

    assert codes(run(tmp_path)[0]) == [("audit_filing_differs", None)]


def test_an_act_of_a_body_that_the_list_has_not_is_a_fault(tmp_path: Path) -> None:
    leaves = lawful()
    act = filing("recorded", windows=FILED, prefix=str(STRANGER))
    publish(tmp_path, [(START - timedelta(minutes=2), act), *leaves])

    report, _ = run(tmp_path)

    assert [(one.code, one.about) for one in report.leaf_faults] == [
        ("audit_filing_differs", str(STRANGER))
    ]


def test_an_act_logged_while_its_list_waits_for_signatures_is_no_fault(tmp_path: Path) -> None:
    """Lists are drawn up, then signed elsewhere; the next one takes the act in."""
    leaves = lawful()
    meanwhile = (START + timedelta(seconds=30), filing("suspended", windows=[]))
    after = (AFTER, filing("withdrawn", windows=[]))
    publish(tmp_path, [leaves[0], meanwhile, *leaves[1:], after])

    assert run(tmp_path)[0].outcome is AuditOutcome.FINE


def test_the_next_list_must_take_in_what_was_logged_before_it(tmp_path: Path) -> None:
    """A withdrawal that the authority logged and keeps out of its list is found."""
    held_back = (AFTER, filing("withdrawn", windows=[]))
    later = trust(version=8)
    leaf = (NOW, TrustLeaf(version=8, sha256=later.digest))
    publish(tmp_path, [*lawful(), held_back, leaf])

    report, _ = run(tmp_path, believed=later)

    assert codes(report) == [("audit_filing_differs", None)]


def test_what_was_issued_before_a_later_act_that_reaches_back_is_told_by_every_run(
    tmp_path: Path,
) -> None:
    """In scope when issued: no breach of the body's, and whoever verifies it is told otherwise."""
    log = publish(tmp_path, lawful())
    _, memory = run(tmp_path)
    later = trust(version=8, until=DAY - timedelta(days=1))
    log.grow(
        list(
            encoded(
                [
                    (AFTER, filing("withdrawn", windows=[])),
                    (NOW, TrustLeaf(version=8, sha256=later.digest)),
                ]
            )
        )
    )

    again, after = run(tmp_path, memory, later)
    whole, _ = run(tmp_path, believed=later, everything=True)

    assert again.leaf_faults == whole.leaf_faults == ()
    assert again.notices == whole.notices
    assert [(one.code, one.index) for one in whole.notices] == [("audit_issued_before_act", LAST)]
    assert "(4: #2–#8)" in whole.notices[0].about
    assert whole.outcome is AuditOutcome.NOTICES
    path = tmp_path / "memory.json"
    save_memory(path, after)
    kept = load_memory(path)
    assert kept is not None and kept.rules == after.rules


def test_a_memory_from_before_issues_were_remembered_has_the_old_leaves_judged_again(
    tmp_path: Path,
) -> None:
    publish(tmp_path, lawful())
    _, memory = run(tmp_path)
    path = tmp_path / "memory.json"
    save_memory(path, memory)
    former = {**json.loads(path.read_text()), "format": 2}
    del former["issued"]
    path.write_text(json.dumps(former))

    report, after = run(tmp_path, load_memory(path))

    assert (report.judged, after.rules) == (len(lawful()), memory.rules)


def test_an_act_that_a_fresh_list_rests_on_and_the_log_lacks_is_named(tmp_path: Path) -> None:
    publish(tmp_path, lawful()[1:])

    report, _ = run(tmp_path, believed=trust(version=8))

    assert [(one.code, one.about) for one in report.notices] == [
        ("audit_trust_pending", "8"),
        ("audit_filing_pending", str(PREFIX)),
    ]


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (filing("withdrawn", windows=[], on=DAY + timedelta(days=1)), "audit_filing_ahead"),
        (filing("withdrawn", windows=[], on=date(2025, 9, 1)), "audit_filing_backdated"),
        (filing("withdrawn", windows=[], detail={"effective_on": "2026-02-28"}),
         "audit_filing_backdated"),
        (filing("annulled", windows=[], detail={"effective_on": "2026-01-01"}), None),
        (filing("recorded", windows=OTHER, on=date(2024, 1, 1)), None),
        (filing("promised", windows=[]), "audit_filing_unreadable"),
        (filing("filed", windows=[[1, 9, "2026-01-01", ""]]), "audit_filing_unreadable"),
        (filing("filed", windows=[], detail={"windows": "all"}), "audit_filing_unreadable"),
        (filing("filed", windows=[], detail={"effective_on": 20260301}),
         "audit_filing_unreadable"),
    ],
)  # fmt: skip
def test_an_act_that_is_dated_back_or_not_understood_is_named(
    act: FilingLeaf, code: str | None, tmp_path: Path
) -> None:
    publish(tmp_path, [*lawful(), (AFTER, act)])

    assert codes(run(tmp_path)[0]) == ([] if code is None else [(code, LAST)])


def test_a_list_that_the_log_does_not_hold_is_a_fault_after_a_day(tmp_path: Path) -> None:
    """Until then it is said: not nothing."""
    publish(tmp_path, lawful())
    fresh = trust(version=8)

    early, _ = run(tmp_path, believed=fresh)
    assert early.outcome is AuditOutcome.NOTICES
    assert [(one.code, one.about) for one in early.notices] == [("audit_trust_pending", "8")]
    late, _ = run(tmp_path, believed=fresh, now=NOW + timedelta(days=1))
    assert [(one.code, one.about) for one in late.leaf_faults] == [("audit_trust_unlogged", "8")]


def test_a_list_older_than_the_newest_logged_one_is_named_with_both_versions(
    tmp_path: Path,
) -> None:
    publish(tmp_path, [*lawful(), (AFTER, TrustLeaf(version=9, sha256=HASH))])

    assert [(one.code, one.about) for one in run(tmp_path)[0].leaf_faults] == [
        ("audit_trust_older", "7 < 9")
    ]


def test_a_list_dated_after_it_was_logged_is_a_fault(tmp_path: Path) -> None:
    later = trust(version=8)
    publish(tmp_path, [*lawful(), (AFTER, TrustLeaf(version=8, sha256=later.digest))])

    assert codes(run(tmp_path, believed=later)[0]) == [("audit_trust_dated", LAST)]


def test_bytes_that_are_no_leaf_are_a_fault(tmp_path: Path) -> None:
    log = publish(tmp_path, lawful())
    log.grow([b"anything"])
    report, _ = run(tmp_path)

    assert codes(report) == [("audit_leaf_unreadable", LAST)]
    assert report.leaf_faults[0].about == "leaf_damaged"


def test_every_sentence_is_there_in_both_languages() -> None:
    assert all(text.zh and text.en for text in SENTENCES.values())
    assert all(code.startswith("audit_") for code in SENTENCES)
