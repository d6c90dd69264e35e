"""Orders as a user would write them by hand: FastAPI, SQLAlchemy's ORM, one commit per order.

It checks far less than the server that is measured beside it: the account's cash, and no more.
Same promise: SQLite, write-ahead log, synchronous=FULL, answered after the commit.
The endpoint is `async def` on purpose: with `def`, forty threads fight for one write lock, and the
rate was lower (bench/README.md has the comparison).
"""

import sys
import time
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

TOKEN = "bench-owner-token-0123456789"
SYMBOLS = {"AAPL", "MSFT", "IBM", "GOOG", "FB", "BTCUSD"}


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    cash: Mapped[str]
    reserved: Mapped[str]


class OrderRow(Base):
    __tablename__ = "orders"
    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    symbol: Mapped[str]
    side: Mapped[str]
    type: Mapped[str]
    quantity: Mapped[str]
    limit_price: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[int]


class OrderIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    symbol: str
    side: Literal["buy", "sell"]
    type: Literal["limit"]
    quantity: Decimal = Field(gt=0)
    limit_price: Decimal = Field(gt=0)


class OrderOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: str
    account_id: int
    symbol: str
    side: str
    type: str
    quantity: Decimal
    limit_price: Decimal
    status: str
    created_at: int


engine = create_engine(f"sqlite:///{Path(sys.argv[2]) / 'orders.db'}")
new_session = sessionmaker(engine, expire_on_commit=False)


@event.listens_for(engine, "connect")
def set_pragmas(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


async def session() -> Any:
    with new_session() as opened:
        yield opened


async def account_id(authorization: Annotated[str, Header()]) -> int:
    if authorization != f"Bearer {TOKEN}":
        raise HTTPException(401)
    return 1


app = FastAPI()


@app.get("/api/v1/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/api/v1/broker/orders", status_code=201, response_model=OrderOut)
async def place(
    order: OrderIn,
    account: Annotated[int, Depends(account_id)],
    db: Annotated[Session, Depends(session)],
) -> OrderRow:
    if order.symbol not in SYMBOLS:
        raise HTTPException(404, f"unknown symbol {order.symbol}")
    holder = db.get_one(Account, account)
    reserved = Decimal(holder.reserved) + order.quantity * order.limit_price
    if reserved > Decimal(holder.cash):
        raise HTTPException(422, "insufficient margin")
    holder.reserved = str(reserved)
    row = OrderRow(
        id=uuid.uuid4().hex, account_id=account, symbol=order.symbol, side=order.side,
        type=order.type, quantity=str(order.quantity), limit_price=str(order.limit_price),
        status="working", created_at=time.time_ns() // 1_000_000,
    )  # fmt: skip
    db.add(row)
    db.commit()
    return row


if __name__ == "__main__":
    Base.metadata.create_all(engine)
    with new_session() as first:
        first.add(Account(id=1, cash="100000", reserved="0"))
        first.commit()
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
