"""The list of checks: what decided the outcome is seen at once, and says what showed it."""

from __future__ import annotations

import pytest

from codes.wording import Language
from templates.spoken_values import printed_and_record
from tests.verifier.world import NOW
from verifier.finding_codes import Code
from verifier.findings import conclude, find
from verifier.show import show_verdict
from verifier.site import present, words
from verifier.site.comparisons import comparisons
from verifier.verdict import Finding, Outcome, Status, Verdict

LEVELS = {"printed": "二级/技师", "record": "三级/高级工"}
OF_FILE = find(Code.FIELD_DIFFERS, {"field": "职业技能等级"}, {"field": "level", **LEVELS})
OF_PICTURE = find(
    Code.FIELD_DIFFERS,
    {"field": "职业技能等级"},
    {"field": "level", **LEVELS, "confidence": "0.99", "outline": "1,1 2,1 2,2 1,2"},
)


def verdict_of(*findings: Finding) -> Verdict:
    outcome, found = conclude(findings, frozenset())
    return Verdict(
        outcome=outcome,
        status=Status.UNKNOWN,
        findings=found,
        checked_at=NOW,
        demo=False,
        trust=None,
    )


def test_what_decided_stands_first_of_its_severity_and_as_strong_as_the_banner() -> None:
    mark = {"texts": "“甲”、“乙”", "field": "姓名"}
    verdict = verdict_of(find(Code.STATUS_CURRENT), find(Code.FIELD_TWICE, mark), OF_FILE)
    assert verdict.outcome is Outcome.ALTERED
    first, second, *others = present.shown_findings(verdict)
    assert "职业技能等级" in first.text.zh
    assert (first.tone, first.decides) == (present.tone(verdict), True)
    assert first.mark.zh == "问题"  # its severity stays what it is
    assert (second.tone, second.decides) == ("warn", False)
    assert not any(one.decides for one in others)


@pytest.mark.parametrize("code", [Code.CHECK_INCOMPLETE, Code.AWARD_REVOKED, Code.NOT_FOUND])
def test_what_decided_never_looks_weaker_than_it_is(code: Code) -> None:
    verdict = verdict_of(find(code, {"day": "x"}))
    (line,) = present.shown_findings(verdict)
    assert line.decides
    strength = words.TONE_STRENGTH.index
    own = strength(words.SEVERITY_TONES[verdict.findings[0].severity])
    assert strength(line.tone) == max(own, strength(present.tone(verdict)))


@pytest.mark.parametrize(
    ("finding", "zh", "en"),
    [(OF_FILE, "文件所印", "The file shows"), (OF_PICTURE, "图片所示", "The picture shows")],
)
def test_a_picture_shows_and_a_file_prints_and_levels_are_told_in_english_too(
    finding: Finding, zh: str, en: str
) -> None:
    (line,) = present.shown_findings(verdict_of(finding))
    assert f"{zh}“二级/技师”，登记为“三级/高级工”。" in line.text.zh
    assert f"{en} “二级/技师” (Level 2 / Technician)" in line.text.en
    assert "the record “三级/高级工” (Level 3 / Senior worker)." in line.text.en
    comparison = comparisons([(finding.code, finding.evidence)])["level"]
    assert comparison.text.zh == f"{zh}：二级/技师"
    assert comparison.text.en == f"{en}: 二级/技师 (Level 2 / Technician)"
    told = show_verdict(verdict_of(finding), Language.EN)
    assert "printed: 二级/技师 (Level 2 / Technician)" in told


def test_print_that_cannot_be_read_is_not_told_as_nothing() -> None:
    evidence = {"field": "level", **LEVELS, "printed": ""}
    unread = find(Code.FIELD_DIFFERS, {"field": "职业技能等级"}, evidence)
    comparison = comparisons([(unread.code, unread.evidence)])["level"]
    assert comparison.text.zh == "文件所印：文字被遮盖或读不出，见图"
    assert comparison.text.en.endswith("covered or cannot be read, see the picture")
    assert "“”" not in printed_and_record("", "三级/高级工").zh
