"""How much of the time of issuing goes to the public log and to the vault.

    python -m bench.issue_share            1 000 awards a batch, some minutes
    python -m bench.issue_share --quick    one small batch, by one process

Batches are issued for real into one home, from reserving to stored pages: a registry on disk,
photos of 20 KB, sequencing, publication, proofs, status lists, the note of the audit trail. In turn
one process does a batch and two do one. The functions of log and vault are watched while they run;
what they take is held against the whole. With two processes the run's own is watched, which does
half of the records and pages, and all of the reserving and publishing. Shares are of processor
time where they end in `_cpu`, which is what holds on another machine; by the wall otherwise, where
waiting for the disk counts as well. What the watching itself takes is taken off. The ways in of the
public side and the status lists are told apart; so are the rows of awards and copies themselves,
which a session writes when the first leaf about them is appended.

Before any figure is printed the home must pass `yanzhen log fsck`, the published log be derived
again from its entries, and certificates of every batch be valid to the verifier; else the exit code
is 1. `--json` prints one object on the last line.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, Final

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import issuer.awarding
import issuer.desk
import issuer.leaves
import issuer.log_desk
import issuer.log_publishing
import issuer.operator
import issuer.reserving
import issuer.stapling
import issuer.status_publishing
import registry.access
import registry.holder_keys
import registry.row_marks
import registry.vault
from bench.issue_awards import awards
from bench.issue_font import WORKPLACE
from bench.issue_meter import Meter, Place
from bench.issue_timing import Act, cores, in_turn
from issuer.awarding import read_data_key
from issuer.candidates import Candidate, Photo
from issuer.copy_rows import BatchCopies
from issuer.desk import Desk
from issuer.faces import face_of, seal_page
from issuer.fsck.run import fsck
from issuer.issuing import finish_copies
from issuer.opening import open_desk
from issuer.operator import note_act_now, read_operator
from issuer.printing import make_printer
from issuer.reserving import open_batch, reserve
from issuer.status_publishing import publish_behind, status_office_of
from log.fsck import FsckOutcome
from log.fsck import fsck as check_published
from log.reading import FolderSource
from registry.home import Home
from registry.log_reader import LogReader
from registry.models import Award, Copy
from registry.schema import open_registry
from registry.session import reading
from templates.archival import PROOF_NAME
from templates.certificate import CertificateFace
from templates.fonts import FontChain
from tests.drills.office import PASSPHRASE, PREFIX, PUBLIC_URL, make_office, people
from verifier.opening import open_verifier
from verifier.verdict import Outcome

FULL, QUICK = 1000, 120
ROUNDS: Final = 3
WARM: Final = 20  # awards that load whatever is loaded once
PROMISED: Final = 0.15
_RESERVED_AT_ONCE: Final = 500
_GATED: Final = 12  # certificates of a batch
_COMPARED: Final = 50

LOG, VAULT, WAYS_IN, STATUS, ROWS = "log", "vault", "ways_in", "status_lists", "rows"
PARTS: Final[Mapping[str, Sequence[Place]]] = {
    LOG: [
        (issuer.leaves, "append_records"),
        (issuer.leaves, "append_files"),
        (issuer.awarding, "_check_row"),
        (issuer.log_publishing, "check_log"),
        (issuer.log_publishing, "adopt_all"),
        (issuer.log_publishing, "log_is_settled"),
        (issuer.log_publishing, "publish_log"),
        (issuer.log_desk, "office_of"),
        (issuer.log_desk, "put_in_log"),
        (issuer.stapling, "staple"),
        (registry.row_marks, "mark_of_award"),
        (registry.row_marks, "mark_of_copy"),
        (registry.row_marks, "mark_of_recording"),
        (registry.row_marks, "mark_of_delivery"),
    ],
    VAULT: [
        (issuer.awarding, "read_private"),
        (issuer.awarding, "read_data_key"),
        (issuer.operator, "note_act_now"),
        (issuer.reserving, "live_key"),
        (registry.access, "seal_envelope"),
        (registry.access, "seal_pdf_hash"),
        (registry.access, "seal_public"),
        (registry.access, "unseal_body_name"),
        (registry.access, "unseal_envelope"),
        (registry.access, "unseal_second"),
        (registry.holder_keys, "check_vault_in_force"),
        (registry.holder_keys, "holder_index"),
        (registry.holder_keys, "new_holder"),
        (registry.holder_keys, "open_holder"),
        (registry.holder_keys.HolderKey, "seal"),
        (registry.holder_keys.HolderKey, "unseal"),
        (registry.vault.Vault, "blind_index"),
        (registry.vault.Vault, "seal"),
        (registry.vault.Vault, "unseal"),
    ],
    WAYS_IN: [
        (registry.access, "grant_holder_access"),
        (registry.access, "grant_copy_access"),
    ],
    STATUS: [
        (issuer.status_publishing, "status_office_of"),
        (issuer.status_publishing, "publish_behind"),
    ],
    ROWS: [(Session, "flush")],
}


class GateClosed(Exception):
    """Something that was issued is wrong, so there are no figures; carries what."""


def candidates(seed: int) -> Iterator[Candidate]:
    """Yield people who do not exist, each with a photo of about 20 KB of their own."""
    for row, person in enumerate(people(seed), start=2):
        (award,) = awards(row, 1)
        yield dataclasses.replace(person.candidate(row), photo=Photo.of(award.photo_jpeg))


def issue(home: Home, batch: str, chosen: Sequence[Candidate], *, workers: int) -> Meter:
    """Issue one batch; return what it took."""
    meter = Meter()
    with desk_of_bench(home, workers) as desk:
        with meter.watch(PARTS):
            batch_id = _issue(desk, batch, chosen)
        _check_drawn(desk, batch_id, len(chosen))
    meter.discount()
    return meter


def _issue(desk: Desk, batch: str, chosen: Sequence[Candidate]) -> int:
    operator = read_operator(name="bench", ground=None, reference=None)
    with open_registry(desk.home.database_url, memory=desk.home.trail_memory) as engine:
        note_act_now(engine, operator, "issue", f"{PREFIX} {batch}", at=desk.clock())
    batch_id = open_batch(desk, batch)
    for start in range(0, len(chosen), _RESERVED_AT_ONCE):
        reserve(desk, batch_id, chosen[start : start + _RESERVED_AT_ONCE])
    finish_copies(desk, BatchCopies(batch_id=batch_id), FontChain(), lambda *_: None)
    publish_behind(status_office_of(desk))
    return batch_id


def _check_drawn(desk: Desk, batch_id: int, wanted: int) -> None:
    query = select(Copy.pdf_stored).join(Award, Copy.award_id == Award.id)
    with reading(desk.engine) as session:
        pages = session.scalars(query.where(Award.batch_id == batch_id)).all()
    if len(pages) != wanted or None in pages:
        raise GateClosed(f"{wanted} asked for, {len(pages)} issued")


def attachment_share(home: Home) -> float:
    """Return what part of drawing and sealing a page its proof of the log takes."""
    with desk_of_bench(home) as desk:
        with reading(desk.engine) as session:
            copies = session.scalars(select(Copy).order_by(Copy.id.desc()).limit(_COMPARED)).all()
            faces = [face_of(desk, copy) for copy in copies]
        printer = make_printer(desk, FontChain())
        bare = [
            dataclasses.replace(
                face,
                attachments=tuple(one for one in face.attachments if one.name != PROOF_NAME),
            )
            for face in faces
        ]

        def drawing(some: Sequence[CertificateFace]) -> Act:
            return lambda _: (
                lambda: len(
                    [seal_page(printer, desk.seal, face, copies[0].made_at) for face in some]
                )
            )

        times = in_turn({"with": drawing(faces), "without": drawing(bare)}, rounds=9)
    return (times["with"].cpu_ms - times["without"].cpu_ms) * 1e-3


def check_home(home: Home) -> dict[str, float]:
    """Let the home through the gate; return how long the comparisons took.

    Raises:
        GateClosed: something is wrong.
    """
    with open_registry(home.database_url) as engine:
        start, start_cpu = time.perf_counter(), time.process_time()
        faults = fsck(home, engine, home.vault(PASSPHRASE))
        compared, cpu = time.perf_counter() - start, time.process_time() - start_cpu
        with reading(engine) as session:
            count = session.scalar(select(func.count(Award.id))) or 0
    if faults:
        raise GateClosed(f"log fsck: {faults[0]}")
    start = time.perf_counter()
    report = check_published(FolderSource(home.log_folder), LogReader(home.log_folder).vkey())
    derived = time.perf_counter() - start
    if report.outcome is not FsckOutcome.SOUND or report.size < 2 * count:
        raise GateClosed("the published log is not sound")
    _verify_some(home)
    return {
        "awards": count,
        "fsck_seconds": round(compared, 2),
        "fsck_cpu_seconds": round(cpu, 2),
        "log_seconds": round(derived, 2),
    }


def _verify_some(home: Home) -> None:
    """Put certificates of every batch, their stored files and all, to the verifier."""
    verifier = open_verifier(home)
    try:
        with desk_of_bench(home) as desk, reading(desk.engine) as session:
            for batch_id in session.scalars(select(Award.batch_id).distinct()).all():
                query = select(Copy).join(Award, Copy.award_id == Award.id)
                query = query.where(Award.batch_id == batch_id).order_by(func.random())
                for copy in session.scalars(query.limit(_GATED)):
                    key = read_data_key(desk, copy.award)
                    page = home.store.get(copy.pdf_stored or "", key)
                    verdict = verifier.verify_file(page, "certificate.pdf")
                    if verdict.outcome is not Outcome.VALID:
                        raise GateClosed(f"{copy.award.number} is {verdict.outcome.value}")
    finally:
        verifier.close()


@contextmanager
def desk_of_bench(home: Home, workers: int = 1) -> Iterator[Desk]:
    """Open the office's desk at the present time for one block."""
    with open_desk(
        home,
        prefix=PREFIX,
        passphrase=PASSPHRASE,
        public_url=PUBLIC_URL,
        sample=True,
        workers=workers,
        clock=lambda: datetime.now(UTC),
    ) as desk:
        yield desk


def shares(meters: Sequence[Meter], count: int, drawing_s: float) -> dict[str, Any]:
    """Return what parts of the whole time log and vault took, the median of some batches.

    Args:
        meters: one for each batch.
        count: certificates that the watched process drew of each.
        drawing_s: seconds that a page takes longer for its proof of the log.
    """

    def part(meter: Meter, name: str, of: str) -> float:
        seconds: float = getattr(meter.part(name), of)
        return seconds + (count * drawing_s if name == LOG else 0)

    def share(of: str, *names: str) -> float:
        every: list[float] = [
            sum(part(meter, name, of) for name in names) / getattr(meter.total, of)
            for meter in meters
        ]
        return round(median(every), 4)

    return {
        "share_log": share("wall", LOG),
        "share_vault": share("wall", VAULT),
        "share_log_and_vault": share("wall", LOG, VAULT),
        "share_ways_in": share("wall", WAYS_IN),
        "share_status_lists": share("wall", STATUS),
        "share_rows": share("wall", ROWS),
        "share_log_cpu": share("cpu", LOG),
        "share_vault_cpu": share("cpu", VAULT),
        "share_log_and_vault_cpu": share("cpu", LOG, VAULT),
        "share_ways_in_cpu": share("cpu", WAYS_IN),
        "share_status_lists_cpu": share("cpu", STATUS),
        "share_rows_cpu": share("cpu", ROWS),
        "seconds": round(median(m.total.wall for m in meters), 2),
        "seconds_cpu": round(median(m.total.cpu for m in meters), 2),
        "functions_cpu_ms": meters[-1].functions_ms(),
    }


def measure(folder: Path, count: int, rounds: int, crews: Sequence[int]) -> dict[str, Any]:
    """Issue batches and return the figures.

    Args:
        folder: an empty one, on the disk whose speed counts.
        count: awards of a batch.
        rounds: batches of each crew.
        crews: sizes of the crews that take turns.
    """
    home = make_office(folder, {})
    waiting = candidates(1)
    issue(home, "warm", list(islice(waiting, WARM)), workers=1)
    meters: dict[int, list[Meter]] = {size: [] for size in crews}
    for number in range(rounds):
        for size in crews:
            chosen = list(islice(waiting, count))
            meters[size].append(issue(home, f"{number}-{size}", chosen, workers=size))
    drawing_s = attachment_share(home)
    gate = check_home(home)
    told = {f"workers_{size}": shares(meters[size], count // size, drawing_s) for size in crews}
    return {
        "bench": "issue_share",
        "count": count,
        "proof_in_page_ms": round(1000 * drawing_s, 3),
        **gate,
        **{
            key: told["workers_1"][key]
            for key in ("share_log", "share_vault", "share_log_and_vault")
        },
        **told,
    }


@click.command()
@click.option("--quick", is_flag=True, help="Measure less.")
@click.option("--count", type=int, help="Awards of a batch.")
@click.option("--rounds", type=int, help="Batches of each crew.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on the last line.")
def main(*, quick: bool, count: int | None, rounds: int | None, as_json: bool) -> None:
    """Measure what log and vault take of issuing."""
    crews = (1,) if quick or len(cores()) < 2 else (1, 2)
    WORKPLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORKPLACE) as folder:
        try:
            figures = measure(
                Path(folder),
                count or (QUICK if quick else FULL),
                rounds or (1 if quick else ROUNDS),
                crews,
            )
        except GateClosed as closed:
            raise click.ClickException(str(closed)) from closed
    for line in table(figures):
        click.echo(line)
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))


def table(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines a person reads."""
    yield f"{figures['awards']} awards compared with the log in {figures['fsck_seconds']} s"
    for key, told in figures.items():
        if not key.startswith("workers_"):
            continue
        yield f"{key}: {figures['count']} awards in {told['seconds']} s"
        for name in (LOG, VAULT, "log_and_vault", WAYS_IN, STATUS, ROWS):
            wall, cpu = told[f"share_{name}"], told[f"share_{name}_cpu"]
            yield f"  {name:16} {100 * wall:6.2f} % of the time, {100 * cpu:6.2f} % of the CPU's"
        kept = told["share_log_and_vault"] <= PROMISED
        yield f"  {'kept' if kept else 'MISSED'}: at most {100 * PROMISED:.0f} % together"


if __name__ == "__main__":
    main()
