"""Public fields say of the national upload; what no key opens of erased awards' events goes."""

import sqlalchemy as sa
from alembic import context, op

from registry.earlier_rows import add_uploads

revision = "0012"
down_revision = "0011"

_GONE = b""


def upgrade() -> None:
    awards = sa.table("awards", sa.column("id"), sa.column("data_key_sealed", sa.LargeBinary()))
    events = sa.table("life_events", sa.column("award_id"), sa.column("sealed", sa.LargeBinary()))
    # By the key, not by the status that a row says of itself: what still opens is never emptied.
    keyless = sa.select(awards.c.id).where(awards.c.data_key_sealed == _GONE)
    op.execute(events.update().where(events.c.award_id.in_(keyless)).values(sealed=_GONE))
    vault = context.config.attributes["vault"]
    if vault is not None:  # else a new database, which holds nothing
        add_uploads(op.get_bind(), vault)


def downgrade() -> None:
    """Earlier versions read the fields they know, and nothing else was there that opens."""
