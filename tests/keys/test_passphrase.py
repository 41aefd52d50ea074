"""The passphrase comes from the environment or a person, and a new one is long enough."""

from __future__ import annotations

import pytest

from keys.errors import KeysError
from keys.passphrase import Prompt, read_passphrase, stretch


def answers(*typed: str) -> Prompt:
    """Return a prompt that is answered with `typed`, one after the other."""
    remaining = list(typed)
    return lambda question: remaining.pop(0)


def refusal_of(environ: dict[str, str], prompt: Prompt | None, *, new: bool) -> str:
    """Return the code with which reading is refused."""
    with pytest.raises(KeysError) as caught:
        read_passphrase(environ, prompt, new=new)
    return caught.value.code


def test_the_environment_comes_before_the_keyboard() -> None:
    environ = {"YANZHEN_PASSPHRASE": "from the environment 口令"}
    assert read_passphrase(environ, answers()) == "from the environment 口令".encode()


def test_a_person_is_asked_where_the_environment_is_silent() -> None:
    assert read_passphrase({"YANZHEN_PASSPHRASE": ""}, answers("typed")) == b"typed"


def test_a_new_passphrase_is_typed_twice_alike() -> None:
    typed = "long enough to use"
    assert read_passphrase({}, answers(typed, typed), new=True) == typed.encode()
    assert refusal_of({}, answers(typed, typed + "!"), new=True) == "passphrase_mismatch"


def test_without_a_passphrase_there_is_an_error_that_names_the_variable() -> None:
    for prompt in (None, answers("")):
        with pytest.raises(KeysError, match="YANZHEN_PASSPHRASE") as caught:
            read_passphrase({}, prompt)
        assert caught.value.code == "passphrase_missing"


def test_a_new_passphrase_must_be_long_enough_wherever_it_comes_from() -> None:
    assert refusal_of({}, answers("short", "short"), new=True) == "passphrase_too_short"
    assert refusal_of({"YANZHEN_PASSPHRASE": "short"}, None, new=True) == "passphrase_too_short"
    assert read_passphrase({"YANZHEN_PASSPHRASE": "short"}) == b"short"


def test_stretching_depends_on_passphrase_and_salt_and_never_changes() -> None:
    made = stretch(b"passphrase", bytes(16))
    assert made.hex() == "ee4fed0fd7b117080475e1d89fd15300f134274baa053f8d805f987e3d92b1cf"
    assert stretch(b"passphrase", b"\1" * 16) != made
