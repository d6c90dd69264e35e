"""The catalogue of instruments."""

import sqlalchemy as sa
from alembic import op

revision = "market_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of the first version."""
    op.create_table(
        "symbols",
        sa.Column("symbol", sa.String(64), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
