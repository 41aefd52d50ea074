"""The filing commands as a clerk types them, and what they mean for certificates."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.spoken import spoken_day
from codes.levels import Level
from issuer.desk import shanghai_day
from registry.home import Home
from registry.objections import ObjectionBox, ObjectionWords, mark_taken, waiting_objections
from registry.public_database import public_database, public_database_url
from registry.session import transaction
from tests.issuer.desks import PREFIX, people, write_people
from tests.issuer.procedures import Procedure, at
from tests.issuer.shells import Shell

DAY = timedelta(days=1)
PERSONS = ("--as", "经办甲", "--approver", "审批乙")


@pytest.fixture
def folder(shell: Shell, tmp_path: Path) -> Path:
    """A home, and beside it the sample application with its materials."""
    assert shell("init").code == 0
    folder = tmp_path / "申报"
    folder.mkdir()
    assert shell("filing", "template", folder / "申请.json").code == 0
    for material in json.loads((folder / "申请.json").read_bytes())["materials"]:
        (folder / material["file"]).write_bytes(material["title"].encode())
    return folder


def objection(folder: Path, received_on: Any) -> Path:
    path = folder / "异议.json"
    entry = {"from": "某群众", "text": "场地不符", "received_on": str(received_on)}
    path.write_text(json.dumps(entry, ensure_ascii=False), encoding="utf-8")
    return path


def test_a_clerk_brings_an_application_under_notice(shell: Shell, folder: Path) -> None:
    today = shanghai_day(datetime.now(UTC))
    tried = shell("filing", "apply", folder / "申请.json", "--as", "经办甲", "--dry-run")
    assert (tried.code, "试办通过" in tried.out) == (0, True)
    assert shell("filing", "list", "--json").json["applications"] == []

    applied = shell("filing", "apply", folder / "申请.json", "--as", "经办甲", "--json")
    assert (applied.code, applied.json["stage"]) == (0, "received")
    returned = ("filing", "return", "1", "--as", "经办甲", "--reason", "缺少人员名册")
    assert shell(*returned, "--json").json["stage"] == "returned"
    again = shell("filing", "apply", folder / "申请.json", "--supplements", "1", "--as", "经办甲")
    assert "待材料初审" in again.out
    assert "待评估遴选" in shell("filing", "accept", "1", "--as", "经办甲").out
    assert "待评估遴选" in shell("filing", "list").out
    assert "待公示" in shell("filing", "accept", "1", "--as", "专家组").out
    assert "待公示" in shell("--lang", "zh", "filing", "list").out

    start = ("filing", "notice", "start", "1", "--as", "经办甲", "--last", today + 9 * DAY)
    refused = shell(*map(str, start), "--first", str(today), "--json")
    assert (refused.code, refused.json["error"]["code"]) == (65, "notice_not_to_come")
    assert spoken_day(today + DAY).zh in refused.json["error"]["message"]
    started = shell(*map(str, start), "--first", str(today + DAY), "--json")
    assert started.json["notice"]["last_day"] == str(today + 9 * DAY)
    early = shell(
        *("filing", "objection", "add", "1", objection(folder, today), "--as", "经办甲", "--json")
    )
    assert early.json["error"]["code"] == "objection_out_of_time"
    filing = ("filing", "file", "1", "--prefix", PREFIX, "--from", str(today), *PERSONS)
    soon = shell(*filing, "--to", str(today + 900 * DAY), "--json")
    assert (soon.code, soon.json["error"]["code"]) == (65, "notice_running")
    assert "公示中" in shell("filing", "show", "1").out
    english = shell("--lang", "en", "filing", "show", "1").out
    assert "under public notice" in english
    assert "Preliminary review: returned (clerk 经办甲)" in english


def test_no_body_gets_a_name_of_report_keys(shell: Shell, folder: Path) -> None:
    path, name = folder / "申请.json", "查验报告专用评价中心"
    applied = json.loads(path.read_bytes()) | {"name": name}
    path.write_text(json.dumps(applied, ensure_ascii=False), encoding="utf-8")
    scope = {"occupation": "3-02-02-00", "levels": [3], "from": "2024-01-01"}
    filed = folder / "备案.json"
    entry = {"name": name, "prefix": PREFIX, "scopes": [scope]}
    filed.write_text(json.dumps(entry, ensure_ascii=False), encoding="utf-8")
    for command in (("apply", path), ("record", filed)):
        refused = shell("filing", *command, "--as", "经办甲", "--json")
        assert refused.json["error"]["code"] == "body_name_reserved"


def test_a_clerk_settles_an_objection_and_files(shell: Shell, folder: Path, tmp_path: Path) -> None:
    today = shanghai_day(datetime.now(UTC))
    office = Procedure(Home.open(tmp_path / "home", environment={}), folder)
    number, last = office.on_notice(today - 10 * DAY)
    path = objection(folder, last)
    common = ("filing", "objection")
    added = shell(*common, "add", str(number), path, "--as", "经办甲", "--json")
    assert added.json["notice"]["objections"][0]["outcome"] is None
    assert "某群众" not in added.out
    assert shell("filing", "read", str(number), "--out", tmp_path / "审查").code == 0
    assert "某群众" in (tmp_path / "审查" / "异议-1.txt").read_text(encoding="utf-8")
    assert (tmp_path / "审查" / "01-营业执照.pdf").read_bytes() == "营业执照".encode()
    filing = (
        *("filing", "file", str(number), "--prefix", PREFIX, *PERSONS),
        *("--from", str(today), "--to", str(today + 900 * DAY)),
    )
    barred = shell(*filing, "--json")
    assert barred.json["error"]["code"] == "objections_open"
    settled = shell(
        *(*common, "settle", str(number), "1", "--outcome", "dismissed", "--as", "经办甲"),
        *("--reason", "经核查不属实"),
    )
    assert settled.code == 0
    assert "试办通过" in shell(*filing, "--dry-run").out
    assert shell("filing", "list", "--json").json["bodies"] == []
    with public_database(public_database_url(office.home)) as public:
        with transaction(public) as session:
            words = ObjectionWords(sender="某群众", text="场地不符")
            ObjectionBox(office.home.pepper()).send(session, 1, words, now=at(last))
        assert shell(*filing, "--json").json["error"]["code"] == "objections_unread"
        assert shell("filing", "list", "--json").json["bodies"] == []
        with transaction(public) as session:  # the authority takes it in
            mark_taken(waiting_objections(session, 1)[0], 2, now=at(last))
    alone = [*filing[:6], "经办甲", "--approver", "经办甲", *filing[9:]]
    assert shell(*alone, "--json").json["error"]["code"] == "approver_same"
    assert f"yanzhen keys new --body {PREFIX}" in shell(*filing).out
    (body,) = shell("filing", "list", "--json").json["bodies"]
    assert (body["standing"], body["levels"]) == ("filed", {"3-02-02-00": [1, 2, 3]})
    shown = shell("filing", "show", PREFIX, "--json").json
    assert [act["event"] for act in shown["acts"]] == ["filed"]
    assert (shown["acts"][0]["approver"], shown["acts"][0]["application"]) == ("审批乙", number)
    assert "备案" in shell("filing", "show", PREFIX).out
    assert shell("keys", "new", "--body", PREFIX).code == 0


def act(shell: Shell, command: str, *options: object) -> Any:
    answer = shell(
        "filing",
        command,
        "--body",
        PREFIX,
        "--reason",
        "检查发现问题",
        "--reference",
        "样本〔2026〕3号",
        *map(str, options),
        "--json",
    )
    assert answer.code == 0, answer.err
    return answer.json


def outcome(shell: Shell, number: str) -> tuple[str, bool]:
    """Return the outcome of looking an award up, and whether the body was not filed for it."""
    name = people(Level.THREE, 1)[0].name
    found = shell("verify", "number", number, "--name", name, "--json").json
    codes = {one["code"] for one in found["findings"]}
    return found["outcome"], not codes.isdisjoint({"out_of_scope", "filing_lapsed"})


def test_what_a_suspension_means_for_issuing_and_verifying(
    filed_shell: Shell, tmp_path: Path
) -> None:
    today = shanghai_day(datetime.now(UTC))
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    issue = ("issue", roster, "--body", PREFIX, "--out", tmp_path / "out", "--batch")
    number = filed_shell(*issue, "一", "--json").json["rows"][0]["number"]

    for level, struck in ((3, 1), (2, 0)):
        dropped = ("--drop", f"3-02-02-00:{level}", "--from", today)
        tried = act(filed_shell, "change", *PERSONS, *dropped, "--dry-run")
        assert tried["awards_struck"] == struck
    tried = act(filed_shell, "suspend", *PERSONS, "--from", today, "--dry-run")
    assert (tried["awards_struck"], tried["trust_list_version"]) == (1, None)
    assert outcome(filed_shell, number) == ("valid", False)

    suspended = act(filed_shell, "suspend", *PERSONS, "--from", today + DAY)
    assert suspended["awards_struck"] == 0
    assert outcome(filed_shell, number) == ("valid", False)
    assert act(filed_shell, "resume", *PERSONS, "--from", today + DAY)["event"] == "resumed"

    withdrawn = act(filed_shell, "withdraw", *PERSONS, "--from", today + DAY)
    assert withdrawn["event"] == "withdrawn"
    assert outcome(filed_shell, number) == ("valid", False)
    annulled = act(filed_shell, "withdraw", *PERSONS, "--from-the-beginning")
    assert annulled["awards_struck"] == 1
    assert outcome(filed_shell, number) == ("unknown_issuer", True)
    refused = filed_shell(*issue, "二", "--json")
    assert refused.code == 65
    assert "filing_withdrawn" in {one["code"] for one in refused.json["problems"]}


def test_an_award_dated_in_a_suspension_is_told_to_be(filed_shell: Shell, tmp_path: Path) -> None:
    today = shanghai_day(datetime.now(UTC))
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    issue = ("issue", roster, "--body", PREFIX, "--out", tmp_path / "out", "--batch")
    number = filed_shell(*issue, "一", "--json").json["rows"][0]["number"]
    assert act(filed_shell, "suspend", *PERSONS, "--from", today)["awards_struck"] == 1
    assert outcome(filed_shell, number) == ("unknown_issuer", True)
    name = people(Level.THREE, 1)[0].name
    told = filed_shell("verify", "number", number, "--name", name).out
    assert f"备案自{spoken_day(today).zh}起暂停，发证日期在暂停期间" in told
    refused = filed_shell(*issue, "二", "--dry-run", "--json")
    (problem,) = [one for one in refused.json["problems"] if one["code"] == "filing_suspended"]
    assert problem["row"] == 2
    assert f"自{spoken_day(today).zh}起暂停" in problem["message"]
    act(filed_shell, "resume", *PERSONS, "--from", today)
    assert outcome(filed_shell, number) == ("valid", False)


def test_a_new_name_is_printed_on_what_is_issued_from_then_on(
    filed_shell: Shell, tmp_path: Path
) -> None:
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    issue = ("issue", roster, "--body", PREFIX, "--out", tmp_path / "out")
    old = filed_shell(*issue, "--batch", "一", "--json").json["rows"][0]["number"]
    act(filed_shell, "change", "--as", "经办甲", "--name", "津城新名职业技能评价中心（虚构）")
    other = write_people(tmp_path / "in2", people(Level.TWO, 1))
    issue = ("issue", other, "--body", PREFIX, "--out", tmp_path / "out2")
    new = filed_shell(*issue, "--batch", "二", "--json").json["rows"][0]["number"]
    out = tmp_path / "again"
    again = ("copies", "reissue", old, "--reason", "lost", "--out", out, "--yes", "--json")
    assert filed_shell(*again).code == 0

    def body_of(number: str, name: str) -> Any:
        return filed_shell("verify", "number", number, "--name", name, "--json").json["certificate"]

    first, second = people(Level.THREE, 1)[0].name, people(Level.TWO, 1)[0].name
    assert body_of(old, first)["body_name"] == "津城样本职业技能评价中心（虚构）"
    assert body_of(new, second)["body_name"] == "津城新名职业技能评价中心（虚构）"
    (reissued,) = out.glob(f"{old}-{first}.pdf")
    found = filed_shell("verify", "file", reissued, "--json").json
    assert found["outcome"] == "valid"
    assert found["certificate"]["body_name"] == "津城样本职业技能评价中心（虚构）"


@pytest.mark.parametrize(
    "options",
    [
        ("change", "--as", "甲"),
        ("change", "--as", "甲", "--name", "新", "--address", "新"),
        ("change", "--as", "甲", "--drop", "3-02-02-00:1"),
        ("withdraw", *PERSONS),
        ("withdraw", *PERSONS, "--from", "2026-12-01", "--from-the-beginning"),
        ("suspend", "--as", "甲", "--from", "2026-12-01"),
        ("suspend", *PERSONS, "--from", "2026-12-01"),
    ],
)
def test_a_half_told_act_is_wrong_usage(filed_shell: Shell, options: tuple[str, ...]) -> None:
    assert filed_shell("filing", *options, "--body", PREFIX).code == 64


def test_a_level_is_taken_out_by_two_persons(filed_shell: Shell) -> None:
    today = shanghai_day(datetime.now(UTC))
    drop = ("--drop", "3-02-02-00:1", "--from", today)
    by_one = ("--as", "甲", "--reference", "样本〔2026〕9号")
    alone = ("filing", "change", "--body", PREFIX, *by_one, *map(str, drop), "--json")
    assert filed_shell(*alone).json["error"]["code"] == "approver_missing"
    assert act(filed_shell, "change", *PERSONS, *drop)["event"] == "narrowed"
    (body,) = filed_shell("filing", "list", "--json").json["bodies"]
    assert body["levels"] == {"3-02-02-00": [2, 3]}


def test_an_open_term_has_nothing_to_renew_and_an_address_may_change(filed_shell: Shell) -> None:
    renewed = filed_shell(
        *("filing", "renew", "--body", PREFIX, *PERSONS, "--to", "2030-01-01", "--json")
    )
    assert renewed.json["error"]["code"] == "nothing_to_renew"
    assert act(filed_shell, "change", "--as", "甲", "--address", "新址")["event"] == "moved"
    assert filed_shell("filing", "show", PREFIX, "--json").json["address"] == "新址"


def test_an_application_that_is_not_there_is_named(filed_shell: Shell) -> None:
    answer = filed_shell("filing", "show", "7", "--json")
    assert (answer.code, answer.json["error"]["code"]) == (65, "application_unknown")
    assert filed_shell("filing", "show", "S000012000999", "--json").code == 65
