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


class FieldError(IssuerError):
    """A field of a form is at fault.

    Args:
        code, text: as `IssuerError`; the sentence names the field.
        field: where it stands, such as `sites[0].serial`.
        fault: what is wrong with it, without its name: to be shown beside it.
        missing: nothing is filled in.
    """

    def __init__(
        self, code: str, text: Text, *, field: str, fault: Text, missing: bool = False
    ) -> None:
        super().__init__(code, text)
        self.field = field
        self.fault = fault
        self.missing = missing


class WaitsAlready(IssuerError):
    """Another act on the same waits for approval.

    Args:
        code, text: as `IssuerError`.
        number: of what waits.
    """

    def __init__(self, code: str, text: Text, *, number: int) -> None:
        super().__init__(code, text)
        self.number = number


class WorkerFailed(IssuerError):
    """A worker process ended without an answer, or met what nobody foresaw."""


class Interrupted(IssuerError):
    """The operator stopped a run that the same command goes on with."""


class LogRefused(IssuerError):
    """The public log, or the database behind it, is not in a state to go on with."""


def database_differs(table: str, index: int) -> LogRefused:
    """Return the refusal to go on with a database that contradicts the published log."""
    return LogRefused(
        "log_database_differs",
        Text(
            f"数据库（{table}，自第 {index} 条起）与已公布的日志不符，未签署新的检查点。"
            "请运行 yanzhen log fsck 查明，再用 yanzhen log reconcile 以日志为准恢复",
            f"the database ({table}, from leaf {index}) contradicts the published log; nothing "
            "was signed. Run yanzhen log fsck, then yanzhen log reconcile to go by the log",
        ),
    )
