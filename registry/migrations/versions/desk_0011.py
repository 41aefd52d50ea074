"""Indexes that the desks' lists are answered by, among them one of the holders' names."""

import sqlalchemy as sa
from alembic import context, op

from registry.earlier_rows import index_names

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("awards", sa.Column("name_index", sa.LargeBinary(length=32), nullable=True))
    for name, column in (("of_site", "site_id"), ("of_batch", "batch_id")):
        columns = [column, "status", "level", "issued_on", "id"]
        op.create_index(f"ix_awards_{name}", "awards", columns)
    op.create_index("ix_awards_of_name", "awards", ["name_index", "site_id", "id"])
    op.drop_index("ix_awards_batch_id", "awards")
    op.create_index("ix_life_acts_of_site", "life_acts", ["site_id", "state", "id"])
    op.drop_index("ix_life_acts_site_id", "life_acts")
    vault = context.config.attributes["vault"]
    if vault is not None:  # else a new database, which holds nothing
        index_names(op.get_bind(), vault)


def downgrade() -> None:
    op.drop_index("ix_awards_of_name", "awards")
    op.create_index("ix_awards_batch_id", "awards", ["batch_id"])
    op.drop_index("ix_awards_of_batch", "awards")
    op.drop_index("ix_awards_of_site", "awards")
    op.drop_column("awards", "name_index")
    op.create_index("ix_life_acts_site_id", "life_acts", ["site_id"])
    op.drop_index("ix_life_acts_of_site", "life_acts")
