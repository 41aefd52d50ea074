"""One certificate as the office sees it: what is printed, its copies, its life, its proofs, now.

The holder's name and numbers are masked unless the reader has opened the certificate with a ground
(`issuer.certificate_reading`); everything else is shown to whoever may see the body.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from codes.documents import DocumentType, mask_document
from codes.levels import Level
from codes.names import mask_name
from codes.wording import Text
from issuer.awarding import PrivateFields, open_private
from issuer.certificate_list import occupation_text
from issuer.certificate_proof import ListCheck, ListStanding, LogCheck, LogStanding, leaf_places
from issuer.copy_list import CopyLine, line_of
from issuer.life_words import KIND_WORDS
from log.leaves import LifeKind
from registry.access import unseal_body_name
from registry.errors import RegistryError, VaultError
from registry.holder_keys import open_data_key
from registry.home import Home
from registry.life import DayStatus, Event, Life, fold_events, status_on
from registry.life_models import ActState, LifeAct, LifeEvent
from registry.life_records import read_events
from registry.models import Award, AwardStatus, Batch, Copy, CopyKind, Site
from registry.vault import Vault
from templates.labels import format_print_serial


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The holder, as far as the reader may see.

    Args:
        opened: whether they are shown in full.
        name: in full, or masked.
        document: the document number in full, or masked.
    """

    opened: bool
    name: str = field(repr=False)
    latin_name: str | None = field(repr=False)
    document_type: DocumentType
    document: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyView:
    """One copy: what an operator sees of it, and where the public would look for it.

    Args:
        copy_id: its row.
        in_file: whether its page lies in the store.
        record: where the leaf of its signed record stands in the log.
        file: where the leaf of its file stands.
        listed: what the published status list says of it.
    """

    copy_id: int
    line: CopyLine
    in_file: bool
    record: LogStanding
    file: LogStanding
    listed: ListStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeLine:
    """One event of the award's life, and the act that decided it.

    Args:
        act_id: None where no two persons decided it.
        proposer: who proposed it.
        approver: who approved it.
    """

    n: int
    what: Text
    at: datetime
    effective_on: date
    act_id: int | None
    proposer: str | None
    approver: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedAct:
    """An act on the award that changed nothing: it was declined, or its proposer took it back."""

    act_id: int
    kind: LifeKind
    state: ActState
    proposer: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateView:
    """One certificate.

    Args:
        award_id: its row.
        prefix: of its body.
        person: None where the holder's data were erased, or do not open.
        altered: a row of it does not open or contradicts what is sealed: nothing of it is sure.
        copies: the oldest first.
        events: the first first.
        waiting: its proposals that nobody has decided on, the latest first.
        dropped: its proposals that came to nothing.
        log_size: how many entries the log's latest checkpoint covers; 0 where it was not read.
    """

    award_id: int
    number: str
    prefix: str
    body_name: str
    batch: str
    level: Level
    occupation: Text
    specialty: str | None
    issued_on: date
    recorded_at: datetime | None
    status: AwardStatus
    person: Person | None = field(repr=False)
    altered: bool
    copies: tuple[CopyView, ...]
    events: tuple[LifeLine, ...]
    waiting: tuple[int, ...]
    dropped: tuple[DroppedAct, ...]
    log_size: int
    log_root: str

    @property
    def current(self) -> CopyView | None:
        """The copy in force, were the award in force."""
        return next((one for one in self.copies if one.line.state == "current"), None)


def _body_as_printed(award: Award, secrets: _Secrets) -> str:
    """Return the body's name as filed at issue; empty where it does not open."""
    try:
        return unseal_body_name(secrets.data_key, award)
    except VaultError:
        return ""


def find_award(session: Session, award_id: int, *, prefix: str | None) -> Award | None:
    """Return an award of the one body that may be seen, or of any; None where there is none."""
    query = select(Award).where(Award.id == award_id)
    if prefix is not None:
        query = query.join(Site, Award.site_id == Site.id).where(Site.prefix == prefix)
    return session.scalar(query)


def view_certificate(
    session: Session, home: Home, vault: Vault, award: Award, *, opened: bool, now: datetime
) -> CertificateView:
    """Return everything of a certificate that its reader may see, proofs checked now.

    Args:
        session: that reads.
        home: the installation.
        vault: its vault, open.
        award: found by `find_award`.
        opened: whether the reader opened it with a ground.
        now: aware UTC.
    """
    site = session.get_one(Site, award.site_id)
    secrets = _open(session, vault, award)
    log, lists, places = LogCheck(home), ListCheck(home, now), leaf_places(session, award)
    serials = {copy.id: format_print_serial(copy.year, copy.print_serial) for copy in award.copies}

    def view(copy: Copy) -> CopyView:
        data_key, events = secrets.data_key, secrets.events
        return CopyView(
            copy_id=copy.id,
            line=line_of(copy, serials),
            in_file=bool(copy.pdf_stored),
            record=log.of_record(award, copy, data_key, events, places),
            file=log.of_file(award, copy, data_key, places),
            listed=lists.of_copy(copy),
        )

    private = secrets.private
    return CertificateView(
        award_id=award.id,
        number=award.number,
        prefix=site.prefix,
        body_name=_body_as_printed(award, secrets) or site.body.name,
        batch=session.get_one(Batch, award.batch_id).name,
        level=Level(award.level),
        occupation=occupation_text(award.occupation),
        specialty=None if private is None else private.specialty,
        issued_on=award.issued_on,
        recorded_at=award.recorded_at,
        status=AwardStatus(award.status),
        person=None if private is None else person_of(private, opened=opened),
        altered=secrets.altered,
        copies=tuple(view(copy) for copy in award.copies),
        events=_life_lines(session, secrets.events),
        waiting=waiting_acts(session, award),
        dropped=_dropped_acts(session, award),
        log_size=log.size,
        log_root=log.root.hex(),
    )


def person_of(private: PrivateFields, *, opened: bool) -> Person:
    """Return the holder as far as the reader may see."""
    if not opened:
        return Person(
            opened=False,
            name=mask_name(private.name),
            latin_name=None,
            document_type=private.document_type,
            document=mask_document(private.document_number),
        )
    return Person(
        opened=True,
        name=private.name,
        latin_name=private.latin_name,
        document_type=private.document_type,
        document=private.document_number,
    )


def status_of_day(session: Session, vault: Vault, award: Award, day: date) -> DayStatus | None:
    """Return where the holder of the copy now in force stood at the end of a day; None if unsure.

    Raises nothing for rows that do not open: of those nothing is sure.
    """
    first = _first(award)
    secrets = _open(session, vault, award)
    if secrets.altered or first is None:
        return None
    current = secrets.life.current if secrets.life is not None else None
    return status_on(
        secrets.events,
        first.status_index if current is None else current,
        day,
        first_copy=first.status_index,
        issued_on=award.issued_on,
    )


def waiting_acts(session: Session, award: Award) -> tuple[int, ...]:
    """Return the proposals on this very award that nobody has decided on, the latest first."""
    query = select(LifeAct.id).where(
        LifeAct.award_id == award.id, LifeAct.state == ActState.PROPOSED
    )
    return tuple(session.scalars(query.order_by(LifeAct.id.desc())))


def _dropped_acts(session: Session, award: Award) -> tuple[DroppedAct, ...]:
    query = select(LifeAct).where(
        LifeAct.award_id == award.id, LifeAct.state.in_((ActState.REJECTED, ActState.WITHDRAWN))
    )
    return tuple(
        DroppedAct(
            act_id=act.id,
            kind=LifeKind(act.kind),
            state=ActState(act.state),
            proposer=act.proposer,
            proposed_at=act.proposed_at,
            decided_by=act.decided_by or "",
            decided_at=act.decided_at or act.proposed_at,
        )
        for act in session.scalars(query)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Secrets:
    private: PrivateFields | None = field(default=None, repr=False)
    data_key: bytes = field(default=bytes(32), repr=False)
    events: tuple[Event, ...] = ()
    life: Life | None = None
    altered: bool = False


def _open(session: Session, vault: Vault, award: Award) -> _Secrets:
    if award.status == AwardStatus.ERASED:
        return _Secrets()
    try:
        data_key = open_data_key(vault, award)
        private, events = open_private(vault, award), _events(session, award, data_key)
    except RegistryError:
        return _Secrets(altered=True)
    first = _first(award)
    life = None if first is None else fold_events(first.status_index, events)
    return _Secrets(
        private=private,
        data_key=data_key,
        events=events,
        life=life,
        altered=not _agrees(award, life),
    )


def _events(session: Session, award: Award, data_key: bytes) -> tuple[Event, ...]:
    query = select(LifeEvent).where(LifeEvent.award_id == award.id).order_by(LifeEvent.n)
    return read_events(award.number, session.scalars(query).all(), data_key)


def _first(award: Award) -> Copy | None:
    return next((copy for copy in award.copies if copy.kind == CopyKind.ORIGINAL), None)


def _agrees(award: Award, life: Life | None) -> bool:
    """Say whether the columns say of award and copies what the sealed events say."""
    if life is None or life.status != award.status:
        return False
    recorded = [copy for copy in award.copies if copy.envelope_sealed]
    return all(copy.state == life.states.get(copy.status_index) for copy in recorded)


def _life_lines(session: Session, events: Sequence[Event]) -> tuple[LifeLine, ...]:
    ids = {event.act_id for event in events if event.act_id is not None}
    acts: Mapping[int, LifeAct] = {
        act.id: act for act in session.scalars(select(LifeAct).where(LifeAct.id.in_(ids)))
    }
    return tuple(_life_line(event, acts.get(event.act_id or 0)) for event in events)


def _life_line(event: Event, act: LifeAct | None) -> LifeLine:
    return LifeLine(
        n=event.n,
        what=KIND_WORDS[event.kind],
        at=event.at,
        effective_on=event.effective_on,
        act_id=None if act is None else act.id,
        proposer=None if act is None else act.proposer,
        approver=None if act is None else act.decided_by,
    )
