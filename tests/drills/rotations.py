"""Drill: a body's keys are rotated and revoked while a batch is being signed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from codes.record import decode_record
from issuer.awarding import read_data_key, record_copies
from issuer.copy_rows import BatchCopies
from issuer.custody import compromise_key, rotate_key
from issuer.desk import Desk, shanghai_day
from issuer.errors import IssuerError
from issuer.filing import find_site
from issuer.log_desk import office_of, put_in_log
from issuer.publishing import publish
from issuer.reserving import open_batch, reserve
from issuer.root_custody import open_root_keys
from keys.algorithms import Algorithm, verify_signature
from keys.document import KeyDocument
from keys.envelope import Envelope, decode_envelope, to_be_signed
from keys.ring import PublicKey, Standing
from log.leaves import decode_leaf
from registry.access import unseal_envelope
from registry.log_reader import LogReader
from registry.models import Award, Copy
from registry.session import reading, transaction
from tests.drills.drill import (
    Drill,
    DrillFailed,
    Facts,
    Figure,
    Part,
    require,
    require_none,
    shares,
)
from tests.drills.office import NOW, PASSPHRASE, PREFIX, Person, desk_of, make_office, people
from verifier.finding_codes import Code
from verifier.proof import inspect_compromise, prove

_TICK = timedelta(minutes=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How many awards, and what happens to the body's keys meanwhile."""

    awards: int
    rotations: int
    revocations: int

    @property
    def acts(self) -> list[bool]:
        """Return the acts in order, True for a revocation: spread evenly among the rotations."""
        every = (self.rotations + self.revocations) // max(1, self.revocations)
        total = self.rotations + self.revocations
        due = [index % every == every - 1 for index in range(total)]
        return [one and sum(due[:index]) < self.revocations for index, one in enumerate(due)]


_PLANS = {
    Figure.FULL: _Plan(awards=10_000, rotations=20, revocations=3),
    Figure.SHORT: _Plan(awards=630, rotations=1, revocations=1),
}


def _parts(figure: Figure, seed: int) -> list[Part]:
    return [Part(name="batch", run=partial(_run, plan=_PLANS[figure], seed=seed))]


def _run(folder: Path, *, plan: _Plan, seed: int) -> Facts:
    home = make_office(folder, {})
    run = _Run()
    with desk_of(home, clock=run.clock) as desk:
        run.begin(desk)
        batch_id = open_batch(desk, "演练")
        acts = plan.acts
        require(sum(acts) == plan.revocations, "the plan does not hold what it says")
        persons = people(seed)
        for lot, act in zip(shares(plan.awards, len(acts) + 1), [*acts, None], strict=True):
            run.stretch(desk, batch_id, list(islice(persons, lot)), act)
        return {
            "awards in one batch": plan.awards,
            "rotations in mid-run": run.done[False],
            "emergency revocations in mid-run": run.done[True],
            "signed anew, their key being lost before they were in the log": run.again,
            **_look(desk, run),
        }


@dataclass(slots=True)
class _Run:
    """The clock of the batch, and which list was in force from when on."""

    now: datetime = NOW
    lists: list[tuple[datetime, KeyDocument]] = field(default_factory=list)
    done: Counter[bool] = field(default_factory=Counter)
    again: int = 0

    def clock(self) -> datetime:
        """Return the time of the run."""
        return self.now

    def begin(self, desk: Desk) -> None:
        """Note the list the run begins under."""
        self.lists.append((NOW, desk.document))

    def stretch(self, desk: Desk, batch_id: int, lot: list[Person], act: bool | None) -> None:
        """Reserve a lot on a day of its own and sign it; after its first commit the act falls."""
        self.now += _DAY
        reserve(desk, batch_id, [one.candidate(row) for row, one in enumerate(lot, start=2)])
        waiting = [] if act is None else [act]

        def told(_: int) -> None:
            self.now += _TICK
            while waiting:
                self._change_keys(desk, revoke=waiting.pop())

        scope = BatchCopies(batch_id=batch_id)
        try:
            record_copies(desk, scope, told)
            put_in_log(desk, office_of(desk), scope)
            # What the lost key had signed and nobody had seen in the log is signed anew.
            record_copies(desk, scope, told)
            put_in_log(desk, office_of(desk), scope)
        except IssuerError as error:
            raise DrillFailed(f"the run stopped at a change of keys: {error.code}") from error

    def _change_keys(self, desk: Desk, *, revoke: bool) -> None:
        today, signers = shanghai_day(self.now), open_root_keys(desk.home, PASSPHRASE)
        with transaction(desk.engine) as session:
            site = find_site(session, PREFIX)
            if revoke:
                self.again += _count_unlogged(session)
                lost = desk.cabinet.key_for(today).key_id
                compromise_key(session, site, lost, since=self.now, reason="演练", now=self.now)
            rotate_key(
                session,
                desk.home,
                site,
                PASSPHRASE,
                algorithm=(Algorithm.ES256, Algorithm.EDDSA)[self.done.total() % 2],
                first_day=today,
                today=today,
            )
            publication = publish(session, desk.home, now=self.now, signers=signers)
        require(publication.in_force, "the list of a change of keys is not in force")
        self.lists.append((self.now, publication.document))
        self.done[revoke] += 1
        self.now += _TICK

    def in_force(self, at: datetime) -> KeyDocument:
        """Return the list that was in force at a moment."""
        return next(document for since, document in reversed(self.lists) if since <= at)


def _count_unlogged(session: Session) -> int:
    """Return how many records are signed and not in the log yet."""
    query = select(func.count(Copy.id))
    unlogged = query.where(Copy.envelope_sealed.is_not(None), Copy.leaf_index.is_(None))
    return session.scalar(unlogged) or 0


def _look(desk: Desk, run: _Run) -> Facts:
    """Verify every certificate under every key there is, by the last list and that of its time."""
    last = desk.document
    body = last.body(PREFIX)
    require(body is not None, "the body is gone from the list")
    assert body is not None
    faults: list[str] = []
    signed: Counter[int] = Counter()
    prover = LogReader(desk.home.log_folder).prover()
    with reading(desk.engine) as session:
        query = select(Copy).join(Award, Copy.award_id == Award.id).order_by(Copy.id)
        for copy in session.scalars(query.execution_options(yield_per=200)):
            award = copy.award
            if None in (copy.envelope_sealed, award.recorded_at, copy.leaf_index):
                faults.append(f"{award.number}: not on record and in the log")
                continue
            assert copy.envelope_sealed and award.recorded_at and copy.leaf_index is not None
            logged_at = decode_leaf(prover.entry(copy.leaf_index))[0]
            sealed = copy.envelope_sealed
            envelope = decode_envelope(unseal_envelope(read_data_key(desk, award), copy, sealed))
            fitting = [key for key in body.keys if _fits(key, envelope, logged_at)]
            if len(fitting) != 1:
                faults.append(f"{award.number}: verifies under {len(fitting)} keys")
                continue
            signed[fitting[0].key_id] += 1
            times = _Times(recorded_at=award.recorded_at, logged_at=logged_at)
            faults += _faults(envelope, fitting[0], last, run, times)
    require_none(faults, "certificates of the batch")
    lost = [key for key in body.keys if key.standing is Standing.COMPROMISED]
    return {
        "keys that signed": len(signed),
        "verified under exactly one key valid at its time": signed.total(),
        "of these signed, and logged, before their key was revoked": sum(
            signed[key.key_id] for key in lost
        ),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Times:
    """When a certificate was signed and put on record, and when it went into the public log."""

    recorded_at: datetime
    logged_at: datetime


def _fits(key: PublicKey, envelope: Envelope, logged_at: datetime) -> bool:
    """Say whether a certificate is good under a key, by what the last list says of it."""
    record = decode_record(envelope.payload)
    since = key.compromised_since
    return (
        verify_signature(
            envelope.algorithm,
            key.jwk,
            to_be_signed(envelope.algorithm, envelope.payload),
            envelope.signature,
        )
        and key.covers(record.issued_on)
        and (since is None or logged_at < since)
    )


def _faults(
    envelope: Envelope, key: PublicKey, last: KeyDocument, run: _Run, times: _Times
) -> list[str]:
    """Return what is wrong with a certificate: at the time it was signed, and to a verifier now."""
    record = decode_record(envelope.payload)
    then = run.in_force(times.recorded_at).ring.find(PREFIX, key.key_id)
    faults = []
    if then is None or then.standing is not Standing.ACTIVE or not then.covers(record.issued_on):
        faults.append(f"{record.number}: its key was not active when it was signed")
    proof = prove(envelope, record, last, shanghai_day(run.now))
    if not proof.genuine or Code.ISSUER_ENTITLED not in {one.code for one in proof.findings}:
        faults.append(f"{record.number}: not genuine and entitled to a verifier")
    if inspect_compromise(proof, asked=True, logged_at=times.logged_at):
        faults.append(f"{record.number}: disbelieved although logged in time")
    unlogged = inspect_compromise(proof, asked=True)
    if bool(unlogged) is not (key.standing is Standing.COMPROMISED):
        faults.append(f"{record.number}: believed without a log proof under a revoked key")
    return faults


DRILL = Drill(
    name="rotations",
    promise=(
        "Keys may be rotated and revoked in the middle of a batch: each certificate verifies under "
        "exactly one key that was valid when it was signed."
    ),
    method="""One batch of 10 000 awards is signed through one desk that stays open. 20 times the
        body's key is rotated and 3 times it is declared compromised and replaced, each time between
        two commits of a run. Then every certificate is checked under every key the body ever had:
        exactly one fits by signature, day and standing; that key was active in the trust list in
        force when the certificate was signed; and a verifier believes what a revoked key signed
        only with a proof that it was logged before, by the time in the leaf. What a lost key had
        signed and the log did not hold yet is taken back and signed anew.""",
    parts=_parts,
    defect="A run goes on with the keys of the trust list it began under.",
    defect_part="batch",
)
