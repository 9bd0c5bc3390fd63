"""interleave-load as its users see it: a process against servers that behave, and what it says of wrong usage.

Every result is checked against its schema, and its books must balance.
"""

from __future__ import annotations

import json
import os
import re
import stat
import sys
import time
from pathlib import Path

import pytest

import faulty_http
from faulty_http import OK, FaultyServer
from load_lab import CLOSED, DEADLINE_S, LOAD, OPEN, QUICK, check, free_port, load, quick, require_plain_build
from processes import Process, run, source_dir
from suite import Backend, Server, describe


@pytest.fixture(name="ceiling", scope="module")
def fixture_ceiling():
    workload = source_dir() / "workloads/hello.toml"
    with Backend(workload) as backend, Server("ceiling", workload, backend.port) as server:
        yield f"http://127.0.0.1:{server.port}/"


@pytest.mark.parametrize("kind", [OPEN, CLOSED], ids=["open", "closed"])
@pytest.mark.parametrize("more", [(), ("--threads", "3"), ("--close",), ("--wait", "hybrid"), ("--pick", "mru")],
                         ids=" ".join)
def test_a_good_server_answers_everything(ceiling, kind, more):
    result = load(ceiling, *kind, *QUICK, *more)
    assert result["counts"]["ok"] == result["counts"]["scheduled"] > 10
    assert result["load"]["kind"] == ("open" if kind == OPEN else "closed")
    assert result["response_time_ns"]["p50"] > 0
    assert result["throughput_rps"] > 0
    assert result["connections"]["starved"] == 0
    if "--close" in more:
        assert result["connections"]["opened"] > result["counts"]["ok"]


def test_the_same_seed_is_the_same_schedule(ceiling):
    def schedule(*options: str) -> tuple[str, int]:
        result = load(ceiling, *OPEN, *options)
        return result["load"]["schedule_sha256"], result["counts"]["scheduled"]

    five = schedule(*QUICK, "--seed", "5")
    assert five == schedule(*quick(warmup="0s"), "--seed", "5", "--threads", "2")
    assert five[0] != schedule(*QUICK, "--seed", "6")[0]
    assert schedule(*QUICK, "--arrival", "constant")[1] == 80


@pytest.mark.parametrize("reply", [
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200000,
], ids=["chunked", "interim", "204", "long"])
def test_replies_of_every_form_keep_the_connection(reply):
    with FaultyServer(faulty_http.replies(reply)) as server:
        result = load(server.url, *OPEN, *QUICK)
    assert result["counts"]["ok"] == result["counts"]["scheduled"]
    assert result["connections"]["opened"] == 8


def test_a_reply_that_ends_with_its_connection_is_whole():
    with FaultyServer(faulty_http.replies(b"HTTP/1.0 200 OK\r\n\r\nhello", goes_on=False)) as server:
        result = load(server.url, *OPEN, *QUICK)
    assert result["counts"]["ok"] == result["counts"]["scheduled"]
    assert result["connections"]["opened"] > 8


def test_head_requests_have_no_body():
    with FaultyServer(faulty_http.replies(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")) as server:
        result = load(server.url, *OPEN, *QUICK, "--method", "HEAD")
        assert server.heads[-1].startswith(b"HEAD / HTTP/1.1\r\n")
    assert result["counts"]["ok"] == result["counts"]["scheduled"]


def test_requests_carry_what_was_asked_for():
    with FaultyServer(faulty_http.replies(OK)) as server:
        load(server.url + "a?b=c", *OPEN, *QUICK, "--header", "X-One: 1", "-H", "X-Two: 2", "--ids", "query")
        heads = [head.decode().split("\r\n") for head in server.heads]
    assert heads[0][0] == "GET /a?b=c&id=999999999999 HTTP/1.1"  # the probe
    assert {"Host: 127.0.0.1:" + str(server.port), "X-One: 1", "X-Two: 2"} <= set(heads[-1])
    measured = {int(re.search(r"id=(\d+) ", head[0])[1]) for head in heads} - {999_999_999_999}
    measured = sorted(number for number in measured if number < 10**12)
    assert measured == list(range(len(measured)))


def test_a_workload_is_mixed_the_same_way_for_every_server():
    def asked() -> list[tuple[int, str]]:
        with FaultyServer(faulty_http.replies(OK)) as server:
            load(f"http://127.0.0.1:{server.port}", *OPEN, *quick(warmup="0s"), "--workload",
                 str(source_dir() / "workloads/mixed.toml"), "--ids", "header", "--no-probe")
            requests = []
            for head in server.heads:
                found = re.match(rb"GET (\S+) HTTP/1.1\r\nX-Request-Id: (\d+)\r\n", head)
                requests.append((int(found[2]), found[1].decode()))
            return sorted(requests)

    first = asked()
    assert first == asked()
    assert {target for _, target in first} == {"/light", "/read", "/page"}


def test_a_body_makes_it_a_post(tmp_path):
    body = tmp_path / "body"
    body.write_bytes(b"x=1")
    with FaultyServer(faulty_http.replies(OK)) as server:
        result = load(server.url, *OPEN, *QUICK, "--body-file", str(body))
        assert result["counts"]["ok"] == result["counts"]["scheduled"] > 0
        assert server.heads[-1].startswith(b"POST / HTTP/1.1\r\n")
        assert b"Content-Length: 3" in server.heads[-1]


def models() -> list[str]:
    return sorted(path.name.removeprefix("interleave-server-") for path in Path(LOAD).parent.glob("interleave-server-*"))


@pytest.mark.parametrize("model", models())
def test_every_model_gives_a_sensible_result(model):
    workload = source_dir() / "workloads/one_call.toml"
    # One that serves one connection at a time keeps a second one waiting for good.
    connections = "2" if "concurrent_clients" in describe(model)["capabilities"] else "1"
    with Backend(workload) as backend, Server(model, workload, backend.port) as server:
        for kind in (("--rate", "40"), CLOSED):
            result = load(f"http://127.0.0.1:{server.port}/one_call", *kind, "--connections", connections, "--warmup", "0s",
                          "--duration", "300ms")
            assert result["counts"]["ok"] == result["counts"]["scheduled"] > 0, result
            if model != "ceiling":
                assert result["service_time_ns"]["min"] > 9e6  # the backend takes 10 ms


def test_pythons_own_server():
    with Process([sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "0"],
                 cwd=source_dir() / "docs") as server:
        port = int(re.search(r"port (\d+)", server.read_line())[1])
        result = load(f"http://127.0.0.1:{port}/load.md", "--rate", "50", *QUICK)
    assert result["counts"]["ok"] == result["counts"]["scheduled"] > 0
    assert result["bytes"]["received"] > result["counts"]["ok"] * (source_dir() / "docs/load.md").stat().st_size


def test_a_search_ends_at_a_rate_that_keeps_the_promise():
    """One connection and replies of 20 ms: more than 50 a second must queue."""
    def slow(_: FaultyServer, __: bytes, connection) -> bool:
        time.sleep(0.02)  # the service time
        connection.sendall(OK)
        return True

    with FaultyServer(slow) as server:
        result = load(server.url, "--rate", "20", "--arrival", "constant", *quick(warmup="0s", duration="1s",
                      connections=1), "--search", "p90<40ms")
    steps = result["search"]["steps"]
    kept = [step["rate"] for step in steps if step["kept"]]
    broken = [step["rate"] for step in steps if not step["kept"]]
    assert result["load"]["rate_target"] == max(kept) < min(broken)
    assert result["response_time_ns"]["p90"] <= 40e6
    assert 20 <= max(kept) <= 60


def test_connections_come_from_the_addresses_asked_for(ceiling):
    result = load(ceiling, *OPEN, *QUICK, "--source", "127.0.0.2,127.0.0.3")
    assert result["counts"]["ok"] == result["counts"]["scheduled"] > 0


def test_a_timeline_has_a_line_for_each_second(ceiling, tmp_path):
    file = tmp_path / "seconds.csv"
    result = load(ceiling, "--rate", "100", *quick(duration="1500ms"), "--timeline", str(file))
    header, *lines = file.read_text().splitlines()
    assert header == "second,scheduled,ok,failed,p50_ns,p90_ns,p99_ns,max_ns"
    seconds = [dict(zip(header.split(","), line.split(","))) for line in lines]
    assert [second["second"] for second in seconds] == ["0", "1"]
    for column in ("scheduled", "ok"):
        assert sum(int(second[column]) for second in seconds) == result["counts"][column]
    for name in ("scheduled", "ok", "failed", "p50_ns", "p99_ns", "max_ns"):
        assert [int(second[name]) for second in seconds] == [second[name] for second in result["timeline"]]


def test_histograms_are_exported_for_other_tools(ceiling, tmp_path):
    hgrm, hlog = tmp_path / "times.hgrm", tmp_path / "times.hlog"
    result = load(ceiling, "--rate", "100", *quick(duration="1500ms"), "--hgrm", str(hgrm), "--hlog", str(hlog))
    assert f"Total count    = {result['counts']['ok']:>12}" in hgrm.read_text()
    intervals = [line.split(",") for line in hlog.read_text().splitlines() if line.startswith("Tag=response")]
    assert [line[1] for line in intervals] == ["0.000", "1.000"]
    assert all(line[-1].startswith("HISTF") for line in intervals)
    for times in ("response_time_ns", "service_time_ns", "client_queue_ns", "send_lag_ns"):
        assert result[times]["hdr"].startswith("HISTF")


def test_a_request_log_has_a_line_for_each_request(ceiling, tmp_path):
    file = tmp_path / "requests.csv"
    result = load(ceiling, "--rate", "200", *quick(warmup="200ms", duration="500ms"), "--requests", str(file))
    header, *lines = file.read_text().splitlines()
    assert header == "id,phase,outcome,intended_ns,sent_ns,ended_ns"
    requests = [dict(zip(header.split(","), line.split(","))) for line in lines]
    for phase, counts in (("window", result["counts"]), ("warmup", result["counts_warmup"])):
        of_phase = [request for request in requests if request["phase"] == phase]
        assert len(of_phase) == len({request["id"] for request in of_phase}) == counts["scheduled"]
        assert sum(request["outcome"] == "ok" for request in of_phase) == counts["ok"]
    for request in requests:
        assert int(request["intended_ns"]) <= int(request["sent_ns"]) < int(request["ended_ns"])


def error_of(*words: str) -> tuple[int, str]:
    done = run([LOAD, *words], deadline_s=DEADLINE_S)
    assert done.stdout == "", done.stdout
    assert re.fullmatch(r"error: [^\n]+\n", done.stderr), done.stderr
    return done.returncode, done.stderr


def test_what_is_no_http_server_is_said_in_one_line():
    with FaultyServer(faulty_http.replies(b"-ERR unknown command 'GET'\r\n")) as server:
        code, text = error_of(server.url, *OPEN)
        assert code == 1 and "does not speak HTTP" in text and "-ERR unknown command 'GET'" in text
    with FaultyServer(faulty_http.replies(b"", goes_on=False)) as server:
        code, text = error_of(server.url, *OPEN)
        assert code == 1 and "without an HTTP reply" in text
    code, text = error_of(f"http://127.0.0.1:{free_port()}/", *OPEN)
    assert code == 1 and "is the server running" in text


@pytest.mark.parametrize("words, hint", [
    ((), "url"),
    (("http://127.0.0.1:1/",), "--rate"),
    (("http://127.0.0.1:1/", "--rate", "0"), "--rate"),
    (("http://127.0.0.1:1/", "--rate", "nan"), "--rate: want a number"),
    (("http://127.0.0.1:1/", "--rate=-nan"), "--rate: want a number"),
    (("http://127.0.0.1:1/", "--rate", "inf"), "--rate"),
    (("http://127.0.0.1:1/", "--rate", "1e999"), "--rate"),
    (("http://127.0.0.1:1/", "--arrival", "ramp:nan:5"), "'nan' is not a rate"),
    (("http://127.0.0.1:1/", "--arrival", "ramp:5:inf"), "'inf' is not a rate"),
    (("http://127.0.0.1:1/", "--arrival", "steps:nan@5s"), "'nan' is not a rate"),
    (("http://127.0.0.1:1/", "--arrival", "steps:5@infs"), "'infs' is not a duration"),
    (("http://127.0.0.1:1/", "--rate", "5", "--duration", "nans"), "--duration"),
    (("http://127.0.0.1:1/", "--rate", "5", "--deadline", "infs"), "--deadline"),
    (("http://127.0.0.1:1/", "--rate", "5", "--drain", "nanms"), "--drain"),
    (("http://127.0.0.1:1/", "--rate", "5", "--warmup", "1e999s"), "--warmup"),
    (("http://127.0.0.1:1/", "--closed", "--think", "nanus"), "--think"),
    (("http://127.0.0.1:1/", "--rate", "5", "--search", "pnan<5ms"), "--search"),
    (("http://127.0.0.1:1/", "--rate", "5", "--search", "p99<infs"), "--search"),
    (("http://127.0.0.1:1/", "--rate", "5", "--seed", "-1"), "--seed '-1': use a number up to 9007199254740991"),
    (("http://127.0.0.1:1/", "--closed", "--seed", "9007199254740992"), "--seed"),
    (("http://127.0.0.1:1/", "--rate", "5", "--seed", "1.5"), "--seed"),
    (("http://127.0.0.1:1/", "--rate", "5", "--closed"), "--rate"),
    (("http://127.0.0.1:1/", "--rate", "5", "--duration", "10"), "--duration"),
    (("http://127.0.0.1:1/", "--rate", "5", "--duration", "0s"), "--duration"),
    (("http://127.0.0.1:1/", "--rate", "5", "--deadline", "100000min"), "--deadline"),
    (("http://127.0.0.1:1/", "--rate", "5", "--threads", "65"), "--threads"),
    (("http://127.0.0.1:1/", "--rate", "5", "--arrival", "uniform"), "poisson"),
    (("http://127.0.0.1:1/", "--arrival", "steps:5@1s", "--duration", "5s"), "--duration"),
    (("http://127.0.0.1:1/", "--closed", "--arrival", "constant"), "--arrival"),
    (("http://127.0.0.1:1/", "--rate", "5", "--think", "5ms"), "--think"),
    (("http://127.0.0.1:1/", "--rate", "5", "--header", "nothing"), "--header"),
    (("http://127.0.0.1:1/", "--rate", "5", "--pick", "best"), "--pick"),
    (("http://127.0.0.1:1/", "--rate", "5", "--json-timeline"), "--json-timeline requires --json"),
    (("http://127.0.0.1:1/", "--rate", "5", "--json", "-", "--json-timeline", "--duration", "60min"), "--json-timeline"),
    (("http://127.0.0.1:1/", "--rate", "5", "--nonsense"), "--nonsense"),
    (("http://127.0.0.1:1/x", "--rate", "5", "--workload", "workloads/mixed.toml"), "--workload"),
    (("https://127.0.0.1:1/", "--rate", "5"), "http://"),
    (("http://127.0.0.1:1/", "--rate", "5", "--source", "localhost"), "address"),
    (("http://127.0.0.1:1/", "--rate", "5", "--source", "::1"), "of the target's kind"),
    (("http://127.0.0.1:1/", "--rate", "5", "--source", "127.0.0.2,192.0.2.1"), "'192.0.2.1': no address of this machine"),
])
def test_wrong_usage_is_one_line_that_names_the_option(words, hint):
    code, text = error_of(*words)
    assert code == 2 and hint in text


@pytest.mark.parametrize("option", ["--json", "--timeline", "--hgrm", "--hlog", "--requests"])
def test_an_output_without_a_place_is_refused_before_the_first_request(option, tmp_path):
    file = tmp_path / "missing" / "output"
    with FaultyServer(faulty_http.replies(OK)) as server:
        code, text = error_of(server.url, *OPEN, *QUICK, option, str(file))
        assert code == 2 and text == f"error: cannot write {file}: no such folder: create it first\n"
        code, text = error_of(server.url, *OPEN, *QUICK, option, str(tmp_path))
        assert code == 2 and text == f"error: cannot write {tmp_path}: it is a folder\n"
        assert server.heads == []


def test_a_full_disk_at_the_end_leaves_the_summary(ceiling, tmp_path):
    """A limit on the size of files stands for the full disk: writes fail in the same place."""
    require_plain_build("ThreadSanitizer makes a large file of its own before anything else")
    done = run(["sh", "-c", 'ulimit -f 0 && exec "$@"', "sh", LOAD, ceiling, *OPEN, *QUICK, "--json",
                tmp_path / "result.json"], deadline_s=DEADLINE_S)
    assert done.returncode == 1
    assert re.fullmatch(r"error: cannot write .*result\.json[^\n]*\n", done.stderr), done.stderr
    assert "scheduled = " in done.stdout and "validity" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["/dev/stdout", "/proc/self/fd/1"])
def test_a_result_for_stdout_under_another_name_gets_there(ceiling, place):
    done = run([LOAD, ceiling, *OPEN, *QUICK, "--quiet", "--json", place], deadline_s=DEADLINE_S)
    assert (done.returncode, done.stderr) == (0, "")
    check(json.loads(done.stdout))


def test_a_device_stays_one_and_is_an_error_if_it_is_full(ceiling, tmp_path):
    device = tmp_path / "full"
    try:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 7))
        device.open("wb").close()
    except PermissionError:
        pytest.skip("only root may make a device, and not everywhere")
    code, text = error_of(ceiling, *OPEN, *QUICK, "--quiet", "--json", str(device))
    assert code == 1 and "No space left" in text
    assert device.is_char_device()


def test_people_get_a_summary_and_help_with_examples(ceiling):
    done = run([LOAD, ceiling, *OPEN, *QUICK], deadline_s=DEADLINE_S)
    assert done.returncode == 0 and done.stderr == ""
    for word in ("open loop, 200 req/s poisson", "scheduled = ", "response", "service", "send lag", "validity"):
        assert word in done.stdout
    assert "\x1b" not in done.stdout
    done = run([LOAD, "--help"])
    assert done.returncode == 0 and "Examples:" in done.stdout
