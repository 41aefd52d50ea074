"""The asker's picture with red boxes, and beside it what differs and what is on record."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from codes.wording import Text
from templates.labels import LABELS, SEAL_ALT, Field
from verifier.boxed_picture import Outline
from verifier.finding_codes import Code
from verifier.picture import ELSEWHERE
from verifier.picture_decision import NEXT
from verifier.seal_states import SEAL, SYMBOL
from verifier.site.words import FACT_LABELS
from verifier.verdict import Verdict

_LARGE: Final = 0.4
_AROUND: Final = 1.8
_SHAPE: Final = 3.0
_REST = Text("版面其他文字", "Other print")
_SYMBOL = Text("二维码", "QR code")
_NOT_AS_ISSUED = Text("与签发时印制的不一致", "Not what was printed at issue")
_FOREIGN_CODE = Text("指向的不是官方核验网址", "It leads to an address that is not official")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One box of the picture.

    Args:
        number: as it stands beside the box.
        printed: what the picture shows; empty where that is no text.
        record: what is on record, likewise.
        note: what is said instead where neither is text.
        cut: left, top, width and height of the place around it, to be shown enlarged; None of a
            box that is large enough to be seen.
    """

    number: int
    label: Text
    printed: str
    record: str
    note: Text
    cut: tuple[int, int, int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedView:
    """What the result page shows of a picture.

    Args:
        address: of the picture, itself in it.
        size: its width and height, in the measure of the cuts.
        legend: what its boxes mean.
    """

    address: str
    size: tuple[int, int]
    legend: tuple[Text, ...]
    differences: tuple[Difference, ...]


def boxed_view(verdict: Verdict) -> BoxedView | None:
    """Return the picture with its boxes, or None where nothing is boxed."""
    if verdict.boxed is None:
        return None
    shown = {
        one.evidence["field"]: one.evidence for one in verdict.findings if "field" in one.evidence
    }
    near = _rows_elsewhere(verdict)
    differences = tuple(
        Difference(
            number=number,
            label=_rest(next(near, "")) if name == ELSEWHERE else _label(name),
            printed=shown.get(name, {}).get("printed", ""),
            record=shown.get(name, {}).get("record", ""),
            note=_note(name, shown.get(name, {}).get("host", "")),
            cut=_cut_of(corners, verdict.boxed.size),
        )
        for number, (name, corners) in enumerate(verdict.boxed.boxes, start=1)
    )
    encoded = base64.b64encode(verdict.boxed.jpeg).decode("ascii")
    return BoxedView(
        address=f"data:image/jpeg;base64,{encoded}",
        size=verdict.boxed.size,
        legend=verdict.boxed.legend,
        differences=differences,
    )


def _note(name: str, host: str) -> Text:
    if name != SYMBOL:
        return _NOT_AS_ISSUED
    if not host:
        return _FOREIGN_CODE
    return Text(f"{_FOREIGN_CODE.zh}：{host}", f"{_FOREIGN_CODE.en}: {host}")


def _cut_of(corners: Outline, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Return the place around a box, a good deal wider than high; None where it is no detail."""
    across, down = ([one[axis] for one in corners] for axis in (0, 1))
    width, height = max(across) - min(across), max(down) - min(down)
    if max(width / size[0], height / size[1]) > _LARGE:
        return None
    high = height * _AROUND
    wide = max(width + high, high * _SHAPE)
    left, top = (min(across) + max(across) - wide) / 2, (min(down) + max(down) - high) / 2
    return round(left), round(top), max(1, round(wide)), max(1, round(high))


def _rows_elsewhere(verdict: Verdict) -> Iterator[str]:
    """Yield of each place outside the fields in which field's row it is, empty for none."""
    for one in verdict.findings:
        if one.code == Code.PAGE_DIFFERS_ELSEWHERE:
            yield from one.evidence.get("near", "").split(NEXT)


def _rest(near: str) -> Text:
    if near not in set(Field):
        return _REST
    row = LABELS[Field(near)]
    return Text(f"{row.zh}一栏另有文字", f"Other print in the row of {row.en}")


def _label(name: str) -> Text:
    if name == SEAL:
        return SEAL_ALT
    if name == SYMBOL:
        return _SYMBOL
    return LABELS[Field(name)] if name in set(Field) else FACT_LABELS[name]
