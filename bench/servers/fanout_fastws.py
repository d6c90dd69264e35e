"""FastWS 0.1.7 as its manual shows it: subscribe, then `server_send` from the server's side."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI
from fastws import Client, FastWS, Message, OperationRouter
from pydantic import BaseModel

from shapes import Shape, end_with, fields, note_for, shape_from, turns


class Subscription(BaseModel):
    symbols: list[str]


class Update(BaseModel):
    t: int
    time: int
    open: float
    high: float
    close: float
    note: str


class TopicUpdate(Update):
    topic: str


router = OperationRouter(prefix="ticks.")
service = FastWS()


@router.send("subscribe", reply="subscribe.response")
async def subscribe(payload: Subscription, client: Client) -> Subscription:
    for symbol in payload.symbols:
        client.subscribe(f"ticks:{symbol}")
    return payload


@router.recv("update")
async def update(payload: TopicUpdate) -> TopicUpdate:
    return payload


service.include_router(router)


def message(symbol: str, count: int, note: str) -> Message:
    payload = TopicUpdate(topic=f"ticks:{symbol}", **fields(count, note))
    return Message(type="ticks.update", payload=payload)


async def publish(go: asyncio.Event, shape: Shape) -> None:
    note = note_for(len(message("S000", 0, "").model_dump_json()), shape)
    await go.wait()
    count = 0
    async for turn in turns(shape):
        for symbol in turn:
            # Its own flow control: server_send returns when every client has taken the message.
            await service.server_send(message(symbol, count, note), topic=f"ticks:{symbol}")
            count += 1
        await asyncio.sleep(0)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    service.setup(app)
    go = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, go.set)
    publisher = asyncio.create_task(publish(go, shape_from(sys.argv[2])))
    publisher.add_done_callback(end_with)
    yield
    publisher.cancel()


app = FastAPI(lifespan=lifespan)


@app.websocket("/api/v1/ticks/ws")
async def stream(client: Annotated[Client, Depends(service.manage)]) -> None:
    await service.serve(client)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", backlog=2048)
