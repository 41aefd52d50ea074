"""What waits for the public log is vouched for: by the vault's mark, or by the list's own row."""

import sqlalchemy as sa
from alembic import op

from codes.wording import Text
from registry.errors import HomeError

revision = "0009"
down_revision = "0008"

_WAITING = "SELECT count(*) FROM log_entries WHERE leaf_index IS NULL"


def upgrade() -> None:
    if waiting := op.get_bind().scalar(sa.text(_WAITING)):
        raise HomeError(
            "leaves_waiting",
            Text(
                f"尚有 {waiting} 条记录未载入公开日志，未升级；"
                "请先用原版本再次运行 yanzhen issue 或 yanzhen tend，再运行 yanzhen migrate",
                f"leaves that still wait for the public log: {waiting}; nothing was migrated. Run "
                "yanzhen issue or yanzhen tend once more by the former version, then yanzhen "
                "migrate",
            ),
        )
    for table, column in (("log_entries", "row_mark"), ("key_document_issues", "sha256")):
        op.add_column(table, sa.Column(column, sa.LargeBinary(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("log_entries", "row_mark")
    op.drop_column("key_document_issues", "sha256")
