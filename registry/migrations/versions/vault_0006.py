"""Holders get keys of their own; the audit trail, erasures and the vault's state get tables."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_SQLITE_REFUSALS = tuple(
    f"""CREATE TRIGGER trail_no_{act.lower()} BEFORE {act} ON trail
    BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END"""
    for act in ("UPDATE", "DELETE")
)
_POSTGRESQL_REFUSALS = (
    """CREATE FUNCTION trail_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the audit trail is only added to'; END $$""",
    """CREATE TRIGGER trail_no_change BEFORE UPDATE OR DELETE ON trail
    FOR EACH ROW EXECUTE FUNCTION trail_refuse()""",
    """CREATE TRIGGER trail_no_truncate BEFORE TRUNCATE ON trail
    FOR EACH STATEMENT EXECUTE FUNCTION trail_refuse()""",
)


def upgrade() -> None:
    op.add_column("holders", sa.Column("key_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("holders", sa.Column("key_generation", sa.Integer(), nullable=True))
    op.add_column("holders", sa.Column("erased_at", sa.DateTime(), nullable=True))
    op.create_index("ix_holders_key_generation", "holders", ["key_generation"])
    op.create_table(
        "vault_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("changing_to", sa.Integer(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_vault_state_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_state")),
    )
    op.execute("INSERT INTO vault_state (id, generation) VALUES (1, 1)")
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("order_reference", sa.String(length=200), nullable=True),
        sa.Column("proposer", sa.String(length=100), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("approver", sa.String(length=100), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("rule", sa.String(length=40), nullable=True),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("files", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["holder_id"], ["holders.id"], name=op.f("fk_erasures_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index("ix_erasures_holder_id", "erasures", ["holder_id"])
    op.create_table(
        "erased_records",
        sa.Column("locator", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("locator", name=op.f("pk_erased_records")),
    )
    op.create_table(
        "trail",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("ground", sa.String(length=300), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("former", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail")),
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRESQL_REFUSALS if postgresql else _SQLITE_REFUSALS:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("holders would lose their keys; restore the backup instead")
