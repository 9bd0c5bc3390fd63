"""HTTP/1.1 as a client meets it. The session's own tests cover every case at every byte; here it is seen that the
model brings the bytes there and back."""

from __future__ import annotations

import pytest

from suite import Backend, Server, request

pytestmark = pytest.mark.needs("routes")


def test_serves_its_routes(server: Server):
    assert server.get("/healthz").body == b"ok\n"
    assert server.get("/").status == 200
    assert server.get("/plain").body == b'{"route":"plain","calls":0,"bytes":0}\n'
    assert server.get("/short").body == b'{"route":"short","calls":1,"bytes":33}\n'
    twice = server.get("/twice?id=7")
    assert twice.status == 200 and twice.headers["content-type"] == "application/json"
    assert twice.body.startswith(b'{"route":"twice","calls":2,"bytes":66,"items":[')
    assert server.get("/nowhere").status == 404


def test_head_is_get_without_the_body(server: Server):
    whole = server.get("/short")
    with server.client() as client:
        client.send(request("/short", "Connection: close", method="HEAD"))
        head = client.reply(head_only=True)
        assert client.ended()
    assert (head.status, head.headers) == (whole.status, whole.headers)


@pytest.mark.parametrize("sent, status", [
    (request("/plain", "Content-Length: 1", "Content-Length: 2"), 400),
    (request("/plain", "Content-Length: 3", "Transfer-Encoding: chunked", method="POST"), 400),
    (b"GET /plain HTTP/1.1\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    (request("/plain", method="DELETE"), 405),
    (request("/plain", "Transfer-Encoding: gzip, chunked", method="POST"), 501),
    (request("/plain", "X-Long: " + "x" * 20_000), 431),
    (request("/plain", "Expect: the-moon"), 417),
])
def test_refuses_what_it_must(server: Server, sent: bytes, status: int):
    with server.client() as client:
        client.send(sent)
        assert client.reply().status == status


SMUGGLED = request("/short", "Connection: close")


@pytest.mark.parametrize("sent", [
    request("/plain", "Content-Length: 0", f"Content-Length: {len(SMUGGLED)}", method="POST"),
    request("/plain", f"Content-Length: {len(SMUGGLED)}", "Transfer-Encoding: chunked", method="POST"),
    request("/plain", "Transfer-Encoding: chunked", "Content-Length: 5", method="POST", body=b"0\r\n\r\n"),
    request("/plain", "Content-Length: +5", method="POST"),
    request("/plain", "Content-Length: 0x5", method="POST"),
    request("/plain", "Content-Length: 5 5", method="POST"),
    request("/plain", "Content-Length : 5", method="POST"),
    request("/plain", "Content-Length:", method="POST"),
    request("/plain", "Content-Length: 99999999999999999999999", method="POST"),
    request("/plain", "Transfer-Encoding: xchunked", method="POST"),
    request("/plain", "Transfer-Encoding: chunked, identity", method="POST"),
    request("/plain", "Transfer-Encoding : chunked", method="POST"),
    request("/plain", "Transfer-Encoding: chunked", method="POST", body=b"5;x\nhello\r\n0\r\n\r\n"),
    request("/plain", "Transfer-Encoding: chunked", method="POST", body=b"-1\r\n\r\n"),
], ids=lambda sent: sent.decode().split("\r\n", 2)[2].strip().replace("\r\n", " ")[:50] if isinstance(sent, bytes) else "")
def test_a_request_smuggled_in_another_is_never_served(server: Server, backend: Backend, sent: bytes):
    with server.client() as client:
        client.send(sent + SMUGGLED)
        assert client.reply().status in (400, 413, 501)
        assert client.ended()
    counters = server.counters_when(lambda c: c["connections_closed"] == 1)
    assert counters["backend_calls"] == 0 and backend.stats()["calls"] == 0
    assert "200" not in counters["responses"]


def test_a_client_that_asks_first_is_told_to_go_on(server: Server):
    with server.client() as client:
        client.send(request("/short", "Expect: 100-continue", "Content-Length: 5", "Connection: close", method="POST"))
        assert client.reply().status == 100
        client.send(b"hello")
        assert client.reply().status == 200


def test_a_body_too_large_is_refused_and_its_answer_arrives(server: Server):
    with server.client() as client:
        client.send(request("/plain", "Content-Length: 2000000", method="POST", body=b"x" * 60_000))
        assert client.reply().status == 413


def test_takes_bodies_with_length_and_in_chunks(server: Server):
    with server.client() as client:
        client.send(request("/short", "Content-Length: 5", "Connection: close", method="POST", body=b"hello"))
        assert client.reply().status == 200
    with server.client() as client:
        client.send(request("/short", "Transfer-Encoding: chunked", "Connection: close", method="POST",
                            body=b"5\r\nhello\r\n0\r\n\r\n"))
        assert client.reply().status == 200


def test_a_request_byte_by_byte(server: Server):
    with server.client() as client:
        for byte in request("/short", "Connection: close"):
            client.send(bytes([byte]))
        assert client.reply().status == 200


@pytest.mark.needs("keep_alive")
def test_a_connection_serves_many_requests(server: Server):
    with server.client() as client:
        for _ in range(50):
            assert client.get("/short").status == 200
    counters = server.counters_when(lambda c: c["connections_closed"] == 1)
    assert counters["connections_accepted"] == 1 and counters["requests"] == 50


@pytest.mark.needs("keep_alive")
def test_a_connection_ends_when_the_client_asks(server: Server):
    with server.client() as client:
        assert client.get("/plain").status == 200
        reply = client.get("/plain", "Connection: close")
        assert reply.headers["connection"] == "close"
        assert client.ended()


@pytest.mark.needs("pipelining")
def test_pipelined_requests_are_answered_in_order(server: Server):
    targets = ["/short", "/plain", "/twice", "/nowhere", "/plain", "/short"] * 5
    with server.client() as client:
        client.send(b"".join(request(target) for target in targets))
        replies = [client.reply() for _ in targets]
    for target, reply in zip(targets, replies):
        if target == "/nowhere":
            assert reply.status == 404
        else:
            assert reply.body.startswith(b'{"route":"%s"' % target[1:].encode())


def test_a_client_that_says_nothing_is_closed(workload, backend, info):
    with Server(info["name"], workload, backend.port, "--idle-timeout", "200ms") as server, server.client() as client:
        assert client.ended()


def test_a_request_that_does_not_end_is_answered_408(workload, backend, info):
    with Server(info["name"], workload, backend.port, "--head-timeout", "200ms") as server, server.client() as client:
        client.send(b"GET /plain HTTP/1.1\r\nHost:")
        assert client.reply().status == 408
