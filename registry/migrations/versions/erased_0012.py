"""What was sealed of the events of erased awards goes: no key opens it, so nobody sees it change."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_GONE = b""


def upgrade() -> None:
    awards = sa.table("awards", sa.column("id"), sa.column("data_key_sealed", sa.LargeBinary()))
    events = sa.table("life_events", sa.column("award_id"), sa.column("sealed", sa.LargeBinary()))
    # By the key, not by the status that a row says of itself: what still opens is never emptied.
    keyless = sa.select(awards.c.id).where(awards.c.data_key_sealed == _GONE)
    op.execute(events.update().where(events.c.award_id.in_(keyless)).values(sealed=_GONE))


def downgrade() -> None:
    """Nothing was there that anybody could open."""
