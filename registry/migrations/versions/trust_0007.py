"""Signing keys know since when they may have been in other hands, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("signing_keys", sa.Column("compromised_since", sa.DateTime(), nullable=True))
    op.add_column("signing_keys", sa.Column("compromise_reason", sa.String(200), nullable=True))


def downgrade() -> None:
    op.drop_column("signing_keys", "compromise_reason")
    op.drop_column("signing_keys", "compromised_since")
