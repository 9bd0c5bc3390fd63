"""Who runs where: --server-cpus, what it leaves to the others, and that a run that goes on keeps it."""
import os
import signal
from pathlib import Path

import pytest
from harness_lab import Lab, child_of, error_line, wait_until

ALLOWED = sorted(os.sched_getaffinity(0))
two_processors = pytest.mark.skipif(len(ALLOWED) < 2, reason="one processor: nothing can be pinned")


@pytest.fixture(name="lab")
def fixture_lab(tmp_path):
    laboratory = Lab(tmp_path)
    laboratory.add_server("fake_honest")
    return laboratory


def allowed_to(pid):
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines()
               if line.startswith("Cpus_allowed_list:")]
    return line.split()[1]


@two_processors
def test_the_server_runs_where_it_is_told_and_a_resumed_run_keeps_that(lab):
    cpu = ALLOWED[-1]  # not the one it would get by itself
    process = lab.start("--server-cpus", str(cpu), repetitions=2)
    try:
        server = wait_until(lambda: child_of(process.pid, "fake_server.py") if (lab.out / "run.json").exists() else None,
                            "the server")
        assert allowed_to(server) == str(cpu)
        wait_until(lambda: list(lab.out.glob("trials/*.json")), "the first trial")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, err
    assert f"server on cpu {cpu}, " in err
    code, _, err = lab.call("run", "--resume", str(lab.out))
    assert code in (0, 4), err  # 4: the machine, not the layout
    assert f"server on cpu {cpu}, " in err
    assert len(lab.trials()) == 2
    layout = lab.run_json()["layout"]
    assert layout["pinned"] and layout["server"] == [cpu] and layout["server_cores"] == 1
    for trial in lab.trials():
        cpus = {role: process["cpus"] for role, process in trial["processes"].items()}
        assert cpus["server"] == [cpu]
        assert cpu not in cpus["backend"] + cpus["generator"]


@pytest.mark.parametrize(("words", "message"), [
    (["--server-cpus", "one"], "--server-cpus 'one': want numbers, as 0 or 0,2-3"),
    (["--server-cpus", "1023"], "--server-cpus: there is no cpu 1023 for this process: choose from cpu"),
    (["--server-cpus", ",".join(map(str, ALLOWED))], "--server-cpus: nothing is left for generator and backend"),
    (["--server-cpus", "0", "--no-pin"], "--server-cpus pins and --no-pin does not: choose one"),
    (["--server-cpus", "0", "--resume", "somewhere"], "--server-cpus cannot be changed with --resume"),
])
@pytest.mark.parametrize("dry", [[], ["--dry-run"]], ids=["run", "dry-run"])
def test_what_cannot_be_honoured_is_refused(lab, words, message, dry):
    models = [] if "--resume" in words else ["--models", "fake_honest"]
    code, out, err = lab.call("run", *words, *models, *dry)
    assert (code, out) == (2, "")
    assert message in error_line(err)
    assert not lab.out.exists()
