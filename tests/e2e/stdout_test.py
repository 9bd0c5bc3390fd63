"""What a program prints has arrived, or the program has failed and says why: a full disk, a closed stdout. A reader
that has read enough (`| head`) is neither."""

from __future__ import annotations

import os
import subprocess

import pytest

from processes import binary, source_dir
from suite import Backend, Server

DEADLINE_S = 60.0
HELLO = str(source_dir() / "workloads/hello.toml")
SERVE = ("--listen", "127.0.0.1:0", "--workload", HELLO)


@pytest.fixture(name="url", scope="module")
def fixture_url():
    with Backend(HELLO) as backend, Server("ceiling", HELLO, backend.port) as server:
        yield f"http://127.0.0.1:{server.port}/"


@pytest.fixture(name="command", params=[
    ("interleave", "list", "models"),
    ("interleave", "--help"),
    ("interleave", "--version"),
    ("interleave", "doctor", "--json"),
    ("interleave", "run", "--plan", "smoke", "--dry-run", "--json"),
    ("interleave-load", "URL", "--rate", "50", "--warmup", "0s", "--duration", "100ms", "--json", "-"),
    ("interleave-load", "URL", "--rate", "50", "--warmup", "0s", "--duration", "100ms"),
    ("interleave-server-thread_pool", "--describe"),
    ("interleave-server-thread_pool", "--help"),
    ("interleave-server-thread_pool", *SERVE),
    ("interleave-server-ceiling", *SERVE),
    ("interleave-backend", *SERVE),
    ("interleave-backend", "--help"),
], ids=lambda words: " ".join(words[:3]))
def fixture_command(request, url):
    program, *words = request.param
    return [binary(program), *(url if word == "URL" else word for word in words)]


def fails_with(command, reason, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=DEADLINE_S,
                          check=False, **options)
    assert done.returncode == 1, done.stderr
    *before, last = done.stderr.splitlines()
    assert last.startswith(f"error: cannot write to stdout: {reason} ("), done.stderr
    assert not any(line.startswith("error:") for line in before), done.stderr


def test_a_full_disk_is_one_line(command):
    with open("/dev/full", "wb") as full:
        fails_with(command, "No space left on device", stdout=full)


def test_a_closed_stdout_is_one_line(command):
    fails_with(command, "Bad file descriptor", preexec_fn=lambda: os.close(1))


@pytest.mark.parametrize("words", [("list", "models"), ("list", "claims", "--json"), ("--help",)], ids=" ".join)
def test_a_reader_that_leaves_is_no_error(words):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run([binary("interleave"), *words], stdout=gone, stderr=subprocess.PIPE, text=True,
                              timeout=DEADLINE_S, check=False)
    assert (done.returncode, done.stderr) == (0, "")
