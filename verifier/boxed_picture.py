"""The asker's own picture with boxes in it, as a verdict carries it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from codes.wording import Text
from templates.report_words import AMBER_BOXES, RED_BOXES

Outline = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedPicture:
    """The asker's own picture with boxes: red ones around what differs, dashes of amber elsewhere.

    Args:
        jpeg: as big as the picture uploaded, unless that is too big to show.
        size: width and height of the picture uploaded, upright, to which the boxes refer.
        boxes: the field, `photo`, `seal` or `symbol` that is boxed in red, and four corners; the
            boxes are numbered in this order.
        doubtful: four corners each of what cannot be told, in dashes of amber.
    """

    jpeg: bytes = field(repr=False)
    size: tuple[int, int]
    boxes: tuple[tuple[str, Outline], ...]
    doubtful: tuple[Outline, ...] = ()

    @property
    def legend(self) -> tuple[Text, ...]:
        """Return what its boxes mean, a sentence for each kind there is."""
        return (*((RED_BOXES,) if self.boxes else ()), *((AMBER_BOXES,) if self.doubtful else ()))

    def as_json(self) -> dict[str, Any]:
        """Return where the boxes are in the picture uploaded, in its pixels once it is upright."""
        return {
            "width": self.size[0],
            "height": self.size[1],
            "fields": [
                {"number": number, "field": name, "corners": [list(corner) for corner in outline]}
                for number, (name, outline) in enumerate(self.boxes, start=1)
            ],
            "doubtful": [[list(corner) for corner in outline] for outline in self.doubtful],
        }
