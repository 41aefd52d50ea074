"""Signed notes and the keys they are signed with."""

from __future__ import annotations

import pytest

from log.errors import LogError
from log.notes import (
    MAX_NOTE_BYTES,
    NoteSignature,
    SignedNote,
    VerifierKey,
    parse_note,
    parse_vkey,
    sign_text,
    verify_note,
)
from tests.log.trees import (
    LOG_KEY,
    LOG_SIGN,
    NOW,
    WITNESS_KEY,
    cosignature,
    key_pair,
    signed,
)

TEXT = "first line\n\nlast line\n"
# The example of https://c2sp.org/signed-note, whose key is published nowhere: form only.
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\n"
    "ed è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5"
    "ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)


def test_a_note_is_read_and_written_byte_for_byte() -> None:
    note = parse_note(POEM.encode())

    assert note.text.endswith("sera.\n")
    assert [one.name for one in note.signatures] == ["quasimodo.example/salvatore"]
    assert bytes(note) == POEM.encode()


def test_a_known_keys_signature_is_verified_and_unknown_ones_are_ignored() -> None:
    same_name = key_pair(3)[0]
    same_hash = NoteSignature(name="other", key_hash=LOG_KEY.key_hash, signature=b"x")
    other_key = NoteSignature(
        name=LOG_KEY.name, key_hash=same_name.key_hash, signature=b"\x00" * 64
    )
    note = parse_note(bytes(signed(TEXT).with_signatures([same_hash, other_key])))

    assert [one.key for one in verify_note(note, [LOG_KEY, WITNESS_KEY])] == [LOG_KEY]


def test_a_witness_states_its_time() -> None:
    note = signed(TEXT).with_signatures([cosignature(TEXT)])

    log, witness = verify_note(note, [WITNESS_KEY, LOG_KEY])

    assert (log.key, log.signed_at) == (LOG_KEY, None)
    assert (witness.key, witness.signed_at) == (WITNESS_KEY, NOW)


def test_a_note_without_a_known_signature_is_refused() -> None:
    with pytest.raises(LogError, match="note_unsigned"):
        verify_note(signed(TEXT), [WITNESS_KEY])


def test_one_wrong_signature_of_a_known_key_spoils_the_note() -> None:
    wrong = NoteSignature(
        name=WITNESS_KEY.name, key_hash=WITNESS_KEY.key_hash, signature=b"\x00" * 72
    )

    with pytest.raises(LogError, match="note_signature_wrong"):
        verify_note(signed(TEXT).with_signatures([wrong]), [LOG_KEY, WITNESS_KEY])
    with pytest.raises(LogError, match="note_signature_wrong"):
        verify_note(SignedNote(text="other\n", signatures=signed(TEXT).signatures), [LOG_KEY])


def test_a_cosignature_of_no_possible_time_is_refused() -> None:
    late = NoteSignature(
        name=WITNESS_KEY.name, key_hash=WITNESS_KEY.key_hash, signature=b"\x7f" * 72
    )

    with pytest.raises(LogError, match="note_signature_wrong"):
        verify_note(signed(TEXT).with_signatures([late]), [WITNESS_KEY])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        "text\n— a AAAAAAA=\n".encode(),
        "text\n\n— a AAAAAAA=".encode(),
        "text\n\n— a AAAAAA==\n".encode(),
        b"text\n\n- a AAAAAAA=\n",
        "text\n\n— a+b AAAAAAA=\n".encode(),
        "text\n\n—  AAAAAAA=\n".encode(),
        "text\n\n— a AAAAAAB=\n".encode(),
        "text\n\n— a  AAAAAAA=\n".encode(),
        "te\txt\n\n— a AAAAAAA=\n".encode(),
        "te\rxt\n\n— a AAAAAAA=\n".encode(),
        b"te\xffxt\n\n\xe2\x80\x94 a AAAAAAA=\n",
        ("text\n\n" + "— a AAAAAAA=\n" * 65).encode(),
        b"x" * MAX_NOTE_BYTES + "\n\n— a AAAAAAA=\n".encode(),
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(LogError, match="note_malformed"):
        parse_note(data)


def test_sixteen_large_signatures_are_not_too_many() -> None:
    big = [NoteSignature(name=f"w{n}", key_hash=b"abcd", signature=b"s" * 5000) for n in range(16)]
    note = signed(TEXT).with_signatures(big)

    assert parse_note(bytes(note)) == note


@pytest.mark.parametrize("key", [LOG_KEY, WITNESS_KEY])
def test_a_key_is_read_and_written_as_one_line(key: VerifierKey) -> None:
    assert parse_vkey(str(key)) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        str(LOG_KEY) + "=",
        str(LOG_KEY).replace("log", "lo g"),
        str(LOG_KEY).replace("log", "lag"),
        str(LOG_KEY)[:-4],
        str(LOG_KEY).replace("+", "++", 1),
        "a+00000000+" + "Ag" + "A" * 42,
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(LogError, match="vkey_invalid"):
        parse_vkey(text)


def test_a_key_does_not_sign_in_the_manner_of_the_other_kind() -> None:
    with pytest.raises(ValueError, match="time"):
        sign_text(TEXT, WITNESS_KEY, LOG_SIGN)
