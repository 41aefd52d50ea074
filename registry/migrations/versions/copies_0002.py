"""Copies know their kind, layout, what they replace, when they were made and delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ONE_CURRENT = sa.text("state = 'current'")
# Added with a default, because SQLite can add no other column to a table that has rows.
_ADDED = (
    ("kind", sa.String(length=20), "original"),
    ("layout", sa.String(length=40), "national-1"),
    ("made_at", sa.DateTime(), "1970-01-01 00:00:00"),
)


def upgrade() -> None:
    for name, kind, default in _ADDED:
        op.add_column("copies", sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column("copies", sa.Column("reason", sa.String(length=20), nullable=True))
    op.add_column("copies", sa.Column("delivered_at", sa.DateTime(), nullable=True))
    # The library adds a foreign key by itself, which SQLite cannot; in one statement both can.
    op.execute(
        "ALTER TABLE copies ADD COLUMN replaces_id INTEGER "
        "CONSTRAINT fk_copies_replaces_id REFERENCES copies (id)"
    )
    op.execute(
        "UPDATE copies SET made_at = "
        "(SELECT reserved_at FROM awards WHERE awards.id = copies.award_id)"
    )
    op.execute("UPDATE copies SET delivered_at = made_at WHERE pdf_stored IS NOT NULL")
    op.execute("UPDATE copies SET state = 'reserved' WHERE envelope_sealed IS NULL")
    op.create_index(
        "uq_copies_one_current",
        "copies",
        ["award_id"],
        unique=True,
        sqlite_where=_ONE_CURRENT,
        postgresql_where=_ONE_CURRENT,
    )
    if op.get_bind().dialect.name == "postgresql":
        # SQLite would have to rebuild the table, which others point to; there they stay.
        for name, _, _ in _ADDED:
            op.alter_column("copies", name, server_default=None)


def downgrade() -> None:
    raise NotImplementedError("which copies are void would be lost; restore the backup instead")
