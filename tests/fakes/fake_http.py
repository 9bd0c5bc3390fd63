"""Just enough HTTP/1.1 for the fake server to keep the contract: requests from a stream, with the statuses due. What is
refused is judged by the rules of the Python servers."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "servers" / "external" / "python"))

from http_rules import Refused, parse_head, read_body  # noqa: E402  (after the path)

MAX_HEAD = 16 * 1024
MAX_BODY = 1024 * 1024


def read_request(stream, connection):
    """The next request's head, its body read and dropped; None at the end of the stream. Raises Refused."""
    text = b""
    while not text.endswith(b"\r\n\r\n"):
        line = stream.readline(MAX_HEAD)
        if not line:
            return None
        text += line
        if len(text) > MAX_HEAD:
            raise Refused(431)
    head = parse_head(text[:-4].decode("latin-1"))
    if head.continues and head.length <= MAX_BODY:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    reads = read_body(head, MAX_BODY)
    try:
        wanted = next(reads)
        while True:
            wanted = reads.send(stream.readline() if wanted is None else stream.read(wanted))
    except StopIteration:
        return head


def reply(status, body, close, method="GET"):
    """`method`: what it answers; HEAD gets no body."""
    allow = "Allow: GET, HEAD, POST\r\n" if status == 405 else ""
    connection = "close" if close else "keep-alive"
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{allow}Connection: {connection}\r\n\r\n"
    return head.encode() + (b"" if method == "HEAD" else body)


def is_more_there(stream, connection):
    """Whether bytes of a further request have come already."""
    connection.settimeout(0)
    try:
        return bool(stream.peek(1))
    finally:
        connection.settimeout(None)


def drop_rest(connection):
    """What a refused client still sends, so that the reply is not lost with it."""
    connection.shutdown(1)
    connection.settimeout(1)
    try:
        while connection.recv(65536):
            pass
    except OSError:
        pass
