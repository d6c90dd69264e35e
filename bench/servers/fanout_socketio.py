"""python-socketio as its manual shows it: a room per topic, `emit` to the room."""

import asyncio
import json
import signal
import sys
from typing import Any

import socketio
import uvicorn

from shapes import end_with, fields, note_for, shape_from, turns

shape = shape_from(sys.argv[2])
service = socketio.AsyncServer(async_mode="asgi")


@service.on("ticks.subscribe")
async def subscribe(sid: str, payload: dict[str, Any]) -> None:
    for symbol in payload["symbols"]:
        await service.enter_room(sid, f"ticks:{symbol}")
    await service.emit("ticks.subscribe.response", {}, to=sid)


async def publish(go: asyncio.Event) -> None:
    probe = json.dumps(
        ["ticks.update", {**fields(0, ""), "topic": "ticks:S000"}], separators=(",", ":")
    )
    note = note_for(len("42" + probe), shape)
    await go.wait()
    count = 0
    async for turn in turns(shape):
        for symbol in turn:
            update = {**fields(count, note), "topic": f"ticks:{symbol}"}
            # It returns when every client's queue has the packet: its own flow control.
            await service.emit("ticks.update", update, room=f"ticks:{symbol}")
            count += 1
        await asyncio.sleep(0)


async def start() -> None:
    go = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, go.set)
    publisher = asyncio.create_task(publish(go))
    publisher.add_done_callback(end_with)
    background.append(publisher)


background: list["asyncio.Task[None]"] = []
app = socketio.ASGIApp(service, on_startup=start)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", backlog=2048)
