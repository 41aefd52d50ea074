"""What stands under the headline: true of what was found, and never more."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from codes.wording import Language
from keys.document import KeyDocument
from registry.models import AwardStatus, CopyState
from tests.journeys.site_apps import make_app
from tests.verifier.test_compromise import with_lost_key
from tests.verifier.world import (
    BODY_NAME,
    NAME,
    NOW,
    TODAY,
    CopyPlan,
    Issued,
    World,
    key_document,
    make_record,
    sign_record,
    with_body,
)
from verifier.catalogue import CATALOGUE
from verifier.catalogue_life import LIFE_ENTRIES
from verifier.finding_codes import Code
from verifier.findings import conclude, find
from verifier.show import show_verdict
from verifier.site import present, words
from verifier.site.meanings import SPECIFIC, Meaning
from verifier.verdict import Finding, Outcome, Status, Verdict, say_day


def page(world: World, issued: Issued, document: KeyDocument | None = None) -> str:
    client = make_app(world.verifier(document)).test_client()
    response = client.post("/verify/qr", data={"text": issued.qr_text()})
    return re.sub(r"\s+", " ", response.text)


def verdict_of(*findings: Finding, status: Status = Status.UNKNOWN) -> Verdict:
    outcome, found = conclude(findings, frozenset())
    return Verdict(
        outcome=outcome,
        status=status,
        findings=found,
        checked_at=datetime(2026, 11, 23, tzinfo=UTC),
        demo=False,
        trust=None,
    )


@pytest.mark.parametrize("one", SPECIFIC, ids=lambda one: one.codes[0].value)
def test_each_meaning_belongs_to_an_outcome_its_findings_can_come_to(one: Meaning) -> None:
    forced = {CATALOGUE[code].forces for code in one.codes}
    beside = one.outcome is Outcome.VALID or one.codes == (Code.PROOF_STAPLED,)
    assert forced == {None if beside else one.outcome}
    assert one.tone in {None, *words.TONES.values()}


def test_whatever_ends_a_certificate_says_so_under_the_headline() -> None:
    ends = {code for code, entry in LIFE_ENTRIES.items() if entry.forces is Outcome.NOT_CURRENT}
    lists = {code for code in ends if code.value.startswith("status_list_")}
    copies = {Code.COPY_SUPERSEDED, Code.RECORD_CORRECTED}
    told = {code for one in SPECIFIC if one.outcome is Outcome.NOT_CURRENT for code in one.codes}
    assert told == (ends - lists) | copies


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (AwardStatus.SUSPENDED, "已暂停使用，暂停期间不能作为有效证书使用"),
        (AwardStatus.REVOKED, "已被撤销，不能作为有效证书使用"),
        (AwardStatus.CANCELLED, "已注销，不能作为有效证书使用"),
    ],
)
def test_a_certificate_not_in_force_is_told_as_such(
    world: World, status: AwardStatus, said: str
) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued), status=status)
    shown = page(world, issued)
    assert said in shown
    assert "tone-warn" in shown


@pytest.mark.parametrize(
    ("copy", "said"),
    [(CopyState.SUPERSEDED, "证书已补发，这一份"), (CopyState.CORRECTED, "更正前的这一份")],
)
def test_a_void_copy_of_a_suspended_award_is_not_told_to_wait(
    world: World, copy: CopyState, said: str
) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued, state=copy), status=AwardStatus.SUSPENDED)
    shown = page(world, issued)
    assert said in shown
    assert f"证书已自{say_day(TODAY).zh}起暂停使用。" in shown
    assert "是否恢复，请日后再查" not in shown


def test_a_change_that_waits_for_the_log_has_words_of_its_own() -> None:
    meaning = present.meaning(verdict_of(find(Code.LIFE_PENDING)))
    assert "最近一次变更" in meaning.zh


def test_an_archive_duplicate_is_no_certificate_to_show(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued, state=CopyState.ARCHIVE))
    shown = page(world, issued)
    assert "这一份是评价机构的存档副本，不交给个人，不能作为证书出示" in shown
    assert 'banner tone-warn"' in shown
    assert words.COMPARE_ADVICE[False].zh in shown
    assert shown.index("是评价机构的存档副本，不交给个人，持证人") < shown.index("签名有效：")


def test_after_a_reissue_the_number_alone_does_not_vouch_for_an_old_paper(world: World) -> None:
    first = sign_record(make_record(print_serial=1))
    second = sign_record(make_record(print_serial=2))
    world.record(CopyPlan(issued=first, state=CopyState.SUPERSEDED), CopyPlan(issued=second))
    client = make_app(world.verifier()).test_client()
    form = {"number": str(first.number), "by": "name", "name": NAME}
    assert "只有印制流水码与下表相同的一份有效" in client.post("/verify", data=form).text


def test_a_body_renamed_since_is_told_with_both_names(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    (body,) = key_document().bodies
    renamed = with_body(key_document(), replace(body, name="天津市示例技能评价中心"))
    shown = page(world, issued, renamed)
    assert f"评价机构现名“天津市示例技能评价中心”，发证时名称为“{BODY_NAME}”" in shown
    assert Outcome.VALID.text.zh in shown
    assert "现名" not in page(world, issued)


def test_a_compromised_key_is_not_told_as_an_absent_record(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    shown = page(world, issued, with_lost_key(NOW - timedelta(days=1)))
    assert "签名密钥已声明失密，且没有证据表明" in shown
    assert "登记中没有这张证书" not in shown


def test_a_row_outside_the_log_is_not_told_as_an_absent_record(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued), logged=False)
    shown = page(world, issued)
    assert "公开日志没有收录，不能视为已登记" in shown
    assert "登记中没有这张证书" not in shown


def test_a_list_past_its_term_is_told_beside_the_result(world: World) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    old = replace(key_document(), expires_at=NOW - timedelta(days=1))
    assert "核验所用的信任列表已过有效期" in page(world, issued, old)


def test_a_contradiction_shows_no_status() -> None:
    contradicted = verdict_of(find(Code.SECOND_SIGNATURE_CONTRADICTS), status=Status.CURRENT)
    assert present.shown_status(contradicted) is None
    assert "查清之前请勿据此认可该证书" in present.meaning(contradicted).zh


@pytest.mark.parametrize(
    ("day", "tone", "said"),
    [
        ("2026-03-08", "warn", "2026年3月8日当日：尚未核发"),
        ("2026-03-10", "good", "2026年3月10日当日：现行有效"),
    ],
)
def test_where_it_stood_on_the_day_asked_about_stands_beside_the_outcome(
    world: World, day: str, tone: str, said: str
) -> None:
    issued = sign_record(make_record())
    world.record(CopyPlan(issued=issued))
    verifier = world.verifier()
    form = {"number": str(issued.number), "by": "name", "name": NAME, "on": day}
    shown = make_app(verifier).test_client().post("/verify", data=form).text
    verifier.close()
    banner = shown.partition("</section>")[0]
    assert f"on-day tone-{tone}" in banner
    assert said in re.sub(r"<[^>]+>", "", banner)
    assert "目前登记状态：现行有效" in re.sub(r"<[^>]+>", "", banner)


def test_a_check_that_had_no_time_shows_no_status_beside_its_outcome() -> None:
    busy = verdict_of(find(Code.SYSTEM_BUSY), status=Status.CURRENT)
    assert present.shown_status(busy) is None
    assert present.shown_days(busy) == ()


def test_a_picture_shows_the_status_its_record_has() -> None:
    picture = verdict_of(find(Code.PICTURE_NOT_COMPARED), status=Status.CURRENT)
    assert present.shown_status(picture) == Status.CURRENT.text


@pytest.mark.parametrize(
    ("outcome", "mark"),
    [(Outcome.VALID, "核实"), (Outcome.INCONCLUSIVE, "登记记录的状态")],
)
def test_a_record_in_force_passes_for_no_paper_that_was_not_verified(
    outcome: Outcome, mark: str
) -> None:
    verdict = replace(verdict_of(find(Code.STATUS_CURRENT)), outcome=outcome)
    (line,) = present.shown_findings(verdict)
    assert (line.mark.zh, line.text.zh) == (mark, "现行有效。")
    assert f"[{mark}] 现行有效。" in show_verdict(verdict, Language.ZH)


def test_a_field_that_differs_is_told_before_a_foreign_address() -> None:
    name = {"field": "姓名"}
    both = verdict_of(find(Code.FOREIGN_HOST, {"host": "x"}), find(Code.FIELD_DIFFERS, name))
    assert present.meaning(both) == words.MEANINGS[Outcome.ALTERED]


def test_what_is_no_number_is_not_headed_as_not_found(world: World) -> None:
    client = make_app(world.verifier()).test_client()
    for language, words_ in (("zh", "编号有误"), ("en", "Not a valid certificate number")):
        asked = client.post(
            f"/verify?lang={language}", data={"number": "S" + "0" * 20, "name": NAME}
        )
        assert f'<h1 id="outcome" tabindex="-1" autofocus>{words_}</h1>' in asked.text
        assert f"<title>{words_}" in asked.text


@pytest.mark.parametrize("code", [Code.SYSTEM_BUSY, Code.FILES_WAITING])
def test_what_was_not_looked_at_is_tried_again_and_not_reported(code: Code) -> None:
    assert present.unfinished(verdict_of(find(code)))
    assert not present.unfinished(verdict_of(find(Code.REGISTRY_UNREACHABLE)))
    altered = verdict_of(find(code), find(Code.PHOTO_DIFFERS))
    assert altered.outcome is Outcome.ALTERED and not present.unfinished(altered)
