"""HTTP servers that misbehave, for tests of the load generator: one thread per connection, in the test's process."""

from __future__ import annotations

import re
import socket
import struct
import threading
from typing import Callable

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"

# What a server does with one request: the reply's bytes, and whether the connection goes on.
Behaviour = Callable[["FaultyServer", bytes, socket.socket], bool]


def reset(connection: socket.socket) -> None:
    """Closes with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def replies(data: bytes, goes_on: bool = True) -> Behaviour:
    def behave(_: FaultyServer, __: bytes, connection: socket.socket) -> bool:
        connection.sendall(data)
        return goes_on

    return behave


def resets(_: FaultyServer, __: bytes, connection: socket.socket) -> bool:
    reset(connection)
    return False


def never_answers(server: FaultyServer, _: bytes, __: socket.socket) -> bool:
    server.over.wait()
    return False


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """The first request gets the first behaviour, and so on, over all connections."""

    def behave(server: FaultyServer, head: bytes, connection: socket.socket) -> bool:
        return behaviours[len(server.heads) % len(behaviours)](server, head, connection)

    return behave


class FaultyServer:
    """Listens on 127.0.0.1; `heads` are the request heads so far."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.heads: list[bytes] = []
        self.over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> FaultyServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        data = b""
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                while True:
                    while b"\r\n\r\n" not in data:
                        piece = connection.recv(65536)
                        if not piece:
                            return
                        data += piece
                    head, _, data = data.partition(b"\r\n\r\n")
                    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
                    while length and len(data) < int(length[1]):
                        data += connection.recv(65536)
                    data = data[int(length[1]) if length else 0:]
                    self.heads.append(head)
                    if not self.behaviour(self, head, connection):
                        return
            except OSError:
                return
