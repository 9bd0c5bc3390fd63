"""Calls to the simulated backend over RESP2, blocking and with asyncio. One call at a time on a connection: RESP has no
ids, so a connection whose call was given up is closed, or its late reply would answer the next call."""

from __future__ import annotations

import asyncio
import socket
import time
from collections import deque

Address = tuple[str, int]


class CallFailed(Exception):
    """A call without a reply; `status` is what the request is answered with."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status

    def rank(self) -> int:
        """Of several failures the one that says more: 504, then 502, then 503."""
        return {504: 3, 502: 2, 503: 1}[self.status]


def encode_call(service: str, request_id: str, index: int) -> bytes:
    words = ("CALL", service, request_id, str(index))
    return f"*{len(words)}\r\n".encode() + b"".join(b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words)


def _reply_length(line: bytes) -> int:
    """Length of the bulk string that a line announces. Raises CallFailed for an error reply, ConnectionError for what
    is neither."""
    if line.startswith(b"-") and line.endswith(b"\r\n"):
        raise CallFailed(502)
    if not line.startswith(b"$") or not line[1:-2].isdigit() or not line.endswith(b"\r\n"):
        raise ConnectionError(f"not a reply: {line!r}")
    return int(line[1:-2])


class BlockingBackend:
    """One connection, made when it is needed and kept. For a server with one thread."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._socket: socket.socket | None = None
        self._buffer = b""

    def call(self, request: bytes, deadline: float) -> int:
        """Bytes of the reply. `deadline` in time.monotonic(). Raises CallFailed."""
        try:
            if self._socket is None:
                self._socket = socket.create_connection(self._address, timeout=_left(deadline))
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.settimeout(_left(deadline))
            self._socket.sendall(request)
            length = _reply_length(self._line(deadline))
            self._receive_until(length + 2, deadline)
            self._buffer = self._buffer[length + 2:]
            return length
        except CallFailed:
            raise
        except TimeoutError:
            self.close()
            raise CallFailed(504) from None
        except OSError:
            self.close()
            raise CallFailed(502) from None

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._buffer = b""

    def _line(self, deadline: float) -> bytes:
        while b"\n" not in self._buffer:
            self._receive_until(len(self._buffer) + 1, deadline)
        line, end, self._buffer = self._buffer.partition(b"\n")
        return line + end

    def _receive_until(self, count: int, deadline: float) -> None:
        while len(self._buffer) < count:
            self._socket.settimeout(_left(deadline))
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionError("the backend closed the connection")
            self._buffer += data


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class AsyncBackend:
    """A pool of at most `connections`; beyond it calls wait in a queue, first come first served, and beyond that one
    they fail with 503."""

    def __init__(self, address: Address, connections: int, queue: int) -> None:
        self._address = address
        self._limit = connections
        self._queue_limit = queue
        self._open = 0
        self._idle: list[Stream] = []
        self._waiting: deque[asyncio.Future[Stream | None]] = deque()

    async def call(self, request: bytes, deadline: float) -> int:
        """Bytes of the reply. `deadline` in the loop's time. Raises CallFailed."""
        try:
            async with asyncio.timeout_at(deadline):
                stream = await self._take()
        except TimeoutError:
            raise CallFailed(504) from None
        keep = False
        try:
            async with asyncio.timeout_at(deadline):
                if stream is None:
                    stream = await asyncio.open_connection(*self._address)
                reader, writer = stream
                writer.write(request)
                line = await reader.readline()
                keep = line.startswith(b"-")
                length = _reply_length(line)
                await reader.readexactly(length + 2)
                keep = True
                return length
        except TimeoutError:
            raise CallFailed(504) from None
        except (OSError, EOFError, ValueError):
            raise CallFailed(502) from None
        finally:
            if not keep and stream is not None:
                stream[1].transport.abort()
            self._give(stream if keep else None)

    def close(self) -> None:
        for _, writer in self._idle:
            writer.transport.abort()

    async def _take(self) -> Stream | None:
        """An idle connection, or None: the right to make one."""
        if self._idle:
            return self._idle.pop()
        if self._open < self._limit:
            self._open += 1
            return None
        if len(self._waiting) >= self._queue_limit:
            raise CallFailed(503)
        turn: asyncio.Future[Stream | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give(turn.result())  # it came in the same moment as the deadline
            elif turn in self._waiting:
                self._waiting.remove(turn)
            raise

    def _give(self, stream: Stream | None) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(stream)
                return
        if stream is None:
            self._open -= 1
        else:
            self._idle.append(stream)
