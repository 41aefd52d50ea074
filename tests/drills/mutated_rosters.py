"""Drill: a thousand spoiled rosters, each refused with a reason or read row by row."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path

from issuer.roster import open_workbook_child
from registry.child import Child
from tests.drills.drill import Drill, DrillFailed, Facts, Figure, Part, require, shares
from tests.property.roster_mutations import (
    Spoiled,
    Survival,
    every_row_is_accounted_for,
    says_what_was_written,
    spoil,
    survive,
)

_ROSTERS = {Figure.FULL: 1_000, Figure.SHORT: 270}
_PART_ROSTERS = 500


def _parts(figure: Figure, seed: int) -> list[Part]:
    parts: list[Part] = []
    first = seed
    for index, count in enumerate(shares(_ROSTERS[figure], _ROSTERS[figure] // _PART_ROSTERS or 1)):
        seeds = range(first, first + count)
        parts.append(Part(name=f"rosters-{index + 1}", run=partial(_run, seeds=seeds)))
        first += count
    return parts


def _run(_: Path, *, seeds: range) -> Facts:
    facts: Counter[str] = Counter()
    with open_workbook_child() as child:
        for seed in seeds:
            spoiled = spoil(seed)
            survival = _survive(spoiled, child, seed)
            require(every_row_is_accounted_for(survival), f"roster {seed}: a row without a word")
            told = says_what_was_written(spoiled, survival, child)
            require(told, f"roster {seed}: damaged, and read as something else")
            refused = "refused whole" if survival.refused else "read, each row with its reason"
            facts[f"spoiled ({spoiled.kind}), {refused}"] += 1
    return {"rosters": len(seeds), "exceptions": 0, **dict(sorted(facts.items()))}


def _survive(spoiled: Spoiled, child: Child, seed: int) -> Survival:
    try:
        return survive(spoiled, child)
    except Exception as error:  # any exception at all is what must not happen
        raise DrillFailed(f"roster {seed} ({spoiled.kind}): {type(error).__name__}") from error


DRILL = Drill(
    name="mutated_rosters",
    promise="No roster, however spoiled, ends in a stack trace or issues what was not written.",
    method="""1 000 rosters of twelve people are spoiled in nine ways: bytes of the file turned over
        or cut, parts of the workbook damaged or left out, odd XML attributes and values, odd texts
        in cells, text files mangled in their bytes, plain noise. Each is read and put through
        every lint. It is refused with a reason, or each of its rows is a candidate or has a reason;
        a workbook damaged in transport is refused or read exactly as it was written.""",
    parts=_parts,
    defect="A birth date that no calendar has is no longer caught where it is read.",
    defect_part="rosters-1",
    at_once=2,
)
