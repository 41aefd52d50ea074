"""Schemathesis asks an API all that its OpenAPI document tells, and judges every answer by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

DOCUMENT: Final = "/api/v1/openapi.json"
# Judged of every answer. Not asked of this API: that whatever the document allows is taken (a day
# may be one that has not come yet, which no schema can say), and that whatever it does not is
# refused (an unknown language counts as Chinese).
CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "missing_required_header",
    "use_after_free",
    "ensure_resource_availability",
)
PHASES: Final = ("examples", "coverage", "fuzzing", "stateful")
FILES: Final = ("verifyFile", "reportFile")
"""Operations that start a process for every file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How an API is asked.

    Args:
        examples: how many of each operation, and how many chains of operations.
        files: how many of each operation that reads a file.
        seed: where all chance comes from.
        authorization: header that every request brings; None for none.
        operations: the ids of those to ask; empty for all.
        phases: of `PHASES`.
        known: texts that mean something to this API, put in for some that chance makes.
    """

    examples: int
    files: int
    seed: int
    authorization: str | None = None
    operations: Sequence[str] = ()
    phases: Sequence[str] = PHASES
    known: Sequence[str] = ()


@dataclass(slots=True)
class Asked:
    """What was asked and answered.

    Args:
        operations: how many requests each had, by method and address.
        statuses: how many answers had each HTTP status.
        faults: each operation and what was amiss with an answer.
    """

    operations: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class FromElsewhere:
    """Lets every request come from an address of its own, so that no budget of one is spent."""

    def __init__(self, app: Callable[[dict[str, Any], Any], Iterable[bytes]]) -> None:
        self._app = app
        self._requests = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        self._requests += 1
        high, low = divmod(self._requests, 256)
        environ["REMOTE_ADDR"] = f"10.{low}.{high % 256}.1"  # a network of its own too
        return self._app(environ, start_response)


def ask_by_document(app: Flask, asking: Asking) -> Asked:
    """Ask an application what its document tells, and return what came of it."""
    config = SchemathesisConfig.from_dict(_settings(asking))
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, app, config=config)
    asked = Asked()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _note(asked, event.recorder)
        elif isinstance(event, events.NonFatalError):
            asked.faults.append(f"{event.label}: {type(event.value).__name__}: {event.value}")
        elif isinstance(event, events.FatalError):
            raise event.exception
    return asked


def described(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the operations of a document with their labels, method and address."""
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {address}", operation


def labels(document: dict[str, Any], operations: Sequence[str] = ()) -> set[str]:
    """Return the labels of the operations of a document, or of some by their ids."""
    return {
        label
        for label, operation in described(document)
        if not operations or operation["operationId"] in operations
    }


def _settings(asking: Asking) -> dict[str, Any]:
    generation: dict[str, Any] = {
        "max-examples": asking.examples,
        "deterministic": True,
        "no-shrink": True,
        "database": "none",
        "with-security-parameters": False,
    }
    settings: dict[str, Any] = {
        "seed": asking.seed,
        "suppress-health-check": ["all"],  # they judge how busy the machine is
        "cache": {"enabled": False},
        "continue-on-failure": True,
        "generation": generation,
        "phases": {phase: {"enabled": phase in asking.phases} for phase in PHASES},
        "checks": {"enabled": False, **{check: {"enabled": True} for check in CHECKS}},
        "operations": [
            {
                "include-operation-id": list(FILES),
                "generation": {"max-examples": asking.files},
            },
            {"include-path": DOCUMENT, "enabled": True},  # left out unless it is named
        ],
    }
    if asking.operations:
        others = {"exclude-operation-id": list(asking.operations), "enabled": False}
        settings["operations"].append(others)
    if asking.authorization is not None:
        settings["headers"] = {"Authorization": asking.authorization}
    if asking.known:
        settings["dictionaries"] = {"known": {"values": list(asking.known)}}
        generation["dictionaries"] = {"string": {"dictionary": "known", "probability": 0.2}}
    return settings


def _note(asked: Asked, recorder: ScenarioRecorder) -> None:
    for name, interaction in recorder.interactions.items():
        if interaction.response is not None:
            asked.operations[recorder.cases[name].value.operation.label] += 1
            asked.statuses[interaction.response.status_code] += 1
    for name, checks in recorder.checks.items():
        label = recorder.cases[name].value.operation.label
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                said = " ".join(failure.message.split())
                asked.faults.append(f"{label}: {check.name}: {failure.title}: {said}")
