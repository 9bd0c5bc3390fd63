"""HTTP/1.1 as the suite demands it of every server, where the standard library leaves it open: which heads are
refused, how long a body is, what a reply looks like. Without sockets; http_test.py of tests/conformance holds it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Generator

from application import Reply

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE = re.compile(rf"({_TOKEN}) ([!-~]+) HTTP/(\d)\.(\d)")
_HEADER = re.compile(rf"({_TOKEN}):[ \t]*(.*?)[ \t]*")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n")
_LONGEST_LINE = 4096  # of a chunk's size or a trailer

Headers = list[tuple[str, str]]


class Refused(Exception):
    """A request that is answered with this status; where the next one would begin is not known then."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Head:
    method: str
    target: str
    keep_alive: bool
    announces: bool  # HTTP/1.0: a connection that stays open must be announced
    continues: bool  # the client waits for "100 Continue"
    chunked: bool
    length: int
    request_id: str | None


def parse_head(text: str) -> Head:
    """`text` without the empty line at its end. Raises Refused."""
    request_line, *lines = text.split("\r\n")
    matched = _REQUEST_LINE.fullmatch(request_line)
    if not matched:
        raise Refused(400)
    method, target, major, minor = matched.groups()
    if major != "1":
        raise Refused(505)
    headers = []
    for line in lines:
        header = _HEADER.fullmatch(line)
        if not header or not header[2].isprintable() and "\t" not in header[2]:
            raise Refused(400)
        headers.append((header[1].lower(), header[2]))
    return judge(method, target, int(minor), headers)


def judge(method: str, target: str, minor: int, headers: Headers) -> Head:
    """`headers` with lower-case names. Raises Refused."""
    def values(name: str) -> list[str]:
        return [value for key, value in headers if key == name]

    if len(values("host")) > 1 or minor >= 1 and not values("host"):
        raise Refused(400)
    if not target.startswith(("/", "http://", "https://")) or "#" in target:
        raise Refused(400)
    lengths, codings = values("content-length"), values("transfer-encoding")
    if len(lengths) > 1 or lengths and codings or codings and minor == 0:
        raise Refused(400)
    if lengths and not re.fullmatch("[0-9]{1,18}", lengths[0]):
        raise Refused(400)
    if codings and [coding.lower() for coding in codings] != ["chunked"]:
        raise Refused(501)
    expected = [value.lower() for value in values("expect")]
    if expected and expected != ["100-continue"]:
        raise Refused(417)
    ids = values("x-request-id")
    if len(ids) > 1:
        raise Refused(400)
    options = {word.strip().lower() for value in values("connection") for word in value.split(",")}
    keep_alive = "close" not in options and (minor >= 1 or "keep-alive" in options)
    return Head(method, target, keep_alive, minor == 0, bool(expected) and minor >= 1, bool(codings),
                int(lengths[0]) if lengths else 0, ids[0] if ids else None)


# How a body is read, by blocking or with await: yields None for a line, or a number of bytes to be sent in.
BodyReads = Generator[int | None, bytes, None]


def read_body(head: Head, limit: int) -> BodyReads:
    """Reads and drops the body. Raises Refused."""
    if not head.chunked:
        if head.length > limit:
            raise Refused(413)
        if head.length:
            yield head.length
        return
    total = 0
    while True:
        matched = _CHUNK_SIZE.fullmatch((yield None))
        if not matched:
            raise Refused(400)
        size = int(matched[1], 16)
        if size == 0:
            break
        total += size
        if total > limit:
            raise Refused(413)
        if not (yield size + 2).endswith(b"\r\n"):
            raise Refused(400)
    trailers = 0
    while (line := (yield None)) != b"\r\n":
        trailers += len(line)
        if not line.endswith(b"\r\n") or trailers > _LONGEST_LINE:
            raise Refused(431)


def header_lines(reply: Reply, persistence: str | None) -> Headers:
    """The headers of a reply; `persistence`: what it says of its connection, if anything."""
    lines = [("Content-Type", reply.content_type), ("Content-Length", str(len(reply.body)))]
    if reply.status == 405:
        lines.append(("Allow", "GET, HEAD, POST"))
    if reply.status == 503:
        lines.append(("Retry-After", "1"))
    if persistence:
        lines.append(("Connection", persistence))
    return lines


def format_reply(reply: Reply, persistence: str | None, head_only: bool = False) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in header_lines(reply, persistence)]
    head = "\r\n".join(lines) + "\r\n\r\n"
    return head.encode("latin-1") + (b"" if head_only else reply.body)
