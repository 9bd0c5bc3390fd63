"""`interleave verify`: the HTTP of the contract. What a server does wrong is found and named; what it does not claim is
exempt, and said."""
import re
import signal
import subprocess

import pytest
from harness_lab import BIN, Lab, wait_until

OK = re.compile(r"ok    (\w+) http: (\d+) checks")


@pytest.fixture(name="lab")
def fixture_lab(tmp_path):
    return Lab(tmp_path)


def verify(lab, *words):
    return lab.call("verify", "--workloads", "one_call", *words)


def http_lines(out, model):
    return [line for line in out.splitlines() if re.match(rf"(ok   |FAIL |-    ) {model} http: ", line)]


@pytest.mark.parametrize(("fault", "lines"), [
    ("head-body", ["HEAD: wanted the end of the connection, got 39 bytes more: '{\"route\":\"short\",\"calls\":1,\"bytes\":33}.'"]),
    ("swapped", ["pipelined requests in order: reply 1 of 5: wanted the body '{\"route\":\"short\",\"calls\":1,\"bytes\":33}.', "
                 "got '{\"route\":\"plain\",\"calls\":0,\"bytes\":0}.'"]),
    ("no-allow", ["405 with Allow: wanted 405, got 404", "501, unknown method: wanted 501 or 405, got 404"]),
    ("one-at-a-time", ["a client beside one that waits: wanted 200, got no reply in time"]),
])
def test_what_is_wrong_is_found_and_named_and_nothing_else(lab, fault, lines):
    lab.add_server("fake_wrong", fault)
    code, out, err = verify(lab)
    assert code == 1, err
    assert http_lines(out, "fake_wrong") == [f"FAIL  fake_wrong http: {line}" for line in lines]
    assert "ok    fake_wrong one_call: 2 checks\n" in out
    lab.assert_nothing_left()


def test_a_server_that_dies_is_one_finding(lab):
    lab.add_server("fake_dying", "die", after=6)
    code, out, _ = verify(lab)
    assert code == 1
    assert [line for line in http_lines(out, "fake_dying") if "server_died" in line]
    assert len(http_lines(out, "fake_dying")) == 2, out  # the case in which it died, and that it died
    lab.assert_nothing_left()


def test_what_a_server_does_not_claim_is_exempt_and_said(lab):
    for model in ("libuv_loop", "single_threaded", "ceiling"):
        (lab.bin / f"interleave-server-{model}").symlink_to(BIN / f"interleave-server-{model}")
    code, out, err = lab.call("verify", "--workloads", "hello")
    assert code == 0, out + err
    checks = {match[1]: int(match[2]) for match in OK.finditer(out)}
    lines = {model: http_lines(out, model) for model in checks}
    assert set(checks) == {"libuv_loop", "single_threaded", "ceiling"}
    assert lines["libuv_loop"] == [f"ok    libuv_loop http: {checks['libuv_loop']} checks"]
    assert lines["single_threaded"][1:] == [
        "-     single_threaded http: keep_alive exempt (not claimed in --describe): two requests on one connection",
        "-     single_threaded http: pipelining exempt (not claimed in --describe): pipelined requests in order",
        "-     single_threaded http: concurrent_clients exempt (not claimed in --describe): a client beside one that waits",
    ]
    assert checks["single_threaded"] == checks["libuv_loop"] - 3
    (exempt,) = lines["ceiling"][1:]
    assert exempt.startswith("-     ceiling http: routes exempt (not claimed in --describe): /healthz; a route; 404; ")
    assert checks["ceiling"] == checks["libuv_loop"] - exempt.count("; ") - 1


def test_servers_in_other_languages_are_held_to_the_same(lab):
    code, out, err = lab.call_plain("verify", "--models", "asyncio_server,wsgiref_server", "--workloads", "hello")
    assert code == 0, out + err
    assert {match[1] for match in OK.finditer(out)} == {"asyncio_server", "wsgiref_server"}


def test_ctrl_c_ends_it_while_a_server_does_not_answer(lab):
    lab.add_server("fake_deaf", "deaf", after=2)  # the routes of one_call are two requests
    process = subprocess.Popen(lab.command("verify", "--workloads", "one_call"), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, env=lab.environment)
    try:
        wait_until(lab.struck.exists, "the server hangs")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, out) == (130, "ok    fake_deaf one_call: 2 checks\n")
    assert err == "interrupted\n"
    lab.assert_nothing_left()
