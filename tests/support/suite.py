"""A server of the suite with its backend, as a test wants them: started, asked over plain sockets, counted."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from processes import Process, binary, run, source_dir

REPLY_DEADLINE_S = 20.0  # generous: sanitizer builds on a busy machine
SIGNAL_PATIENCE_S = 5.0  # longer than a forced end takes


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """One HTTP connection, byte by byte where a test wants it. Every wait has a deadline."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=REPLY_DEADLINE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def get(self, target: str, *headers: str) -> Reply:
        self.send(request(target, *headers))
        return self.reply()

    def reply(self, head_only: bool = False) -> Reply:
        """The next reply; fails if the connection ends before it is complete."""
        head = self._until(b"\r\n\r\n")
        status_line, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        status = int(re.fullmatch(r"HTTP/1\.1 (\d{3}) .+", status_line)[1])
        length = 0 if head_only or status == 100 else int(headers["content-length"])
        while len(self._buffer) < length:
            self._receive()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return Reply(status, headers, body)

    def ended(self) -> bool:
        """Waits for the end of the connection; False if bytes come instead."""
        try:
            return not self._buffer and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def _until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            self._receive()
        head, _, self._buffer = self._buffer.partition(end)
        return head

    def _receive(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError(f"the connection ended within a reply: {self._buffer!r}")
        self._buffer += data


def request(target: str, *headers: str, method: str = "GET", body: bytes = b"") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: test", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def server_command(model: str) -> list[str]:
    """Program and first arguments: as the file of an external server says, else of the build."""
    for folder in (source_dir() / "servers" / "external", source_dir() / "tests" / "peers"):
        file = folder / f"{model}.toml"
        if file.exists():
            words = tomllib.loads(file.read_text())["command"]
            bin_dir = os.environ["INTERLEAVE_BIN_DIR"]
            return [word.replace("{folder}", str(folder)).replace("{bin}", bin_dir) for word in words]
    return [binary(f"interleave-server-{model}")]


def is_python(model: str) -> bool:
    return any("python" in Path(word).name for word in server_command(model))


def describe(model: str) -> dict[str, Any]:
    done = run([*server_command(model), "--describe"])
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Backend(Process):
    def __init__(self, workload: Path) -> None:
        super().__init__([binary("interleave-backend"), "--listen", "127.0.0.1:0", "--workload", workload])
        self.port: int = self.wait_ready()["port"]

    def stats(self) -> dict[str, Any]:
        done = run(["redis-cli", "-h", "127.0.0.1", "-p", str(self.port), "STATS"])
        return json.loads(done.stdout)


class Server(Process):
    def __init__(self, model: str, workload: Path, backend_port: int, *options: str, **process_options: Any) -> None:
        super().__init__([*server_command(model), "--listen", "127.0.0.1:0", "--backend",
                          f"127.0.0.1:{backend_port}", "--workload", workload, *options], **process_options)
        self.model = model
        self.port: int = self.wait_ready()["port"]

    def client(self) -> Client:
        return Client(self.port)

    def get(self, target: str, *headers: str) -> Reply:
        """One request on a connection of its own."""
        with self.client() as client:
            return client.get(target, "Connection: close", *headers)

    def counters(self) -> dict[str, Any]:
        self.send_signal(signal.SIGUSR1)
        return json.loads(self._line_after(signal.SIGUSR1))

    def _line_after(self, number: int) -> str:
        """The line that a signal asks for. ThreadSanitizer now and then loses a signal that comes while a thread is
        being made, and CPython one in thousands on a busy machine: there, and nowhere else, it is sent again."""
        try:
            return self.read_line(SIGNAL_PATIENCE_S)
        except TimeoutError as error:
            if "thread" in describe(self.model)["build_type"] or is_python(self.model):
                print(f"signal {number} is sent again: {error}")
                self.send_signal(number)
            return self.read_line()

    def counters_when(self, holds: Any, deadline_s: float = REPLY_DEADLINE_S) -> dict[str, Any]:
        """Asks for the counters until `holds(counters)`. Fails at the deadline with the last ones."""
        deadline = time.monotonic() + deadline_s
        while True:
            counters = self.counters()
            if holds(counters):
                return counters
            assert time.monotonic() < deadline, f"did not come true: {counters}"

    def stop(self) -> dict[str, Any]:
        """SIGTERM; the last line's counters. The exit code must be 0."""
        self.send_signal(signal.SIGTERM)
        lines = []
        while line := self._line_after(signal.SIGTERM):
            lines.append(line)
        assert self.wait() == 0, self.stderr
        return json.loads(lines[-1])

    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    def children(self) -> list[int]:
        """Pids of its child processes, whichever thread has made them."""
        return [int(pid) for task in Path(f"/proc/{self.pid}/task").glob("*/children")
                for pid in task.read_text().split()]

    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))
