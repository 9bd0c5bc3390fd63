"""nginx under as much of the server contract as it can keep: one process, one event loop, `return 200` for everything.

This process reserves the port, starts a helper and becomes nginx itself (exec), so that what the harness samples and
stops is nginx and nothing else. The helper asks until nginx answers, prints the ready line, removes the folder of the
configuration, which nginx has read by then, and ends: nothing is left to clean up when nginx ends. nginx counts
nothing the contract asks for, so it claims no live_counters and its accounting is two-way.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

NAME = "nginx"
START_DEADLINE_S = 5.0

# Limits as the other servers have them; keep-alive connections are never ended for having served much.
CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 10240; }}
http {{
  access_log off;
  server_tokens off;
  tcp_nodelay on;
  keepalive_requests 4294967295;
  keepalive_timeout 60s;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen {address} backlog=4096;
    default_type text/plain;
    location / {{ return 200 "Hello, world\\n"; }}
  }}
}}
"""


def find_nginx() -> str | None:
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def describe() -> str:
    return json.dumps({
        "name": NAME, "family": "loop", "summary": "A peer, not a model: nginx, one process, return 200",
        "options": [{"name": "--listen", "help": "ADDRESS:PORT to serve on", "default": "127.0.0.1:8080"}],
        "build_type": "Release",  # as Debian builds it
        "capabilities": ["keep_alive", "pipelining", "concurrent_clients"],
        "prediction": {"in_flight_limit": None},
    })


def answers(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=START_DEADLINE_S) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: nginx\r\nConnection: close\r\n\r\n")
            return client.recv(12) == b"HTTP/1.1 200"
    except OSError:
        return False


def help_to_start(address: tuple[str, int], folder: Path, nginx: int) -> None:
    """Until nginx answers; it ends by itself, with its reason on stderr, where it cannot start."""
    deadline = time.monotonic() + START_DEADLINE_S
    ready = False
    while not ready and os.getppid() == nginx and time.monotonic() < deadline:
        ready = answers(address)
        time.sleep(0 if ready else 0.005)
    shutil.rmtree(folder, ignore_errors=True)
    if ready:
        os.write(1, json.dumps({"ready": True, "port": address[1]}).encode() + b"\n")


def reserve(listen: str) -> socket.socket:
    """A bound socket that does not listen: nobody else is given the port, and nginx, which sets SO_REUSEADDR as well,
    can bind it. (nginx can neither choose a port itself nor, as a single process, take over an open socket.)"""
    host, _, port = listen.rpartition(":")
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind((host, int(port)))
    return reserved


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--describe", action="store_true")
    parser.add_argument("--listen", default="127.0.0.1:8080")
    parser.add_argument("--backend", help="not asked for anything")
    parser.add_argument("--workload", help="of routes without steps; every path is answered the same")
    options = parser.parse_args()
    program = find_nginx()
    if program is None:
        print("error: nginx is not installed: run scripts/install_deps.sh --peers", file=sys.stderr)
        return 77
    if options.describe:
        print(describe())
        return 0
    try:
        reserved = reserve(options.listen)
    except (OSError, ValueError, OverflowError) as error:
        print(f"error: cannot listen on {options.listen}: {error}", file=sys.stderr)
        return 1
    address = reserved.getsockname()
    folder = Path(tempfile.mkdtemp(prefix="interleave-nginx-"))
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, address=f"{address[0]}:{address[1]}"))
    parent = os.getpid()
    if os.fork() == 0:
        help_to_start(address, folder, parent)
        os._exit(0)
    os.execv(program, ["nginx", "-c", str(configuration), "-p", str(folder), "-e", "stderr"])
    return 1  # not reached


if __name__ == "__main__":
    sys.exit(main())
