"""Readers of the `flood` module in a process of their own: commands on stdin, results on stdout.

`open N`            open N readers of `ticks`; answers when each holds its topic
`stall N ROUTE`     open N more that hold `ticks` and ROUTE, and read nothing from then on
`measure SECONDS`   deliveries and the 99th percentile of their latency, of the readers
`ended`             how many of those that stall have been cut or closed by the server
`drop`              close those that stall
"""

import asyncio
import json
import re
import select
import socket
import sys
import time

PATH = "/api/v1/flood/ws"
STAMP = re.compile(rb'"t":(\d+)')


def say(answer: object) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


def opened(port: int, token: str, receive_buffer: int | None = None) -> socket.socket:
    sock = socket.socket()
    if receive_buffer is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.settimeout(20)
    sock.connect(("127.0.0.1", port))
    sock.sendall(
        f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Authorization: Bearer {token}\r\n\r\n".encode()
    )
    head = b""
    while b"\r\n\r\n" not in head:
        head += sock.recv(1)
    assert b" 101 " in head, head
    return sock


def subscribe(sock: socket.socket, route: str) -> None:
    text = json.dumps({"type": f"{route}.subscribe", "payload": {}}).encode()
    sock.sendall(bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text)


def wait_for(sock: socket.socket, what: bytes) -> None:
    seen = b""
    while what not in seen:
        got = sock.recv(1 << 16)
        assert got, "closed"
        seen = seen[-100:] + got


class Reader(asyncio.Protocol):
    def __init__(self, latencies: list[int]) -> None:
        self.latencies = latencies
        self.rest = b""

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        data = self.rest + data
        end = 0
        for stamp in STAMP.finditer(data):
            self.latencies.append(now - int(stamp[1]))
            end = stamp.end()
        self.rest = data[max(end, len(data) - 30) :]

    def connection_lost(self, exc: Exception | None) -> None:
        say({"lost": repr(exc)})


async def main(port: int, token: str) -> None:
    loop = asyncio.get_running_loop()
    latencies: list[int] = []
    stalled: list[socket.socket] = []
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := (await commands.readline()).decode().split():
        command, *arguments = line
        answer: object = "done"
        if command == "open":
            for _ in range(int(arguments[0])):
                sock = await loop.run_in_executor(None, opened, port, token)
                await loop.run_in_executor(None, subscribe, sock, "ticks")
                await loop.run_in_executor(None, wait_for, sock, b"ticks.subscribe.response")
                sock.setblocking(False)
                await loop.create_connection(lambda: Reader(latencies), sock=sock)
        elif command == "stall":
            for _ in range(int(arguments[0])):
                sock = await loop.run_in_executor(None, opened, port, token, 4096)
                subscribe(sock, "ticks")
                subscribe(sock, arguments[1])
                stalled.append(sock)
        elif command == "measure":
            latencies.clear()
            await asyncio.sleep(float(arguments[0]))
            found = sorted(latencies)
            answer = {"count": len(found), "p99_ms": found[int(len(found) * 0.99)] / 1e6}
        elif command == "ended":
            answer = await loop.run_in_executor(None, ended, stalled)
        elif command == "drop":
            for sock in stalled:
                sock.close()
            stalled.clear()
        say(answer)


def ended(stalled: list[socket.socket]) -> int:
    """A connection that was cut tells so by poll, although what came before was not read."""
    poller = select.poll()
    for sock in stalled:
        poller.register(sock, select.POLLRDHUP)
    closed = select.POLLRDHUP | select.POLLERR | select.POLLHUP
    return sum(bool(event & closed) for _, event in poller.poll(0))


asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
