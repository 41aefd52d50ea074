"""Drill: Schemathesis asks the API what its own OpenAPI document tells, and judges the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask

from issuer.report_key_custody import ensure_report_key
from registry.home import Home
from registry.public_database import public_database, public_database_url
from sealer.sealing import open_sealer, seal_waiting
from tests.drills.drill import Drill, Facts, Figure, Part, require, require_none
from tests.issuer.seal_homes import real_now
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
from tests.verifier.world import NAME
from verifier.api.batches import JOBS_EXTENSION
from verifier.api_keys import ROWS_A_DAY, Scope
from verifier.bulk_jobs import BulkJobs, JobLimits

_EMPLOYER = 7
_SEALED_AFTER = 100  # requests
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
    Figure.FULL: _Figures(site=200, files=40, keyed=200, lists=60, phases=PHASES),
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
    def document(self) -> dict[str, Any]:
        """The document of the API."""
        found: dict[str, Any] = self.desk.client().get(DOCUMENT).get_json()
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


class _Sealed:
    """Lets the sealer do what waits after some requests, as it does beside a public site.

    Without one, reports are refused with 503 once 300 of them wait.
    """

    def __init__(self, app: Callable[[dict[str, Any], Any], Iterable[bytes]], home: Home) -> None:
        self._app, self._home, self._requests = app, home, 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self._requests += 1
        if self._requests % _SEALED_AFTER == 0:
            with public_database(public_database_url(self._home)) as engine:
                seal_waiting(open_sealer(self._home, PASSPHRASE, clock=real_now), engine)
        return self._app(environ, start_response)


_Way = Callable[[_Place], Iterator[Asked]]


def _parts(figure: Figure, seed: int) -> list[Part]:
    ways: dict[str, _Way] = {"site": _site, "keys": _keys}
    if figure is Figure.FULL:
        ways |= {"one-address": _one_address, "files": _files, "lists": _lists}
    return [
        Part(name=name, run=partial(_run, way=way, figures=_FIGURES[figure], seed=seed))
        for name, way in ways.items()
    ]


def _run(folder: Path, *, way: _Way, figures: _Figures, seed: int) -> Facts:
    with open_employer_desk(folder) as desk:
        home = desk.made.home
        ensure_report_key(home, "样本查验中心（虚构）", PASSPHRASE, now=real_now())
        desk.public.wsgi_app = _Sealed(  # type: ignore[method-assign]  # as Flask says to
            desk.public.wsgi_app, home
        )
        place = _Place(desk=desk, figures=figures, seed=seed)
        return _facts(place.document, list(way(place)))


def _site(place: _Place) -> Iterator[Asked]:
    """Ask all that needs no key, but files, each time from another address."""
    _from_elsewhere(place.desk.public)
    yield place.ask(place.named(keyed=False), place.figures.site)


def _one_address(place: _Place) -> Iterator[Asked]:
    """Ask the same from one address, whose budgets are soon spent."""
    yield place.ask(place.named(keyed=False), place.figures.site, phases=_FUZZING)


def _files(place: _Place) -> Iterator[Asked]:
    """Send files."""
    _from_elsewhere(place.desk.public)
    yield place.ask(FILES, place.figures.files, phases=_FUZZING)


def _keys(place: _Place) -> Iterator[Asked]:
    """Ask with a good key, with one that may only read, without one, with one that is none."""
    home, extensions = place.desk.made.home.path, place.desk.public.extensions
    # No room: every list is taken in, counted and given back, and no process is started.
    extensions[JOBS_EXTENSION].close()
    extensions[JOBS_EXTENSION] = BulkJobs(home, home / "none", 1, limits=JobLimits(kept=0))
    operations, examples = place.named(keyed=True), place.figures.keyed
    for key in (place.key(), place.key(Scope.READ)):
        yield place.ask(operations, examples, authorization=key)
    for bad in (None, "Bearer yz_none"):
        asked = place.ask(operations, examples, authorization=bad, phases=_FUZZING)
        require(set(asked.statuses) == {401}, f"answered without a key: {set(asked.statuses)}")
        yield asked


def _lists(place: _Place) -> Iterator[Asked]:
    """Hand in lists that are checked, follow their results, delete them."""
    operations, phases = place.named(keyed=True), ("fuzzing", "stateful")
    yield place.ask(operations, place.figures.lists, authorization=place.key(), phases=phases)


def _from_elsewhere(app: Flask) -> None:
    app.wsgi_app = FromElsewhere(app.wsgi_app)  # type: ignore[method-assign]  # as Flask says to


def _facts(document: dict[str, Any], several: Sequence[Asked]) -> Facts:
    """Return what was asked and answered; names are those of the document, in its order."""
    statuses: Counter[int] = sum((one.statuses for one in several), Counter())
    operations: Counter[str] = sum((one.operations for one in several), Counter())
    told = {int(status) for _, one in described(document) for status in one["responses"]}
    facts: Facts = {
        "requests": sum(statuses.values()),
        "answers 5xx": sum(count for status, count in statuses.items() if status >= 500),
        "answers that are not as documented": sum(len(one.faults) for one in several),
    }
    facts |= {f"HTTP status {one}": statuses[one] for one in sorted(told | set(statuses))}
    return facts | {f"asked: {label}": operations[label] for label, _ in described(document)}


DRILL = Drill(
    name="openapi",
    promise="The API answers nothing but what its OpenAPI document says, and never 5xx.",
    method="""Schemathesis reads the document that the application itself gives and makes requests
        of it, fit and unfit, for all 15 operations: what stands at the bounds of each schema, some
        hundreds of examples by chance of each operation (40 of each that reads a file, in a process
        of its own), and chains of operations in which one takes up what another answered, such as a
        list that is handed in, checked, read page by page and deleted. A sealer seals the reports
        meanwhile. A fifth of the texts are the
        number, the name, the identity document or the QR code of a real certificate on record. What
        needs no key is asked from another address each time, and again from a single one until its
        budgets are spent; what needs a key is asked with a good one, with one that may only read,
        without any and with one that does not exist. Of every answer are judged: no 5xx, a
        documented status, content type, body and headers as described, methods that are not
        described refused with those that are named, and nothing found after it was deleted. That
        every operation was asked is seen by the difference of sets.""",
    parts=_parts,
    defect="The document no longer says that a page of a list may be refused.",
    defect_part="keys",
    at_once=2,
)
