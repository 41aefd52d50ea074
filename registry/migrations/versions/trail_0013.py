"""The audit trail is indexed by what its entries are about."""

from alembic import op

revision = "0013"
down_revision = "0012"

_INDEX = "ix_trail_of_subject"


def upgrade() -> None:
    op.create_index(_INDEX, "trail", ["subject", "act"])


def downgrade() -> None:
    op.drop_index(_INDEX, "trail")
