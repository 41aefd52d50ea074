"""What each route of the API says of itself; the OpenAPI document is made from it.

A route is described beside its address by `@describe(...)`: what it takes, every answer it can
give, and the codes of every refusal. A test refuses routes that say nothing, and answers that were
not said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from codes.wording import Text
from verifier.api.problems import ProblemCode
from verifier.api_keys import Scope

View = TypeVar("View", bound=Callable[..., Any])
_MARK: Final = "described_operation"

JSON_FAULTS: Final = (
    ProblemCode.JSON_INVALID,
    ProblemCode.JSON_NOT_OBJECT,
    ProblemCode.MEMBER_MISSING,
    ProblemCode.MEMBER_UNKNOWN,
    ProblemCode.MEMBER_NOT_TEXT,
    ProblemCode.MEDIA_TYPE_UNSUPPORTED,
    ProblemCode.BODY_TOO_LARGE,
    ProblemCode.REQUEST_MALFORMED,
)
DAY_FAULTS: Final = (
    ProblemCode.DAY_MALFORMED,
    ProblemCode.DAY_NONE,
    ProblemCode.DAY_IN_FUTURE,
)
TYPED_FAULTS: Final = (ProblemCode.TEXT_NOT_UNICODE, ProblemCode.TEXT_TOO_LONG)
LINK_FAULTS: Final = (ProblemCode.LINK_EMPTY, ProblemCode.LINK_SEVERAL)
NUMBER_FAULTS: Final = (
    *JSON_FAULTS,
    *DAY_FAULTS,
    *TYPED_FAULTS,
    ProblemCode.HOLDER_FACT_MISSING,
    ProblemCode.LOOK_UPS_SPENT,
)
FILE_FAULTS: Final = (
    *DAY_FAULTS,
    ProblemCode.FILE_MISSING,
    ProblemCode.MEDIA_TYPE_UNSUPPORTED,
    ProblemCode.BODY_TOO_LARGE,
    ProblemCode.REQUEST_MALFORMED,
)
REPORT_FAULTS: Final = (ProblemCode.REPORTS_SPENT, ProblemCode.REPORTS_UNAVAILABLE)
KEY_FAULTS: Final = (
    ProblemCode.KEY_MISSING,
    ProblemCode.KEY_INVALID,
    ProblemCode.SCOPE_MISSING,
    ProblemCode.QUOTA_SPENT,
    ProblemCode.KEYS_UNAVAILABLE,
)
PAGING_FAULTS: Final = (ProblemCode.CURSOR_INVALID,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of the query or a header.

    Args:
        place: query or header.
        schema: JSON Schema of it.
    """

    name: str
    place: str
    text: Text
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer that is no refusal.

    Args:
        schema: name of it among `schemas.SCHEMAS`; None for an answer without a body.
        headers: names of headers it brings, and what they say.
    """

    text: Text
    schema: str | None
    headers: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing the API does.

    Args:
        id: stable name, as clients call it.
        tag: which part of the API it belongs to.
        text: what it does, in one sentence.
        answers: by HTTP status.
        refusals: the code of every one, but `internal_fault`, which any may give.
        body: name of the schema of its body; None without one.
        media: content type of that body.
        parameters: beside `lang`, and what the address itself holds.
        scope: what a key must allow; None where none is asked for.
    """

    id: str
    tag: str
    text: Text
    answers: Mapping[int, Answer]
    refusals: tuple[ProblemCode, ...] = ()
    body: str | None = None
    media: str = "application/json"
    parameters: tuple[Parameter, ...] = ()
    scope: Scope | None = None


CURSOR: Final = Parameter(
    name="cursor",
    place="query",
    text=Text("上一页给出的 next_cursor", "next_cursor of the page before"),
    schema={"type": "string", "pattern": "^[0-9]{1,12}$"},
)
LIMIT: Final = Parameter(
    name="limit",
    place="query",
    text=Text("每页条数，默认 100", "how many on a page, 100 unless given"),
    schema={"type": "integer", "minimum": 1, "maximum": 500, "default": 100},
)


class Undescribed(LookupError):
    """A route that does not say what it takes and answers."""


def describe(operation: Operation) -> Callable[[View], View]:
    """Say of a route what it takes and answers."""

    def mark(view: View) -> View:
        setattr(view, _MARK, operation)
        return view

    return mark


def described(view: Callable[..., Any]) -> Operation:
    """Return what a route says of itself.

    Raises:
        Undescribed: it says nothing.
    """
    found: Operation | None = getattr(view, _MARK, None)
    if found is None:
        raise Undescribed(getattr(view, "__qualname__", repr(view)))
    return found
