"""The tables of the vault: which of its keys is in force, and what was erased.

`erased_records` is all that the public side may learn of an erasure: that a signed record, which
only who has scanned it can name, was once on record and was deleted under the law. No number and
no name leads there.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.models import Base, UtcDateTime


class ErasureState(StrEnum):
    """How far an erasure came."""

    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"
    DESTROYED = "destroyed"  # the keys are gone; files that nobody can open may still lie there
    DONE = "done"


class VaultState(Base):
    """The one row that says which vault key new holders are sealed under.

    `changing_to` is set while a rotation is on its way: then holders are found and opened as
    always, but none is added.
    """

    __tablename__ = "vault_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    generation: Mapped[int]
    changing_to: Mapped[int | None]


class Erasure(Base):
    """One erasure of a holder's data, proposed by one person and approved by another.

    `files` names the stored files still to be removed, as a JSON list; empty once they are gone.
    `rule` and `kept_until` say what the retention rule was when it was decided.
    """

    __tablename__ = "erasures"

    id: Mapped[int] = mapped_column(primary_key=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("holders.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    ground: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(200))
    order_reference: Mapped[str | None] = mapped_column(String(200))
    proposer: Mapped[str] = mapped_column(String(100))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approver: Mapped[str | None] = mapped_column(String(100))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rule: Mapped[str | None] = mapped_column(String(40))
    kept_until: Mapped[date | None]
    files: Mapped[str] = mapped_column(Text)


class ErasedRecord(Base):
    """What is left of a way in by a signed record: its locator."""

    __tablename__ = "erased_records"

    locator: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
