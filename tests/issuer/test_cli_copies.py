"""`yanzhen copies …` and `yanzhen migrate` as an evaluator types them."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import text

from codes.levels import Level
from issuer.delivery import certificate_file_name
from registry.models import CopyKind
from registry.schema import HEAD, upgrade
from registry.session import database, open_engine
from tests.issuer.desks import FILING, PREFIX, people, write_people
from tests.issuer.shells import Shell

NUMBER = f"{PREFIX}263000001"
SECOND = f"{PREFIX}263000002"
REISSUE = ("copies", "reissue", NUMBER, "--reason", "lost")


@pytest.fixture
def issued_shell(filed_shell: Shell, tmp_path: Path) -> Shell:
    roster = write_people(tmp_path / "in", people(Level.THREE, 2))
    answer = filed_shell(
        "issue", roster, "--body", PREFIX, "--batch", "一", "--out", tmp_path / "out.zip", "--json"
    )
    assert answer.code == 0
    assert answer.json["layout"] == "national-1"
    assert Path(answer.json["results"]) == tmp_path / "一-roster-结果.xlsx"
    return filed_shell


def test_the_whole_path_of_a_reissue(issued_shell: Shell, tmp_path: Path) -> None:
    done = issued_shell(*REISSUE, "--out", tmp_path / "new", "--yes", "--json")
    assert done.code == 0
    (copy,) = done.json["copies"]
    assert (copy["number"], copy["print_serial"], copy["new"]) == (NUMBER, "202600000003", True)
    assert done.json["replaces"] == "202600000001"

    listed = issued_shell("copies", "list", NUMBER, "--json").json
    assert [(one["kind"], one["state"], one["reason"]) for one in listed["copies"]] == [
        ("original", "superseded", None),
        ("reissue", "current", "lost"),
    ]
    assert listed["copies"][1]["replaces"] == "202600000001"
    plain = issued_shell("copies", "list", NUMBER).out
    assert "补发" in plain
    assert people(Level.THREE, 1)[0].name not in plain

    page = tmp_path / "new" / copy["pdf"]
    assert issued_shell("verify", "file", page, "--json").json["outcome"] == "valid"
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        archive.extract(copy["pdf"], tmp_path / "old")
    old = issued_shell("verify", "file", tmp_path / "old" / copy["pdf"], "--json").json
    assert (old["outcome"], old["status"]) == ("not_current", "superseded")


def test_a_reissue_named_by_what_it_replaces_is_made_once(
    issued_shell: Shell, tmp_path: Path
) -> None:
    named = (*REISSUE, "--replaces", "202600000001", "--out", tmp_path / "new", "--yes", "--json")
    assert [issued_shell(*named).json["copies"][0]["new"] for _ in range(2)] == [True, False]


def test_after_a_failed_delivery_the_same_command_delivers_the_same_reissue(
    issued_shell: Shell, tmp_path: Path
) -> None:
    name = certificate_file_name(NUMBER, people(Level.THREE, 1)[0].name, CopyKind.REISSUE)
    (tmp_path / "full" / name).mkdir(parents=True)  # so the file cannot be written
    failed = issued_shell(*REISSUE, "--out", tmp_path / "full", "--yes", "--json")
    assert failed.code != 0
    said = issued_shell("--lang", "en", *REISSUE, "--out", tmp_path / "new", "--yes")
    assert "no other was made" in said.out
    assert "202600000003" in said.out
    assert (tmp_path / "new" / name).is_file()
    assert len(issued_shell("copies", "list", NUMBER, "--json").json["copies"]) == 2

    another = issued_shell(*REISSUE, "--out", tmp_path / "new", "--yes", "--json")
    assert another.json["copies"][0]["print_serial"] == "202600000004"


@pytest.mark.parametrize("typed", ["", "n\n"])
def test_nothing_becomes_void_without_a_yes(
    issued_shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    answer = issued_shell(*REISSUE, "--out", tmp_path / "new")
    person = people(Level.THREE, 1)[0]
    assert answer.code == 130
    assert "202600000001" in answer.err
    assert person.name[0] in answer.err
    assert person.name not in answer.err + answer.out
    assert person.document_number not in answer.err + answer.out
    assert len(issued_shell("copies", "list", NUMBER, "--json").json["copies"]) == 1


def test_archive_duplicates_of_numbers_and_of_a_batch(issued_shell: Shell, tmp_path: Path) -> None:
    one = issued_shell("copies", "archive", NUMBER, "--out", tmp_path / "a", "--json")
    assert [copy["new"] for copy in one.json["copies"]] == [True]
    told = issued_shell("--lang", "en", "copies", "archive", NUMBER, "--out", tmp_path / "c")
    assert "archive duplicates made: 0; there before: 1." in told.out
    assert (tmp_path / "a" / one.json["copies"][0]["pdf"]).exists()
    batch = issued_shell(
        "copies",
        "archive",
        "--body",
        PREFIX,
        "--batch",
        "一",
        "--out",
        tmp_path / "b.zip",
        "--json",
    )
    assert [copy["new"] for copy in batch.json["copies"]] == [False, True]
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert sum("存档副本.pdf" in name for name in archive.namelist()) == 2


def test_a_batch_is_exported_again(
    issued_shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YANZHEN_PUBLIC_URL")
    answer = issued_shell(
        "copies", "export", "--body", PREFIX, "--batch", "一", "--out", tmp_path / "x.zip", "--json"
    )
    assert answer.json["files"] == 2
    assert (tmp_path / "x.zip").read_bytes() == (tmp_path / "out.zip").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("list", f"{PREFIX}263000099"), "award_unknown"),
        (("reissue", f"{PREFIX}263000099", "--reason", "lost", "--out", "x"), "award_unknown"),
        (("reissue", NUMBER, "--reason", "lost", "--out", "x", "--sample"), "not_demo_home"),
        (("archive", SECOND, "--out", "x", "--sample"), "not_demo_home"),
        (("export", "--body", PREFIX, "--batch", "二", "--out", "x"), "batch_unknown"),
    ],
)
def test_a_refusal_is_one_json_object(
    issued_shell: Shell, arguments: tuple[str, ...], code: str
) -> None:
    answer = issued_shell("copies", *arguments, "--json")
    assert (answer.code, answer.json["error"]["code"]) == (65, code)
    assert not Path("x").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("archive", "--out", "x"),
        ("archive", NUMBER, "--batch", "一", "--body", PREFIX, "--out", "x"),
        ("archive", "--batch", "一", "--out", "x"),
        ("archive", NUMBER, "S000012999999263000001", "--out", "x"),
        ("reissue", NUMBER, "--reason", "bored", "--out", "x"),
        ("export", "--body", PREFIX, "--batch", "一", "--out", __file__),
        ("export", "--body", PREFIX, "--batch", "一", "--out", f"{__file__}/x.zip"),
        ("export", "--body", PREFIX, "--batch", "一", "--out", f"{__file__}/x/y"),
    ],
)
def test_wrong_usage_ends_with_64(filed_shell: Shell, arguments: tuple[str, ...]) -> None:
    assert filed_shell("copies", *arguments).code == 64


def test_an_unknown_layout_is_refused_with_those_there_are(
    filed_shell: Shell,
    tmp_path: Path,
) -> None:
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    answer = filed_shell(
        "issue", roster, "--body", PREFIX, "--batch", "一", "--out", tmp_path / "out",
        "--layout", "mine", "--json",
    )  # fmt: skip
    assert answer.json["error"]["code"] == "layout_unknown"
    assert "national-1" in answer.json["error"]["message"]


def test_a_home_of_an_earlier_version_is_refused_until_migrated(
    shell: Shell,
    tmp_path: Path,
) -> None:
    assert shell("init").code == 0
    assert shell("migrate", "--json").json == {"from": HEAD, "to": HEAD, "holders": 0}
    file = tmp_path / "home" / "registry.sqlite3"
    for part in tmp_path.glob("home/registry.sqlite3*"):
        part.unlink()
    engine = open_engine(f"sqlite:///{file}", create=True)
    upgrade(engine, to="0001")
    engine.dispose()

    for command in (("serve",), ("verify", "number", NUMBER, "--name", "某")):
        answer = shell(*command)
        assert (answer.code, "yanzhen migrate" in answer.err) == (78, True), command
    filing = tmp_path / "filing.json"
    filing.write_text(json.dumps(FILING), encoding="utf-8")
    before = file.read_bytes()
    for words in commands_on_the_register(filing):
        answer = shell(*words, "--json")
        assert answer.json["error"]["code"] == "schema_outdated", words
        assert answer.code == 78
    assert file.read_bytes() == before
    assert not (tmp_path / "home" / "public" / "keys.json").exists()
    assert shell("migrate", "--json").json == {"from": "0001", "to": HEAD, "holders": 0}
    assert shell("copies", "list", NUMBER, "--json").json["error"]["code"] == "award_unknown"
    with database(f"sqlite:///{file}") as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert shell("migrate", "--json").json["error"]["code"] == "schema_mismatch"
    for words in commands_on_the_register(filing):
        assert shell(*words, "--json").json["error"]["code"] == "schema_mismatch", words


def test_a_file_that_is_no_database_is_refused_with_a_sentence(
    shell: Shell, tmp_path: Path
) -> None:
    assert shell("init").code == 0
    for part in tmp_path.glob("home/registry.sqlite3*"):
        part.write_bytes(b"no database at all, but long enough to be read as one" * 100)
    for words in (("filing", "list", "--json"), ("migrate", "--json"), ("keys", "list", "--json")):
        answer = shell(*words)
        assert (answer.code, answer.json["error"]["code"]) == (69, "registry_damaged"), words
    assert shell("serve").code == 69


def commands_on_the_register(filing: Path) -> list[tuple[str | Path, ...]]:
    """Return the commands that need the database and no certificate."""
    body = ("--body", PREFIX)
    return [
        ("copies", "list", NUMBER),
        ("filing", "record", filing),
        ("filing", "list"),
        ("keys", "new", *body),
        ("keys", "list"),
        ("keys", "retire", *body, "--key", "0001", "--yes"),
        ("keys", "publish"),
        ("seal", "new", *body),
        ("seal", "import", filing, *body),
    ]
