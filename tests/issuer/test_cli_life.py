"""`yanzhen life`, `status` and `tend` as an operator types them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from codes.levels import Level
from registry.home import Home
from tests.conftest import PASSPHRASE
from tests.issuer.desks import PREFIX, people
from tests.issuer.lives import BATCH, NUMBER, REFERENCE, RIGHT_NAME
from tests.issuer.shells import Shell

PERSON = people(Level.THREE, 1)[0]
WHY = ("--reason", "经核查属实", "--reference", REFERENCE)


@pytest.fixture
def life_shell(two_issued: Home, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shell on a home with two certificates of one batch."""
    monkeypatch.setenv("YANZHEN_HOME", str(two_issued.path))
    monkeypatch.setenv("YANZHEN_PASSPHRASE", PASSPHRASE.decode())
    return shell


def propose(shell: Shell, *words: str) -> int:
    answer = shell("life", "propose", *words, *WHY, "--as", "张提出", "--json")
    assert answer.code == 0, answer.err
    act: int = answer.json["act"]
    return act


def approve(shell: Shell, act: int, *words: str | Path, by: str = "李审批") -> int:
    return shell("life", "approve", str(act), "--as", by, "--yes", "--json", *words).code


def looked_up(shell: Shell, name: str, *words: str) -> tuple[str, str]:
    answer = shell("verify", "number", NUMBER, "--name", name, "--json", *words).json
    return answer["outcome"], answer["status"]


def test_a_revocation_is_proposed_shown_and_approved_by_another(
    life_shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = propose(life_shell, "revoke", NUMBER, "--ground", "cheating")
    listed = life_shell("life", "list", "--body", PREFIX)
    assert "待审批" in listed.out
    assert "李审批" not in listed.out
    assert NUMBER in listed.out
    assert approve(life_shell, act, by="张 提出") == 65
    assert looked_up(life_shell, PERSON.name) == ("valid", "current")

    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    asked = life_shell("life", "approve", str(act), "--as", "李审批")
    assert asked.code == 130
    assert "考试作弊" in asked.err
    assert "不能恢复" in asked.err

    assert approve(life_shell, act) == 0
    (line,) = life_shell("life", "list", "--body", PREFIX).out.splitlines()
    assert line.split()[-2:] == ["张提出", "李审批"]
    assert looked_up(life_shell, PERSON.name) == ("not_current", "revoked")
    folder = str(Path(life_shell("life", "show", str(act), "--json").json["target"]))
    assert folder == NUMBER
    assert approve(life_shell, act) == 65


def test_a_reissue_says_what_happened_beside_its_ground(life_shell: Shell) -> None:
    act = propose(life_shell, "reissue", NUMBER, "--because", "lost")
    shown = life_shell("life", "show", str(act)).out
    assert "情况说明：经核查属实" in shown and "补发事由：遗失" in shown and "\n事由" not in shown


def test_an_annulled_batch_shows_how_many_it_hits(life_shell: Shell) -> None:
    words = ("annul", "--body", PREFIX, "--batch", BATCH, "--ground", "bought")
    act = propose(life_shell, *words)
    shown = life_shell("--lang", "en", "life", "show", str(act)).out
    assert "Hits: 2 certificates" in shown
    assert approve(life_shell, act) == 0
    assert looked_up(life_shell, PERSON.name) == ("not_current", "revoked")
    assert life_shell("life", "show", str(act), "--json").json["hits"] == 2


def test_an_export_says_what_it_leaves_out_and_names_no_file_it_did_not_write(
    life_shell: Shell, tmp_path: Path
) -> None:
    export = ("copies", "export", "--body", PREFIX, "--batch", BATCH, "--out")
    assert approve(life_shell, propose(life_shell, "suspend", NUMBER)) == 0
    some = life_shell(*export, tmp_path / "some.zip")
    assert str(tmp_path / "some.zip") in some.out
    assert f"已暂停 1 份（{NUMBER}）" in some.out

    annul = propose(life_shell, "annul", "--body", PREFIX, "--batch", BATCH, "--ground", "cheating")
    assert approve(life_shell, annul) == 0
    none = life_shell(*export, tmp_path / "none.zip", "--json")
    assert (none.code, none.json["out"], none.json["files"]) == (0, None, 0)
    (left_out,) = none.json["left_out"]
    assert (left_out["reason"], left_out["count"]) == ("revoked", 2)
    assert NUMBER in left_out["numbers"]
    told = life_shell("--lang", "en", *export, tmp_path / "none.zip")
    assert "none.zip" not in told.out
    assert "revoked: 2" in told.out
    assert not (tmp_path / "none.zip").exists()


def test_an_erased_award_is_called_so_and_what_lies_outside_is_named(
    life_shell: Shell, tmp_path: Path
) -> None:
    erase = ("vault", "erase", "--number", NUMBER, "--reference", "来函", "--as", "甲")
    wrong = life_shell(*erase, "--ground", "request", "--order", "（2026）津01号")
    assert wrong.code == 65
    assert "--ground order" in wrong.err
    assert "request（本人要求或撤回同意）" in wrong.err
    assert life_shell(*erase, "--ground", "order", "--order", "（2026）津01号").code == 0
    assert "现行有效" in life_shell("copies", "list", NUMBER).out.splitlines()[0]

    done = life_shell("--lang", "en", "vault", "approve", "1", "--yes", "--as", "乙")
    assert done.code == 0, done.err
    for held in ("PDF", "workbooks", "ZIP", "older backups"):
        assert held in done.out
    assert "登记已依法删除" in life_shell("copies", "list", NUMBER).out.splitlines()[0]
    again = life_shell(
        "copies", "export", "--body", PREFIX, "--batch", BATCH, "--out", tmp_path / "x", "--json"
    ).json
    assert again["files"] == 1
    assert again["left_out"] == [{"reason": "erased", "count": 1, "numbers": [NUMBER]}]


def test_a_name_is_corrected_and_the_status_list_follows(
    life_shell: Shell, tmp_path: Path, two_issued: Home
) -> None:
    act = propose(life_shell, "correct", NUMBER, "--name", RIGHT_NAME)
    assert life_shell("life", "approve", str(act), "--as", "李审批", "--yes").code == 64
    assert approve(life_shell, act, "--out", tmp_path / "new") == 0
    assert looked_up(life_shell, RIGHT_NAME) == ("valid", "current")
    assert looked_up(life_shell, PERSON.name) == ("not_current", "corrected")
    lists = ("--status-list", str(two_issued.status_folder))
    assert looked_up(life_shell, RIGHT_NAME, *lists) == ("valid", "current")
    page = tmp_path / "new" / f"{NUMBER}-{RIGHT_NAME}.pdf"
    verdict = life_shell("verify", "file", page, "--json", "--on", "2026-11-24", *lists).json
    codes = {one["code"] for one in verdict["findings"]}
    assert verdict["outcome"] == "valid"
    assert {"status_on_day", "status_list_agrees"} <= codes


def test_a_proposal_is_declined_or_taken_back(life_shell: Shell) -> None:
    first, why = propose(life_shell, "suspend", NUMBER), ("--reason", "证据不足", "--json")
    rejected = life_shell("life", "reject", str(first), "--as", "李审批", *why)
    second = propose(life_shell, "suspend", NUMBER)
    withdrawn = life_shell("life", "withdraw", str(second), "--as", "张提出", *why)
    assert [rejected.json["state"], withdrawn.json["state"]] == ["rejected", "withdrawn"]
    listed = life_shell("life", "list", "--body", PREFIX).out
    assert "不予批准" in listed and "已撤回" in listed and "驳回" not in listed
    third, decided = propose(life_shell, "suspend", NUMBER), ("--as", "李审批", *why[:2])
    told = life_shell("--lang", "en", "life", "reject", str(third), *decided).out
    assert told.strip() == f"declined {third}"
    assert looked_up(life_shell, PERSON.name) == ("valid", "current")


def test_of_two_acts_that_each_make_a_copy_one_waits_at_a_time(life_shell: Shell) -> None:
    first = propose(life_shell, "correct", NUMBER, "--name", RIGHT_NAME)
    again = ("life", "propose", "reissue", NUMBER, "--because", "lost", *WHY, "--as", "张提出")
    refused = life_shell(*again)
    assert refused.code == 65 and f"编号 {first}" in refused.err
    propose(life_shell, "suspend", NUMBER)  # makes no copy


def test_lists_are_published_and_tended(life_shell: Shell, two_issued: Home) -> None:
    published = life_shell("status", "publish", "--json").json
    assert [one["list"] for one in published["status_lists"]] == [0]
    assert (two_issued.status_folder / "0.cwt").exists()
    assert life_shell("status", "publish", "--json").json["status_lists"] == []
    again = life_shell("status", "publish", "--all", "--json").json["status_lists"]
    assert again[0]["version"] > published["status_lists"][0]["version"]
    assert life_shell("tend", "--once", "--json").json == {"lists": 0, "leaves": 0, "faults": []}


@pytest.mark.parametrize(
    "words",
    [
        ("revoke", NUMBER),
        ("suspend", NUMBER, "--ground", "cheating"),
        ("suspend", "--body", PREFIX, "--batch", BATCH),
        ("annul", NUMBER, "--ground", "cheating"),
        ("correct", NUMBER),
        ("suspend", NUMBER, "--name", RIGHT_NAME),
        ("body-merged", "--body", PREFIX),
        ("unheard", NUMBER),
    ],
)
def test_wrong_usage_ends_with_64(life_shell: Shell, words: tuple[str, ...]) -> None:
    assert life_shell("life", "propose", *words, *WHY, "--as", "张提出").code == 64


def test_a_day_or_place_that_is_none_ends_with_64(life_shell: Shell) -> None:
    asked = ("verify", "number", NUMBER, "--name", PERSON.name)
    for words in (("--on", "gestern"), ("--on", "2999-01-01"), ("--status-list", "ftp://x/y")):
        assert life_shell(*asked, *words).code == 64, words


def test_an_unknown_act_is_refused(life_shell: Shell) -> None:
    answer = life_shell("life", "show", "99", "--json")
    assert answer.json["error"]["code"] == "act_unknown"
