"""Alembic's entrance: migrates over the connection `registry.schema.upgrade` hands in."""

from alembic import context

import registry.life_models
import registry.log_models
import registry.trail_models
import registry.vault_models  # noqa: F401 - all only to be known
from registry.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
