"""Runs the parts of a drill, each in an empty folder, some side by side, none a second time."""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tests.drills.catalogue import load
from tests.drills.drill import DrillFailed, Facts, Figure, add_facts
from tests.drills.results import Journal, Occasion

_Found = tuple[str, Facts, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a drill came to.

    Args:
        facts: of the parts that are through.
        seconds: what they took, added up.
        broken: how the product broke its promise, or None.
    """

    facts: Facts
    seconds: float
    broken: str | None


def run_drill(
    occasion: Occasion,
    *,
    journal: Journal | None = None,
    only: str | None = None,
    progress: Callable[[str], None],
) -> Outcome:
    """Run the parts of a drill that are not through yet; stop at the first that fails.

    Args:
        occasion: which drill, at what figure and seed.
        journal: remembers parts that are through; None to remember nothing.
        only: the one part to run, instead of all.
        progress: told of each part that is through.
    """
    drill = load(occasion.drill)
    names = [part.name for part in drill.parts(occasion.figure, occasion.seed)]
    names = [name for name in names if only in (None, name)]
    done = {name: found for name in names if journal and (found := journal.find(name))}
    waiting = [name for name in names if name not in done]
    at_once = drill.at_once if occasion.figure is Figure.FULL else 1
    broken: str | None = None
    try:
        for name, facts, seconds in _run_parts(occasion, waiting, at_once):
            done[name] = (facts, seconds)
            if journal is not None:
                journal.add(name, facts, seconds)
            progress(f"{drill.name}: {name} ({len(done)} of {len(names)})")
    except DrillFailed as error:
        broken = str(error)
    in_order = [done[name] for name in names if name in done]
    facts = add_facts([facts for facts, _ in in_order])
    if broken is None and drill.check is not None:
        broken = _fault_of(drill.check, facts, occasion.figure)
    return Outcome(
        facts=facts,
        seconds=sum(seconds for _, seconds in in_order),
        broken=broken,
    )


def _fault_of(check: Callable[[Facts, Figure], None], facts: Facts, figure: Figure) -> str | None:
    try:
        check(facts, figure)
    except DrillFailed as error:
        return str(error)
    return None


def _run_parts(occasion: Occasion, names: Sequence[str], at_once: int) -> Iterator[_Found]:
    if at_once == 1:
        for name in names:
            yield _run_part(occasion, name)
        return
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(at_once, mp_context=fork) as pool:
        futures = [pool.submit(_run_part, occasion, name) for name in names]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _run_part(occasion: Occasion, name: str) -> _Found:
    parts = load(occasion.drill).parts(occasion.figure, occasion.seed)
    (part,) = (part for part in parts if part.name == name)
    folder = Path(tempfile.mkdtemp(prefix="yz-drill-"))
    start = time.monotonic()
    try:
        return name, part.run(folder), time.monotonic() - start
    finally:
        shutil.rmtree(folder, ignore_errors=True)
