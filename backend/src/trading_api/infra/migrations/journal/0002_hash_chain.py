"""The hash chain of the journal, and a place for what was cut from its end."""

import sqlalchemy as sa
from alembic import op

from trading_api.domain.chain import FIRST, link

revision = "journal_0002"
down_revision = "journal_0001"
branch_labels = None
depends_on = None

_PAGE = 5_000

_journal = sa.table(
    "journal",
    sa.column("position"),
    sa.column("stream"),
    sa.column("seq"),
    sa.column("time"),
    sa.column("data"),
    sa.column("hash"),
)


def upgrade() -> None:
    """Link the records that are there, stream by stream."""
    op.add_column("journal", sa.Column("hash", sa.LargeBinary(32), nullable=True))
    _link_all(op.get_bind())
    with op.batch_alter_table("journal") as batch:
        batch.alter_column("hash", existing_type=sa.LargeBinary(32), nullable=False)
    op.create_table(
        "torn_records",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("stream", sa.String(128), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
    )


def _link_all(connection: sa.Connection) -> None:
    heads: dict[str, bytes] = {}
    position = 0
    columns = _journal.c
    while True:
        page = connection.execute(
            sa.select(_journal)
            .where(columns.position > position)
            .order_by(columns.position)
            .limit(_PAGE)
        ).all()
        if not page:
            return
        hashes = []
        for row in page:
            previous = heads.get(row.stream, FIRST)
            heads[row.stream] = link(previous, row.stream, row.seq, row.time, row.data)
            hashes.append({"of": row.position, "value": heads[row.stream]})
        connection.execute(
            sa.update(_journal)
            .where(columns.position == sa.bindparam("of"))
            .values(hash=sa.bindparam("value")),
            hashes,
        )
        position = page[-1].position
