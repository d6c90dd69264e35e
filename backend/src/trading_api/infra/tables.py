"""The schema of the databases as SQLAlchemy Core tables; alembic's migrations make it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
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
equity_metadata = MetaData()

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

equity_points = Table(
    "equity_points",
    equity_metadata,
    Column("account_id", String(128), primary_key=True),
    Column("interval", String(8), primary_key=True),
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    Column("time", BigInteger, nullable=False),
    Column("equity", Text, nullable=False),
    Column("balance", Text, nullable=False),
)

series = Table(
    "series",
    market_metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("symbol", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("resolution", String(8), nullable=False),
    Column("derived", Boolean, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("first", BigInteger),
    Column("last", BigInteger),
    UniqueConstraint("symbol", "kind", "resolution", name="series_key"),
)

chunks = Table(
    "chunks",
    market_metadata,
    Column("series_id", Integer, ForeignKey("series.id"), primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

open_rows = Table(
    "open_rows",
    market_metadata,
    Column("series_id", Integer, ForeignKey("series.id"), primary_key=True),
    Column("time", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)

known_intervals = Table(
    "known_intervals",
    market_metadata,
    Column("symbol", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("resolution", String(8), primary_key=True),
    Column("from_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("to_ms", BigInteger, nullable=False),
)

corporate_actions = Table(
    "corporate_actions",
    market_metadata,
    Column("symbol", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("value", Float, nullable=False),
)

changes = Table(
    "changes",
    market_metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)
