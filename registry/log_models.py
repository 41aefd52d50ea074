"""The tables of the public log: what waits to be logged, what was, and how far it is published.

A leaf is appended in the transaction of the act itself and gets its index later, from the one
sequencer. The files under `public/log` are the log; these rows are what they are made from, and
what `yanzhen log fsck` compares with them. See docs/decisions/0013-public-log.md.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.models import Base, UtcDateTime


class LogEntry(Base):
    """One leaf, from the act that appended it; `leaf` is its final bytes once it has an index.

    `body` is the leaf without the time it was logged, which only the sequencer knows. `row_mark`
    vouches for an entry about an award until it has its index (`registry.row_marks`).
    `stream` and `stream_position` are an issue leaf's: it gets an index after all before it there.
    """

    __tablename__ = "log_entries"
    __table_args__ = (
        UniqueConstraint("stream", "stream_position"),
        Index(
            "ix_log_entries_pending",
            "id",
            sqlite_where=text("leaf_index IS NULL"),
            postgresql_where=text("leaf_index IS NULL"),
        ),
        Index(
            "ix_log_entries_without_copy",
            "kind",
            sqlite_where=text("copy_id IS NULL"),
            postgresql_where=text("copy_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    leaf_index: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    kind: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    leaf: Mapped[bytes | None] = mapped_column(LargeBinary)
    logged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    award_id: Mapped[int | None] = mapped_column(ForeignKey("awards.id"), index=True)
    copy_id: Mapped[int | None] = mapped_column(ForeignKey("copies.id"), index=True)
    stream: Mapped[str | None] = mapped_column(String(40))
    stream_position: Mapped[int | None]
    row_mark: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class LogStream(Base):
    """The last position of a stream that has an index."""

    __tablename__ = "log_streams"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int]


class LogHead(Base):
    """The one row that whoever gives out indexes holds; what was given, what was published.

    `published_size` and `published_root` are the database's own memory of the last checkpoint; a
    database restored from a backup gives itself away by it. `adopted` is False while records from
    before the log have no leaf.
    """

    __tablename__ = "log_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
    logged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_size: Mapped[int] = mapped_column(BigInteger)
    published_root: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    adopted: Mapped[bool]
