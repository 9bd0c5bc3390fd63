"""One thread, one asyncio event loop, streams: what Python's asynchronous servers are made of."""

from __future__ import annotations

import asyncio
import errno
import socket

from application import Application, BackendCalls, Pause, Reply, Steps, error_reply
from backend import AsyncBackend, CallFailed
from counters import Counters
from http_rules import Head, Refused, format_reply, parse_head, read_body
from options import Config
from wakeup import SignalWakeup

FAMILY = "loop"
SUMMARY = "Python: one thread, one asyncio event loop, streams"
CAPABILITIES = ["routes", "keep_alive", "pipelining", "concurrent_clients", "live_counters", "own_cpu_rate"]
IN_FLIGHT_LIMIT = None

_ENOUGH_TO_DROP = 1 << 20  # of a refused client's bytes, so that it sees the answer
_DROP_SECONDS = 1.0


class Client:
    """One connection: its task, and whether a request of it has begun."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.task: asyncio.Task[None] | None = None
        self.busy = False
        self.responses = 0
        self.reset = False


class Server:
    def __init__(self, config: Config, application: Application, counters: Counters) -> None:
        self._config = config
        self._application = application
        self._counters = counters
        self._listener = socket.create_server(config.listen, backlog=4096)
        self._listener.setblocking(False)
        self._backend = AsyncBackend(config.backend, config.backend_connections, config.backend_queue)
        self._clients: set[Client] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._stop_asked = False

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    def run(self) -> None:
        asyncio.run(self._run())

    def stop(self) -> None:
        """From a signal handler."""
        self._stop_asked = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        wakeup = SignalWakeup()
        self._loop.add_reader(wakeup, wakeup.drain)
        if self._stop_asked:
            self._stopping.set()
        accepting = asyncio.create_task(self._accept())
        await self._stopping.wait()
        accepting.cancel()
        await asyncio.wait([accepting])
        self._listener.close()
        tasks = [client.task for client in self._clients]
        for client in self._clients:
            if not client.busy:
                client.task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._backend.close()

    # A client beyond the limit waits in the listen queue; so does one for which there is no descriptor.
    async def _accept(self) -> None:
        places = asyncio.Semaphore(self._config.max_connections)
        while True:
            await places.acquire()
            try:
                sock, _ = await self._loop.sock_accept(self._listener)
            except OSError as error:
                places.release()
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    await asyncio.sleep(0.01)
                continue
            self._counters.connections_accepted += 1
            client = Client(sock)
            client.task = asyncio.create_task(self._serve(client))
            self._clients.add(client)
            client.task.add_done_callback(lambda _, client=client: self._ended(client, places))

    def _ended(self, client: Client, places: asyncio.Semaphore) -> None:
        client.socket.close()
        self._clients.discard(client)
        self._counters.connection_ends(client.responses, client.reset)
        places.release()

    async def _serve(self, client: Client) -> None:
        reader, writer = await asyncio.open_connection(sock=client.socket, limit=self._config.max_head)
        try:
            while await self._serve_one(client, reader, writer):
                pass
            writer.write_eof()
        except asyncio.IncompleteReadError:
            pass  # what it broke off is dropped
        except OSError:
            client.reset = True
        finally:
            writer.close()

    async def _serve_one(self, client: Client, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; whether another may follow."""
        head = None
        try:
            first = await self._first_byte(reader)
            if not first:
                return False
            async with asyncio.timeout(self._config.head_timeout):
                head = await self._receive(first, reader, writer)
        except (Refused, TimeoutError) as error:
            status = error.status if isinstance(error, Refused) else 408
            self._begin(client)
            await self._reply(client, writer, error_reply(status), "close", head_only=False)
            writer.write_eof()
            await self._drop_rest(reader)
            return False
        self._begin(client)
        reply = self._application.start(head.method, head.target, head.request_id)
        if not isinstance(reply, Reply):
            reply = await self._perform(reply)
        stays = head.keep_alive and not self._stopping.is_set()
        persistence = ("keep-alive" if head.announces else None) if stays else "close"
        await self._reply(client, writer, reply, persistence, head.method == "HEAD")
        return stays

    async def _first_byte(self, reader: asyncio.StreamReader) -> bytes:
        try:
            async with asyncio.timeout(self._config.idle_timeout):
                return await reader.read(1)
        except TimeoutError:
            return b""

    async def _receive(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Head:
        data = first
        while not data.strip(b"\r\n"):  # empty lines before a request are passed over
            self._counters.bytes_in += len(data)
            data = await reader.readexactly(1)
        try:
            data += await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            raise Refused(431) from None
        self._counters.bytes_in += len(data)
        head = parse_head(data[:-4].decode("latin-1"))
        if head.continues and head.length <= self._config.max_body:
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = read_body(head, self._config.max_body)
        try:
            wanted = next(body)
            while True:
                part = await (reader.readuntil(b"\n") if wanted is None else reader.readexactly(wanted))
                self._counters.bytes_in += len(part)
                wanted = body.send(part)
        except asyncio.LimitOverrunError:
            raise Refused(431) from None
        except StopIteration:
            return head

    async def _perform(self, steps: Steps) -> Reply:
        try:
            wait = next(steps)
            while True:
                match wait:
                    case BackendCalls(requests):
                        outcome = await self._call(requests)
                    case Pause(seconds):
                        outcome = await asyncio.sleep(seconds)
                wait = steps.send(outcome)
        except StopIteration as end:
            return end.value

    async def _call(self, requests: tuple[bytes, ...]) -> list[int | CallFailed]:
        deadline = self._loop.time() + self._config.backend_timeout

        async def call(request: bytes) -> int | CallFailed:
            try:
                return await self._backend.call(request, deadline)
            except CallFailed as failure:
                return failure

        if len(requests) == 1:
            return [await call(requests[0])]
        return await asyncio.gather(*(call(request) for request in requests))

    def _begin(self, client: Client) -> None:
        client.busy = True
        self._counters.request_begins()

    async def _reply(self, client: Client, writer: asyncio.StreamWriter, reply: Reply, persistence: str | None,
                     head_only: bool) -> None:
        data = format_reply(reply, persistence, head_only)
        self._counters.response(reply.status, first=client.responses == 0)
        client.responses += 1
        try:
            writer.write(data)
            async with asyncio.timeout(self._config.write_timeout):
                await writer.drain()
            self._counters.bytes_out += len(data)
        finally:
            self._counters.request_ends()
            client.busy = False

    async def _drop_rest(self, reader: asyncio.StreamReader) -> None:
        dropped = 0
        try:
            async with asyncio.timeout(_DROP_SECONDS):
                while dropped < _ENOUGH_TO_DROP and (data := await reader.read(65536)):
                    dropped += len(data)
        except TimeoutError:
            pass


