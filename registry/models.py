"""The tables: who may award, who holds, what was awarded, which printed copies exist.

Nothing that identifies a person stands here in clear: holder data are sealed by the vault
(`registry.vault`), what the public may open is sealed under a key of the award (`registry.access`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy import DateTime as _DateTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class AwardStatus(StrEnum):
    """The standing of an award as a whole.

    `cancelled` is an award that ended on no ground against its holder, who died; `erased` one whose
    holder's data were deleted under the law, of which nothing opens any more.
    """

    CURRENT = "current"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    ERASED = "erased"


class CopyState(StrEnum):
    """The standing of one printed copy; of the copies of an award at most one is current.

    A copy is `reserved` until its signed record stands beside it; nobody outside sees it before.
    """

    RESERVED = "reserved"
    CURRENT = "current"
    SUPERSEDED = "superseded"
    CORRECTED = "corrected"
    ARCHIVE = "archive"


class CopyKind(StrEnum):
    """Why a copy was made: the first of its award, in place of another, or for the body's files.

    A correction carries a new record; a reissue the same one under serials of its own.
    """

    ORIGINAL = "original"
    REISSUE = "reissue"
    ARCHIVE = "archive"
    CORRECTION = "correction"


class ReissueReason(StrEnum):
    """Why a reissue (补发) was asked for."""

    LOST = "lost"
    DAMAGED = "damaged"
    OTHER = "other"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time, stored without zone and read back aware, alike on every database."""

    impl = _DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone does not belong on record")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can speak of it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Body(Base):
    """An assessment body (评价机构), named exactly as filed."""

    __tablename__ = "bodies"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)
    sites: Mapped[list[Site]] = relationship(back_populates="body")


class Site(Base):
    """A place a body awards from; its prefix is the first 13 characters of every number.

    `preferred_algorithm` is the COSE id of what signs its QR codes; empty while it chose none.
    """

    __tablename__ = "sites"

    id: Mapped[int] = mapped_column(primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("bodies.id"), index=True)
    prefix: Mapped[str] = mapped_column(String(13), unique=True)
    address: Mapped[str | None] = mapped_column(String(200))
    preferred_algorithm: Mapped[int | None]
    body: Mapped[Body] = relationship(back_populates="sites", lazy="joined")
    filings: Mapped[list[Filing]] = relationship(order_by="Filing.id")
    keys: Mapped[list[SigningKey]] = relationship(order_by="SigningKey.id")


class Filing(Base):
    """The right of a site to award one level of one occupation, from one day to another (备案)."""

    __tablename__ = "filings"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    occupation: Mapped[int]
    level: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class SigningKey(Base):
    """The public half of a site's key; the private half is a sealed file in the home folder."""

    __tablename__ = "signing_keys"
    __table_args__ = (UniqueConstraint("site_id", "key_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    key_id: Mapped[int]
    algorithm: Mapped[int]
    public_jwk: Mapped[str] = mapped_column(String(400))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    standing: Mapped[str] = mapped_column(String(20))
    demo: Mapped[bool]
    compromised_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    compromise_reason: Mapped[str | None] = mapped_column(String(200))


class PublicHost(Base):
    """A host our QR codes have led to; never deleted, because printed paper cannot be mended."""

    __tablename__ = "public_hosts"

    id: Mapped[int] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(String(253), unique=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class KeyDocumentIssue(Base):
    """One version of the trust list that was composed, published or not; versions only grow.

    `sha256` is of its document, once the list came into force: what its leaf in the log says.
    """

    __tablename__ = "key_document_issues"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class Holder(Base):
    """A person, found by the keyed index of document type and number.

    Everything about the person opens by the holder's own key, and that by the vault key of
    `key_generation`. After an erasure there is no key, the index leads to nobody, and only the
    marks on the awards' rows are by that vault key. A row of an
    earlier version has neither key nor erasure until `yanzhen migrate` gives it a key.
    """

    __tablename__ = "holders"

    id: Mapped[int] = mapped_column(primary_key=True)
    blind_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_generation: Mapped[int | None] = mapped_column(index=True)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Batch(Base):
    """One named run of issuing at a site; running it again continues it."""

    __tablename__ = "batches"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SerialCounter(Base):
    """The last certificate serial taken for a site × year × level."""

    __tablename__ = "serial_counters"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class PrintCounter(Base):
    """The last print serial (证书印制流水码) taken for a site × year."""

    __tablename__ = "print_counters"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Award(Base):
    """One number given to one holder; exists from the moment it is reserved, for ever.

    `live_key` is unique while the award is live, which is what makes a second live award of one
    occupation × level from one body to one person impossible. `recorded_at` is empty until the
    signed record stands beside it: a row without it is unfinished and the next run finishes it.
    `row_mark` binds the plain columns to their row (`registry.row_marks`), and `recorded_mark` that
    one, which is filled in later. The office finds the awards of a name by `name_index`; an
    erased one has none.
    """

    __tablename__ = "awards"
    __table_args__ = (
        UniqueConstraint("site_id", "year", "level", "serial"),
        CheckConstraint("serial between 1 and 999999", name="serial_range"),
        # What the office's list of certificates is answered by (`issuer.certificate_list`).
        Index("ix_awards_of_site", "site_id", "status", "level", "issued_on", "id"),
        Index("ix_awards_of_batch", "batch_id", "status", "level", "issued_on", "id"),
        Index("ix_awards_of_name", "name_index", "site_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(22), unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"))
    holder_id: Mapped[int] = mapped_column(ForeignKey("holders.id"), index=True)
    occupation: Mapped[int]
    level: Mapped[int]
    year: Mapped[int]
    serial: Mapped[int]
    issued_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(20))
    live_key: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    data_key_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    private_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    public_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reserved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    row_mark: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    recorded_mark: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    name_index: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    holder: Mapped[Holder] = relationship()
    copies: Mapped[list[Copy]] = relationship(
        back_populates="award", order_by="Copy.id", lazy="selectin"
    )


class Copy(Base):
    """One printed copy: its own print serial, status index, signed record and file.

    `year` and `print_serial` are printed together, so both belong to the award's year, whenever
    the copy was made. `layout` is fixed when the copy is reserved: it is never redrawn in another.
    `second_sealed` is the record under the body's second key, where it had two. `replaces_id` and
    `reason` are a reissue's. `delivered_at` is empty until its file was written
    out whole for the operator: asked for again, a reissue without it is delivered, not replaced.
    `delivered_mark` binds it to its row, from the day the copy is reserved.
    `leaf_index` and `file_leaf_index` are where the public log holds its record and its file, and
    `log_proof` is the proof of the former that its page carries, as it was when that was drawn.
    """

    __tablename__ = "copies"
    __table_args__ = (
        UniqueConstraint("site_id", "year", "print_serial"),
        Index(
            "uq_copies_one_current",
            "award_id",
            unique=True,
            sqlite_where=text("state = 'current'"),
            postgresql_where=text("state = 'current'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    year: Mapped[int]
    print_serial: Mapped[int]
    status_index: Mapped[int] = mapped_column(BigInteger, unique=True)
    record_version: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    layout: Mapped[str] = mapped_column(String(40))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("copies.id"))
    reason: Mapped[str | None] = mapped_column(String(20))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    qr_url_prefix: Mapped[str] = mapped_column(String(200))
    envelope_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    second_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    pdf_stored: Mapped[str | None] = mapped_column(String(64))
    pdf_sha256_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leaf_index: Mapped[int | None] = mapped_column(BigInteger)
    file_leaf_index: Mapped[int | None] = mapped_column(BigInteger)
    log_proof: Mapped[str | None] = mapped_column(Text)
    row_mark: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    delivered_mark: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    award: Mapped[Award] = relationship(back_populates="copies")


class Access(Base):
    """A way in for someone who already holds a claim: finds one award and unwraps its data key."""

    __tablename__ = "access"

    locator: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"), index=True)
    copy_id: Mapped[int | None] = mapped_column(ForeignKey("copies.id"))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary(40))
