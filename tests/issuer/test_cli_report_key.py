"""`yanzhen report-key`, `yanzhen sealer`, and reports on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.issuer.shells import Shell

ORGANISATION = "津城职业技能评价查验中心（虚构）"


@pytest.fixture
def keyed(filed_shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A home with a report key, and a database of its own for reports."""
    monkeypatch.setenv("YANZHEN_PUBLIC_DATABASE_URL", f"sqlite:///{tmp_path / 'p.sqlite3'}")
    made = filed_shell("report-key", "new", "--name", ORGANISATION, "--json")
    assert made.code == 0, made.err
    assert "查验报告专用" in made.json["signer"]
    return filed_shell


def test_a_verdict_is_sealed_at_once_and_its_files_are_checked(
    keyed: Shell, tmp_path: Path
) -> None:
    pdf = tmp_path / "报告.pdf"
    asked = keyed("verify", "number", "S000012000123263999999", "--name", "某人", "--report", pdf)
    assert asked.code == 1
    assert "未查询到" in asked.out
    assert "查询码" in asked.err
    for file in (pdf, pdf.with_suffix(".json")):
        told = keyed("verify", file)
        assert (told.code, "查验报告属实" in told.out) == (0, True)
        assert "未查询到" in told.out
    told = keyed("verify", "file", pdf, "--json")
    assert told.json["report_outcome"] == "genuine"
    assert told.json["report"]["issued_by"] == ORGANISATION

    changed = tmp_path / "changed.json"
    text = pdf.with_suffix(".json").read_text(encoding="utf-8")
    changed.write_text(text.replace("not_found", "valid"), encoding="utf-8")
    told = keyed("verify", changed)
    assert (told.code, "属实" in told.out) == (1, False)
    assert keyed("verify", pdf.with_name("none.pdf")).code == 64


def test_a_report_is_not_written_over_anything(keyed: Shell, tmp_path: Path) -> None:
    there = tmp_path / "r.json"
    there.write_text("{}")
    question = ("verify", "number", "S000012000123263999999", "--name", "某人", "--report")
    assert keyed(*question, tmp_path / "r.pdf").code == 64
    assert keyed(*question, tmp_path / "r.txt").code == 64
    assert there.read_text() == "{}"


def test_without_a_report_key_nothing_is_sealed(filed_shell: Shell, tmp_path: Path) -> None:
    pdf = tmp_path / "r.pdf"
    asked = filed_shell(
        "verify", "number", "S000012000123263999999", "--name", "某人", "--report", pdf
    )
    assert asked.code == 78
    assert "report-key new" in asked.err
    assert not pdf.exists()
    assert not (tmp_path / "home" / "public.sqlite3").exists()  # nothing was put in line either
    assert filed_shell("sealer", "--once").code == 78


def test_a_revoked_key_is_replaced_by_the_next(keyed: Shell, tmp_path: Path) -> None:
    (first,) = keyed("report-key", "list", "--json").json["report_keys"]
    revoked = keyed("report-key", "revoke", "--key", first["key_id"], "--yes", "--json")
    assert revoked.json["state"] == "revoked"
    assert keyed("sealer", "--once").code == 78
    assert keyed("report-key", "new", "--name", ORGANISATION).code == 0
    states = [one["state"] for one in keyed("report-key", "list", "--json").json["report_keys"]]
    assert sorted(states) == ["revoked", "usable"]
    assert json.loads(keyed("sealer", "--once", "--json").out) == {"sealed": 0}
    assert keyed("report-key", "revoke", "--key", "0" * 16, "--yes").code == 65
