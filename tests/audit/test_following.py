"""An auditor who comes again: reads only what is new, and sees when the old was changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from audit.__main__ import main
from audit.auditing import AuditOutcome, audit_log
from audit.cli import report_lines
from audit.errors import AuditError
from audit.faults import AuditFault, fault_lines
from audit.memory import load_memory, save_memory
from audit.trust import choose_log_key, read_trust
from audit.waiting import WaitingEntries
from codes.wording import Language
from keys.document import dump_key_document
from keys.errors import KeysError
from log.merkle import hash_leaf
from log.reading import FolderSource
from log.tiles import encode_bundle, encode_tile
from tests.arch.sources import ROOT
from tests.audit.world import (
    NOW,
    START,
    codes,
    encoded,
    issue,
    lawful,
    life,
    publish,
    run,
    trust,
    trust_file,
)
from tests.keys.trust_samples import one_root
from tests.log.logs import GrowingLog
from tests.log.trees import LOG_KEY, key_pair
from wsgi import cli

LEAVES = lawful()
OTHERS = [*lawful()[:4], (START, life(40)), *lawful()[5:]]
MORE = [(LEAVES[-1][0], issue(serial)) for serial in range(4, 300)]


def test_a_second_run_judges_only_what_is_new(tmp_path: Path) -> None:
    log = publish(tmp_path, LEAVES)
    _, memory = run(tmp_path)
    log.grow([*encoded(MORE)])

    report, after = run(tmp_path, memory)

    assert (report.outcome, report.seen_before, report.judged) == (
        AuditOutcome.FINE,
        len(LEAVES),
        len(MORE),
    )
    again, _ = run(tmp_path, after)
    assert (again.outcome, again.judged) == (AuditOutcome.FINE, 0)


def test_memory_survives_its_file_and_what_is_not_memory_is_refused(tmp_path: Path) -> None:
    publish(tmp_path / "log", LEAVES, MORE)
    _, memory = run(tmp_path / "log")
    path = tmp_path / "memory.json"
    save_memory(path, memory)
    loaded = load_memory(path)

    assert loaded is not None
    assert loaded.rules == memory.rules
    assert (loaded.edge.size, loaded.edge.root()) == (memory.edge.size, memory.edge.root())
    assert load_memory(tmp_path / "none") is None
    for spoiled in (b"", b"{}", path.read_bytes().replace(b'"size":3', b'"size":4')):
        path.write_bytes(spoiled)
        with pytest.raises(AuditError, match="audit_memory_damaged"):
            load_memory(path)


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("extended", [False, True])
def test_a_log_whose_past_was_changed_is_noticed_and_not_remembered(
    tmp_path: Path, everything: bool, extended: bool
) -> None:
    publish(tmp_path / "log", LEAVES)
    _, memory = run(tmp_path / "log")
    publish(tmp_path / "other", [*OTHERS, *MORE] if extended else OTHERS)

    report, after = run(tmp_path / "other", memory, everything=everything)

    assert ("audit_history_changed", None) in codes(report)
    assert not report.remembered
    assert after is memory


def test_a_log_that_shows_less_than_before_is_called_rolled_back(tmp_path: Path) -> None:
    publish(tmp_path / "log", LEAVES, MORE)
    _, memory = run(tmp_path / "log")
    publish(tmp_path / "old", LEAVES)

    report, _ = run(tmp_path / "old", memory)

    assert codes(report) == [("audit_rolled_back", None)]


def test_what_was_wrong_once_is_told_again(tmp_path: Path) -> None:
    log = publish(tmp_path, [*LEAVES, (LEAVES[-1][0], issue(9))])
    _, memory = run(tmp_path)
    log.grow([*encoded([(LEAVES[-1][0], issue(10))])])

    assert codes(run(tmp_path, memory)[0]) == [("audit_serial_gap", len(LEAVES))]


def test_a_damaged_file_is_a_fault_with_its_place_and_nothing_is_remembered(
    tmp_path: Path,
) -> None:
    log = publish(tmp_path, LEAVES)
    bundle = log.folder / f"tile/entries/000.p/{len(LEAVES)}"
    data = bytearray(bundle.read_bytes())
    data[-1] ^= 1
    bundle.write_bytes(data)

    report, memory = run(tmp_path)

    assert [fault.path for fault in report.log_faults] == [f"tile/entries/000.p/{len(LEAVES)}"]
    assert memory.edge.size == 0


def test_an_older_trust_list_is_a_fault(tmp_path: Path) -> None:
    publish(tmp_path, LEAVES)
    _, memory = run(tmp_path)
    memory.trust_version = 8

    assert codes(run(tmp_path, memory)[0]) == [("audit_trust_older", None)]


def test_the_memory_of_another_log_is_refused(tmp_path: Path) -> None:
    publish(tmp_path, LEAVES)
    _, memory = run(tmp_path)

    with pytest.raises(AuditError, match="audit_memory_other_log"):
        audit_log(FolderSource(tmp_path), key_pair(8)[0], trust(), memory, now=NOW)


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """The command line for a lawful log."""
    publish(tmp_path / "log", LEAVES)
    (tmp_path / "keys.json").write_bytes(trust_file())
    return [
        "--url", str(tmp_path / "log"),
        "--root", one_root().pin,
        "--trust", str(tmp_path / "keys.json"),
        "--memory", str(tmp_path / "memory.json"),
    ]  # fmt: skip


def test_the_command_says_how_it_came_out_by_its_exit_code(
    arguments: list[str], tmp_path: Path
) -> None:
    fine = CliRunner().invoke(cli, ["audit", *arguments, "--json"])
    GrowingLog(tmp_path / "log").grow([*encoded(OTHERS)])
    faulty = CliRunner().invoke(cli, ["audit", *arguments], obj=Language.ZH)
    (tmp_path / "keys.json").unlink()
    unknown = CliRunner().invoke(cli, ["audit", *arguments, "--json"])

    assert (fine.exit_code, json.loads(fine.output)["judged"]) == (0, len(LEAVES))
    assert faulty.exit_code == 1
    assert "audit_history_changed" in faulty.output
    assert unknown.exit_code == 2
    assert json.loads(unknown.stdout)["error"]["code"] == "log_file_missing"


def test_a_memory_of_another_log_is_named_with_what_to_do(
    arguments: list[str], tmp_path: Path
) -> None:
    assert CliRunner().invoke(cli, ["audit", *arguments]).exit_code == 0
    path = tmp_path / "memory.json"
    path.write_text(path.read_text().replace(str(LOG_KEY), str(key_pair(8)[0])))
    refused = CliRunner().invoke(cli, ["audit", *arguments], obj=Language.ZH)
    assert refused.exit_code == 2
    assert str(path) in refused.output
    assert "--memory 另指一个文件" in refused.output


def test_the_log_to_follow_is_the_one_the_list_names_unless_a_key_is_given() -> None:
    assert choose_log_key(trust(), None, None) == LOG_KEY
    assert choose_log_key(trust(), None, LOG_KEY.name) == LOG_KEY
    assert choose_log_key(trust(logged=False), str(LOG_KEY), None) == LOG_KEY
    for believed, origin in [(trust(logged=False), None), (trust(), "log.example/two")]:
        with pytest.raises(AuditError, match="audit_log_unnamed"):
            choose_log_key(believed, None, origin)


def test_a_list_nobody_signed_or_of_another_root_is_not_believed() -> None:
    with pytest.raises(KeysError, match="trust_list_unsigned"):
        read_trust(dump_key_document(trust().document), one_root().pin)
    with pytest.raises(KeysError, match="root_unknown"):
        read_trust(trust_file(), "0" * 64)


def test_an_expired_list_still_serves_and_is_said_to_be_expired(tmp_path: Path) -> None:
    publish(tmp_path, LEAVES)
    early, _ = run(tmp_path)
    late, _ = run(tmp_path, now=datetime(2028, 1, 1, tzinfo=UTC))

    assert (early.trust_expired, late.trust_expired) == (False, True)
    assert late.outcome is AuditOutcome.FINE
    assert any("expired" in line.en for line in report_lines(late))


def test_the_auditor_runs_by_itself_and_loads_no_database_and_no_private_key(
    arguments: list[str],
) -> None:
    script = (
        "import sys; from audit.cli import audit\n"
        f"try: audit({arguments!r})\n"
        "except SystemExit as done: print(done.code, *sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    code, *modules = done.stdout.splitlines()[-1].split()
    alone = subprocess.run(
        [sys.executable, "-m", "audit", *arguments, "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert code == "0"
    assert {"sqlalchemy", "flask", "registry", "issuer", "keys.signing"}.isdisjoint(modules)
    assert json.loads(alone.stdout)["outcome"] == "fine"


def test_the_same_fault_of_many_leaves_in_a_row_is_told_in_one_line() -> None:
    lost = [AuditFault(code="audit_leaf_lost", index=at) for at in (3, 4, 5, 9)]
    other = AuditFault(code="audit_serial_gap", index=10, about="S000012000123263000009")

    told = [line.en.partition(" ")[0] for line in fault_lines([*lost, other])]

    assert told == ["#3–#5", "#9", "#10"]


def test_no_leaf_of_a_tree_that_was_not_signed_is_read(tmp_path: Path) -> None:
    log = publish(tmp_path, LEAVES)
    entries = [*encoded(LEAVES[:-1]), b"\x87 no leaf"]
    (tmp_path / f"tile/entries/000.p/{log.size}").write_bytes(encode_bundle(entries))
    (tmp_path / f"tile/0/000.p/{log.size}").write_bytes(encode_tile(list(map(hash_leaf, entries))))

    report, _ = run(tmp_path)

    assert [fault.code for fault in report.log_faults] == ["log_root_wrong"]
    assert (report.judged, report.leaf_faults) == (0, ())


def test_entries_wait_in_order_whether_in_memory_or_on_the_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("audit.waiting.MAX_IN_MEMORY_BYTES", 10)
    with WaitingEntries() as waiting:
        waiting.take(7, [b"one", None, b""])
        waiting.take(10, [b"x" * 70_000])

        assert list(waiting.all()) == [(7, b"one"), (8, None), (9, b""), (10, b"x" * 70_000)]


def test_a_pin_in_groups_and_capitals_is_the_same_pin(arguments: list[str]) -> None:
    pin = one_root().pin
    arguments[arguments.index(pin)] = f"{pin[:32].upper()} {pin[32:40]}-{pin[40:]}"

    assert CliRunner().invoke(cli, ["audit", *arguments]).exit_code == 0


def test_names_in_a_log_steer_no_terminal(arguments: list[str], tmp_path: Path) -> None:
    stray = os.fsencode(tmp_path / "log" / "tile") + b"/\x1b[31m\nfine\xff\xc2\x9b"
    Path(os.fsdecode(stray)).write_bytes(b"")
    fsck = ["log", "fsck", "--url", str(tmp_path / "log"), "--vkey", str(LOG_KEY)]

    for command in (["audit", *arguments], fsck):
        told = CliRunner().invoke(cli, command)
        parsed = CliRunner().invoke(cli, [*command, "--json"])

        assert (told.exit_code, parsed.exit_code) == (1, 1)
        assert "tile/\ufffd[31m\ufffdfine\ufffd\ufffd" in told.output
        assert all(line.isprintable() for line in told.output.splitlines())
        assert parsed.output.strip().isprintable()
        found = json.loads(parsed.output)
        faults = found.get("log_faults") or found["faults"]
        assert [fault["path"] for fault in faults] == ["tile/\x1b[31m\nfine\udcff\x9b"]


@pytest.mark.parametrize(
    "kept_from", [ValueError("\x1b"), RecursionError(), KeyboardInterrupt(), click.UsageError("?")]
)
def test_whatever_keeps_the_auditor_from_checking_is_a_sentence_and_exit_code_2(
    arguments: list[str],
    kept_from: BaseException,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def audit_log(*_: object, **__: object) -> None:
        raise kept_from

    monkeypatch.setattr("audit.cli.audit_log", audit_log)
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.err.strip()
    assert "Traceback" not in said.err


def test_help_is_no_failure() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
