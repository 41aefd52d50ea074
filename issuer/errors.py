"""The one error tree of this room."""

from __future__ import annotations

from codes.wording import Text


class IssuerError(Exception):
    """An act of the evaluator's side cannot be done as asked.

    Args:
        code: stable identifier, lower case with underscores.
        text: a sentence that is safe to show and to log; it never repeats personal data.
    """

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(f"{code}: {text.en}")
        self.code = code
        self.text = text


class WorkerFailed(IssuerError):
    """A worker process ended without an answer, or met what nobody foresaw."""


class Interrupted(IssuerError):
    """The operator stopped a run that the same command goes on with."""


class LogRefused(IssuerError):
    """The public log, or the database behind it, is not in a state to go on with."""
