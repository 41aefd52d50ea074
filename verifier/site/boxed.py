"""The asker's picture with red boxes, and beside it what differs and what is on record."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from codes.wording import Text
from templates.labels import LABELS, SEAL_ALT, Field
from verifier.picture import ELSEWHERE
from verifier.seal_states import SEAL
from verifier.site.words import FACT_LABELS
from verifier.verdict import Verdict

_REST = Text("版面其他文字", "Other print")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One box of the picture.

    Args:
        number: as it stands beside the box.
        printed: what the picture shows; empty where that is no text.
        record: what is on record, likewise.
    """

    number: int
    label: Text
    printed: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedView:
    """What the result page shows of a picture.

    Args:
        address: of the picture, itself in it.
    """

    address: str
    differences: tuple[Difference, ...]


def boxed_view(verdict: Verdict) -> BoxedView | None:
    """Return the picture with its boxes, or None where nothing is boxed."""
    if verdict.boxed is None:
        return None
    shown = {
        one.evidence["field"]: one.evidence for one in verdict.findings if "field" in one.evidence
    }
    differences = tuple(
        Difference(
            number=number,
            label=_label(name),
            printed=shown.get(name, {}).get("printed", ""),
            record=shown.get(name, {}).get("record", ""),
        )
        for number, (name, _) in enumerate(verdict.boxed.boxes, start=1)
    )
    encoded = base64.b64encode(verdict.boxed.jpeg).decode("ascii")
    return BoxedView(address=f"data:image/jpeg;base64,{encoded}", differences=differences)


def _label(name: str) -> Text:
    if name == ELSEWHERE:
        return _REST
    if name == SEAL:
        return SEAL_ALT
    return LABELS[Field(name)] if name in set(Field) else FACT_LABELS[name]
