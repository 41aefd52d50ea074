"""Checkpoints: what they say, and whose they are."""

from __future__ import annotations

import pytest

from log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint_text
from log.errors import LogError
from log.merkle import EMPTY_ROOT
from log.notes import SignedNote
from tests.log.trees import LOG_KEY, ORIGIN, WITNESS_KEY, checkpoint, cosignature, key_pair, signed

ROOT = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def test_a_checkpoint_of_the_log_is_opened_with_its_witnesses() -> None:
    text = checkpoint(9).text
    opened = open_checkpoint(
        bytes(signed(text).with_signatures([cosignature(text)])), LOG_KEY, witnesses=[WITNESS_KEY]
    )

    assert opened.checkpoint == checkpoint(9)
    assert [one.key for one in opened.cosignatures] == [WITNESS_KEY]


def test_a_witness_alone_makes_no_checkpoint() -> None:
    text = checkpoint(9).text
    note = SignedNote(text=text, signatures=(cosignature(text),))

    with pytest.raises(LogError, match="note_unsigned"):
        open_checkpoint(bytes(note), LOG_KEY, witnesses=[WITNESS_KEY])


def test_a_checkpoint_of_another_origin_or_key_is_refused() -> None:
    data = bytes(signed(checkpoint(9).text))

    with pytest.raises(LogError, match="checkpoint_origin"):
        open_checkpoint(data, LOG_KEY, origin="log.example/two")
    with pytest.raises(LogError, match="note_unsigned"):
        open_checkpoint(data, key_pair(7)[0])


def test_extension_lines_are_kept_and_signed() -> None:
    said = Checkpoint(origin=ORIGIN, size=0, root=EMPTY_ROOT, extensions=("one", "two"))

    assert parse_checkpoint_text(said.text) == said
    assert open_checkpoint(bytes(signed(said.text)), LOG_KEY).checkpoint == said


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (f"a\n1\n{ROOT}", "line"),
        ("a\n1\n", "line"),
        (f"\n1\n{ROOT}\n", "origin"),
        (f"a\n01\n{ROOT}\n", "size"),
        (f"a\n-1\n{ROOT}\n", "size"),
        (f"a\n{2**63}\n{ROOT}\n", "size"),
        (f"a\n\u0661\n{ROOT}\n", "size"),
        (f"a\n1\n{ROOT[:-1]}\n", "root"),
        (f"a\n1\n{ROOT[4:]}\n", "root"),
        (f"a\n1\n{ROOT[:-2]}B=\n", "root"),
        (f"a\n0\n{ROOT}\n", "root"),
        (f"a\n1\n{ROOT}\n\nx\n", "line"),
    ],
)
def test_a_text_of_another_form_is_refused(text: str, field: str) -> None:
    with pytest.raises(LogError, match="checkpoint_malformed") as refused:
        parse_checkpoint_text(text)

    assert refused.value.evidence == {"field": field}
