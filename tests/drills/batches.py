"""Issues batch after batch in one office and looks at all that a broken and a mended run left."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

from issuer.desk import Desk
from tests.drills.checkpoints import Ledger
from tests.drills.drill import Facts, require, require_none
from tests.drills.issue_process import Breaking, IssueCommand
from tests.drills.office import Person, people, utc_now, write_roster
from tests.drills.outside import outside_faults
from tests.drills.register import (
    Fixed,
    award_faults,
    batch_id_of,
    changed,
    files_named,
    files_stored,
    folder_faults,
    not_valid,
    numbers_given,
    pages_without_award,
    serial_faults,
)


class BatchSeries:
    """Batches of one office, one after another, each of new people.

    Args:
        folder: holds the rosters and certificates.
        environment: what the office's home was made with.
        desk: the office's desk, to look at things from.
        seed: of the people.
        rows: how many people a batch has in the end.
    """

    def __init__(
        self, folder: Path, environment: Mapping[str, str], desk: Desk, *, seed: int, rows: int
    ) -> None:
        self.desk = desk
        self.batches = 0
        self._folder = folder
        self._environment = environment
        self._people = people(seed)
        self._rows = rows
        self._persons: list[Person] = []
        self._given: dict[str, Fixed] = {}
        self._named: set[str] = set()
        self._orphans: set[str] = set()
        self._ledger = Ledger(path=folder / "checkpoints")

    def begin(self) -> None:
        """Go on to the next batch."""
        self.batches += 1
        self._persons = list(islice(self._people, self._rows))

    def command(self, rows: int | None = None, breaker: Breaking | None = None) -> IssueCommand:
        """Return the command that issues this batch, of its first `rows` people or of all."""
        folder = self._folder / f"batch-{self.batches}"
        command = IssueCommand(
            home=self.desk.home.path,
            environment=self._environment,
            roster=write_roster(folder, self._persons[:rows]),
            batch=f"演练{self.batches}",
            out=folder / "out",
            log=self._folder / "log",
            ledger=self._ledger,
        )
        return replace(command, breaker=breaker)

    def look_at_wreck(self) -> None:
        """After a run that broke: nothing given is lost or changed, and nothing is skipped."""
        given = numbers_given(self.desk.engine)
        require_none(changed(self._given, given), "numbers after a broken run")
        require_none(serial_faults(self.desk.engine), "serials after a broken run")
        self._given = given

    def look_at_batch(self) -> None:
        """After a run that was let through: the batch is whole, and nothing else was touched."""
        desk = self.desk
        batch_id = batch_id_of(desk, f"演练{self.batches}")
        require(batch_id is not None, "the batch is gone")
        assert batch_id is not None
        given = numbers_given(desk.engine)
        require_none(changed(self._given, given), "numbers after the last run")
        require(len(given) == self._rows * self.batches, f"{len(given)} numbers given")
        require_none(award_faults(desk, batch_id), "awards")
        out = self._folder / f"batch-{self.batches}" / "out"
        require_none(folder_faults(desk, batch_id, out), "output folder")
        require(all(map(zipfile.is_zipfile, out.glob("*.xlsx"))), "the workbook is damaged")
        require_none(self._ledger.forks(), "checkpoints")
        require_none(outside_faults(desk, today=utc_now()), "log, lists, trail and proofs")
        self._given = given
        self._look_at_store(batch_id)

    def _look_at_store(self, batch_id: int) -> None:
        self._named |= files_named(self.desk, batch_id)
        unnamed = files_stored(self.desk) - self._named - self._orphans
        half = [f"{name[:24]} left" for name in unnamed if name.startswith(".")]
        require_none(half, "half-written files")
        require_none(pages_without_award(self.desk, unnamed, batch_id), "store")
        self._orphans |= unnamed

    def finish(self) -> Facts:
        """Look at the whole register once more, also through the public side's eyes."""
        require_none(serial_faults(self.desk.engine), "serials")
        require_none(award_faults(self.desk), "awards")
        require_none(not_valid(self.desk), "verdicts")
        return {
            "batches": self.batches,
            "awards, all valid to the verifier": len(self._given),
            "numbers given twice": 0,
            "numbers skipped": 0,
            "awards without a PDF": 0,
            "PDFs without an award": 0,
            "numbers or dates changed": 0,
            "differences between database, log, proofs, status lists and trail": 0,
            "checkpoints published, no two of one size with different roots": (
                self._ledger.checkpoints()
            ),
            "photos of reservations that never came to be, sealed for nobody": len(self._orphans),
        }
