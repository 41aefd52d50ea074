"""Has the existing verifier judge what was brought, and keeps its answer as a page can show it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from codes.wording import Text
from verifier.cases.marks import Mark, gather_claims, plain_name
from verifier.cases.room import PoliceRoom
from verifier.cases.shown_numbers import ShownNumbers, judged_name, plain_number
from verifier.errors import UsageError
from verifier.report_content import Examined, examined_file, examined_number
from verifier.site import present
from verifier.site.boxed import boxed_view
from verifier.verdict import Verdict, verdict_to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What an officer typed of a paper: the number on it, and the name or document number."""

    number: str = ""
    name: str = field(default="", repr=False)
    document: str = field(default="", repr=False)

    @property
    def kept(self) -> dict[str, str]:
        """What is kept of it."""
        said = {"number": self.number, "name": self.name, "document": self.document}
        return {key: value for key, value in said.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The answer on one paper.

    Args:
        picture: a JPEG of it, with red boxes where something differs; None of a number, or where
            none could be drawn.
        numbers, name: what it claims; the name None where that was not read.
        typed: the answer on the number and name that an officer read on a file; None where either
            was not typed.
        mistyped: the name an officer typed is not the one that a file was found to print.
    """

    verdict: Verdict
    examined: Examined = field(repr=False)
    picture: bytes | None = field(repr=False)
    numbers: ShownNumbers
    name: str | None = field(repr=False)
    marks: tuple[Mark, ...]
    typed: Verdict | None = None
    mistyped: bool = False


def judge_file(room: PoliceRoom, data: bytes, filename: str, typed: Typed) -> Judged:
    """Return what the verifier says of a file, read in its child processes within its limits.

    Args:
        room: of the desk.
        data: the file; untrusted.
        filename: as it was brought.
        typed: the number and name an officer reads on it, which count before what was read; not
            before a name that was found to be the one on record.
    """
    verdict = room.verifier.verify_file(data, filename)
    small = room.reports.picture_of(data, verdict)
    claims = gather_claims(room, data, verdict)
    printed, name = claims.numbers.printed, judged_name(verdict)
    return Judged(
        verdict=verdict,
        examined=examined_file(data, filename, picture=small),
        picture=small if verdict.boxed is None else verdict.boxed.jpeg,
        numbers=replace(claims.numbers, printed=plain_number(typed.number) or printed),
        name=name or typed.name or claims.name,
        marks=claims.marks,
        typed=_judge_typed(room, typed),
        mistyped=bool(name and typed.name) and plain_name(typed.name) != plain_name(name or ""),
    )


def _judge_typed(room: PoliceRoom, typed: Typed) -> Verdict | None:
    if not typed.number or not typed.name:
        return None
    try:
        return room.verifier.verify_number(typed.number, name=typed.name, document_number=None)
    except UsageError:
        return None  # not as numbers and names are; the file's own answer stands


def judge_number(room: PoliceRoom, typed: Typed) -> Judged:
    """Return what the verifier says of a number and one fact about its holder.

    Raises:
        UsageError: as `Verifier.verify_number`.
    """
    name, document = typed.name or None, typed.document or None
    verdict = room.verifier.verify_number(typed.number, name=name, document_number=document)
    return Judged(
        verdict=verdict,
        examined=examined_number(typed.number, name=name, document_number=document, on=None),
        picture=None,
        numbers=ShownNumbers(printed=plain_number(typed.number)),
        name=name,
        marks=(),
    )


def kept_verdict(judged: Judged) -> dict[str, Any]:
    """Return a verdict as JSON, and beside it what its page shows."""
    verdict = judged.verdict
    boxed = boxed_view(verdict)
    return {
        "verdict": verdict_to_json(verdict),
        "numbers": judged.numbers.kept,
        "tone": present.tone(verdict),
        "mistyped": judged.mistyped,
        "typed_answer": None if judged.typed is None else _answer_to_typed(judged.typed),
        "meaning": _both(present.meaning(verdict)),
        "findings": [
            {
                "tone": one.tone,
                "mark": _both(one.mark),
                "text": _both(one.text),
                "decides": one.decides,
            }
            for one in present.shown_findings(verdict)
        ],
        "facts": [
            {
                "label": _both(one.label),
                "value": _both(one.value or one.note or Text("", "")),
                "note": _both(one.comparison.text) if one.comparison else None,
                "tone": one.comparison.tone if one.comparison else None,
            }
            for one in present.facts(verdict)
        ],
        "boxes": [
            {
                "number": one.number,
                "label": _both(one.label),
                "printed": one.printed,
                "record": one.record,
                "note": _both(one.note),
            }
            for one in (() if boxed is None else boxed.differences)
        ],
        "legend": [_both(one) for one in (() if boxed is None else boxed.legend)],
    }


def verdict_file(verdict: Mapping[str, Any]) -> bytes:
    """Return a verdict as the bundle holds it; custody has the hash of just this."""
    return json.dumps(verdict, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _answer_to_typed(verdict: Verdict) -> dict[str, Any]:
    return {
        "tone": present.tone(verdict),
        "summary": verdict_to_json(verdict)["summary"],
        "meaning": _both(present.meaning(verdict)),
    }


def sha256_of(data: bytes) -> str:
    """Return the hash of some bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def texts(shown: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what `kept_verdict` kept of lines, with its two languages as Texts again."""
    return [{key: as_text(value) for key, value in one.items()} for one in shown]


def as_text(value: Any) -> Any:
    """Return a Text where a value is one as it was kept, else the value."""
    if isinstance(value, dict) and set(value) == {"zh", "en"}:
        return Text(value["zh"], value["en"])
    return value


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
