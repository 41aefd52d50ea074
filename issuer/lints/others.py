"""Which other rows a row clashes with: every row is told once, however many they are."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from codes.wording import Text
from issuer.subjects import Subject

_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """The others one row clashes with.

    Args:
        rows: the first row of each, `_NAMED` at most; at least one.
        count: how many there are in all.
    """

    rows: tuple[int, ...]
    count: int

    @property
    def named(self) -> Text:
        """Their rows, as they stand in a sentence: 第 3、5 行 / row 3, 5."""
        rest = self.count > len(self.rows)
        zh = "、".join(str(row) for row in self.rows)
        en = ", ".join(str(row) for row in self.rows)
        rows = "rows" if self.count > 1 else "row"
        return Text(
            f"第 {zh} 行" + (f"等 {self.count} 行" if rest else ""),
            f"{rows} {en}" + (f" and {self.count - len(self.rows)} more" if rest else ""),
        )


def others_of_each(
    alike: Sequence[Subject], tell_apart: Callable[[Subject], Hashable]
) -> Iterator[tuple[Subject, Others]]:
    """Yield each of the rows that share something with the rows it must not share it with.

    Args:
        alike: the rows that share it, in order.
        tell_apart: rows for which this is equal do not clash.
    """
    first: dict[Hashable, int] = {}
    for subject in alike:
        first.setdefault(tell_apart(subject), subject.row.row)
    if len(first) < 2:
        return
    few = list(first.items())[: _NAMED + 1]  # enough, whichever of them is the row itself
    for subject in alike:
        own = tell_apart(subject)
        rows = tuple(row for key, row in few if key != own)[:_NAMED]
        yield subject, Others(rows=rows, count=len(first) - 1)
