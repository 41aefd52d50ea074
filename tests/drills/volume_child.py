"""Does one stretch of the volume drill in a fresh process and tells what it took.

`python -m tests.drills.volume_child STRETCH FOLDER ROWS`; answers one JSON object on the last line.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from itertools import islice
from pathlib import Path
from types import TracebackType

from issuer.awarding import record_reserved
from issuer.copy_rows import BatchCopies
from issuer.desk import Desk
from issuer.issuing import inspect_batch
from issuer.log_desk import office_of, put_in_log
from issuer.photo_reading import PhotoReading
from issuer.photos import PhotoSpool
from issuer.reserving import open_batch, reserve
from issuer.roster import read_roster
from registry.home import Home
from templates.fonts import FontChain
from tests.drills.office import PORTRAITS, desk_of, people, portrait

LINT = "lint"
RECORD = "record"
BATCH = "大批"
_RESERVED_AT_ONCE = 500


class SpooledPortraits:
    """A photo for everyone, other bytes for each, kept as the photos of a folder are kept."""

    def __init__(self) -> None:
        self._spool = PhotoSpool()
        self._count = 0

    def __enter__(self) -> SpooledPortraits:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._spool.close()

    def read(self, *, file: str, document_number: str) -> PhotoReading:
        """Return a drawn portrait with the document number behind its end."""
        self._count += 1
        jpeg = portrait(self._count % PORTRAITS).jpeg + document_number.encode()
        return PhotoReading(photo=self._spool.add(jpeg), notices=(), problems=())


def lint(desk: Desk, roster: Path, rows: int) -> dict[str, int]:
    """Read and lint a roster as `yanzhen issue --dry-run` does."""
    table = read_roster(roster)
    with SpooledPortraits() as photos:
        report = inspect_batch(desk, table, photos, BATCH, FontChain(), lambda *_: None)
    return {"rows": len(table.rows), "passed": len(report.candidates), "asked": rows}


def record(desk: Desk, seed: int, rows: int) -> dict[str, int]:
    """Reserve, record and log an award for each of so many people."""
    batch_id = open_batch(desk, BATCH)
    waiting = (person.candidate(row) for row, person in enumerate(people(seed), start=2))
    reserved = 0
    while reserved < rows:
        chunk = list(islice(waiting, min(_RESERVED_AT_ONCE, rows - reserved)))
        reserved += sum(result.new for result in reserve(desk, batch_id, chunk))
    recorded = record_reserved(desk, batch_id, lambda _: None)
    put_in_log(desk, office_of(desk), BatchCopies(batch_id=batch_id))
    return {"reserved": reserved, "recorded": recorded}


def main(stretch: str, folder: str, rows: str) -> None:
    """Do the stretch in the office of `folder`."""
    for number in range(PORTRAITS):
        portrait(number)
    with desk_of(Home.open(Path(folder) / "home", environment={})) as desk:
        start = time.monotonic()
        if stretch == LINT:
            told = lint(desk, Path(folder) / f"roster-{rows}.xlsx", int(rows))
        else:
            told = record(desk, 1, int(rows))
        seconds = time.monotonic() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    child_peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    told |= {"peak_kib": peak, "child_peak_kib": child_peak}
    print(json.dumps(told | {"milliseconds": round(1000 * seconds)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
