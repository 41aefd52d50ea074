"""Drill: Schemathesis asks the API what its own OpenAPI document tells, and judges the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Flask

from issuer.report_key_custody import ensure_report_key
from tests.drills.drill import Drill, Facts, Figure, Part, require, require_none
from tests.verifier.asked_by_document import (
    DOCUMENT,
    FILES,
    PHASES,
    Asked,
    Asking,
    FromElsewhere,
    ask_by_document,
    described,
    labels,
)
from tests.verifier.employer_desk import PASSPHRASE, EmployerDesk, open_employer_desk
from tests.verifier.world import DOCUMENT as HOLDER_DOCUMENT
from tests.verifier.world import NAME, NOW
from verifier.api.batches import JOBS_EXTENSION
from verifier.api_keys import ROWS_A_DAY, Scope
from verifier.bulk_jobs import BulkJobs, JobLimits

_EMPLOYER = 7
_FUZZING = ("fuzzing",)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    """How much is asked.

    Args:
        site: examples of each operation without a key.
        files: of each that reads a file in a process of its own.
        keyed: of each with a key, for each kind of key.
        lists: of each with a key while lists are really checked, in processes of their own.
        phases: of Schemathesis, where lists are not really checked.
    """

    site: int
    files: int
    keyed: int
    lists: int
    phases: Sequence[str]


_FIGURES = {
    Figure.FULL: _Figures(site=300, files=40, keyed=200, lists=60, phases=PHASES),
    Figure.SHORT: _Figures(site=6, files=1, keyed=6, lists=1, phases=_FUZZING),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """An API to ask, and what may be known to who asks."""

    desk: EmployerDesk
    figures: _Figures
    seed: int

    def ask(
        self,
        operations: Sequence[str],
        examples: int,
        *,
        authorization: str | None = None,
        phases: Sequence[str] | None = None,
    ) -> Asked:
        """Ask some operations; fails the drill where an answer is not as the document says."""
        asking = Asking(
            examples=examples,
            files=self.figures.files,
            seed=self.seed,
            authorization=authorization,
            operations=operations,
            phases=self.figures.phases if phases is None else phases,
            known=(self.desk.number, NAME, HOLDER_DOCUMENT, self.desk.made.issued.qr_text()),
        )
        asked = ask_by_document(self.desk.public, asking)
        require_none(asked.faults, "answers that are not as the document says")
        wanted = labels(self.document, operations)
        left_out = sorted(wanted - set(asked.operations))
        require(not left_out, f"not asked: {', '.join(left_out)}")
        return asked

    @property
    def document(self) -> dict[str, object]:
        """The document of the API."""
        found: dict[str, object] = self.desk.client().get(DOCUMENT).get_json()
        return found

    def named(self, *, keyed: bool) -> list[str]:
        """Return the ids of operations with a key, or of the others that read no file."""
        return [
            str(operation["operationId"])
            for _, operation in described(self.document)
            if ("security" in operation) is keyed and operation["operationId"] not in FILES
        ]

    def key(self, *scopes: Scope) -> str:
        """Return a header with a new key."""
        return f"Bearer {self.desk.key(_EMPLOYER, *scopes, rows_a_day=ROWS_A_DAY[-1])}"


def _parts(figure: Figure, seed: int) -> list[Part]:
    ways = {"site": _site, "keys": _keys}
    if figure is Figure.FULL:
        ways |= {"files": _files, "lists": _lists, "one-address": _one_address}
    return [
        Part(name=name, run=partial(_run, way=way, figures=_FIGURES[figure], seed=seed))
        for name, way in ways.items()
    ]


def _run(folder: Path, *, way: _Way, figures: _Figures, seed: int) -> Facts:
    with open_employer_desk(folder) as desk:
        ensure_report_key(desk.made.home, "样本查验中心（虚构）", PASSPHRASE, now=NOW)
        return _facts(list(way(_Place(desk=desk, figures=figures, seed=seed))))


def _site(place: _Place) -> Iterator[Asked]:
    """Ask everything that needs no key, each time from another address."""
    with _from_elsewhere(place.desk.public):
        yield place.ask(place.named(keyed=False), place.figures.site)


def _files(place: _Place) -> Iterator[Asked]:
    """Send files."""
    with _from_elsewhere(place.desk.public):
        yield place.ask(FILES, place.figures.files, phases=_FUZZING)


def _keys(place: _Place) -> Iterator[Asked]:
    """Ask with a good key, one that may only read, none, and one that is none."""
    home = place.desk.made.home
    # No room: every list is taken in, counted and given back, and no process is started.
    full = BulkJobs(home.path, home.path / "none", 1, limits=JobLimits(kept=0))
    place.desk.public.extensions[JOBS_EXTENSION].close()
    place.desk.public.extensions[JOBS_EXTENSION] = full
    operations = place.named(keyed=True)
    headers = [place.key(), place.key(Scope.READ), None, "Bearer yz_none"]
    asked = [place.ask(operations, place.figures.keyed, authorization=one) for one in headers]
    for refused in asked[2:]:
        let_in = sorted(status for status in refused.statuses if status < 400)
        require(not let_in or let_in == [200], f"answered without a key: {let_in}")
    yield from asked


def _lists(place: _Place) -> Iterator[Asked]:
    """Hand in lists that are checked, follow their results, delete them."""
    operations = place.named(keyed=True)
    phases = ("fuzzing", "stateful")
    yield place.ask(operations, place.figures.lists, authorization=place.key(), phases=phases)


def _one_address(place: _Place) -> Iterator[Asked]:
    """Ask all that needs no key from one address, until its budgets are spent."""
    yield place.ask(place.named(keyed=False), place.figures.site, phases=_FUZZING)


@contextmanager
def _from_elsewhere(app: Flask) -> Iterator[None]:
    app.wsgi_app = FromElsewhere(app.wsgi_app)  # type: ignore[method-assign]  # as Flask says to
    yield


def _facts(several: Sequence[Asked]) -> Facts:
    facts: Facts = {"requests": 0, "answers 5xx": 0, "answers that are not as documented": 0}
    counts: dict[str, int] = {}
    for asked in several:
        for status, count in asked.statuses.items():
            counts[f"HTTP status {status}"] = counts.get(f"HTTP status {status}", 0) + count
        for label, count in asked.operations.items():
            counts[f"asked: {label}"] = counts.get(f"asked: {label}", 0) + count
    facts["requests"] = sum(sum(asked.operations.values()) for asked in several)
    return facts | dict(sorted(counts.items()))


DRILL = Drill(
    name="openapi",
    promise="The API answers nothing but what its OpenAPI document says, and never 5xx.",
    method="",
    parts=_parts,
    defect="The document no longer says that a page of a list may be refused.",
    defect_part="keys",
)
