"""`yanzhen verify` for many at once: lists, folders and archives, with exit codes for scripts."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verifier.bulk_homes import BulkHome, make_bulk_home
from tests.verifier.bulk_lists import HEADINGS, csv_text
from tests.verifier.world import DOCUMENT, NAME
from verifier.service import Verifier
from verifier.verdict import Verdict
from wsgi import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> BulkHome:
    return make_bulk_home(tmp_path_factory.mktemp("bulk"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], made: BulkHome, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("YANZHEN_HOME", str(made.home.path))
    monkeypatch.delenv("YANZHEN_DATABASE_URL", raising=False)

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(["verify", *arguments])
        output = capsys.readouterr()
        code = caught.value.code
        assert isinstance(code, int)
        return code, output.out, output.err

    return call


def test_a_list_is_checked_and_its_results_written(
    run: Run, made: BulkHome, tmp_path: Path
) -> None:
    listed = tmp_path / "list.csv"
    rows = [HEADINGS, (str(made.issued.number), NAME, DOCUMENT), ("S1", NAME, "")]
    listed.write_text(csv_text(rows), encoding="gb18030")
    out, text = tmp_path / "r.xlsx", tmp_path / "r.csv"
    code, output, _ = run("batch", str(listed), "--out", str(out), "--csv", str(text))
    assert code == 1
    assert output.splitlines()[-1] == "共 2：核验一致，现行有效 1，编号有误 1"
    assert output.startswith("第 3 行  编号有误")
    assert NAME not in output
    assert out.read_bytes().startswith(b"PK")
    assert NAME in text.read_text(encoding="utf-8-sig")
    assert run("batch", str(listed), "--out", str(tmp_path / "o.CSV"))[0] == 1
    assert (tmp_path / "o.CSV").read_text(encoding="utf-8-sig").count("\n") == 3
    code, output, _ = run("batch", str(listed), "--json", "--lang", "en")
    told = json.loads(output)
    assert (code, told["counts"]) == (1, {"valid": 1, "not_found": 1})


def test_a_list_that_cannot_be_read_ends_with_65_and_writes_nothing(
    run: Run, tmp_path: Path
) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text("证书编号,部门\nS1,甲\n", encoding="utf-8")
    code, _, error = run("batch", str(listed), "--out", str(tmp_path / "r.xlsx"))
    assert code == 65
    assert "list.csv：第 1 行表头只有证书编号" in error
    assert not (tmp_path / "r.xlsx").exists()


def test_wrong_usage_of_the_batch_is_told(run: Run, tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    listed.write_text(csv_text([HEADINGS, ("S1", NAME, "")]), encoding="utf-8")
    assert run("batch")[0] == 64
    assert run("batch", str(tmp_path))[0] == 64
    assert run("batch", str(listed), "--out", str(listed))[0] == 64
    assert run("batch", str(listed), "--on", "2030-01-01")[0] == 64
    assert listed.read_text(encoding="utf-8").startswith("证书编号")


def test_an_empty_list_is_written_to_be_filled_in(run: Run, tmp_path: Path) -> None:
    code, _, _ = run("batch", "--template", str(tmp_path / "list.xlsx"))
    assert code == 0
    assert (tmp_path / "list.xlsx").read_bytes().startswith(b"PK")


def test_a_folder_is_verified_file_by_file(run: Run, made: BulkHome, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    shutil.copy(made.pdf, folder / "a.pdf")
    (folder / "b.txt").write_bytes(b"nothing")
    with zipfile.ZipFile(folder / "c.zip", "w") as archive:
        archive.write(made.pdf, "d.pdf")
    code, output, _ = run(str(folder))
    lines = output.splitlines()
    assert code == 2
    assert [line.split("  ")[:2] for line in lines[:-1]] == [
        ["papers/a.pdf", "核验一致，现行有效"],
        ["papers/b.txt", "不是证书文件"],
        ["papers/c.zip/d.pdf", "核验一致，现行有效"],
    ]
    assert lines[-1] == "共 3：核验一致，现行有效 2，不是证书文件 1"
    code, output, _ = run("files", "--json", str(folder / "a.pdf"), str(folder / "c.zip"))
    assert code == 0
    assert [one["outcome"] for one in json.loads(output)] == ["valid", "valid"]


def test_a_file_that_fails_costs_the_others_nothing(
    run: Run, made: BulkHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify_file = Verifier.verify_file

    def fail(verifier: Verifier, data: bytes, filename: str, *, on: str | None = None) -> Verdict:
        if data == b"unforeseen":
            raise RuntimeError(filename)
        return verify_file(verifier, data, filename, on=on)

    monkeypatch.setattr(Verifier, "verify_file", fail)
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(b"unforeseen")
    shutil.copy(made.pdf, folder / "b.pdf")
    code, output, _ = run("files", "--json", str(folder))
    assert code == 2
    told = [(one["file"], one["outcome"]) for one in json.loads(output)]
    assert told == [("papers/a.pdf", "inconclusive"), ("papers/b.pdf", "valid")]
    assert run("files", "--on", "tomorrow", str(folder))[0] == 64


def test_one_file_gets_its_whole_verdict(run: Run, made: BulkHome) -> None:
    code, output, _ = run(str(made.pdf))
    assert code == 0
    assert output.splitlines()[-1] == "结论：核验一致，现行有效"


def test_what_is_not_there_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    assert run("files", str(tmp_path / "nothing"))[0] == 64
    assert run(str(tmp_path / "nothing"))[0] == 64
    assert run("files")[0] == 64
