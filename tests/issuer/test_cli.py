"""The issuer's commands as an evaluator types them: one sentence, one exit code, or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from codes.levels import Level
from issuer.demo import program_called, welcome
from tests.issuer.desks import FILING, PREFIX, people, write_people
from tests.issuer.shells import Shell


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "number", f"{PREFIX}263000001", "--name", "某"),
        ("keys", "list"),
        ("filing", "list"),
        ("serve",),
    ],
)
def test_nothing_but_init_makes_a_home(
    shell: Shell, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    answer = shell(*arguments)
    assert answer.code == 78
    assert "yanzhen init" in answer.err
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("issue",), ("keys", "new"), ("verify", "number"), ("--no",)]
)
def test_wrong_usage_ends_with_64(shell: Shell, arguments: tuple[str, ...]) -> None:
    assert shell(*arguments).code == 64


def test_a_short_passphrase_is_refused(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANZHEN_PASSPHRASE", "short")
    answer = shell("init")
    assert answer.code == 78
    assert "12" in answer.err


def test_init_twice_changes_nothing(shell: Shell) -> None:
    assert shell("init", "--json").json["demo"] is False
    assert shell("init").code == 78


def test_the_whole_path_by_hand(filed_shell: Shell, tmp_path: Path) -> None:
    roster = write_people(tmp_path / "in", people(Level.THREE, 2))
    common = ("issue", roster, "--body", PREFIX, "--batch", "一", "--out", tmp_path / "out")

    checked = filed_shell(*common, "--dry-run", "--json")
    assert checked.code == 0
    assert checked.json["qr_url_prefix"] == "https://yz.example.cn/q#"
    assert checked.json["counts"]["ready"] == 2
    assert not (tmp_path / "out").exists()

    issued = filed_shell(*common, "--json")
    assert issued.code == 0
    numbers = [row["number"] for row in issued.json["rows"]]
    assert numbers == [f"{PREFIX}263000001", f"{PREFIX}263000002"]
    assert Path(issued.json["results"]).exists()

    name = people(Level.THREE, 1)[0].name
    found = filed_shell("verify", "number", numbers[0], "--name", name, "--json")
    assert (found.code, found.json["outcome"], found.json["demo"]) == (0, "valid", False)
    pdf = tmp_path / "out" / issued.json["rows"][0]["pdf"]
    assert filed_shell("verify", "file", pdf, "--json").json["outcome"] == "valid"


def test_a_bad_row_is_named_and_ends_with_65(filed_shell: Shell, tmp_path: Path) -> None:
    roster = write_people(tmp_path / "in", people(Level.THREE, 2), LEVEL="五级/初级工")
    answer = filed_shell(
        "issue", roster, "--body", PREFIX, "--batch", "一", "--out", tmp_path / "out", "--json"
    )
    assert answer.code == 65
    assert [problem["row"] for problem in answer.json["problems"]] == [2]
    assert answer.json["counts"]["held_back"] == 1
    assert answer.json["counts"]["issued"] == 0


def test_the_address_is_needed_for_issuing_but_not_for_checking(
    filed_shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YANZHEN_PUBLIC_URL")
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    common = ("issue", roster, "--body", PREFIX, "--batch", "一", "--out", tmp_path / "out")
    checked = filed_shell(*common, "--dry-run")
    assert checked.code == 0
    assert "YANZHEN_PUBLIC_URL" in checked.out
    issued = filed_shell(*common)
    assert issued.code == 65
    assert "YANZHEN_PUBLIC_URL" in issued.err


def test_a_trial_with_bad_rows_ends_with_what_to_do_next(
    filed_shell: Shell, tmp_path: Path
) -> None:
    roster = write_people(tmp_path / "in", people(Level.THREE, 2), NAME="王?")
    common = ("issue", roster, "--body", PREFIX, "--batch", "一", "--out", tmp_path / "out")
    tried = filed_shell(*common, "--dry-run")
    assert tried.code == 65
    assert "--skip-bad" in tried.out.splitlines()[-1]


def test_a_changed_name_is_told_before_a_number_is_spent_without_repeating_it(
    filed_shell: Shell, tmp_path: Path
) -> None:
    roster = write_people(tmp_path / "in", people(Level.THREE, 2), NAME="阿依 古丽 • 买买提")
    common = ("issue", roster, "--body", PREFIX, "--batch", "一", "--out", tmp_path / "out")

    assert '"name_dot"' in filed_shell(*common, "--dry-run", "--json").out
    for arguments in (("--dry-run",), ()):
        lines = filed_shell(*common, *arguments).out.splitlines()
        (told,) = [line for line in lines if line.startswith("提示")]
        assert told.startswith("提示：第 2 行【姓名】：")
        assert "空格" in told
        assert "间隔号" in told
        assert "古丽" not in told
        assert lines.index(told) == 1


def test_samples_are_for_demo_homes_only(filed_shell: Shell, tmp_path: Path) -> None:
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    answer = filed_shell(
        "issue", roster, "--body", PREFIX, "--batch", "一", "--out", tmp_path / "o", "--sample"
    )
    assert answer.code == 65
    assert "--sample" in answer.err


def test_an_unfiled_body_is_refused_naming_those_that_are(
    filed_shell: Shell, tmp_path: Path
) -> None:
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    answer = filed_shell(
        "issue", roster, "--body", "S000012999999", "--batch", "一", "--out", tmp_path / "o"
    )
    assert answer.code == 65
    assert PREFIX in answer.err


def test_an_error_is_one_json_object_when_asked(shell: Shell) -> None:
    answer = shell("keys", "list", "--json")
    assert answer.code == 78
    assert answer.json["error"]["code"] == "home_missing"


def test_a_batch_needs_a_printable_name(filed_shell: Shell, tmp_path: Path) -> None:
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    for name in ("", " ", "x" * 61, "a\x07b"):
        answer = filed_shell(
            "issue", roster, "--body", PREFIX, "--batch", name, "--out", tmp_path / "o"
        )
        assert answer.code == 64, name


def test_keys_are_listed_and_retired(filed_shell: Shell) -> None:
    (key,) = filed_shell("keys", "list", "--json").json["keys"]
    retired = filed_shell(
        "keys", "retire", "--body", PREFIX, "--key", key["key_id"], "--yes", "--json"
    )
    assert retired.json["standing"] == "retired"
    published = filed_shell("keys", "publish", "--json").json
    assert published["trust_list_version"] == retired.json["trust_list_version"] + 1


def test_a_list_of_keys_is_headed_and_says_their_state(filed_shell: Shell) -> None:
    head, key = filed_shell("keys", "list").out.splitlines()
    assert head.split() == ["编号前缀", "密钥", "算法", "启用日期", "停用日期", "状态"]
    assert key.split()[-2:] == ["不限", "在用"]
    head, key = filed_shell("--lang", "en", "keys", "list").out.splitlines()
    assert (head.split()[0], key.split()[-2:]) == ("prefix", ["open", "active"])
    assert head.index("state") == key.index("active")


def test_a_second_key_is_told_with_who_signs_and_how_to_retire_the_other(
    filed_shell: Shell,
) -> None:
    (first,) = filed_shell("keys", "list", "--json").json["keys"]
    other = filed_shell("keys", "new", "--body", PREFIX, "--json").json
    (notice,) = other["notices"]
    signs = max(first["key_id"], other["key_id"])  # of two with the same first day
    spare = min(first["key_id"], other["key_id"])
    assert notice["code"] == "key_second_active"
    assert f"由 {signs} 签发" in notice["message"]
    assert f"yanzhen keys retire --body {PREFIX} --key {spare}" in notice["message_en"]

    retire = ("keys", "retire", "--body", PREFIX, "--yes", "--key")
    assert [filed_shell(*retire, one["key_id"]).code for one in (first, other)] == [0, 0]
    said = filed_shell("keys", "new", "--body", PREFIX).out
    assert "提示" not in said
    later = filed_shell("keys", "new", "--body", PREFIX, "--from", "2098-01-01").out
    assert "提示：该机构现有 2 个在用密钥，自2098年1月1日起由 " in later


def test_a_list_of_filings_is_in_words_and_dates(filed_shell: Shell) -> None:
    body, scope = filed_shell("filing", "list").out.splitlines()
    assert body.startswith(PREFIX)
    assert scope.strip() == (
        "保卫管理员（3-02-02-00）：三级/高级工、二级/技师、一级/高级技师，"
        "2024年1月1日起，未定截止日期"
    )
    english = filed_shell("--lang", "en", "filing", "list").out
    assert "Level 3 / Senior worker" in english
    assert "from 1 January 2024 on, open" in english
    (listed,) = filed_shell("filing", "list", "--json").json["bodies"]
    assert listed["scopes"] == [
        {"occupation": "3-02-02-00", "levels": [3, 2, 1], "from": "2024-01-01", "to": None}
    ]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"prefix": "X000012000123"}, "prefix"),
        ({"scopes": []}, "scopes"),
        ({"scopes": [{"occupation": "3-02-02-00", "levels": [5], "from": "2024-01-01"}]}, "levels"),
        ({"scopes": [{"occupation": "3-02-02-00", "levels": [3], "from": "soon"}]}, "from"),
        ({"scopes": [{"occupation": "9-99", "levels": [3], "from": "2024-01-01"}]}, "scopes[0]"),
        ({"credit_code": "123"}, "credit_code"),
        ({"name": ""}, "name"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_wrong_filing_names_its_field(
    shell: Shell, tmp_path: Path, change: dict[str, Any], named: str
) -> None:
    assert shell("init").code == 0
    path = tmp_path / "filing.json"
    path.write_text(json.dumps({**FILING, **change}, ensure_ascii=False), encoding="utf-8")
    answer = shell("filing", "record", path)
    assert answer.code == 65
    assert named in answer.err


def test_a_filing_recorded_again_changes_nothing(shell: Shell, tmp_path: Path) -> None:
    assert shell("init").code == 0
    path = tmp_path / "filing.json"
    path.write_text(json.dumps(FILING, ensure_ascii=False), encoding="utf-8")
    assert shell("filing", "record", path, "--json").json["changed"] is True
    before = shell("trust", "status", "--json").json["trust_list"]["version"]
    again = shell("filing", "record", path)
    assert again.code == 0
    assert "已登记过，未作改动" in again.out
    assert "yanzhen keys new" in again.out
    assert shell("keys", "new", "--body", FILING["prefix"]).code == 0
    assert "下一步" not in shell("filing", "record", path).out
    assert shell("filing", "record", path, "--json").json["changed"] is False
    # only the key brought another trust list
    assert shell("trust", "status", "--json").json["trust_list"]["version"] == before + 1


def test_a_template_is_written_once(shell: Shell, tmp_path: Path) -> None:
    target = tmp_path / "模板.xlsx"
    assert shell("template", target).code == 0
    assert target.read_bytes()[:2] == b"PK"
    assert shell("template", target).code == 64


def test_the_demo_prints_its_own_name_as_it_was_called() -> None:
    assert program_called(".venv/bin/yanzhen") == ".venv/bin/yanzhen"
    assert program_called("/a b/yanzhen") == "'/a b/yanzhen'"
    assert program_called("-c") == "yanzhen"


def test_the_demo_says_what_was_altered(tmp_path: Path) -> None:
    links = dict.fromkeys(("genuine", "altered", "unknown"), "http://x")
    assert "级别被改成另一级" in welcome(tmp_path, "http://x", links).zh
