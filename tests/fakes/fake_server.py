#!/usr/bin/python3
"""A server under the server contract, small and slow, that can break it on purpose.

Tests start it through a wrapper named interleave-server-<name>, so that the harness finds it like any other. It serves
workloads whose steps are calls, one after another, with a thread for each connection.

Faults (--fault): see FAULTS.
"""
import argparse
import contextlib
import json
import os
import signal
import socket
import sys
import threading
import tomllib

sys.dont_write_bytecode = True  # the folders of the sources stay as they are

from fake_http import Refused, drop_rest, is_more_there, read_request, reply  # noqa: E402

FAULTS = {
    "none": "obeys the contract",
    "no-call": "answers without calling the backend",
    "wrong-body": "answers something else",
    "wrong-status": "answers 500",
    "die": "kills itself with SIGSEGV after --after requests",
    "lie": "counts every response twice",
    "mute": "does not answer SIGUSR1",
    "dawdle": "does not end when asked to describe itself",
    "deaf": "stops answering after --after requests, and keeps the connections",
    "unready": "prints no ready line",
    "babble": "prints something else than the ready line",
    "unsupported": "exits 77 at once",
    "stubborn": "ignores SIGTERM",
    "head-body": "answers HEAD with a body",
    "swapped": "answers pipelined requests in the wrong order",
    "no-allow": "answers a method that is not allowed with 404",
    "one-at-a-time": "serves nobody while it serves somebody",
}


class Backend:
    """One connection to the simulated backend, one call at a time."""

    def __init__(self, address):
        self.socket = socket.create_connection(address)
        self.stream = self.socket.makefile("rb")

    def call(self, service, index):
        words = ("CALL", service, "-", str(index))
        self.socket.sendall(b"*4\r\n" + b"".join(b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words))
        length = int(self.stream.readline()[1:])
        self.stream.read(length + 2)
        return length


class FakeServer:
    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        self.requests = 0
        self.calls = 0
        self.connections = 0
        host, port = options.backend.rsplit(":", 1)
        self.backend_address = (host, int(port))
        with open(options.workload, "rb") as file:
            workload = tomllib.load(file)
        self.sizes = {name: service.get("reply_bytes", 64) for name, service in workload.get("services", {}).items()}
        self.routes = {route["target"]: [step["call"] for step in route.get("steps", [])]
                       for route in workload["route"] if all("call" in step for step in route.get("steps", []))}
        self.turn = threading.Lock() if options.fault == "one-at-a-time" else None
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)

    def counters(self):
        factor = 2 if self.options.fault == "lie" else 1
        return json.dumps({
            "requests": factor * self.requests, "responses": {"200": factor * self.requests},
            "backend_calls": self.calls, "backend_errors": 0,
            "connections_accepted": self.connections, "connections_closed": 0, "connections_reset": 0,
            "threads_created": self.connections, "bytes_in": 0, "bytes_out": 0,
            "in_flight": 0, "max_in_flight": self.connections,
        })

    def answer(self, head, backend):
        """(status, body) of one request."""
        path = head.target.split("?")[0]
        if head.method not in ("GET", "HEAD", "POST"):
            return 404 if self.options.fault == "no-allow" else 405, b"not this way\n"
        if path in ("/", "/healthz"):
            return 200, b"ok\n"
        if path not in self.routes:
            return 404, b"not found\n"
        services = self.routes[path]
        sizes = [self.sizes[service] for service in services]
        if self.options.fault != "no-call":
            sizes = [backend.call(service, index) for index, service in enumerate(services)]
            with self.lock:
                self.calls += len(services)
        if self.options.fault == "wrong-body":
            return 200, b"something else\n"
        if self.options.fault == "wrong-status":
            return 500, b"failed\n"
        return 200, b'{"route":"%s","calls":%d,"bytes":%d}\n' % (path[1:].encode(), len(sizes), sum(sizes))

    def count_request(self):
        with self.lock:
            self.requests += 1
            reached = self.requests > self.options.after
        if reached and self.options.fault == "die":
            os.kill(os.getpid(), signal.SIGSEGV)
        if reached and self.options.fault == "deaf":
            hang(self.options)

    def serve_connection(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        backend = Backend(self.backend_address)
        stream = connection.makefile("rb")
        try:
            while self.serve_request(stream, connection, backend):
                pass
        except OSError:
            pass  # the client left
        finally:
            stream.close()
            connection.close()
            backend.stream.close()
            backend.socket.close()

    def serve_request(self, stream, connection, backend):
        """Whether another may follow."""
        try:
            head = read_request(stream, connection)
        except Refused as refused:
            connection.sendall(reply(refused.status, b"refused\n", close=True))
            drop_rest(connection)
            return False
        if head is None:
            return False
        self.count_request()
        first = self.reply_to(head, backend)
        if self.options.fault == "swapped" and is_more_there(stream, connection):
            first = self.reply_to(read_request(stream, connection), backend) + first
        connection.sendall(first)
        return head.keep_alive

    def reply_to(self, head, backend):
        with self.turn or contextlib.nullcontext():
            status, body = self.answer(head, backend)
        method = "GET" if self.options.fault == "head-body" else head.method
        return reply(status, body, not head.keep_alive, method)

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            self.connections += 1
            threading.Thread(target=self.serve_connection, args=(connection,), daemon=True).start()


def hang(options):
    """For ever; --mark says that it has come to this."""
    if options.mark:
        open(options.mark, "w", encoding="utf-8").close()
    threading.Event().wait()


def say(line):
    os.write(1, (line + "\n").encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", default="fake")
    parser.add_argument("--fault", choices=FAULTS, default="none")
    parser.add_argument("--after", type=int, default=50)
    parser.add_argument("--mark", help="file that is made when the server hangs")
    parser.add_argument("--describe", action="store_true")
    parser.add_argument("--listen")
    parser.add_argument("--backend")
    parser.add_argument("--workload")
    parser.add_argument("--cpu-rate")
    options = parser.parse_args()
    if options.fault == "unsupported":
        print("error: needs hardware that nobody has", file=sys.stderr)
        return 77
    if options.describe and options.fault == "dawdle":
        hang(options)
    if options.describe:
        say(json.dumps({"name": options.name, "family": "threads", "summary": FAULTS[options.fault], "options": [],
                        "build_type": "Release", "capabilities": ["routes", "keep_alive", "pipelining",
                                                                  "concurrent_clients", "live_counters"],
                        "prediction": {"in_flight_limit": None}}))
        return 0
    server = FakeServer(options)
    signal.signal(signal.SIGUSR1, lambda *_: options.fault == "mute" or say(server.counters()))

    def stop(*_):
        say(server.counters())
        os._exit(0)

    signal.signal(signal.SIGTERM, signal.SIG_IGN if options.fault == "stubborn" else stop)
    if options.fault == "unready":
        hang(options)
    if options.fault == "babble":
        say("listening")
    else:
        say(json.dumps({"ready": True, "port": server.listener.getsockname()[1]}))
    server.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
