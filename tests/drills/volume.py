"""Drill: a roster of fifty thousand rows is checked, reserved and recorded in bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select

from issuer.template import write_roster
from registry.models import Access, Award
from registry.session import reading
from tests.drills.drill import Drill, DrillFailed, Facts, Figure, Part, require, require_none
from tests.drills.office import desk_of, faces, make_office, people
from tests.drills.register import serial_faults
from tests.drills.results import ROOT
from tests.drills.volume_child import LINT, RECORD
from verifier.opening import open_verifier
from verifier.verdict import Outcome

_ROWS = {Figure.FULL: 50_000, Figure.SHORT: 300}
_RECORDED = {Figure.FULL: 50_000, Figure.SHORT: 60}
_TENTH = 10
_MOST_KIB_PER_ROW = 4
_SLACK_KIB = 2 << 10
_MOST_TIMES = 3.0
_TIMED_ROWS = 10_000  # below this, starting up outweighs the rows
_VERIFIED = 200
_WAYS_IN = 3


def _parts(figure: Figure, seed: int) -> list[Part]:
    return [
        Part(name=LINT, run=partial(_lint, rows=_ROWS[figure], seed=seed)),
        Part(name=RECORD, run=partial(_record, rows=_RECORDED[figure])),
    ]


def _lint(folder: Path, *, rows: int, seed: int) -> Facts:
    home = make_office(folder, {})
    for count in (rows // _TENTH, rows):
        roster = folder / f"roster-{count}.xlsx"
        write_roster(roster, [person.cells() for person in islice(people(seed), count)])
    few, many = _run(LINT, folder, rows // _TENTH), _run(LINT, folder, rows)
    require(few["passed"] == rows // _TENTH and many["passed"] == rows, "good rows were refused")
    with desk_of(home) as desk, reading(desk.engine) as session:
        awards = session.scalar(select(func.count()).select_from(Award))
        require(awards == 0, "a check of the roster made awards")
    return {
        "rows checked, all lints": rows,
        **_compare(LINT, few, many, rows),
    }


def _record(folder: Path, *, rows: int) -> Facts:
    home = make_office(folder, {})
    told = _run(RECORD, folder, rows)
    require(told["reserved"] == told["recorded"] == rows, "an award was not reserved or recorded")
    verifier = open_verifier(home)
    try:
        with desk_of(home) as desk:
            require_none(serial_faults(desk.engine), "serials")
            with reading(desk.engine) as session:
                numbers = list(session.scalars(select(Award.number).order_by(Award.id)))
                ways = session.scalar(select(func.count()).select_from(Access))
            require(ways == _WAYS_IN * rows, f"{ways} ways in to {rows} awards")
            some = numbers[:: max(1, len(numbers) // _VERIFIED)]
            outcomes = [verifier.verify_qr(face.qr_text).outcome for face in faces(desk, some)]
            require(set(outcomes) == {Outcome.VALID}, "a certificate is not valid")
    finally:
        verifier.close()
    require(told["peak_kib"] <= _most_kib(rows), f"{told['peak_kib']} KiB for {rows} awards")
    return {
        "awards reserved and recorded": rows,
        "of them put to the verifier, all valid": len(some),
        "peak memory, reserving and recording, MiB": told["peak_kib"] >> 10,
    }


def _compare(stretch: str, few: dict[str, int], many: dict[str, int], rows: int) -> Facts:
    """Hold memory and time of a stretch against a tenth of the rows."""
    grown = many["peak_kib"] - few["peak_kib"]
    more_rows = rows - rows // _TENTH
    require(
        grown <= _MOST_KIB_PER_ROW * more_rows + _SLACK_KIB,
        f"{stretch}: {grown} KiB more for {more_rows} rows more",
    )
    times = many["milliseconds"] / rows / (few["milliseconds"] / (rows // _TENTH))
    require(rows < _TIMED_ROWS or times <= _MOST_TIMES, f"{stretch}: {times:.1f} times the time")
    return {
        f"peak memory, {stretch}, MiB": many["peak_kib"] >> 10,
        f"peak memory, {stretch} of a tenth, MiB": few["peak_kib"] >> 10,
        "peak memory, its child process, MiB": many["child_peak_kib"] >> 10,
        f"time for a row against a tenth of the rows, {stretch}": f"× {times:.2f}",
    }


def _most_kib(rows: int) -> int:
    return (256 << 10) + _MOST_KIB_PER_ROW * rows


def _run(stretch: str, folder: Path, rows: int) -> dict[str, int]:
    """Do a stretch in a fresh process, whose peak of memory is its own."""
    command = [sys.executable, "-m", "tests.drills.volume_child", stretch, str(folder), str(rows)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:]
        raise DrillFailed(f"{stretch} of {rows} rows ended with {done.returncode}: {last}")
    told: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return told


DRILL = Drill(
    name="volume",
    promise="Fifty thousand rows are checked, reserved and recorded in bounded memory.",
    method="""A workbook of 50 000 people is read and put through every lint, as `yanzhen issue
        --dry-run` does, in a fresh process whose peak memory is measured, and held against one of
        5 000 people: at most 4 KiB more for each row more. The photos are drawn stand-ins, other
        bytes for each person, kept where the photos of a folder are kept. Then, again in a fresh
        process, 50 000 awards are reserved and recorded: serials run without gap, each award has
        its three ways in, and every 250th certificate is valid to the verifier.""",
    parts=_parts,
    defect="The photos of a roster are kept in memory instead of in a file without a name.",
    defect_part=LINT,
)
