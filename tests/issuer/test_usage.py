"""Wrong usage is told in the language the person chose, whatever part of the line is at fault."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.issuer.desks import PREFIX
from tests.issuer.shells import Shell

_ISSUE = ("--body", PREFIX, "--batch", "一", "--out", "out")
WRONG = {
    "no-such-file": (("verify", "file", "没有.pdf"), "文件“没有.pdf”不存在", "does not exist"),
    "no-such-roster": (("issue", "没有.xlsx", *_ISSUE), "“没有.xlsx”不存在", "does not exist"),
    "a-folder": (("verify", "file", "."), "是文件夹，此处应为文件", "is a directory"),
    "already-there": (("template", "有.xlsx"), "已存在，不予覆盖", "already exists"),
    "out-is-a-file": (
        ("copies", "archive", "1", "--out", "有.xlsx"),
        "是文件，不是文件夹",
        "is a file, not a folder",
    ),
    "missing-option": (("keys", "new"), "缺少选项“--body”", "Missing option '--body'"),
    "missing-argument": (("verify", "number"), "缺少参数“NUMBER”", "Missing argument 'NUMBER'"),
    "missing-choice": (
        ("copies", "reissue", "1", "--out", "out"),
        "可选：lost、",
        "Missing option '--reason'",
    ),
    "no-such-option": (("init", "--jsn"), "是否要用：--json", "Did you mean"),
    "no-such-command": (("verfy",), "没有命令“verfy”", "No such command 'verfy'"),
    "too-much": (("init", "多", "余"), "多出了参数：多 余", "unexpected extra arguments"),
    "no-choice": (("keys", "new", "--body", "1", "--algorithm", "x"), "可选：", "is not one of"),
    "no-day": (("keys", "new", "--body", "1", "--from", "明天"), "应写成 2026-01-31", "match"),
    "no-number": (("serve", "--port", "x"), "“x”不是数字", "not a valid integer"),
    "out-of-range": (("serve", "--workers", "99"), "不在允许范围", "not in the range"),
    "act-beyond-bounds": (("life", "approve", str(2**63), "--yes"), "不在允许范围", "not in the"),
    "act-beyond-rows": (("life", "show", str(2**31)), "不在允许范围", "not in the range"),
    "erasure-beyond": (("vault", "approve", str(2**63), "--yes"), "不在允许范围", "not in the"),
    "entry-beyond": (("trail", "show", "--before", str(2**63)), "不在允许范围", "not in the range"),
    "every-nan": (("tend", "--every", "nan", "--once"), "“nan”不是数字", "'nan' is not a valid"),
    "offset-nan": (
        ("stock", "offsets", "--body", PREFIX, "--offset-x", "nan"),
        "“nan”不是数字",
        "'nan' is not a valid",
    ),
    "no-value": (("init", "--json=1"), "不带值", "does not take a value"),
    "value-missing": (("keys", "new", "--body"), "要写值", "requires an argument"),
    "one-of-two": (("copies", "archive", "--out", "out"), "二者选一", "give either"),
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder that holds one file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "有.xlsx").write_bytes(b"PK")


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("case", WRONG.values(), ids=list(WRONG))
def test_wrong_usage_is_told_in_the_chosen_language(
    shell: Shell, case: tuple[tuple[str, ...], str, str]
) -> None:
    arguments, zh, en = case
    chinese, english = shell(*arguments), shell("--lang", "en", *arguments)

    assert (chinese.code, english.code) == (64, 64)
    said_zh, said_en = chinese.err.splitlines()[-1], english.err.partition("Error: ")[2]
    assert said_zh.startswith("错误：")
    assert zh in said_zh
    # Three English words in a row are a sentence that was forgotten.
    assert re.findall(r"(?:\b[a-z]+ ){2}[a-z]+\b", said_zh) == []
    assert en in said_en
    for typed in arguments:
        said_en = said_en.replace(typed, "")
    assert re.findall(r"[一-鿿]", said_en) == []


@pytest.mark.usefixtures("place")
def test_the_environment_and_the_commands_own_option_choose_the_language_too(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("verify", "file", "没有.pdf")

    assert "does not exist" in shell(*asked, "--lang", "en").err
    assert "does not exist" in shell(*asked, "--lang=en").err
    monkeypatch.setenv("YANZHEN_LANG", "en")
    assert "does not exist" in shell(*asked).err
    assert "不存在" in shell("--lang", "zh", *asked).err


def test_a_failure_of_a_command_is_told_in_the_language_of_its_line(shell: Shell) -> None:
    assert "is no Yanzhen home" in shell("--lang", "en", "keys", "list").err


def test_a_group_without_a_command_shows_its_help(shell: Shell) -> None:
    answer = shell("keys")

    assert answer.code == 64
    assert "retire" in answer.err
