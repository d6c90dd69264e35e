"""The schema of both databases as SQLAlchemy Core tables; alembic's migrations make it."""

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

journal_metadata = MetaData()
market_metadata = MetaData()

# SQLite numbers rows only for a column of type INTEGER; elsewhere positions outgrow 32 bits.
_position = BigInteger().with_variant(Integer, "sqlite")

journal = Table(
    "journal",
    journal_metadata,
    Column("position", _position, primary_key=True, autoincrement=True),
    Column("stream", String(128), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    UniqueConstraint("stream", "seq", name="journal_stream_seq"),
)

snapshots = Table(
    "snapshots",
    journal_metadata,
    Column("stream", String(128), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("head", LargeBinary(32), nullable=False),
    Column("schema", String(64), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)

torn_records = Table(
    "torn_records",
    journal_metadata,
    Column("position", _position, primary_key=True, autoincrement=True),
    Column("stream", String(128), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)

api_keys = Table(
    "api_keys",
    journal_metadata,
    Column("name", String(128), primary_key=True),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("account_id", String(128)),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
)

sessions = Table(
    "sessions",
    journal_metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("principal", String(128), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

login_codes = Table(
    "login_codes",
    journal_metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
)

symbols = Table(
    "symbols",
    market_metadata,
    Column("symbol", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
