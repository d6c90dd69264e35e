"""A socket client that does only what it is told: no pong, no close, no reading by itself."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import msgspec

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class RawFrame(NamedTuple):
    opcode: int
    payload: bytes

    @property
    def message(self) -> Any:
        return msgspec.json.decode(self.payload)

    @property
    def close_code(self) -> int:
        return int.from_bytes(self.payload[:2], "big")


class RawSocket:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._loop = asyncio.get_running_loop()
        self._buffer = b""

    async def send_bytes(self, data: bytes) -> None:
        await self._loop.sock_sendall(self.sock, data)

    async def send_frame(self, opcode: int, payload: bytes, *, fin: bool = True) -> None:
        await self.send_bytes(masked(opcode, payload, fin=fin))

    async def send(self, type_: str, payload: Any = None) -> None:
        message = {"type": type_, "id": "raw", "payload": payload or {}}
        await self.send_frame(TEXT, msgspec.json.encode(message))

    async def read_frame(self) -> RawFrame | None:
        """The next frame; None at the end of the stream."""
        async with asyncio.timeout(10):
            try:
                head = await self.read_exactly(2)
                length = head[1] & 127
                if length > 125:
                    length = int.from_bytes(
                        await self.read_exactly(2 if length == 126 else 8), "big"
                    )
                return RawFrame(head[0] & 15, await self.read_exactly(length))
            except (EOFError, ConnectionError):
                return None

    async def read_until(self, opcode: int) -> RawFrame:
        while (frame := await self.read_frame()) is not None:
            if frame.opcode == opcode:
                return frame
        raise AssertionError(f"the stream ended before a frame with opcode {opcode}")

    async def read_all(self) -> list[RawFrame]:
        """Every frame until a close frame or the end of the stream."""
        frames = []
        while (frame := await self.read_frame()) is not None:
            frames.append(frame)
            if frame.opcode == CLOSE:
                break
        return frames

    async def read_line(self) -> bytes:
        while b"\r\n" not in self._buffer:
            await self._fill()
        line, self._buffer = self._buffer.split(b"\r\n", 1)
        return line

    async def read_rest(self) -> bytes:
        """What still comes until the end of the stream."""
        try:
            while True:
                await self._fill()
        except EOFError:
            data, self._buffer = self._buffer, b""
            return data

    async def read_exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            await self._fill()
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    async def _fill(self) -> None:
        data = await self._loop.sock_recv(self.sock, 1 << 16)
        if not data:
            raise EOFError
        self._buffer += data


def masked(opcode: int, payload: bytes, *, fin: bool = True) -> bytes:
    mask = os.urandom(4)
    first = (0x80 if fin else 0) | opcode
    length = len(payload)
    if length < 126:
        head = bytes((first, 0x80 | length))
    elif length < 65536:
        head = bytes((first, 0x80 | 126)) + length.to_bytes(2, "big")
    else:
        head = bytes((first, 0x80 | 127)) + length.to_bytes(8, "big")
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


@asynccontextmanager
async def raw_socket(
    port: int, path: str, token: str, receive_buffer: int | None = None
) -> AsyncIterator[RawSocket]:
    """A connection whose handshake is done."""
    with socket.socket() as sock:
        if receive_buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        raw = RawSocket(sock)
        await raw.send_bytes(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate\r\n"
            f"Authorization: Bearer {token}\r\n\r\n".encode()
        )
        assert b" 101 " in await raw.read_line()
        while line := await raw.read_line():
            assert not line.lower().startswith(b"sec-websocket-extensions")
        yield raw
