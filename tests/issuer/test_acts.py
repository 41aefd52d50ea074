"""Every privileged act and every reading of full personal data is noted before it is done."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from codes.levels import Level
from issuer.acts import MARK
from issuer.errors import IssuerError
from issuer.operator import read_operator
from tests.docs.test_commands import PATHS, find
from tests.issuer.desks import PREFIX, people, write_people
from tests.issuer.shells import Shell

# They read nothing about persons, or answer only what the asker knows, or change nothing; or they
# are for machines without a home: the off-line one of a root key, a witness's, an auditor's.
NOT_NOTED = {
    "yanzhen",
    "yanzhen filing list",
    "yanzhen filing show",
    "yanzhen filing template",
    "yanzhen trust key",
    "yanzhen trust draft",
    "yanzhen trust sign",
    "yanzhen trust show",
    "yanzhen trust status",
    "yanzhen log show",
    "yanzhen log fsck",
    "yanzhen audit",
    "yanzhen witness init",
    "yanzhen witness watch",
    "yanzhen witness serve",
    "yanzhen keys list",
    "yanzhen seal list",
    "yanzhen template",
    "yanzhen copies list",
    "yanzhen stock calibrate",
    "yanzhen stock offsets",
    "yanzhen layouts",
    "yanzhen vault erasures",
    "yanzhen trail show",
    "yanzhen trail check",
    "yanzhen verify number",
    "yanzhen verify qr",
    "yanzhen verify file",
    "yanzhen verify files",
    "yanzhen verify batch",
    "yanzhen verify link",
    "yanzhen report-key list",
    "yanzhen sealer",
    "yanzhen accounts list",
    "yanzhen desk",
    "yanzhen serve",
    "yanzhen demo",
}


def test_every_command_is_noted_or_need_not_be() -> None:
    unmarked = {
        " ".join(path)
        for path in PATHS
        if not hasattr(find(path).callback, MARK) and not isinstance(find(path), click.Group)
    }
    assert unmarked - {"yanzhen"} == NOT_NOTED - {"yanzhen"}


def entries(shell: Shell) -> list[tuple[str, str, str]]:
    found = shell("trail", "show", "--json").json["entries"]
    return [(one["actor"], one["act"], one["subject"]) for one in reversed(found)]


def test_who_acts_and_why_stands_in_the_trail(filed_shell: Shell) -> None:
    who = ("--as", "甲", "--ground", "换人", "--reference", "文-1")
    before = len(entries(filed_shell))
    assert filed_shell(*who, "keys", "new", "--body", PREFIX).code == 0
    last = filed_shell("trail", "show", "--limit", "1", "--json").json["entries"][0]
    assert (last["actor"], last["ground"], last["reference"]) == ("甲", "换人", "文-1")
    assert entries(filed_shell)[before:] == [("甲", "keys.new", PREFIX)]
    assert filed_shell("trail", "check").code == 0


def test_an_act_that_fails_is_noted_with_why(filed_shell: Shell) -> None:
    failing = ("keys", "retire", "--body", PREFIX, "--key", "0001", "--yes")
    assert filed_shell("--as", "甲", *failing).code == 65
    assert entries(filed_shell)[-2:] == [
        ("甲", "keys.retire", f"{PREFIX} 0001"),
        ("甲", "keys.retire.failed", f"{PREFIX} 0001 key_unknown"),
    ]


def test_reading_a_batch_out_is_noted_before_it_is_read(filed_shell: Shell, tmp_path: Path) -> None:
    roster = write_people(tmp_path / "in", people(Level.THREE, 1))
    batch = ("--body", PREFIX, "--batch", "一", "--out", tmp_path / "out")
    assert filed_shell("issue", roster, *batch).code == 0
    assert filed_shell("copies", "export", *batch).code == 0
    acts = [(act, subject) for _, act, subject in entries(filed_shell)]
    assert acts[-2:] == [("issue", f"{PREFIX} 一"), ("copies.export", f"{PREFIX} 一")]


def test_without_a_name_the_user_of_the_system_acts() -> None:
    assert read_operator(name=None, ground=None, reference=None, login=lambda: "u").name == "u"


@pytest.mark.parametrize("text", ["补办 12010119491001001X", "110101194910010"])
def test_no_document_number_is_taken_into_the_trail(text: str) -> None:
    with pytest.raises(IssuerError, match="operator_document_number"):
        read_operator(name="甲", ground=text, reference=None)


def test_a_certificate_number_is_no_document_number() -> None:
    number = f"{PREFIX}263000001"
    assert read_operator(name="甲", ground=number, reference=None).ground == number
