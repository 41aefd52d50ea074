"""Counts of what verdicts on pieces were worth, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.forgery.judging import CAUGHT, Mark
from tests.forgery.pieces import UNTOUCHED

PDF: Final = "PDF"
PICTURE: Final = "picture"
CHAT: Final = "chat app"
_BETWEEN: Final = " · "


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is counted: pieces of one forgery under one wear with one mark.

    Args:
        series: `PDF` or `PICTURE`.
        forgery: or `UNTOUCHED`.
    """

    series: str
    forgery: str
    wear: str
    mark: Mark

    def __str__(self) -> str:
        """As facts of a drill are named."""
        return _BETWEEN.join((self.series, self.forgery, self.wear, self.mark))


Tally = Mapping[Kind, int]


def read_tally(facts: Mapping[str, int | str]) -> Tally:
    """Return the counts among the facts of a drill."""
    counts: Counter[Kind] = Counter()
    for name, count in facts.items():
        if isinstance(count, int) and name.count(_BETWEEN) == 3:
            series, forgery, wear, mark = name.split(_BETWEEN)
            counts[Kind(series=series, forgery=forgery, wear=wear, mark=Mark(mark))] = count
    return counts


def total(tally: Tally, marks: Iterable[Mark] = tuple(Mark), **wanted: str) -> int:
    """Return how many pieces have one of the marks and are of the wanted series, forgery, wear."""
    among = frozenset(marks)
    return sum(
        count
        for kind, count in tally.items()
        if kind.mark in among
        and all(getattr(kind, name) == value for name, value in wanted.items())
    )


def figures(tally: Tally) -> dict[str, float | int]:
    """Return the figures that are promised; shares in percent.

    `photo_caught` is of altered pictures that something could be told of, with the right field
    named; `pdf_caught` of all altered files; `false_alarms` of everything untouched.
    """
    altered = {kind: count for kind, count in tally.items() if kind.forgery != UNTOUCHED}
    untouched = {kind: count for kind, count in tally.items() if kind.forgery == UNTOUCHED}
    told = [mark for mark in Mark if mark is not Mark.UNTOLD]
    return {
        "pdf_caught": _percent(total(altered, CAUGHT, series=PDF), total(altered, series=PDF)),
        "photo_caught": _percent(
            total(altered, [Mark.NAMED], series=PICTURE), total(altered, told, series=PICTURE)
        ),
        "false_alarms": _percent(total(untouched, [Mark.ALARM]), total(untouched)),
        "altered_called_valid": total(altered, [Mark.VALID]),
        "untold_at_chat_quality": _percent(
            total(tally, [Mark.UNTOLD], wear=CHAT), total(tally, wear=CHAT)
        ),
        "untold_pictures": _percent(
            total(tally, [Mark.UNTOLD], series=PICTURE), total(tally, series=PICTURE)
        ),
        "pieces": total(tally),
        "untouched": total(untouched),
    }


def tables(tally: Tally) -> list[str]:
    """Return the lines of the tables, in Markdown: figures, forgeries, wears, and one by other."""
    lines = ["| figure | |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in figures(tally).items()]
    for series in (PDF, PICTURE):
        part = {kind: count for kind, count in tally.items() if kind.series == series}
        if part:
            lines += ["", *_by(part, series, "forgery"), "", *_by(part, series, "wear")]
            lines += ["", *_crossed(part, series)]
    return lines


def to_json(tally: Tally) -> dict[str, Any]:
    """Return figures and counts for machines."""
    counts = [
        {
            "series": kind.series,
            "forgery": kind.forgery,
            "wear": kind.wear,
            "mark": kind.mark.value,
            "count": count,
        }
        for kind, count in sorted(tally.items(), key=lambda item: str(item[0]))
    ]
    return {**figures(tally), "counts": counts}


def from_json(value: Mapping[str, Any]) -> Tally:
    """Return the counts that `to_json` gave."""
    return {
        Kind(
            series=one["series"],
            forgery=one["forgery"],
            wear=one["wear"],
            mark=Mark(one["mark"]),
        ): one["count"]
        for one in value["counts"]
    }


def _by(tally: Tally, series: str, name: str) -> list[str]:
    """Return a table with a line for each forgery, or wear, and a column for each mark."""
    marks = list(Mark)
    values = dict.fromkeys(getattr(kind, name) for kind in tally)
    lines = [f"| {series}: {name} | {' | '.join(marks)} |", _rule(len(marks))]
    for value in values:
        row = [str(total(tally, [mark], **{name: value}) or "") for mark in marks]
        lines.append(f"| {value} | {' | '.join(row)} |")
    return lines


def _crossed(tally: Tally, series: str) -> list[str]:
    """Return forgery by wear: how many of how many were caught, or were fine if untouched."""
    wears = list(dict.fromkeys(kind.wear for kind in tally))
    good = [*CAUGHT, Mark.FINE]
    lines = [f"| {series}: good of all | {' | '.join(wears)} |", _rule(len(wears))]
    for forgery in dict.fromkeys(kind.forgery for kind in tally):
        row = []
        for wear in wears:
            every = total(tally, forgery=forgery, wear=wear)
            some = total(tally, good, forgery=forgery, wear=wear)
            row.append(f"{some}/{every}" if every else "")
        lines.append(f"| {forgery} | {' | '.join(row)} |")
    return lines


def _rule(columns: int) -> str:
    return f"| --- |{' ---: |' * columns}"


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0
