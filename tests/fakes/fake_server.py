#!/usr/bin/python3
"""A server under the server contract, small and slow, that can break it on purpose.

Tests start it through a wrapper named interleave-server-<name>, so that the harness finds it like any other. It serves
the workload one_call: one call to the backend for each request, a thread for each connection.

Faults (--fault): see FAULTS.
"""
import argparse
import json
import os
import signal
import socket
import sys
import threading

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
}


class Backend:
    """One connection to the simulated backend, one call at a time."""

    def __init__(self, address):
        self.socket = socket.create_connection(address)
        self.stream = self.socket.makefile("rb")

    def call(self):
        self.socket.sendall(b"*4\r\n$4\r\nCALL\r\n$2\r\ndb\r\n$1\r\n-\r\n$1\r\n0\r\n")
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

    def answer(self, path, backend):
        """(status, body) of one request."""
        if path != "/one_call":
            return 404, b"not found\n"
        size = 64
        if self.options.fault != "no-call":
            size = backend.call()
            with self.lock:
                self.calls += 1
        if self.options.fault == "wrong-body":
            return 200, b"something else\n"
        if self.options.fault == "wrong-status":
            return 500, b"failed\n"
        return 200, b'{"route":"one_call","calls":1,"bytes":%d}\n' % size

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
            while line := stream.readline():
                headers = []
                while (header := stream.readline()) not in (b"\r\n", b""):
                    headers.append(header.strip().lower())
                self.count_request()
                status, body = self.answer(line.split()[1].decode().split("?")[0], backend)
                close = b"connection: close" in headers
                connection.sendall(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\nConnection: %s\r\n\r\n%s" %
                                   (status, len(body), b"close" if close else b"keep-alive", body))
                if close:
                    break
        except OSError:
            pass  # the client left
        finally:
            stream.close()
            connection.close()
            backend.stream.close()
            backend.socket.close()

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
                        "build_type": "Release", "capabilities": ["routes", "keep_alive", "concurrent_clients",
                                                                  "live_counters"],
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
