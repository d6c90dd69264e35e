"""The curves of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "equity_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of the first version."""
    op.create_table(
        "equity_points",
        sa.Column("account_id", sa.String(128), primary_key=True),
        sa.Column("interval", sa.String(8), primary_key=True),
        sa.Column("bucket", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("equity", sa.Text, nullable=False),
        sa.Column("balance", sa.Text, nullable=False),
    )
