"""`yanzhen verify`: the same verdicts on the command line, with exit codes for scripts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.keys.trust_samples import published
from tests.verifier.bulk_homes import BulkHome, listed_document, make_bulk_home
from tests.verifier.papers import paper
from tests.verifier.world import DOCUMENT, NAME
from wsgi import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BulkHome:
    """A home as the issuing side leaves it."""
    made = make_bulk_home(tmp_path)
    monkeypatch.setenv("YANZHEN_HOME", str(made.home.path))
    monkeypatch.delenv("YANZHEN_DATABASE_URL", raising=False)
    return made


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `yanzhen verify …` and returns exit code, output and error output."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(["verify", *arguments])
        output = capsys.readouterr()
        code = caught.value.code
        assert isinstance(code, int)
        return code, output.out, output.err

    return call


def test_a_valid_certificate_ends_with_zero_and_the_summary_comes_last(
    desk: BulkHome, run: Run
) -> None:
    code, output, _ = run("number", str(desk.issued.number), "--name", NAME)
    assert code == 0
    lines = output.splitlines()
    assert lines[0].startswith("[提示] 演示数据")
    assert lines[-1] == "结论：核验一致，现行有效"
    assert any("证书编号：" + str(desk.issued.number) in line for line in lines)


def test_the_conclusion_says_where_it_stood_on_the_day_asked_for(desk: BulkHome, run: Run) -> None:
    number = str(desk.issued.number)
    code, output, _ = run("number", number, "--name", NAME, "--on", "2020-02-29")
    assert code == 0
    assert output.splitlines()[-1] == "结论：核验一致，现行有效；2020年2月29日当日：尚未核发"
    code, _, error = run("number", number, "--name", NAME, "--on", "2020-02-30")
    assert code == 64
    assert "没有 2020-02-30 这一天" in error


def test_english_is_spoken_when_asked_for(desk: BulkHome, run: Run) -> None:
    code, output, _ = run("qr", desk.issued.qr_text(), "--lang", "en")
    assert code == 0
    assert output.splitlines()[-1] == "Result: Agrees with the register and is in force"
    assert "Skill level: Level 3 / Senior worker" in output


def test_a_list_past_its_term_serves_and_the_verdict_says_whom_to_ask(
    desk: BulkHome, run: Run
) -> None:
    path = desk.home.key_document_path
    ended = listed_document().published_at + timedelta(days=1)
    path.write_bytes(published(replace(listed_document(), version=2, expires_at=ended)))
    for language, said in (
        ("zh", ("超过有效期", "请另向主管部门核实", "结论：核验一致，现行有效")),
        ("en", ("past its term", "Ask the authority as well", "Result: Agrees with the register")),
    ):
        code, output, _ = run("qr", desk.issued.qr_text(), "--lang", language)
        assert code == 0
        assert [words for words in said if words not in output] == []


def test_the_language_of_the_whole_command_holds_unless_another_is_asked_for(
    desk: BulkHome, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANZHEN_LANG", "en")
    for arguments, result in (((), "Result: "), (("--lang", "zh"), "结论：")):
        _, output, _ = run("qr", desk.issued.qr_text(), *arguments)
        assert output.splitlines()[-1].startswith(result)


def test_each_entrance_gives_the_same_json(desk: BulkHome, run: Run) -> None:
    number = str(desk.issued.number)
    verdicts: list[dict[str, Any]] = []
    for arguments in (
        ("number", number, "--name", NAME, "--document", DOCUMENT, "--json"),
        ("number", number, "--document", DOCUMENT, "--json"),
        ("qr", desk.issued.qr_text(), "--json"),
        ("file", str(desk.pdf), "--json"),
    ):
        code, output, _ = run(*arguments)
        assert code == 0
        verdicts.append(json.loads(output))
    assert {verdict["outcome"] for verdict in verdicts} == {"valid"}
    assert {verdict["demo"] for verdict in verdicts} == {True}
    assert len({json.dumps(verdict["certificate"]["number"]) for verdict in verdicts}) == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("number", "S000012000123263000001", "--name", "张三"), 1),
        (("number", "nonsense", "--name", "张三"), 1),
        (("qr", "nonsense"), 2),
        (("file", __file__), 2),
        (("number", "S000012000123263000001"), 64),
        (("number", "S000012000123263000001", "--name", " "), 64),
        (("number",), 64),
        (("file", "/nowhere/at/all.pdf"), 64),
        (("qr", "x", "--lang", "fr"), 64),
        (("nonsense",), 64),
    ],
)
def test_exit_codes_tell_scripts_apart(
    desk: BulkHome, run: Run, arguments: tuple[str, ...], code: int
) -> None:
    assert run(*arguments)[0] == code


def test_a_number_alone_says_nothing_about_it(desk: BulkHome, run: Run) -> None:
    known = run("number", str(desk.issued.number))
    unknown = run("number", str(desk.issued.number)[:-1] + "9")
    assert known == unknown


def test_an_edited_file_shows_both_sides(desk: BulkHome, run: Run) -> None:
    desk.pdf.write_bytes(paper(desk.issued, holder_name="张三"))
    code, output, _ = run("file", str(desk.pdf))
    assert code == 1
    assert "所印：张三" in output
    assert f"登记：{NAME}" in output
    assert output.splitlines()[-1] == "结论：与登记内容不符"


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, run: Run) -> None:
    os.mkfifo(tmp_path / "pipe")
    code, output, error = run("file", str(tmp_path / "pipe"))
    assert code == 64
    assert "pipe" in output + error


def test_without_a_home_nothing_is_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    monkeypatch.setenv("YANZHEN_HOME", str(tmp_path / "none"))
    code, output, error = run("qr", "x")
    assert code == 78
    assert "yanzhen init" in output + error
    assert not (tmp_path / "none").exists()
