"""Drill: nobody reaches another body's things by their ids; of two who act at once one does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tests.drills.databases import Database
from tests.drills.desks_acts import AT_BODIES
from tests.drills.desks_offices import AT_OFFICES
from tests.drills.desks_races import run_races
from tests.drills.desks_swapped import run_swapped
from tests.drills.drill import Drill, Figure, Part, shares

_SWAPPED = {Figure.FULL: 5000, Figure.SHORT: 350}
_RACES = {Figure.FULL: 500, Figure.SHORT: 27}
_SWAPPED_LOTS = 2
_ON_POSTGRESQL = 54
_KINDS = {**AT_BODIES, **AT_OFFICES}


def _parts(figure: Figure, seed: int) -> Sequence[Part]:
    full = figure is Figure.FULL
    lots = shares(_SWAPPED[figure], _SWAPPED_LOTS if full else 1)
    swapped = [
        Part(
            name=f"swapped_ids_{at}",
            run=partial(run_swapped, count=count, seed=seed + at),
        )
        for at, count in enumerate(lots)
    ]
    rounds = {Database.SQLITE: _RACES[figure]}
    if full:
        rounds = {
            Database.SQLITE: _RACES[figure] - _ON_POSTGRESQL,
            Database.POSTGRESQL: _ON_POSTGRESQL,
        }
    races = [
        Part(
            name=f"races_{database.value}",
            run=partial(run_races, kinds=_KINDS, rounds=count, database=database),
        )
        for database, count in rounds.items()
    ]
    return [*swapped, *races]


DRILL = Drill(
    name="desks",
    promise="Whoever sends the ids of another body's things is refused, is shown nothing of them "
    "and changes nothing; of two persons who decide on one thing at the same moment one does, and "
    "the other is told.",
    method="Two assessment bodies and two employers have batches on their way through the "
    "examination, to approval and issued, candidates, photos, objections, certificates, acts, "
    "questions of the police, requests of holders, complaints, keys, webhooks and lists. People of "
    "every role sign in. Every route of the desks that takes an id is found on the map of "
    "addresses; each page is first shown to whose it is, and then asked for, and each form sent, "
    "by the people of the other body with the very same ids, also with a batch of their own "
    "and somebody else's row in it; every eighth request names the other's things in a field or a "
    "query instead. No answer may hold the mark that stands in every text of the other body, "
    "and no table but sessions and audit trail may change. Then two persons with a browser each "
    "send their decisions on one thing from two threads at once: batches, settings, acts on "
    "certificates, acts on filings, applications, objections, quality checks, complaints, full "
    "records, cases, questions and requests. Exactly one may be told that it is done, it must be "
    "theirs that took effect, the other must be told why not, and the audit trail must say that it "
    "was done once.",
    parts=_parts,
    defect="An act on a certificate is found by its number, whichever body it is of.",
    defect_part="swapped_ids_0",
)
