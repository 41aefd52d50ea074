"""`python -m tests.drills`: runs the drills and writes docs/drills/; goes on where it stopped.

A drill that passed on this code, at this figure and seed, is not run again; one that was
interrupted goes on after the parts that were through.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.drills.catalogue import NAMES, load
from tests.drills.drill import DEFAULT_SEED, Figure, ToolMissing
from tests.drills.results import (
    Journal,
    Occasion,
    code_hash,
    commit_name,
    has_passed,
    write_result,
)
from tests.drills.running import run_drill

EXIT_BROKEN = 1
EXIT_NOT_RUN = 2


def main(arguments: Sequence[str]) -> int:
    """Run the drills asked for; return 0, or the gravest of 1 (broken) and 2 (not run)."""
    parser = _parser()
    options = parser.parse_args(arguments)
    names = options.drill or NAMES
    if unknown := set(names) - set(NAMES):
        parser.error(f"no drill {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    codes = {_drill(name, options) for name in names}
    return next((code for code in (EXIT_BROKEN, EXIT_NOT_RUN) if code in codes), 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    parser.add_argument("drill", nargs="*", metavar="DRILL", help="all, unless named")
    parser.add_argument("--short", action="store_true", help="small figures; nothing is written")
    parser.add_argument("--part", help="only this part; nothing is written")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--again", action="store_true", help="run what was run already")
    return parser


def _drill(name: str, options: argparse.Namespace) -> int:
    figure = Figure.SHORT if options.short else Figure.FULL
    written = not (options.short or options.part)
    occasion = Occasion(
        drill=name,
        figure=figure,
        seed=options.seed,
        code=code_hash() if written else "",
        commit=commit_name() if written else "",
    )
    if written and not options.again and has_passed(occasion):
        _tell(f"{name}: passed before, on this very code")
        return 0
    journal = Journal(occasion) if written else None
    try:
        outcome = run_drill(occasion, journal=journal, only=options.part, progress=_tell)
    except ToolMissing as missing:
        _tell(f"{name}: NOT RUN: {missing}")
        return EXIT_NOT_RUN
    for fact, value in outcome.facts.items():
        _tell(f"  {fact}: {value}")
    if written and journal is not None:
        write_result(
            load(name),
            occasion,
            facts=outcome.facts,
            seconds=outcome.seconds,
            broken=outcome.broken,
            now=datetime.now(UTC),
        )
        journal.close()
    _tell(f"{name}: {'passed' if outcome.broken is None else 'FAILED: ' + outcome.broken}")
    return 0 if outcome.broken is None else EXIT_BROKEN


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
