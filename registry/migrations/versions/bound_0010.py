"""Marks bind recordings, deliveries and the counters of status lists; seals, second signatures."""

import sqlalchemy as sa
from alembic import context, op

from registry.earlier_rows import mark_deliveries, mark_lists, mark_recordings, seal_anew

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for table, column in (
        ("awards", "recorded_mark"),
        ("copies", "delivered_mark"),
        ("status_lists", "row_mark"),
    ):
        op.add_column(table, sa.Column(column, sa.LargeBinary(length=32), nullable=True))
    vault = context.config.attributes["vault"]
    if vault is None:  # a new database, which holds nothing
        return
    connection = op.get_bind()
    seal_anew(connection, vault)
    mark_recordings(connection, vault)
    mark_deliveries(connection, vault)
    mark_lists(connection, vault)


def downgrade() -> None:
    raise NotImplementedError("earlier versions open no record sealed anew; restore the backup")
