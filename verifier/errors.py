"""The one error tree of this room: questions that cannot be asked, as opposed to verdicts."""

from __future__ import annotations

from codes.wording import Text


class VerifierError(Exception):
    """A question could not be put; what was asked about is not judged.

    Args:
        code: stable identifier, lower case with underscores.
        text: a sentence that is safe to show to anyone; it never repeats what was typed.
    """

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(f"{code}: {text.en}")
        self.code = code
        self.text = text


class UsageError(VerifierError):
    """The question is incomplete or not text: HTTP 400, exit code 64."""


class KeyRefused(VerifierError):
    """An API key, or what an employer set up beside it, is not as it should be."""


class KeyDocumentUnavailable(VerifierError):
    """There is no trust list to believe, so nothing can be judged; the code is a finding's."""


def holder_fact_missing() -> UsageError:
    """Return the refusal of a number that comes alone: alone it reveals nothing."""
    return UsageError(
        "holder_fact_missing",
        Text(
            "请同时提供姓名或证件号码：仅凭证书编号不能查询",
            "give the holder's name or document number too: a number alone is not answered",
        ),
    )


def is_broken_transfer(error: Exception) -> bool:
    """Say whether the web server gave up on a request whose body was sent wrongly."""
    return type(error).__module__ == "gunicorn.http.errors"
