"""The filing procedure: applications, stages, acts; what was filed so far becomes an act."""

import json
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "filing_applications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_applications")),
    )
    op.create_index(
        op.f("ix_filing_applications_credit_code"), "filing_applications", ["credit_code"]
    )
    op.create_table(
        "application_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["filing_applications.id"],
            name=op.f("fk_application_forms_application_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_forms")),
        sa.UniqueConstraint(
            "application_id", "version", name=op.f("uq_application_forms_application_id_version")
        ),
    )
    op.create_table(
        "application_materials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored", sa.String(length=64), nullable=False),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"], ["application_forms.id"], name=op.f("fk_application_materials_form_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_materials")),
    )
    op.create_index(op.f("ix_application_materials_form_id"), "application_materials", ["form_id"])
    op.create_table(
        "application_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("state_before", sa.String(length=20), nullable=False),
        sa.Column("state_after", sa.String(length=20), nullable=False),
        sa.Column("decider", sa.String(length=60), nullable=False),
        sa.Column("approver", sa.String(length=60), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["filing_applications.id"],
            name=op.f("fk_application_decisions_application_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_decisions")),
    )
    op.create_index(
        op.f("ix_application_decisions_application_id"), "application_decisions", ["application_id"]
    )
    op.create_table(
        "public_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("days_off", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["filing_applications.id"],
            name=op.f("fk_public_notices_application_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_notices")),
    )
    op.create_index(op.f("ix_public_notices_application_id"), "public_notices", ["application_id"])
    op.create_table(
        "objections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("settled_by", sa.String(length=60), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["public_notices.id"], name=op.f("fk_objections_notice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
    )
    op.create_index(op.f("ix_objections_notice_id"), "objections", ["notice_id"])
    op.create_table(
        "filing_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("decider", sa.String(length=60), nullable=True),
        sa.Column("approver", sa.String(length=60), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("logged", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["filing_applications.id"],
            name=op.f("fk_filing_acts_application_id"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_filing_acts_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_acts")),
    )
    op.create_index(op.f("ix_filing_acts_site_id"), "filing_acts", ["site_id"])
    op.create_table(
        "body_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["bodies.id"], name=op.f("fk_body_names_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_names")),
    )
    op.create_index(op.f("ix_body_names_body_id"), "body_names", ["body_id"])
    _record_what_was_filed()


def _record_what_was_filed() -> None:
    """Write one act for each site: the filings recorded so far, which had no acts of their own."""
    connection = op.get_bind()
    published = connection.execute(
        sa.text("SELECT min(published_at) FROM key_document_issues")
    ).scalar()
    filed = sa.text(
        "SELECT s.id, b.name, b.credit_code, s.address, f.occupation, f.level, f.valid_from, "
        "f.valid_to FROM filings f JOIN sites s ON s.id = f.site_id "
        "JOIN bodies b ON b.id = s.body_id ORDER BY s.id, f.id"
    )
    for site_id, group in groupby(connection.execute(filed).all(), key=lambda row: row[0]):
        rows = list(group)
        identity = dict(zip(("name", "credit_code", "address"), rows[0][1:4], strict=True))
        windows = [[row[4], row[5], str(row[6]), row[7] and str(row[7])] for row in rows]
        detail = {name: value for name, value in identity.items() if value}
        connection.execute(
            sa.text(
                "INSERT INTO filing_acts (site_id, event, decided_on, effective_on, detail, "
                "recorded_at, logged) VALUES (:site, 'recorded', :day, :day, :detail, :at, :logged)"
            ),
            {
                "site": site_id,
                "day": min(row[6] for row in rows),
                "detail": json.dumps(
                    {**detail, "windows": windows}, ensure_ascii=False, sort_keys=True
                ),
                "at": published or "1970-01-01 00:00:00",
                "logged": False,
            },
        )


def downgrade() -> None:
    raise NotImplementedError("who decided what would be lost; restore the backup instead")
