"""Marks the commands that are privileged acts or read full personal data, and notes each use.

The note is on disk before the command does anything, so nothing is done or read without one; an
attempt that fails is noted too, and then the failure. Which commands carry no mark is a list in
tests/issuer/test_acts.py, so that a new command cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar

from issuer.operator import Operator, note_act_now, read_operator, subject_of_parameters
from issuer.terminal import current_operator, open_home
from registry.errors import HomeError
from registry.schema import open_registry

Command = TypeVar("Command", bound=Callable[..., Any])
MARK = "__yanzhen_act__"


def privileged(act: str, *about: str) -> Callable[[Command], Command]:
    """Return a decorator that notes each use of a command in the audit trail.

    Args:
        act: what the trail calls it, such as `copies.export`.
        about: names of the command's parameters that say what it acts on; none personal.
    """

    def mark(command: Command) -> Command:
        @wraps(command)
        def noted(**parameters: Any) -> Any:
            try:
                home = open_home()
            except HomeError:
                return command(**parameters)  # does nothing without a home, and says what is wrong
            subject = subject_of_parameters(parameters, about)
            operator = _with_paper(current_operator(), parameters.get("reference"))
            with open_registry(home.database_url, memory=home.trail_memory) as engine:
                note_act_now(engine, operator, act, subject, at=datetime.now(UTC))
            try:
                return command(**parameters)
            except Exception as error:
                code = getattr(error, "code", type(error).__name__)
                with open_registry(home.database_url, memory=home.trail_memory) as engine:
                    failed = f"{act}.failed"
                    note_act_now(
                        engine, operator, failed, f"{subject} {code}".strip(), at=datetime.now(UTC)
                    )
                raise

        setattr(noted, MARK, act)
        return noted  # type: ignore[return-value]  # same parameters, same answer

    return mark


def _with_paper(operator: Operator, paper: object) -> Operator:
    """Return who acts with the paper a command rests on, unless `yanzhen --reference` gave one."""
    if operator.reference or not isinstance(paper, str):
        return operator
    return read_operator(name=operator.name, ground=operator.ground, reference=paper)


def marked_by_hand(act: str) -> Callable[[Command], Command]:
    """Return a decorator for a command that notes its act itself, as one that makes the home."""

    def mark(command: Command) -> Command:
        setattr(command, MARK, act)
        return command

    return mark
