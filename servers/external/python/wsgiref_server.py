"""One thread, wsgiref, blocking calls: one request after another, one for each connection. The HTTP head and the WSGI
side are the standard library's; what it leaves open (deadlines, limits, framing) comes from http_rules."""

from __future__ import annotations

import io
import select
import selectors
import socket
import time
from http import HTTPStatus
from typing import Any, Iterable
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

from application import Application, BackendCalls, Pause, Reply, Steps, error_reply
from backend import BlockingBackend, CallFailed
from counters import Counters
from http_rules import Refused, format_reply, header_lines, judge, read_body
from options import Config
from wakeup import SignalWakeup

FAMILY = "blocking"
SUMMARY = "Python: wsgiref, one thread, one request at a time"
CAPABILITIES = ["routes", "live_counters", "own_cpu_rate"]
IN_FLIGHT_LIMIT = 1

_DROPS = 64  # reads of a refused client's bytes, so that it sees the answer


class WsgiApplication:
    """The WSGI face of the application."""

    def __init__(self, application: Application, backend: BlockingBackend, backend_timeout: float) -> None:
        self._application = application
        self._backend = backend
        self._backend_timeout = backend_timeout

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        query = environ["QUERY_STRING"]
        target = environ["PATH_INFO"] + ("?" + query if query else "")
        reply = self._application.start(method, target, environ.get("HTTP_X_REQUEST_ID"))
        if not isinstance(reply, Reply):
            reply = self._perform(reply)
        start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", header_lines(reply, None))
        return [] if method == "HEAD" else [reply.body]

    def _perform(self, steps: Steps) -> Reply:
        try:
            wait = next(steps)
            while True:
                match wait:
                    case BackendCalls(requests):
                        deadline = time.monotonic() + self._backend_timeout
                        outcome = [self._call(request, deadline) for request in requests]  # one after another
                    case Pause(seconds):
                        outcome = time.sleep(seconds)
                wait = steps.send(outcome)
        except StopIteration as end:
            return end.value

    def _call(self, request: bytes, deadline: float) -> int | CallFailed:
        try:
            return self._backend.call(request, deadline)
        except CallFailed as failure:
            return failure


class ClientReader(io.RawIOBase):
    """The bytes of a client until a deadline, or until the server is told to stop."""

    def __init__(self, connection: socket.socket, stop: socket.socket, wakeup: SignalWakeup,
                 counters: Counters) -> None:
        self._connection = connection
        self._stop = stop
        self._wakeup = wakeup
        self._counters = counters
        self.deadline = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        ready: list[Any] = []
        while self._connection not in ready:
            left = max(0.0, self.deadline - time.monotonic())
            ready, _, _ = select.select([self._connection, self._stop, self._wakeup], [], [], left)
            if self._stop in ready:
                raise ConnectionAbortedError("the server stops")
            if not ready:
                raise TimeoutError
            if self._wakeup in ready:
                self._wakeup.drain()
        received = self._connection.recv_into(buffer)
        self._counters.bytes_in += received
        return received


class Responder(ServerHandler):
    """wsgiref's, which says HTTP/1.1 and counts."""

    counters: Counters

    def send_preamble(self) -> None:
        self._write(f"HTTP/1.1 {self.status}\r\nConnection: close\r\n".encode("latin-1"))
        self.counters.response(int(self.status[:3]), first=True)

    def _write(self, data: bytes) -> None:
        super()._write(data)
        self.counters.bytes_out += len(data)


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536  # head and body in one send
    server: Listener

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self.reader = ClientReader(self.connection, self.server.stop_signal, self.server.wakeup,
                                   self.server.counters)
        self.rfile = io.BufferedReader(self.reader)
        self.connection.settimeout(self.server.config.write_timeout)
        self.answers = 0  # not `responses`: http.server has a table of that name
        self.refusal = 400

    def handle(self) -> None:
        """WSGIRequestHandler.handle with deadlines and with the body read before the application runs."""
        try:
            if not self._receive():
                return
        except (Refused, TimeoutError) as error:
            return self._refuse(error.status if isinstance(error, Refused) else 408)
        self._begin()
        responder = Responder(io.BytesIO(), self.wfile, self.get_stderr(), self.get_environ(), multithread=False)
        responder.counters = self.server.counters
        responder.request_handler = self
        responder.run(self.server.get_app())
        self.wfile.flush()

    def _receive(self) -> bool:
        """False: nothing came in time."""
        config = self.server.config
        self.reader.deadline = time.monotonic() + config.idle_timeout
        try:
            if not self.rfile.peek(1):
                return False
        except TimeoutError:
            return False
        self.reader.deadline = time.monotonic() + config.head_timeout
        self.raw_requestline = self.rfile.readline(config.max_head + 1)
        if not self.raw_requestline.endswith(b"\n"):
            if len(self.raw_requestline) > config.max_head:
                raise Refused(431)
            return False  # it left in the middle
        if not self.parse_request():
            raise Refused(self.refusal)
        if self.headers.defects:  # http.client takes the rest of such a head for a body, and goes on
            raise Refused(400)
        minor = int(self.request_version.rpartition(".")[2])
        head = judge(self.command, self.path, minor, [(name.lower(), value) for name, value in self.headers.items()])
        if len(self.raw_requestline) + len(bytes(self.headers)) > config.max_head:
            raise Refused(431)
        body = read_body(head, config.max_body)
        try:
            wanted = next(body)
            while True:
                part = self.rfile.readline(4096) if wanted is None else self.rfile.read(wanted)
                if not part:
                    return False
                wanted = body.send(part)
        except StopIteration:
            return True

    def handle_expect_100(self) -> bool:
        go_on = super().handle_expect_100()
        self.wfile.flush()
        return go_on

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Of parse_request: its caller answers."""
        self.refusal = int(code)

    def _begin(self) -> None:
        self.server.counters.request_begins()
        self.answers = 1

    def _refuse(self, status: int) -> None:
        self._begin()
        self.server.counters.response(status, first=True)
        data = format_reply(error_reply(status), "close")
        self.wfile.write(data)
        self.wfile.flush()
        self.server.counters.bytes_out += len(data)

    def finish(self) -> None:
        self.server.responses_of_last = self.answers
        super().finish()

    def log_message(self, *_: Any) -> None:
        pass


class Listener(WSGIServer):
    request_queue_size = 4096
    timeout = 0  # handle_request() is called when there is one

    def __init__(self, config: Config, counters: Counters, stop_signal: socket.socket, wakeup: SignalWakeup) -> None:
        super().__init__(config.listen, Handler)
        self.config = config
        self.counters = counters
        self.stop_signal = stop_signal
        self.wakeup = wakeup
        self.responses_of_last = 0
        self._reset = False

    def server_bind(self) -> None:
        """Without the reverse look-up of wsgiref's."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.counters.connections_accepted += 1
        self.responses_of_last = 0
        self._reset = False
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that left; socketserver would print a traceback."""
        self._reset = True

    def shutdown_request(self, request: Any) -> None:
        try:
            request.shutdown(socket.SHUT_WR)
            request.setblocking(False)
            for _ in range(_DROPS):
                if not request.recv(4096):
                    break
        except OSError:
            pass
        request.close()
        if self.responses_of_last:
            self.counters.request_ends()
        self.counters.connection_ends(self.responses_of_last, self._reset)


class Server:
    def __init__(self, config: Config, application: Application, counters: Counters) -> None:
        self._stop_signal, self._stopper = socket.socketpair()
        self._wakeup = SignalWakeup()
        self._listener = Listener(config, counters, self._stop_signal, self._wakeup)
        self._backend = BlockingBackend(config.backend)
        self._listener.set_app(WsgiApplication(application, self._backend, config.backend_timeout))
        self._stopping = False

    @property
    def port(self) -> int:
        return self._listener.server_port

    def run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._stop_signal, selectors.EVENT_READ)
            selector.register(self._wakeup, selectors.EVENT_READ)
            while not self._stopping:
                selector.select()
                self._wakeup.drain()
                if not self._stopping:
                    self._listener.handle_request()
        self._listener.server_close()
        self._backend.close()

    def stop(self) -> None:
        """From a signal handler."""
        self._stopping = True
        self._stopper.send(b"s")
