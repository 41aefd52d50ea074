"""`yanzhen log fsck --url`: what it says of anyone's log, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from templates.usage_words import WrongUsage
from tests.log.logs import GrowingLog, own_entries
from tests.log.trees import LOG_KEY
from wsgi import cli


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    log = GrowingLog(tmp_path / "log")
    log.grow(own_entries(0, 7))
    return log.folder


def fsck(*words: str) -> Result:
    """Run the command in English."""
    return CliRunner().invoke(cli, ["--lang", "en", "log", "fsck", *words])


def test_a_sound_log_is_said_to_be_sound(folder: Path) -> None:
    said = fsck("--url", str(folder), "--vkey", str(LOG_KEY))
    told = fsck("--url", str(folder), "--vkey", str(LOG_KEY), "--json")

    assert (said.exit_code, told.exit_code) == (0, 0)
    assert "checked 7 entries in 3 files, 1 of them checkpoints: nothing is wrong" in said.output
    answer = json.loads(told.output)
    assert (answer["outcome"], answer["size"], answer["faults"]) == ("sound", 7, [])


def test_a_fault_is_named_with_its_place(folder: Path) -> None:
    bundle = folder / "tile/entries/000.p/7"
    bundle.write_bytes(bundle.read_bytes()[:-1] + b"\xff")

    said = fsck("--url", str(folder), "--vkey", str(LOG_KEY))
    told = fsck("--url", str(folder), "--vkey", str(LOG_KEY), "--json")

    assert (said.exit_code, told.exit_code) == (1, 1)
    assert "tile/entries/000.p/7 #6 @" in said.output
    (fault,) = json.loads(told.output)["faults"]
    assert (fault["code"], fault["index"]) == ("log_entry_changed", 6)


def test_a_log_out_of_reach_is_not_called_faulty(tmp_path: Path) -> None:
    told = fsck("--url", str(tmp_path / "none"), "--vkey", str(LOG_KEY), "--json")

    assert told.exit_code == 2
    assert json.loads(told.stdout)["outcome"] == "not_checked"
    assert "could not check" in told.stderr


def test_address_and_key_are_given_together(folder: Path) -> None:
    alone = CliRunner().invoke(cli, ["log", "fsck", "--url", str(folder)], standalone_mode=False)

    assert isinstance(alone.exception, WrongUsage)
