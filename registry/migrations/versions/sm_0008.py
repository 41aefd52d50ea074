"""Sites choose the algorithm of their QR codes; copies keep the record under a second key."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("sites", sa.Column("preferred_algorithm", sa.Integer(), nullable=True))
    op.add_column("copies", sa.Column("second_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("second signatures would be lost; restore the backup instead")
