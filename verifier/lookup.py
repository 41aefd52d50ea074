"""Step 4: asks the register and the public log.

Tells "no such row" from "could not be asked", and that from "was not to be asked".

The only module of this room that reads the register; it draws no conclusion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.exc import SQLAlchemyError

from codes.number import CertificateNumber
from registry.errors import RegistryError, RegistryUnavailable
from registry.log_prover import Prover
from registry.near_access import first_on_record
from registry.opened import (
    OpenedAward,
    OpenedCopy,
    is_erased,
    open_by_holder,
    open_by_payload,
)
from registry.row_reader import Rows
from verifier.hints import near_numbers
from verifier.logged import (
    NO_LIFE_KNOWN,
    CopyInLog,
    LifeInLog,
    LogProofs,
    inspect_award,
)


class Reach(StrEnum):
    """What asking the register led to."""

    OPENED = "opened"
    ABSENT = "absent"
    ERASED = "erased"
    NOT_ASKED = "not_asked"
    UNREACHABLE = "unreachable"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the register answered; nothing in `award` is proved.

    Args:
        award: present exactly when `reach` is OPENED.
        logged: what the public log says of each copy of `award`, in their order.
        life: what it says of the events of its life.
        near: where nothing was found, a number of the same holder that differs a little.
    """

    reach: Reach
    award: OpenedAward | None = None
    logged: tuple[CopyInLog, ...] = ()
    life: LifeInLog = NO_LIFE_KNOWN
    near: CertificateNumber | None = None

    @property
    def unanswered(self) -> bool:
        """Whether nothing came from the register: it was not asked, or not reached."""
        return self.reach in (Reach.NOT_ASKED, Reach.UNREACHABLE)

    def in_log(self, copy: OpenedCopy) -> CopyInLog:
        """Return what the public log says of a copy of `award`."""
        assert self.award is not None
        places = (index for index, one in enumerate(self.award.copies) if one is copy)
        return self.logged[next(places)]


_BROKEN = (RegistryError, ValueError, LookupError, TypeError)
_UNOPENED = (*_BROKEN, SQLAlchemyError, OSError)


class _HeldLog:
    """A log as it was when it was first asked; an error is met again by each question."""

    def __init__(self, log: LogProofs) -> None:
        self._log = log
        self._prover: Prover | None = None

    def prover(self) -> Prover:
        if self._prover is None:
            self._prover = self._log.prover()
        return self._prover


class Register:
    """The register as the public side may ask it.

    Args:
        look: opens a short look at the rows, as `RowReader.reading`; None off line, where no
            register is asked.
        pepper: the public side's look-up secret.
        log: the published log; None when there is none here.
    """

    def __init__(
        self,
        look: Callable[[], AbstractContextManager[Rows]] | None,
        pepper: bytes,
        log: LogProofs | None,
    ) -> None:
        self._look = look
        self._pepper = pepper
        self._log = log

    def sparing(self) -> Register:
        """Return this register as it answers who may not ask it by holder: not at all."""
        return _SparingRegister(self._look, self._pepper, self._log)

    def by_holder(
        self,
        number: CertificateNumber,
        *,
        name: str | None,
        document_number: str | None,
        with_files: bool = False,
    ) -> Answer:
        """Open the award of `number` if every given fact about its holder is right.

        An unknown number and a wrong fact cost the same. Who gives both facts in full is also told
        where a number that differs a little would be the holder's.

        Args:
            with_files: whether the files of the copies are looked for in the public log.
        """
        near: list[CertificateNumber] = []

        def ask(rows: Rows) -> OpenedAward | None:
            opened = open_by_holder(
                rows, self._pepper, number, name=name, document_number=document_number
            )
            if opened is None and name is not None and document_number is not None:
                found = first_on_record(
                    rows,
                    self._pepper,
                    near_numbers(number),
                    name=name,
                    document_number=document_number,
                )
                near.extend([found] if found is not None else [])
            return opened

        answer = self._ask(ask, with_files=with_files)
        return replace(answer, near=near[0]) if near else answer

    @contextmanager
    def held(self) -> Iterator[Register]:
        """Yield the register for some questions in a row: one look, one reading of the log.

        A run should be short: it sees the register as it was when it began.
        """
        log = None if self._log is None else _HeldLog(self._log)
        if self._look is None:
            yield self
            return
        context = self._look()
        try:
            rows = context.__enter__()
        except RegistryUnavailable:
            yield self  # each question says so for itself
            return
        try:
            yield type(self)(lambda: nullcontext(rows), self._pepper, log)
        finally:
            with suppress(RegistryUnavailable, SQLAlchemyError):  # nothing was written
                context.__exit__(None, None, None)

    def by_record(self, payload: bytes, *, with_files: bool = False) -> Answer:
        """Open the award whose copy carries exactly this record, or say that it was erased.

        Args:
            with_files: as `by_holder` takes it.
        """

        def ask(rows: Rows) -> OpenedAward | Reach | None:
            opened = open_by_payload(rows, self._pepper, payload)
            if opened is None and is_erased(rows, self._pepper, payload):
                return Reach.ERASED
            return opened

        return self._ask(ask, with_files=with_files)

    def has_issued(self, payload: bytes, sha256: str) -> bool:
        """Return whether the register says that this file was issued for the copy of a record.

        Nothing is proved; what follows from it is asked anew.
        """
        if self._look is None:
            return False
        try:
            with self._look() as rows:
                award = open_by_payload(rows, self._pepper, payload)
        except _UNOPENED:
            return False
        return award is not None and any(
            copy.matched and copy.pdf_sha256 == sha256 for copy in award.copies
        )

    def _ask(
        self, question: Callable[[Rows], OpenedAward | Reach | None], *, with_files: bool
    ) -> Answer:
        if self._look is None:
            return Answer(reach=Reach.NOT_ASKED)
        try:
            with self._look() as rows:
                award = question(rows)
        except RegistryUnavailable:
            return Answer(reach=Reach.UNREACHABLE)
        except _BROKEN:
            # The row was found but does not open: someone changed it behind the register's back.
            return Answer(reach=Reach.BROKEN)
        except (SQLAlchemyError, OSError):
            return Answer(reach=Reach.UNREACHABLE)
        if award is None:
            return Answer(reach=Reach.ABSENT)
        if isinstance(award, Reach):
            return Answer(reach=award)
        logged, life = inspect_award(award, self._log, with_files=with_files)
        return Answer(
            reach=Reach.OPENED,
            award=award,
            logged=logged,
            life=life,
        )


class _SparingRegister(Register):
    """The register for files of an address whose look-ups are spent: records only."""

    def by_holder(
        self,
        number: CertificateNumber,
        *,
        name: str | None,
        document_number: str | None,
        with_files: bool = False,
    ) -> Answer:
        """Say that it could not be asked."""
        return Answer(reach=Reach.UNREACHABLE)
