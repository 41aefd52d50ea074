"""What a drill is: a promise of the product put under strain in parts, with facts to show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

DEFAULT_SEED = 20261123

Facts = dict[str, int | str]
"""What a part found, in the order to show it: counts are added up over parts, words must agree."""


class Figure(StrEnum):
    """How much of a drill is run."""

    FULL = "full"
    SHORT = "short"


class DrillFailed(Exception):
    """The product broke its promise; the message says how, without personal data."""


class ToolMissing(Exception):
    """A tool the drill needs is not on this machine; nothing is known of the promise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a drill that is run whole, and not again once its facts are there.

    Args:
        name: stable within the drill.
        run: does the part in an empty folder of its own and returns its facts; raises DrillFailed,
            or ToolMissing.
    """

    name: str
    run: Callable[[Path], Facts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a drill shows instead of its bare facts.

    Args:
        lines: of the page, in Markdown.
        data: for the file beside it, as JSON takes it.
    """

    lines: Sequence[str]
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One drill.

    Args:
        name: of its module, its result and its planted defect.
        promise: what must hold, in a sentence.
        method: what is done, in a paragraph.
        parts: the parts of a figure, all chance in them from the seed.
        defect: what the planted defect (defects/NAME.patch) does to the product.
        defect_part: the part of the short figure that the defect turns red.
        at_once: how many parts the runner may run side by side at full figure.
        check: judges the facts of all parts that were run together; raises DrillFailed.
        report: makes of the facts what the page shows.
    """

    name: str
    promise: str
    method: str
    parts: Callable[[Figure, int], Sequence[Part]]
    defect: str
    defect_part: str
    at_once: int = 1
    check: Callable[[Facts, Figure], None] | None = None
    report: Callable[[Facts], Report] | None = None


def require(holds: bool, broken: str) -> None:
    """Fail the drill with the sentence `broken` unless `holds`."""
    if not holds:
        raise DrillFailed(broken)


def require_none(faults: Sequence[str], what: str) -> None:
    """Fail the drill if there are faults, naming the first few."""
    if faults:
        raise DrillFailed(f"{what}: {len(faults)} faults, such as: {'; '.join(faults[:3])}")


def add_facts(parts: Sequence[Mapping[str, int | str]]) -> Facts:
    """Return the facts of several parts as one: counts added, words once each."""
    total: Facts = {}
    for facts in parts:
        for name, value in facts.items():
            known = total.get(name)
            if known is None:
                total[name] = value
            elif isinstance(value, int) and isinstance(known, int):
                total[name] = known + value
            elif str(value) not in str(known).split("; "):
                total[name] = f"{known}; {value}"
    return total


def shares(total: int, parts: int) -> list[int]:
    """Split a figure into parts that differ by one at most."""
    return [total // parts + (index < total % parts) for index in range(parts)]
