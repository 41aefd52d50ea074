"""The public log: leaves waiting and given an index, and copies that know theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_PENDING = sa.text("leaf_index IS NULL")
_WITHOUT_COPY = sa.text("copy_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "log_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=True),
        sa.Column("logged_at", sa.DateTime(), nullable=True),
        sa.Column("award_id", sa.Integer(), nullable=True),
        sa.Column("copy_id", sa.Integer(), nullable=True),
        sa.Column("stream", sa.String(length=40), nullable=True),
        sa.Column("stream_position", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_log_entries_award_id")),
        sa.ForeignKeyConstraint(["copy_id"], ["copies.id"], name=op.f("fk_log_entries_copy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_entries")),
        sa.UniqueConstraint("leaf_index", name=op.f("uq_log_entries_leaf_index")),
        sa.UniqueConstraint(
            "stream", "stream_position", name=op.f("uq_log_entries_stream_stream_position")
        ),
    )
    op.create_index("ix_log_entries_award_id", "log_entries", ["award_id"])
    op.create_index("ix_log_entries_copy_id", "log_entries", ["copy_id"])
    op.create_index(
        "ix_log_entries_pending",
        "log_entries",
        ["id"],
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )
    op.create_index(
        "ix_log_entries_without_copy",
        "log_entries",
        ["kind"],
        sqlite_where=_WITHOUT_COPY,
        postgresql_where=_WITHOUT_COPY,
    )
    op.create_table(
        "log_streams",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_log_streams")),
    )
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("logged_at", sa.DateTime(), nullable=True),
        sa.Column("published_size", sa.BigInteger(), nullable=False),
        sa.Column("published_root", sa.LargeBinary(length=32), nullable=True),
        sa.Column("adopted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_head")),
    )
    # Records from before the log get leaves, and rows their marks, at the next publication.
    op.execute(
        "INSERT INTO log_head (id, size, published_size, adopted) "
        "SELECT 1, 0, 0, NOT EXISTS (SELECT 1 FROM copies)"
    )
    op.add_column("copies", sa.Column("leaf_index", sa.BigInteger(), nullable=True))
    op.add_column("copies", sa.Column("file_leaf_index", sa.BigInteger(), nullable=True))
    op.add_column("copies", sa.Column("log_proof", sa.Text(), nullable=True))
    for table in ("awards", "copies"):
        op.add_column(table, sa.Column("row_mark", sa.LargeBinary(length=32), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("what was logged stays logged; restore the backup instead")
